"""What is kept of the page, and sent without asking Gradio: all of its files, and the page itself.

Gradio reads and compresses a file each time it is asked for, and writes the page anew for every
visitor, which takes four times as long as all of this. The page is the same for everybody who asks
for it at the same address; so is its `/config`, which a page that has ours in it asks for.
"""

import asyncio
import re
from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl

import gradio
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fgsm.ui.assets import FILES, VERSION
from fgsm.ui.precompressed import ASK_AGAIN, FOR_ALL, FOR_GOOD, Answer, answer

KINDS = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".html": "text/html",
    ".png": "image/png",
    ".svg": "image/svg+xml",
}
"""Of files that are kept. Gradio has others, such as fonts; this page needs none of them."""
LARGEST = 256 * 1024
"""Bytes of a file of Gradio's that is kept. Those of all its parts are then 10 MB together, and
this page needs but 1 MB; larger ones are of parts that it has not."""
FRONT_END = Path(gradio.__file__).parent / "templates" / "frontend"
NAMES = frozenset(
    path.relative_to(FRONT_END).as_posix()
    for folder in ("assets", "static")
    for path in (FRONT_END / folder).rglob("*")
    if path.suffix in KINDS and path.stat().st_size <= LARGEST
)
"""Gradio's files that may be kept."""
ALIASES = {
    "favicon.ico": "static/img/logo.svg",
    # Defines `<gradio-app>`, at an address that is the same for every Gradio. It imports Gradio's
    # own scripts; so a page that has ours in it needs no script from another host.
    "gradio.js": "gradio.js",
}
"""Files of Gradio's at other addresses than their own."""
OURS = re.compile(r"fgsm/(\w+)/(.+)")

PAGES = {"/", "/config", "/theme.css"}
"""What Gradio makes out of the page's configuration, the same for everybody."""
MOST = 8
"""Pages that are kept at a time. Whoever makes up addresses of the server fills no more."""
ADDRESS = {b"host", b"x-forwarded-host", b"x-forwarded-proto", b"x-gradio-server"}
"""Headers that say at which address the page is; it is written into the page."""
DIFFERENT = {"deep_link", "page", "all_endpoints"}
"""Names in a query for which Gradio makes another page; the page's own are read by its scripts."""
SIGNED_IN = "access-token"
"""In a cookie of Gradio's for whoever has signed in."""

POLICY = "content-security-policy"
"""A header that belongs to what is in the page, see `fgsm.ui.http.headers`."""

Key = tuple[str, str, str, tuple[tuple[bytes, bytes], ...]]
"""What a page depends on: path below its address, whole path, scheme, and the headers above."""


def file_at(path: str) -> Answer | None:
    """The file at a path below the page's own address; None if none is kept."""
    name = path[1:]
    if name in NAMES or name in ALIASES:
        return _gradios(ALIASES.get(name, name))
    if (found := OURS.fullmatch(name)) and found[2] in FILES:
        return _ours(found[2], found[1] == VERSION)
    return None


@cache
def _ours(path: str, is_current: bool) -> Answer:
    """One of our files. A page that was loaded before an update asks for another version."""
    kind = KINDS[Path(path).suffix]
    return answer(FILES[path], kind, FOR_ALL | (FOR_GOOD if is_current else ASK_AGAIN))


@cache
def _gradios(name: str) -> Answer:
    """One of Gradio's files. The names of its assets change with their content."""
    kept = FOR_GOOD if name.startswith("assets/") else ASK_AGAIN
    return answer((FRONT_END / name).read_bytes(), KINDS[Path(name).suffix], FOR_ALL | kept)


class Kept:
    """Middleware that answers what is the same for everybody, and leaves everything else alone."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._pages: dict[Key, Answer] = {}
        self._making = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] in ("GET", "HEAD"):
            # A proxy may have cut off the folder that the page is in, or left that to us.
            below = scope["path"].removeprefix(scope.get("root_path", ""))
            file = file_at(scope["path"]) or file_at(below)
            if kept := file or await self._page(below, scope, receive):
                await kept.send(scope, send)
                return
        await self._app(scope, receive, send)

    async def _page(self, path: str, scope: Scope, receive: Receive) -> Answer | None:
        """The page as it is for everybody; None if this visitor's may be another one."""
        if path not in PAGES or _is_different(scope):
            return None
        headers = tuple(each for each in scope["headers"] if each[0] in ADDRESS)
        key = (path, scope["path"], scope["scheme"], headers)
        if kept := self._pages.get(key):
            return kept
        async with self._making:  # of many who come at once, only one has it made
            if key not in self._pages:
                made = await self._made({**scope, "headers": list(headers)}, receive)
                if made is None:
                    return None
                self._pages[key] = made
                if len(self._pages) > MOST:
                    del self._pages[next(iter(self._pages))]
            return self._pages[key]

    async def _made(self, scope: Scope, receive: Receive) -> Answer | None:
        """What Gradio answers to a request that says nothing but what is in the key."""
        told: list[Message] = []

        async def listen(message: Message) -> None:
            told.append(message)

        await self._app({**scope, "method": "GET", "query_string": b""}, receive, listen)
        headers = Headers(raw=told[0]["headers"])
        if told[0]["status"] != 200 or "set-cookie" in headers:
            return None
        kind = headers["content-type"].partition(";")[0]
        policy = {POLICY: headers[POLICY]} if POLICY in headers else {}
        body = b"".join(each.get("body", b"") for each in told[1:])
        return answer(body, kind, ASK_AGAIN, policy)


def _is_different(scope: Scope) -> bool:
    query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    cookies = Headers(scope=scope).get("cookie", "")
    return SIGNED_IN in cookies or not DIFFERENT.isdisjoint(name for name, _ in query)
