"""No request makes the server fetch an address, and no JSON body smuggles a file."""

import json

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from segdemo.ui.guard import MAX_BODY, RefuseRemoteFiles, fetches, names_address


async def echo(request: Request) -> PlainTextResponse:
    return PlainTextResponse(await request.body())


@pytest.fixture(scope="module")
def client() -> TestClient:
    routes = [Route("/{path:path}", echo, methods=["GET", "POST"])]
    return TestClient(RefuseRemoteFiles(Starlette(routes=routes)))


FILE = {"path": "/tmp/gradio/a/photo.png", "url": "http://127.0.0.1:7860/gradio_api/file=/tmp/a"}


@pytest.mark.parametrize(
    "payload",
    [
        {"data": [{"path": "http://example.com/a.png", "meta": {"_type": "gradio.FileData"}}]},
        {"data": [[{"x": {"path": " HTTPS://example.com/a.png"}}]]},
        {"data": [{"path": "//example.com/a.png"}]},
        {"data": [{"path": "file:///etc/passwd"}]},
        {"data": [{"path": None, "url": "data:image/png;base64,AAAA"}]},
    ],
)
def test_a_file_that_is_an_address_is_refused(client, payload):
    assert client.post("/gradio_api/queue/join", json=payload).status_code == 403


def test_an_uploaded_file_passes_with_its_body_whole(client):
    body = json.dumps({"data": [FILE, ["fcn8s"], "see http://example.com"]})
    assert client.post("/gradio_api/queue/join", content=body).text == body


def test_a_large_json_body_is_refused_and_a_large_upload_is_not(client):
    large = b'"' + b"a" * MAX_BODY + b'"'
    assert client.post("/gradio_api/queue/join", content=large).status_code == 413
    response = client.post("/gradio_api/upload", files={"files": ("a.bin", large)})
    assert response.status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=http://example.com/a.png",
        "/gradio_api/file=HTTP%3A//example.com/a.png",
        "/gradio_api/file=http%253A//example.com",
        "/gradio_api/proxy=https://example.hf.space/file",
    ],
)
def test_routes_that_fetch_are_refused(client, path):
    assert client.get(path).status_code == 403


def test_a_local_file_route_passes():
    assert not fetches("/gradio_api/file=/tmp/gradio/abc/photo.png")


@pytest.mark.parametrize("body", [b"", b"no json", b"[" * 100_000, b"\xff\xfe", b"3"])
def test_what_is_no_json_is_left_to_the_app(body):
    assert not names_address(body)
