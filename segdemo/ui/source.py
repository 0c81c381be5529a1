"""What is on the screen: an example, or a photo of the visitor's own."""

from segdemo.ui import photo_input
from segdemo.ui.examples import example

Source = dict[str, str]  # {"example": name} or {"upload": path}
OWN_PHOTO = (
    "Compare the outlines, and the thin parts: what does an architecture lose that another keeps? "
    "Where nothing fits, other should win."
)


def picture(source: Source) -> tuple[bytes, str]:
    """The photo's file and the sentence that says what to look at in it.

    ValueError where the upload is gone or the example isn't known.
    """
    if "upload" in source:
        return photo_input.read_upload(source["upload"]), OWN_PHOTO
    shown = example(source.get("example"))
    return shown.data(), shown.sentence
