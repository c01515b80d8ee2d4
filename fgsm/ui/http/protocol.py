"""HTTP as it arrives, byte by byte: uvicorn, with httptools, would read a head that never ends."""

import asyncio

from uvicorn.config import HTTP_PROTOCOLS
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LARGEST_HEAD = 64 * 1024
"""Bytes of the address and the headers of a request."""


class Bounded(HttpToolsProtocol):
    """Closes a connection on which a head goes on and on.

    One that is only too large comes to its end within a few reads; `guard.py` refuses it.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """As asyncio says."""
        super().connection_made(transport)
        self._is_in_head = False
        self._read = 0
        """Bytes, since the read in which the head began."""

    def on_message_begin(self) -> None:
        """As httptools says."""
        super().on_message_begin()
        self._is_in_head, self._read = True, 0

    def on_headers_complete(self) -> None:
        """As httptools says."""
        self._is_in_head = False
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        """As asyncio says."""
        self._read += len(data)
        if self._is_in_head and self._read > LARGEST_HEAD:
            self.send_400_response("The headers are too large.")
        else:
            super().data_received(data)


def bound_heads() -> None:
    """Have uvicorn use it, whoever starts it."""
    HTTP_PROTOCOLS["auto"] = f"{__name__}:{Bounded.__name__}"
