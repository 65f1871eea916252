"""Routes of the records for those who may see them all: hits, coverage, the audit log."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Literal

from pydantic import Field
from starlette.responses import Response, StreamingResponse

from server.accounts import Permission, may
from server.records import HitQuery, TargetBody
from server.records.export import MOST, Clock, cover, export_csv, export_xlsx
from server.web.bodies import FURTHEST, Body, Query, answer, read_body, read_query
from server.web.messages import problem
from server.web.parts import Call
from server.web.statistics import XLSX
from server.web.word_entries import file_answer

_NAME_CHARS = 100


class HitsQuery(Query):
    """Which hits; days are both included, and without them it is the last thirty."""

    first: date | None = Field(None, alias="from")
    last: date | None = Field(None, alias="to")
    category: str | None = Field(None, max_length=_NAME_CHARS)
    action: str | None = Field(None, max_length=20)
    direction: str | None = Field(None, max_length=20)
    lane: str | None = Field(None, max_length=20)
    list_name: str | None = Field(None, alias="list", max_length=_NAME_CHARS)
    word: str = Field("", max_length=_NAME_CHARS)
    class_id: str | None = Field(None, alias="class", max_length=64)
    before: str | None = Field(None, pattern=r"^\d{1,15}-\d{1,15}$")  # time and id of the last one shown
    limit: int = Field(100, ge=1, le=500)
    format: Literal["csv", "xlsx"] = "csv"  # of an export

    @property
    def hits(self) -> HitQuery:
        """The same for the log."""
        names = ("first", "last", "category", "action", "direction", "lane", "list_name", "word", "class_id")
        return HitQuery(**{name: getattr(self, name) for name in names})


class AuditQuery(Query):
    """Which acts."""

    who: str | None = Field(None, max_length=_NAME_CHARS)
    what: str | None = Field(None, max_length=40)
    first: date | None = Field(None, alias="from")
    last: date | None = Field(None, alias="to")
    q: str = Field("", max_length=200)
    offset: int = Field(0, ge=0, le=FURTHEST)
    limit: int = Field(100, ge=1, le=500)


class VerifyBody(Body):
    """The hash of a row that was once the last one, if one has kept it."""

    head: str | None = Field(None, pattern=r"^[0-9a-f]{64}$")


class NoteBody(Body):
    """What was done."""

    note: str = Field("", max_length=500)


def position(before: str | None) -> tuple[int, int] | None:
    """Time and id of the last row of the page before."""
    if before is None:
        return None
    at_ms, row_id = before.split("-")
    return int(at_ms), int(row_id)


def tells_times(call: Call) -> bool:
    """Whether hits are told with their times: at what minute somebody wrote something is more than on which
    day. Everybody else who sees records is told the days."""
    return may(call.user, Permission.SEE_DATES)


async def hits(call: Call) -> Response:
    """A page of the hit log."""
    query = read_query(call.request, HitsQuery)
    log = call.parts.records.hits
    page = await log.page(
        query.hits,
        now_ms=call.now_ms,
        before=position(query.before),
        limit=query.limit,
        exact=tells_times(call),
    )
    return answer(page)


async def chart(call: Call) -> Response:
    """Hits by category and day."""
    query = read_query(call.request, HitsQuery)
    return answer(await call.parts.records.hits.chart(query.hits, now_ms=call.now_ms))


async def options(call: Call) -> Response:
    """What can be filtered by."""
    classes = await call.parts.accounts.classes.list_all()
    found = await call.parts.records.hits.options()
    listed = [{"id": each.id, "name": each.name} for each in classes]
    return answer({**found, "classes": listed, "exact_times": tells_times(call)})


async def export_hits(call: Call) -> Response:
    """The chosen hits as a file. It is handed out only when the audit log says so."""
    query = read_query(call.request, HitsQuery)
    log, lang = call.parts.records.hits, call.language
    most = MOST[query.format]
    found = await log.all_of(query.hits, now_ms=call.now_ms, most=most)
    classes = {each.id: each.name for each in await call.parts.accounts.classes.list_all()}
    over = cover(
        lang,
        who=call.user_name,
        taken_at=datetime.fromtimestamp(call.now_ms / 1000, log.zone),
        label=call.parts.preset.label.get(lang),
        num_hits=len(found),
        cut=len(found) == most,
    )
    write = export_xlsx if query.format == "xlsx" else export_csv
    clock = Clock(log.zone, exact=tells_times(call))
    content = await asyncio.to_thread(write, found, over, lang, clock, classes)
    first, last = log.period(query.hits, call.now_ms)
    filters = query.model_dump(mode="json", exclude_none=True, exclude={"before", "limit", "first", "last"})
    await call.parts.records.trail.note(
        who=call.user_name,
        what="export_hits",
        subject=f"{first} – {last}",
        now_ms=call.now_ms,
        detail={"num_hits": len(found), **filters},
    )
    media_type = XLSX if query.format == "xlsx" else "text/csv; charset=utf-8"
    return file_answer(content, f"dayi-hits-{first:%Y%m%d}-{last:%Y%m%d}.{query.format}", media_type)


async def counts(call: Call) -> Response:
    """What waits for somebody."""
    return answer(await call.parts.records.waiting(call.now_ms))


async def coverage(call: Call) -> Response:
    """Words by category against their targets, and the weekly review."""
    return answer(
        await call.parts.records.coverage.report(call.now_ms, call.parts.published.compiled.num_words)
    )


async def set_target(call: Call) -> Response:
    """Say how many words a category ought to have."""
    body = await read_body(call.request, TargetBody)
    await call.parts.records.coverage.set_target(body, who=call.user_name, now_ms=call.now_ms)
    return await coverage(call)


async def reviewed(call: Call) -> Response:
    """The lists were gone through."""
    body = await read_body(call.request, NoteBody)
    await call.parts.records.coverage.reviewed(body.note, who=call.user_name, now_ms=call.now_ms)
    return await coverage(call)


async def audit(call: Call) -> Response:
    """A page of the audit log."""
    query = read_query(call.request, AuditQuery)
    log = call.parts.records.hits
    span = log.span(query.first, query.last)
    page = await call.parts.records.trail.page(
        who=query.who or None,
        what=query.what or None,
        from_ms=span[0],
        to_ms=span[1],
        text=query.q,
        offset=query.offset,
        limit=query.limit,
    )
    return answer(page)


async def verify(call: Call) -> Response:
    """Walk along the chain of the audit log now."""
    body = await read_body(call.request, VerifyBody)
    return answer(await call.parts.records.trail.verify(body.head))


async def export_audit(call: Call) -> Response:
    """The whole audit log as JSON lines."""
    trail = call.parts.records.trail
    seq, head_hash = await trail.head()
    detail = {"rows": seq, "head": head_hash}
    await trail.note(who=call.user_name, what="export_audit", subject="", now_ms=call.now_ms, detail=detail)

    async def lines() -> AsyncIterator[bytes]:
        async for line in trail.lines():
            yield line.encode() + b"\n"

    headers = {
        "Content-Disposition": 'attachment; filename="dayi-audit.jsonl"',
        "Cache-Control": "no-store",
    }
    return StreamingResponse(lines(), media_type="application/x-ndjson", headers=headers)


def id_of(call: Call) -> int:
    """The number in the address.

    Raises:
        ClientProblem: `not_found`, if it is none.
    """
    text = call.request.path_params["id"]
    if not (text.isascii() and text.isdecimal() and len(text) <= 15):
        raise problem("not_found")
    return int(text)
