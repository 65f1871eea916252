"""Routes of the entries of word lists: one by one, many at once, as files."""

from __future__ import annotations

from typing import Literal
from urllib.parse import quote

from pydantic import Field
from starlette.datastructures import UploadFile
from starlette.responses import Response

from server.moderation import NewWord, Origin, WordPatch
from server.web.bodies import FURTHEST, Body, Query, answer, read_body, read_query
from server.web.messages import problem
from server.web.parts import Call

MANY = 100_000
ORIGIN_CHARS = 300


class EntriesQuery(Query):
    """Which entries to show."""

    list_id: str | None = Field(None, alias="list")
    q: str = Field("", max_length=200)
    enabled: bool | None = None
    offset: int = Field(0, ge=0, le=FURTHEST)
    limit: int = Field(200, ge=1, le=1000)


class ExportQuery(Query):
    """Which entries to hand out, and how."""

    list_id: str | None = Field(None, alias="list")
    form: Literal["csv", "txt"] = Field("csv", alias="format")


class WordPatchBody(WordPatch):
    """A change names the state of the entry that it was made to."""

    based_on: int


class DeleteQuery(Query):
    """The state of the entry that was looked at."""

    based_on: int


class DeleteBody(Body):
    """Entries to delete, and their `updated_at_ms` as they were looked at."""

    ids: list[str] = Field(max_length=MANY)
    based_on: dict[str, int]


class EnableBody(DeleteBody):
    """Entries to switch on or off."""

    enabled: bool


async def list_words(call: Call) -> Response:
    """Some entries in alphabetical order."""
    query = read_query(call.request, EntriesQuery)
    page = await call.parts.words.entries.page(
        list_id=query.list_id or None,
        q=query.q,
        enabled=query.enabled,
        offset=query.offset,
        limit=query.limit,
    )
    return answer(page.model_dump())


async def add_word(call: Call) -> Response:
    """Add an entry."""
    body = await read_body(call.request, NewWord)
    added = await call.parts.words.entries.add(body, who=call.user_name, now_ms=call.now_ms)
    return answer(added.model_dump(), 201)


async def change_word(call: Call) -> Response:
    """Change an entry."""
    body = await read_body(call.request, WordPatchBody)
    word_id = call.request.path_params["id"]
    changed = await call.parts.words.entries.change(word_id, body, who=call.user_name, now_ms=call.now_ms)
    return answer(changed.model_dump())


async def delete_word(call: Call) -> Response:
    """Delete an entry."""
    word_id = call.request.path_params["id"]
    seen = read_query(call.request, DeleteQuery)
    entries = call.parts.words.entries
    await entries.delete(word_id, who=call.user_name, now_ms=call.now_ms, based_on=seen.based_on)
    return Response(status_code=204)


async def delete_words(call: Call) -> Response:
    """Delete several entries."""
    body = await read_body(call.request, DeleteBody)
    entries = call.parts.words.entries
    num_words = await entries.delete_many(
        body.ids, who=call.user_name, now_ms=call.now_ms, based_on=body.based_on
    )
    return answer({"num_words": num_words})


async def enable_words(call: Call) -> Response:
    """Switch several entries on or off."""
    body = await read_body(call.request, EnableBody)
    entries = call.parts.words.entries
    num_words = await entries.enable_many(
        body.ids, body.enabled, who=call.user_name, now_ms=call.now_ms, based_on=body.based_on
    )
    return answer({"num_words": num_words})


async def import_file(call: Call) -> Response:
    """Read a file into a list, whole or not at all."""
    async with call.request.form(max_files=1, max_fields=8) as form:
        file, list_id, dry_run = form.get("file"), form.get("list_id"), form.get("dry_run", "false")
        if not isinstance(file, UploadFile) or not isinstance(list_id, str):
            raise problem("bad_upload")
        content = await file.read()
        filename = file.filename or "words.txt"
        update, as_of_ms = form.get("update", "false") == "true", form.get("as_of_ms")
        origin = Origin(*(_said(form.get(name)) for name in ("source", "licence")))
    report = await call.parts.words.files.load(
        content,
        filename,
        list_id,
        origin=origin,
        dry_run=dry_run == "true",
        update=update,
        as_of_ms=int(as_of_ms) if isinstance(as_of_ms, str) and as_of_ms.isdecimal() else None,
        who=call.user_name,
        now_ms=call.now_ms,
    )
    return answer(report.model_dump())


async def export_file(call: Call) -> Response:
    """The entries as a file."""
    query = read_query(call.request, ExportQuery)
    file = await call.parts.words.files.export(
        query.list_id or None, query.form, who=call.user_name, now_ms=call.now_ms
    )
    return file_answer(file.content, file.name, file.media_type)


def _said(value: object) -> str:
    return value.strip()[:ORIGIN_CHARS] if isinstance(value, str) else ""


def file_answer(content: bytes, name: str, media_type: str) -> Response:
    """A file that a browser saves under its name, whatever the characters of the name."""
    headers = {
        "Content-Type": media_type,
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "Cache-Control": "no-store",
    }
    return Response(content, headers=headers)
