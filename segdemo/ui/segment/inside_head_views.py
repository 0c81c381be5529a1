"""Look inside: the dilated front end before and behind its context module; U-Net without skips."""

from typing import Any

from segdemo.inside import context, unet_skips
from segdemo.inside.features import Features
from segdemo.ui.segment import inside_figures as figures
from segdemo.ui.segment.inside_settings import Settings, chosen_class

FILLED = {
    "zeros": "Zeros: the convolution that reads both gets nothing from the skip, its part of the "
    "sum is exactly 0.",
    "average": "Average: each channel of the skip becomes the constant that its batch norm gives "
    "for its training average; what follows gets inputs of a size it knows, but no outline.",
}


def context_view(features: Features, settings: Settings) -> dict[str, Any]:
    """The dilated front end's masks and scores, before and behind the context module."""
    found = context.context(features)
    index, name = chosen_class(settings, found.mask_after)
    different = figures.changed(found.mask_before, found.mask_after)
    masks = [
        figures.mask("Front end", "before the context module", found.mask_before),
        figures.mask("Front end + context", "behind it", found.mask_after),
    ]
    scores = figures.pair(
        ("Before", "Behind", "Behind minus before"), found.before[index], found.after[index]
    )
    return {
        "class_index": index,
        "sentence": "Look for islands of a wrong class: the context module sees what lies around "
        "them and can take them back; its scores keep the stride of 16, so outlines stay coarse.",
        "note": "The front end is a head with a loss of its own; the context module reads its "
        "scores, and both were trained together, so the front end also learnt from the module's "
        f"loss. One score behind the module has seen {figures.size(found.reach, found.reach)} "
        f"scores of the front end; here there are {figures.size(*found.before.shape[1:])}.",
        "rows": [
            figures.row("Masks", f"{different} of the pixels change class.", masks),
            figures.row(
                f"Scores of {name}",
                "Raw scores at stride 16, before and behind the module's eight convolutions.",
                scores,
            ),
        ],
    }


def unet_view(features: Features, settings: Settings) -> dict[str, Any]:
    """U-Net as it is, and with some of its skips switched off."""
    whole = unet_skips.without_skips(features, [])
    cut = unet_skips.without_skips(features, settings.off, settings.fill)
    index, name = chosen_class(settings, whole.mask)
    strides = " and ".join(str(stride) for stride in settings.off)
    title = f"Without the skip of stride {strides}" if settings.off else "No skip switched off"
    filled = f"filled with {settings.fill}" if settings.off else "the same network"
    different = figures.changed(whole.mask, cut.mask)
    masks = [
        figures.mask("U-Net", "all three skips", whole.mask),
        figures.mask(title, filled, cut.mask),
    ]
    scores = figures.pair(
        ("All skips", title, "Second minus first"), whole.scores[index], cut.scores[index]
    )
    return {
        "class_index": index,
        "sentence": "Switch the skip of stride 4 off and look at thin parts; then switch off that "
        "of stride 16 instead and see what else rested on it.",
        "note": f"{FILLED[settings.fill]} The weights stay as trained with all skips: this shows "
        "what they rely on, not what a U-Net trained without the skip would do.",
        "rows": [
            figures.row("Masks", f"{different} of the pixels change class.", masks),
            figures.row(f"Scores of {name}", "Raw scores at stride 4.", scores),
        ],
    }
