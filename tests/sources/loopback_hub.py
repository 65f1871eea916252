"""A model hub on this machine: as much of the Hugging Face and ModelScope interfaces as their clients use.

Can be told to break off, to hand out wrong bytes, or to refuse.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub(ThreadingHTTPServer):
    """The server; its repository is `owner/tiny` with the files of one folder."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.folder = folder
        self.requests: list[str] = []  # `GET /path`
        self.sent: dict[str, int] = {}  # body bytes of each file
        self.broken_file = ""  # breaks off in its middle once, and is refused from then on
        self.damage = False
        self.status: int | None = None  # answer everything so

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def files(self) -> dict[str, bytes]:
        paths = sorted(path for path in self.folder.rglob("*") if path.is_file())
        return {path.relative_to(self.folder).as_posix(): path.read_bytes() for path in paths}

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that go away are part of the tests."""


@contextmanager
def serving(folder: Path) -> Iterator[Hub]:
    """Run a hub."""
    hub = Hub(folder)
    thread = threading.Thread(target=hub.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield hub
    finally:
        hub.shutdown()
        thread.join()
        hub.server_close()


class _Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Hub

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        path, query = unquote(url.path), parse_qs(url.query)
        self.server.requests.append(f"{self.command} {path}")
        files = self.server.files()
        siblings = [_sibling(name, data) for name, data in files.items()]
        if self.server.status is not None:
            self._json({"error": "no", "Message": "no"}, self.server.status)
        # --- Hugging Face
        elif re.fullmatch(r"/api/models/owner/tiny(/revision/(main|v1|[0-9a-f]{40}))?", path):
            self._json({"id": "owner/tiny", "sha": COMMIT, "siblings": siblings})
        elif re.fullmatch(r"/api/models/owner/tiny/tree/[^/]+", path):
            tree = [
                {"type": "file", "path": name, "size": len(data), "oid": _sha1(data)}
                for name, data in files.items()
            ]
            self._json(tree)
        elif match := re.fullmatch(r"/owner/tiny/resolve/[^/]+/(.+)", path):
            etag = _sha256(files.get(match[1], b""))
            self._file(match[1], files, {"ETag": f'"{etag}"', "X-Repo-Commit": COMMIT})
        elif re.fullmatch(r"/api/models/owner/tiny/revision/.*", path):
            self._json({"error": "Invalid rev id"}, 404, {"X-Error-Code": "RevisionNotFound"})
        elif path.startswith("/api/models/"):
            self._json({"error": "Repository not found"}, 404, {"X-Error-Code": "RepoNotFound"})
        # --- ModelScope
        elif path.startswith("/api/v1/models/owner/tiny/") and query["Revision"] not in (["master"], ["v1"]):
            self._json({"Code": 10010205001, "Success": False, "Message": "no such revision"}, 404)
        elif path == "/api/v1/models/owner/tiny/repo/files":
            listed = [
                {"Path": name, "Name": name, "Type": "blob", "Size": len(data), "Sha256": _sha256(data)}
                for name, data in files.items()
            ]
            self._json({"Code": 200, "Success": True, "Data": {"Files": listed}})
        elif path == "/api/v1/models/owner/tiny/repo":
            self._file(query["FilePath"][0], files, {})
        else:
            self._json({"Code": 10010205001, "Success": False, "Message": "not found"}, 404)

    def _json(self, body: object, status: int = 200, headers: dict[str, str] | None = None) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        for key, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(key, value)
        self._body(data)

    def _file(self, name: str, files: dict[str, bytes], headers: dict[str, str]) -> None:
        if name == self.server.broken_file and name in self.server.sent and self.command == "GET":
            self._json({"error": "no"}, 503)
            return
        if name not in files:
            self._json({"error": "Entry not found"}, 404, {"X-Error-Code": "EntryNotFound"})
            return
        data, start = files[name], 0
        if self.server.damage:
            data = bytes(len(data))
        span = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if span:
            start, end = int(span[1]), int(span[2] or len(data) - 1)
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{end}/{len(data)}")
            data = data[start : end + 1]
        else:
            self.send_response(200)
        for key, value in {"Accept-Ranges": "bytes", **headers}.items():
            self.send_header(key, value)
        self._body(data, name)

    def _body(self, data: bytes, name: str = "") -> None:
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command == "HEAD":
            return
        if name and name == self.server.broken_file:
            data = data[: len(data) // 2]
            self.close_connection = True
        self.wfile.write(data)
        if name:
            self.server.sent[name] = self.server.sent.get(name, 0) + len(data)


def _sibling(name: str, data: bytes) -> dict[str, object]:
    """A file as Hugging Face lists it; large ones are kept apart, with their hash."""
    large = (
        {"lfs": {"size": len(data), "sha256": _sha256(data), "pointerSize": 1}}
        if "safetensors" in name
        else {}
    )
    return {"rfilename": name, "size": len(data), **large}


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _sha1(data: bytes) -> str:
    return hashlib.sha1(data).hexdigest()
