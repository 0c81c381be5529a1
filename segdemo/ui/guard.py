"""In front of the app: requests that would make the server fetch an address are refused.

Gradio downloads whatever a file payload's `path` names if that is a URL, without a size limit, and
its `file=` route passes URLs through. No handler here wants either. A body is also bounded: real
uploads are multipart and never pass through here, so a large JSON body holds smuggled files.
"""

import json
from typing import Any
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY = 1_000_000  # bytes of JSON
SCHEMES = ("http:", "https:", "ftp:", "file:", "data:", "//")
FETCHING_ROUTES = ("/file=", "/proxy=")
REFUSAL = "This server fetches no addresses; upload the file itself."
TOO_LARGE = "This request is larger than the 1 MB that are accepted; upload files as files."


class RefuseRemoteFiles:
    """ASGI middleware around the app."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it with a refusal."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        refused: PlainTextResponse | None = None
        body: bytes | None = None
        if fetches(scope["path"]):
            refused = PlainTextResponse(REFUSAL, 403)
        elif scope["method"] == "POST" and "multipart" not in request.headers.get(
            "content-type", ""
        ):
            body = await bounded_body(request)
            if body is None:
                refused = PlainTextResponse(TOO_LARGE, 413)
            elif names_address(body):
                refused = PlainTextResponse(REFUSAL, 403)
        if refused is not None:
            await refused(scope, receive, send)
        else:
            await self.app(scope, receive if body is None else replayed(body, receive), send)


def fetches(path: str) -> bool:
    """Whether a route was given an address to fetch; the path arrives decoded once."""
    for route in FETCHING_ROUTES:
        _, found, rest = path.partition(route)
        if found and (is_address(rest) or is_address(unquote(rest))):
            return True
    return False


def is_address(text: str) -> bool:
    """Whether a string names something to fetch rather than a file."""
    return text.strip().lower().startswith(SCHEMES)


def names_address(body: bytes) -> bool:
    """Whether a JSON body holds a file whose path is an address, or whose content is inline."""
    try:
        waiting: list[Any] = [json.loads(body)]
    except (ValueError, RecursionError):
        return False  # no JSON: the app itself refuses it
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            if is_address(str(node.get("path") or "")):
                return True
            if str(node.get("url") or "").strip().lower().startswith("data:"):
                return True
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)
    return False


async def bounded_body(request: Request) -> bytes | None:
    """The body, or None once it is larger than MAX_BODY."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            return None
    return body


def replayed(body: bytes, receive: Receive) -> Receive:
    """A `receive` that hands the body out once more, then passes on what comes after it."""
    sent = False

    async def again() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
