"""The seed of all draws, as the sections set it."""

from dataclasses import replace

import gradio as gr

from segdemo.ui.generative.part import Change
from segdemo.ui.generative.setting import LARGEST_SEED, Setting, with_seed


def build(elem_id: str) -> tuple[gr.Number, list[Change]]:
    """A number and a button for the next one, side by side, and what they change."""
    with gr.Row(elem_classes="gen-seed"):
        seed = gr.Number(
            0,
            precision=0,
            minimum=0,
            maximum=LARGEST_SEED,
            label="Seed",
            info="The same seed draws the same samples.",
            scale=0,
            min_width=240,
            elem_id=elem_id,
        )
        new = gr.Button("New seed", scale=0, min_width=120)
    return seed, [
        Change(seed.submit, seed, with_seed),
        Change(seed.blur, seed, with_seed),
        Change(new.click, new, next_seed),
    ]


def next_seed(_: object, setting: Setting) -> Setting:
    """The seed after this one, so that whoever presses as often sees the same."""
    return replace(setting, seed=(setting.seed + 1) % (LARGEST_SEED + 1))
