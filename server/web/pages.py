"""The pages and static files: whitelisted types, found in a checkout and in an installed wheel.

It does not know what is on the pages.
"""

from __future__ import annotations

import os
from pathlib import Path

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import Scope

from server.web.cookies import set_visitor
from server.web.parts import Call

# The system's table of types differs from machine to machine; this one is ours and also the list
# of what may be served at all (no package.json, no tests, no build script of the vendor folder).
TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".ico": "image/x-icon",
    ".js": "text/javascript",
    ".json": "application/json",
    ".mjs": "text/javascript",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
NOT_SERVED = {"node_modules", "package.json", "package-lock.json", "vendor.mjs", "tests"}
OWN_FILES = "no-cache"  # kept, but asked for each time: an update of the server is seen at once
# Names in vendor/ carry no version, so not `immutable`: a day is long enough to save the requests.
VENDOR_FILES = "public, max-age=86400, stale-while-revalidate=604800"

PAGES = {
    "/": "chat.html",
    "/words": "words.html",
    "/stats": "stats.html",
    "/documents": "documents.html",
    "/answers": "answers.html",
    "/records": "records.html",
    "/admin": "admin.html",
    "/login": "login.html",
    "/setup": "setup.html",
}


def static_folder() -> Path:
    """Where the pages lie: inside the package when installed, at the root of a checkout else."""
    installed = Path(__file__).parent / "static"
    return installed if installed.is_dir() else Path(__file__).parents[2] / "static"


class Files(StaticFiles):
    """Static files with our types and times; everything else about paths is Starlette's, and tested."""

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        parts = Path(path).parts
        hidden = any(part in NOT_SERVED or part.startswith(".") for part in parts)
        if hidden or Path(path).suffix not in TYPES:
            return "", None
        return super().lookup_path(path)

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        vendor = scope["path"].startswith("/static/vendor/")
        return _file(Path(full_path), scope, stat_result, VENDOR_FILES if vendor else OWN_FILES)


async def page(call: Call) -> Response:
    """One of the pages. Whoever comes to the chat as someone new becomes a visitor here."""
    path = call.request.url.path
    file = static_folder() / PAGES[path]
    try:
        stat_result = file.stat()
    except FileNotFoundError:
        raise HTTPException(404) from None
    response = _file(file, call.request.scope, stat_result, OWN_FILES)
    if path == "/" and call.who is None and call.parts.settings.who_may_chat != "login":
        token, _ = await call.parts.accounts.classes.new_visitor(call.now_ms)
        set_visitor(response, call.request, call.parts, token)
    return response


def _file(file: Path, scope: Scope, stat_result: os.stat_result, cache_control: str) -> Response:
    media_type = TYPES[file.suffix]
    response = FileResponse(file, media_type=media_type, stat_result=stat_result)
    response.headers["Cache-Control"] = cache_control
    if response.headers["ETag"] in _seen(Headers(scope=scope)):
        return NotModifiedResponse(response.headers)
    return response


def _seen(headers: Headers) -> set[str]:
    return {tag.strip().removeprefix("W/") for tag in headers.get("if-none-match", "").split(",")}
