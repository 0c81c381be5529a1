"""The shell: the page's head and its tabs, in order."""

from collections.abc import Sequence

import gradio as gr

from segdemo.ui import endpoints
from segdemo.ui.tab import Tab
from segdemo.ui.theme import COMPUTE, WAITING

HEADER = """
<header class="masthead"><h1>segdemo</h1>
<p>Classic architectures of semantic segmentation, side by side on your photo.</p></header>
"""
KEEP_FILES = (600, 3600)  # seconds: look for old uploads this often, delete them at this age


def compose(tabs: Sequence[Tab]) -> gr.Blocks:
    """The page. The first tab is filled when the page opens, the others when they are selected."""
    with gr.Blocks(
        title="segdemo", analytics_enabled=False, delete_cache=KEEP_FILES, fill_width=True
    ) as page:
        gr.HTML(HEADER, apply_default_css=False)
        with gr.Tabs():
            for position, tab in enumerate(tabs):
                with gr.Tab(tab.TITLE, id=tab.TITLE.lower()) as place:
                    opening = tab.build()
                (place.select if position else page.load)(
                    opening.handler,
                    opening.inputs,
                    opening.outputs,
                    api_visibility="private",
                    show_progress="minimal",
                    **COMPUTE,
                )
        endpoints.build()
    return page.queue(max_size=WAITING)
