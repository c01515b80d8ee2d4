"""A host for files, as GitHub Pages is one: what it sends is packed, and kept for ten minutes."""

import gzip
import mimetypes
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit


@dataclass
class Host:
    """A host, and what it has been asked for."""

    url: str = ""
    requests: list[str] = field(default_factory=list)
    """Paths, in this order."""
    sent: int = 0
    """Bytes of files, packed."""


@contextmanager
def hosted(files: Mapping[str, bytes]) -> Iterator[Host]:
    """A host on this machine with these files, by their paths; `index.html` is its page."""
    host = Host()
    packed = {path: gzip.compress(content, 6) for path, content in files.items()}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = urlsplit(self.path).path.removeprefix("/") or "index.html"
            content = packed.get(path)
            host.requests.append(path)
            host.sent += len(content or b"")  # before anybody can have it, and ask how much it was
            self.send_response(404 if content is None else 200)
            kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
            self.send_header("Content-Type", kind)
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Cache-Control", "max-age=600")
            self.send_header("Content-Length", str(len(content or b"")))
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        host.url = f"http://127.0.0.1:{server.server_port}/"
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield host
        finally:
            server.shutdown()
