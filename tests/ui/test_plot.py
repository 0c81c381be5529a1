"""plotly.js as the page gets it."""

import gzip
from importlib.resources import files

from starlette.applications import Starlette
from starlette.testclient import TestClient

from segdemo.ui import plot


def test_the_library_is_the_installed_packages_own_compressed_and_kept_by_the_browser():
    client = TestClient(Starlette(routes=[plot.route()]))
    answer = client.get("/plotly.js")
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.content == (files("plotly") / "package_data" / "plotly.min.js").read_bytes()
    assert gzip.decompress(plot.compressed_library()) == answer.content
    again = client.get("/plotly.js", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    assert not again.content


def test_texts_from_the_outside_are_escaped_in_the_component():
    component = plot.component(empty="<b>", label='"quoted"')
    assert "&lt;b&gt;" in component.html_template
    assert "&quot;quoted&quot;" in component.html_template
