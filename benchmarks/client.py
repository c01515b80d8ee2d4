"""A browser's end of HTTP/1.1: connections that are kept open, and answers as they come.

Written for load: a request costs about a tenth of a millisecond of CPU, several times less than
with a library that can do everything. So hundreds of visitors fit beside the server they visit.
"""

import asyncio
import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

CONNECTIONS = 6
"""At once, of one browser to one server; as in every browser."""
MOST = 2**20
"""Bytes of an answer's head or of one chunk's line."""


@dataclass(frozen=True)
class Answer:
    """What a server sent."""

    status: int
    headers: Mapping[str, str]
    """Names in small letters."""
    body: bytes
    """As it travelled, compressed perhaps."""

    def json(self) -> Any:
        """The body's JSON.

        Raises:
            ValueError: it is none.
        """
        is_packed = self.headers.get("content-encoding") == "gzip"
        return json.loads(gzip.decompress(self.body) if is_packed else self.body)


class Browser:
    """One browser's connections to a server on this machine."""

    def __init__(self, port: int, headers: Mapping[str, str]) -> None:
        self._port = port
        self._headers = {
            "Host": f"127.0.0.1:{port}",
            "Accept-Encoding": "br, gzip",
            "Content-Type": "application/json",
            **headers,
        }
        self._turns = asyncio.Semaphore(CONNECTIONS)
        self._idle: list[_Connection] = []

    async def fetch(
        self, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send a GET, or a POST if there is a body. If it is cancelled, the connection is closed.

        Raises:
            ConnectionError: the server closed the connection, or refused it.
        """
        message = _message(path, body, {**self._headers, **(headers or {})})
        async with self._turns:
            while self._idle:
                kept = self._idle.pop()
                try:
                    return await self._exchange(kept, message)
                except _Stale:
                    continue
            return await self._exchange(await _Connection.open(self._port), message)

    async def _exchange(self, connection: "_Connection", message: bytes) -> Answer:
        try:
            answer = await connection.exchange(message)
        except BaseException:
            connection.close()
            raise
        if answer.headers.get("connection") == "close":
            connection.close()
        else:
            self._idle.append(connection)
        return answer

    def close(self) -> None:
        """Leave; what is still being asked is to be cancelled first."""
        while self._idle:
            self._idle.pop().close()


class _Stale(ConnectionError):
    """The server closed a connection before it was used once more, as it may."""


class _Connection:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._is_used = False

    @classmethod
    async def open(cls, port: int) -> "_Connection":
        return cls(*await asyncio.open_connection("127.0.0.1", port, limit=MOST))

    def close(self) -> None:
        self._writer.close()

    async def exchange(self, message: bytes) -> Answer:
        try:
            self._writer.write(message)
            head = await self._reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            problem = _Stale if self._is_used else ConnectionError
            raise problem("the connection was closed before an answer came") from error
        self._is_used = True
        status, headers = _head(head)
        try:
            body = await self._body(headers)
        except asyncio.IncompleteReadError as error:
            raise ConnectionError("the connection was closed within an answer") from error
        return Answer(status, headers, body)

    async def _body(self, headers: Mapping[str, str]) -> bytes:
        if headers.get("transfer-encoding") != "chunked":
            return await self._reader.readexactly(int(headers.get("content-length", 0)))
        parts = []
        while size := int(await self._reader.readuntil(b"\r\n"), 16):
            parts.append(await self._reader.readexactly(size))
            await self._reader.readexactly(2)
        await self._reader.readexactly(2)
        return b"".join(parts)


def _message(path: str, body: bytes | None, headers: Mapping[str, str]) -> bytes:
    """A request as it travels."""
    length = {} if body is None else {"Content-Length": str(len(body))}
    lines = "".join(f"{name}: {value}\r\n" for name, value in {**headers, **length}.items())
    method = "GET" if body is None else "POST"
    return f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + (body or b"")


def _head(head: bytes) -> tuple[int, dict[str, str]]:
    """An answer's status and headers."""
    first, *lines = head.decode("latin-1").split("\r\n")
    fields = (line.partition(":") for line in lines if line)
    return int(first.split(" ", 2)[1]), {name.lower(): value.strip() for name, _, value in fields}
