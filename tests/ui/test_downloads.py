"""Files handed to the browser."""

import base64

from segdemo.ui import downloads


def test_a_file_carries_its_name_kind_and_content_and_is_new_each_time():
    first = downloads.file("figure.pdf", b"%PDF-1.4")
    assert (first["name"], first["kind"]) == ("figure.pdf", "application/pdf")
    assert base64.b64decode(first["content"]) == b"%PDF-1.4"
    assert downloads.file("figure.pdf", b"%PDF-1.4") != first
