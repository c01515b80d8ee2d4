"""Headers that tell a browser what an answer of ours may do, and what not."""

import base64
import hashlib
import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fgsm.ui.assets import HEAD

POLICY = (
    "default-src 'self'",
    # Gradio makes functions of the templates of `gr.HTML` at run time: 'unsafe-eval'. Scripts that
    # stand in the page itself are named by their hashes, so none that gets into it runs.
    "script-src 'self' 'unsafe-eval'",
    "style-src 'self' 'unsafe-inline'",  # Gradio's components and KaTeX write `style=`
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self' blob:",  # a blob is what the page itself has made, such as a figure
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
)
"""Of our pages: nothing comes from another host, and nothing goes to one.

There is no `frame-ancestors`: slides, articles and notebooks have the page in a frame, from other
hosts, from files and from editors (`docs/embedding.md`), and no list names them all. Nothing is
lost: the page has no login, and a click on it changes nothing on the server but the counting of it,
or at most starts the test set's download on the visitor's own machine.
"""
NO_PAGE = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
"""Of all that is no page: pictures, data, sentences."""
OF_ALL = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
INLINE = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE)
FAR = re.compile(rb'src="https://[^"/]*/[^"]*/gradio\.js"')
NEAR = b'src="./gradio.js"'
"""Where the page is shared (`GRADIO_SHARE`), Gradio has it load its scripts from another host."""


def policy_of(html: str) -> str:
    """The policy of a page, which allows the scripts that stand in it.

    Gradio's scripts later write `HEAD` into the page, so what is in that is allowed too.
    """
    hashes = dict.fromkeys(_hash(script) for script in INLINE.findall(html) + INLINE.findall(HEAD))
    scripts = " ".join(hashes)
    return "; ".join(
        f"{part} {scripts}" if part.startswith("script-src") else part for part in POLICY
    )


def _hash(script: str) -> str:
    # A browser counts a line's end as one character, however it was sent.
    text = script.replace("\r\n", "\n").replace("\r", "\n")
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


class PagePolicy:
    """Gives every page its policy, and has it load its scripts from here.

    This goes between what makes the page and what packs it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI says."""
        start: Message | None = None
        parts: list[bytes] = []

        async def sent(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _is_page(message):
                start = message  # it waits for the body, which says what its policy is
            elif start is None:
                await send(message)
            else:
                parts.append(message.get("body", b""))
                if not message.get("more_body", False):
                    body = FAR.sub(NEAR, b"".join(parts))
                    headers = MutableHeaders(scope=start)
                    headers["Content-Length"] = str(len(body))
                    headers["Content-Security-Policy"] = policy_of(body.decode("utf-8", "replace"))
                    await send(start)
                    await send({"type": "http.response.body", "body": body})

        await self._app(scope, receive, sent)


def _is_page(message: Message) -> bool:
    return Headers(raw=message["headers"]).get("content-type", "").startswith("text/html")


def with_headers(send: Send) -> Send:
    """Sends every answer with these headers."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            policy = policy_of("") if _is_page(message) else NO_PAGE
            headers = MutableHeaders(scope=message)
            if message["status"] == 304:  # what the browser has keeps the headers that it came with
                del headers["Content-Security-Policy"]
            else:
                headers.update(OF_ALL)
                headers.setdefault("Content-Security-Policy", policy)
        await send(message)

    return sent
