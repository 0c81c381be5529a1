"""A plot on the page: a plotly figure drawn in the browser, in the page's own colours.

plotly.js comes from the installed plotly package, compressed, and only to a page that draws a plot.
Gradio's own plot component drops a figure's frames, so this is one of our own.
"""

import gzip
from functools import cache
from html import escape
from importlib.metadata import version
from importlib.resources import files
from string import Template

import gradio as gr
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from segdemo.ui.scripts import script

TEMPLATE = Template(
    '<div class="plot" data-height="$height"><div class="plot-area" role="img" aria-label="$label"'
    ' style="min-height: ${height}px"><p class="plot-empty">$empty</p></div>'
    '<p class="plot-alt"></p></div>'
)


def component(*, empty: str, label: str, elem_id: str | None = None, height: int = 320) -> gr.HTML:
    """A plot that says `empty` until it has a value.

    The value is a dict of plain lists: "data", "layout", optionally "frames", and "alt", the plot
    in words. Fonts, grid and background are set here. `label` names it for a screen reader;
    `height` is in pixels.
    """
    texts = {"label": escape(label), "empty": escape(empty), "height": str(height)}
    return gr.HTML(
        None,
        html_template=TEMPLATE.substitute(texts),
        js_on_load=script("plot.js"),
        elem_id=elem_id,
        apply_default_css=False,
    )


@cache
def compressed_library() -> bytes:
    """plotly.min.js of the installed package, as gzip."""
    return gzip.compress((files("plotly") / "package_data" / "plotly.min.js").read_bytes(), 6)


def serve_library(request: Request) -> Response:
    """plotly.js; the browser keeps it for a day and asks by version after that."""
    tag = f'"{version("plotly")}"'
    headers = {"Cache-Control": "public, max-age=86400", "ETag": tag, "Vary": "Accept-Encoding"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    headers["Content-Encoding"] = "gzip"
    return Response(compressed_library(), media_type="text/javascript", headers=headers)


def route() -> Route:
    """Where the page finds plotly.js."""
    return Route("/plotly.js", serve_library)
