"""Routes of the versions: listed, compared, brought back; and of the record."""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from starlette.responses import Response

from server.web.bodies import FURTHEST, Body, Query, answer, read_body, read_query
from server.web.parts import Call
from server.web.word_entries import file_answer


class PageQuery(Query):
    """A part of a long list."""

    offset: int = Field(0, ge=0, le=FURTHEST)
    limit: int = Field(100, ge=1, le=1000)
    what: str | None = Field(None, max_length=40)


class DifferenceQuery(PageQuery):
    """Two versions, and what to show of what lies between them; without `to` the draft."""

    before: int = Field(alias="from", ge=1, le=FURTHEST)
    after: int | None = Field(None, alias="to", ge=1, le=FURTHEST)
    q: str = Field("", max_length=200)
    kind: Literal["added", "removed", "changed"] | None = None
    list_name: str | None = Field(None, alias="list", max_length=100)


class RollbackBody(Body):
    """Which version, and what becomes of a draft with changes."""

    number: int = Field(ge=1, le=FURTHEST)
    draft: Literal["keep", "discard"] | None = None
    comment: str = Field("", max_length=2000)


async def versions(call: Call) -> Response:
    """Every published version."""
    return answer({"versions": await call.parts.words.versions.list_all()})


async def difference(call: Call) -> Response:
    """What lies between two versions."""
    query = read_query(call.request, DifferenceQuery)
    page = await call.parts.words.differences.page(
        query.before,
        query.after,
        q=query.q,
        kind=query.kind,
        list_name=query.list_name,
        offset=query.offset,
        limit=query.limit,
    )
    return answer(page.model_dump())


async def export_difference(call: Call) -> Response:
    """All of that as a file."""
    query = read_query(call.request, DifferenceQuery)
    file = await call.parts.words.differences.export(
        query.before, query.after, who=call.user_name, now_ms=call.now_ms
    )
    return file_answer(file.content, file.name, file.media_type)


async def roll_back(call: Call) -> Response:
    """Bring a version back."""
    body = await read_body(call.request, RollbackBody)
    version = await call.parts.words.rollbacks.to(
        body.number, body.draft, body.comment, who=call.user_name, now_ms=call.now_ms
    )
    return answer({"published": version})


async def changes(call: Call) -> Response:
    """Who changed what and when."""
    query = read_query(call.request, PageQuery)
    page = await call.parts.words.versions.changes(offset=query.offset, limit=query.limit, what=query.what)
    return answer(page.model_dump())
