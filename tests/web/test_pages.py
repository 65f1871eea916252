"""Static files and pages: right types, right times, nothing that is not for browsers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from server.web.pages import PAGES, TYPES, Files, static_folder
from tests.serving import Serving


@pytest.fixture
async def files(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a static folder with a file of every kind."""
    for name in ("own.js", "vendor/lib.mjs", "vendor/font.woff2", "page.html", "icon.svg", "style.css"):
        (tmp_path / "static" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "static" / name).write_text(f"content of {name}")
    for name in ("package.json", "vendor.mjs", ".npmrc", "node_modules/x.js", "notes.md", "../secret.js"):
        (tmp_path / "static" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "static" / name).write_text("secret")
    (tmp_path / "static" / "link.js").symlink_to(tmp_path / "secret.js")
    app = Starlette(routes=[Mount("/static", Files(directory=tmp_path / "static"))])
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test/static/") as client:
        yield client


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("own.js", "text/javascript; charset=utf-8"),
        ("vendor/lib.mjs", "text/javascript; charset=utf-8"),
        ("vendor/font.woff2", "font/woff2"),
        ("style.css", "text/css; charset=utf-8"),
        ("icon.svg", "image/svg+xml"),
    ],
)
async def test_file_has_the_type_a_browser_insists_on(
    files: httpx.AsyncClient, name: str, media_type: str
) -> None:
    """With nosniff a module of the wrong type does not run."""
    answer = await files.get(name)
    assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)
    assert answer.text == f"content of {name}"


@pytest.mark.parametrize(
    "name", ["package.json", "vendor.mjs", ".npmrc", "node_modules/x.js", "notes.md", "link.js", "vendor", ""]
)
async def test_file_that_is_not_for_browsers_is_not_found(files: httpx.AsyncClient, name: str) -> None:
    """Neither what builds the pages, nor links that lead out, nor folders."""
    assert (await files.get(name)).status_code == 404


async def test_own_files_are_asked_for_again_and_vendor_files_are_kept(files: httpx.AsyncClient) -> None:
    """An update of the server is seen at once; an unchanged file costs a 304."""
    own, vendor = await files.get("own.js"), await files.get("vendor/lib.mjs")
    assert own.headers["cache-control"] == "no-cache"
    assert "max-age=86400" in vendor.headers["cache-control"]
    for tag in (own.headers["etag"], "W/" + own.headers["etag"], f'"other", {own.headers["etag"]}'):
        again = await files.get("own.js", headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == own.headers["etag"]
    changed = await files.get("own.js", headers={"If-None-Match": '"other"'})
    assert changed.status_code == 200


def test_every_kind_of_file_in_the_static_folder_has_a_type() -> None:
    """No page refers to a file that the server would not serve."""
    unserved = {"node_modules", "package.json", "package-lock.json", "vendor.mjs", ".npmrc", "done"}
    for file in static_folder().rglob("*"):
        relative = file.relative_to(static_folder())
        if file.is_file() and not unserved & set(relative.parts):
            assert file.suffix in TYPES, relative


@pytest.mark.parametrize("path", sorted(PAGES))
def test_page_is_served_without_anything_inline(site: Serving, path: str) -> None:
    """The policy forbids inline code, so there must be none."""
    file = static_folder() / PAGES[path]
    if not file.exists():
        pytest.skip(f"{file.name} is not written yet")
    answer = httpx.get(site.url + path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    assert (
        " style=" not in answer.text and "<style" not in answer.text and " on" + "click=" not in answer.text
    )
    for script in answer.text.split("<script")[1:]:
        assert " src=" in script.split(">")[0]
    assert ("dayi_visitor" in answer.headers.get("set-cookie", "")) == (path == "/")
