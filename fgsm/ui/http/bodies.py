"""The bodies of requests: read here, whole, or refused before they are.

Gradio reads a body of any size, and parses it while nobody else is answered.
"""

import asyncio

from starlette.datastructures import Headers
from starlette.types import Message, Receive

from fgsm.ui.http.refusals import Refused, later

PATIENCE = 30
"""Seconds that a body may take."""
MOST_AT_ONCE = 32 * 1024 * 1024
"""Bytes of all bodies that are here at a time."""
SMALL = 32 * 1024
"""Bytes of a body that finds room in any case, as most of what the page asks is smaller: nobody is
kept out by those who send much, and slowly."""


class Gone(Exception):
    """The client left before its request was there."""


class Bodies:
    """The bodies that are here."""

    def __init__(
        self, patience: float = PATIENCE, most_at_once: int = MOST_AT_ONCE, small: int = SMALL
    ) -> None:
        self.held = 0
        """Bytes."""
        self._patience = patience
        self._most_at_once = most_at_once
        self._small = small

    async def read(self, receive: Receive, headers: Headers, largest: int) -> bytes:
        """The body; whoever gets it says `done` when it is not needed any more.

        Args:
            receive: gives the rest of the request.
            headers: of the request.
            largest: in bytes; 0 where a request has none.

        Raises:
            Refused: 400, 408, 413, or 503 if too many bodies are here.
            Gone: the client has left.
        """
        check_length(headers, largest)
        parts: list[bytes] = []
        try:
            await asyncio.wait_for(self._collect(receive, largest, parts), self._patience)
        except BaseException as error:  # also if this is cancelled, as the server stops
            self.done(sum(map(len, parts)))
            if isinstance(error, asyncio.TimeoutError):
                sentence = f"The body was not here after {self._patience} seconds."
                raise Refused(408, sentence) from None
            raise
        return b"".join(parts)

    async def _collect(self, receive: Receive, largest: int, parts: list[bytes]) -> None:
        size, more = 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Gone
            part = message.get("body", b"")
            if part:
                size += len(part)
                self.held += len(part)
                parts.append(part)
            if size > largest:
                raise _too_large(largest)
            if size > self._small and self.held > self._most_at_once:
                raise later(503, "Too much is being sent to the server just now.", 2)
            more = message.get("more_body", False)

    def done(self, size: int) -> None:
        """So many bytes are not here any more."""
        self.held -= size


def check_length(headers: Headers, largest: int) -> None:
    """Refuse a body by what the headers say of it.

    Args:
        headers: of the request.
        largest: in bytes; 0 where a request has none.

    Raises:
        Refused: 400 or 413.
    """
    length = headers.get("content-length", "0")
    if not (length.isascii() and length.isdigit() and len(length) < 20):
        raise Refused(400, "The header Content-Length is no length.")
    if largest == 0 and (int(length) or "transfer-encoding" in headers):
        raise Refused(400, "Such a request has no body.")
    if int(length) > largest:
        raise _too_large(largest)


def _too_large(largest: int) -> Refused:
    return Refused(413, f"The body is too large; at most {largest} bytes are read.")


def again(body: bytes, receive: Receive) -> Receive:
    """Gives the body that was read, and then what else happens to the connection."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def give() -> Message:
        return messages.pop() if messages else await receive()

    return give
