"""Routes of the word desk: lists, trying out, publishing, the record. Entries are in `word_entries`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from starlette.responses import Response

from server.moderation import ListPatch, NewList
from server.web.bodies import FURTHEST, Body, Query, answer, read_body, read_query
from server.web.parts import Call

TRY_CHARS = 20_000


class TryBody(Body):
    """A text to be held against the filter."""

    text: str = Field(max_length=TRY_CHARS)
    direction: Literal["question", "answer"] = "question"
    use: Literal["draft", "published"] = "draft"
    class_id: str | None = Field(None, max_length=64)


class PublishBody(Body):
    """Why this version."""

    comment: str = Field("", max_length=2000)


class PageQuery(Query):
    """A part of a long list."""

    offset: int = Field(0, ge=0, le=FURTHEST)
    limit: int = Field(100, ge=1, le=1000)
    what: str | None = Field(None, max_length=40)


async def overview(call: Call) -> Response:
    """The lists, the draft and what is in effect."""
    return answer((await call.parts.words.lists.overview()).model_dump())


async def add_list(call: Call) -> Response:
    """Make a list."""
    body = await read_body(call.request, NewList)
    made = await call.parts.words.lists.add(body, who=call.user_name, now_ms=call.now_ms)
    return answer({"list": made}, 201)


async def change_list(call: Call) -> Response:
    """Change a list."""
    body = await read_body(call.request, ListPatch)
    list_id = call.request.path_params["id"]
    changed = await call.parts.words.lists.change(list_id, body, who=call.user_name, now_ms=call.now_ms)
    return answer({"list": changed})


async def delete_list(call: Call) -> Response:
    """Delete a list with its entries."""
    list_id = call.request.path_params["id"]
    await call.parts.words.lists.delete(list_id, who=call.user_name, now_ms=call.now_ms)
    return Response(status_code=204)


async def try_text(call: Call) -> Response:
    """What the filter says of a text."""
    body = await read_body(call.request, TryBody)
    said = await call.parts.words.versions.try_text(body.text, body.direction, body.use, body.class_id)
    return answer(said.model_dump())


async def publish(call: Call) -> Response:
    """Put the draft into effect."""
    body = await read_body(call.request, PublishBody)
    versions = call.parts.words.versions
    return answer({"published": await versions.publish(body.comment, who=call.user_name, now_ms=call.now_ms)})


async def discard(call: Call) -> Response:
    """Take the draft back to what is in effect."""
    await call.parts.words.versions.discard(who=call.user_name, now_ms=call.now_ms)
    return Response(status_code=204)


async def versions(call: Call) -> Response:
    """Every published version."""
    return answer({"versions": await call.parts.words.versions.list_all()})


async def changes(call: Call) -> Response:
    """Who changed what and when."""
    query = read_query(call.request, PageQuery)
    page = await call.parts.words.versions.changes(offset=query.offset, limit=query.limit, what=query.what)
    return answer(page.model_dump())
