"""The page: composes the tabs and launches. `python app.py`, then open the address printed."""

import os

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when gradio is imported

from threading import Thread

import gradio as gr

from segdemo.ui import models_tab
from segdemo.ui.classifier import tab as classifier_tab
from segdemo.ui.convolution import tab as convolution_tab
from segdemo.ui.generative import tab as generate_tab
from segdemo.ui.page import compose
from segdemo.ui.segment import tab as segment_tab
from segdemo.ui.tab import Tab
from segdemo.ui.theme import launch_settings

TABS: list[Tab] = [segment_tab, convolution_tab, classifier_tab, generate_tab, models_tab]


def build() -> gr.Blocks:
    """The whole page, not yet served."""
    return compose(TABS)


def warm_up() -> None:
    """Work out what the tabs open with."""
    for tab in TABS:
        tab.warm_up()


def main() -> None:
    """Serve the page until interrupted."""
    Thread(target=warm_up, daemon=True).start()
    build().launch(**launch_settings())


if __name__ == "__main__":
    main()
