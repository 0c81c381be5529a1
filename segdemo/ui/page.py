"""The shell: the page's head and its tabs, in order."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from segdemo.ui import endpoints, link
from segdemo.ui.tab import Tab
from segdemo.ui.theme import COMPUTE, WAITING

HEADER = """
<header class="masthead"><h1>segdemo</h1>
<p>The classic ideas of image segmentation and of generative models, made visible.</p></header>
"""
KEEP_FILES = (600, 3600)  # seconds: look for old uploads this often, delete them at this age


def compose(tabs: Sequence[Tab]) -> gr.Blocks:
    """The page. It opens at the tab that its address links to, else at the first.

    Each is filled when it is selected, as the first is when the page opens.
    """
    names = [tab.TITLE.lower() for tab in tabs]

    def turn_to_linked(request: gr.Request) -> Any:
        linked = link.linked_tab(request, names)
        return gr.skip() if linked == names[0] else gr.Tabs(selected=linked)

    with gr.Blocks(
        title="segdemo", analytics_enabled=False, delete_cache=KEEP_FILES, fill_width=True
    ) as page:
        gr.HTML(HEADER, apply_default_css=False)
        with gr.Tabs() as places:
            for name, tab in zip(names, tabs, strict=True):
                with gr.Tab(tab.TITLE, id=name) as place:
                    opening = tab.build()
                place.select(
                    opening.handler,
                    opening.inputs,
                    opening.outputs,
                    js=link.opening_script(name),
                    api_visibility="private",
                    show_progress="minimal",
                    **COMPUTE,
                )
        page.load(turn_to_linked, None, places, api_visibility="private", queue=False)
        endpoints.build()
    return page.queue(max_size=WAITING)
