"""A real HTTP server on this machine with `/v1/embeddings`, that can misbehave."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class VectorServer(ThreadingHTTPServer):
    """Answers `[length of the text, 1]` for each text, the last one first; `scripted` answers go before."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.scripted: list[tuple[int, bytes]] = []
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class _Answering(BaseHTTPRequestHandler):
    server: VectorServer

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append({"path": self.path, **body})
        self.server.keys.append(self.headers.get("Authorization"))
        if self.server.scripted:
            status, content = self.server.scripted.pop(0)
        else:
            rows = [{"index": n, "embedding": [len(text), 1]} for n, text in enumerate(body["input"])]
            status, content = 200, json.dumps({"data": rows[::-1]}).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def vector_server() -> Iterator[VectorServer]:
    """One that runs."""
    with VectorServer() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
