"""Routes of alerts (one's own, all of them, their rules) and of the queue of hits to be looked at.

A wrong hit becomes an allow phrase in the draft here: where records and word desk meet.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from starlette.responses import Response

from server.accounts import Permission, allows
from server.moderation import NewList, NewWord
from server.records import NewRule
from server.records.views import Decision
from server.web.bodies import FURTHEST, Body, Query, answer, read_body, read_query
from server.web.parts import Call
from server.web.records import NoteBody, id_of, position, tells_times

ALLOW_LIST = {"zh": "复核放行", "en": "Allowed after review"}


class QueueQuery(Query):
    """A part of a queue."""

    state: Literal["open", "done"] = "open"
    before: str | None = Field(None, pattern=r"^\d{1,15}-\d{1,15}$")
    offset: int = Field(0, ge=0, le=FURTHEST)
    limit: int = Field(50, ge=1, le=200)


class AllowBody(Body):
    """An allow phrase for the draft; without a list it goes into one of its own."""

    text: str = Field(min_length=1, max_length=100)
    list_id: str | None = None


class ReviewBody(Body):
    """What somebody found about a hit."""

    decision: Decision
    note: str = Field("", max_length=500)
    allow: AllowBody | None = None  # only of a wrong one


async def reviews(call: Call) -> Response:
    """A part of the queue."""
    query = read_query(call.request, QueueQuery)
    queue = call.parts.records.queue
    page = await queue.page(
        query.state,
        now_ms=call.now_ms,
        before=position(query.before),
        limit=query.limit,
        exact=tells_times(call),
    )
    return answer(page)


async def review(call: Call) -> Response:
    """A hit was right or wrong; of a wrong one, its allow phrase goes into the draft first."""
    hit_id = id_of(call)
    body = await read_body(call.request, ReviewBody)
    queue, added = call.parts.records.queue, None
    hit = await queue.open_hit(hit_id)
    if body.decision == "wrong" and body.allow is not None:
        new = NewWord(
            list_id=body.allow.list_id or await _allow_list(call),
            text=body.allow.text,
            note=body.note,
            scope=[hit.category] if hit.category else [],
        )
        entries = call.parts.words.entries
        added = (await entries.add(new, who=call.user_name, now_ms=call.now_ms)).word
    await queue.settle(hit_id, body.decision, note=body.note, who=call.user_name, now_ms=call.now_ms)
    return answer({"word": added, "open": await queue.num_open()})


async def _allow_list(call: Call) -> str:
    lists = call.parts.words.lists
    name = ALLOW_LIST[call.language]
    for each in (await lists.overview()).lists:
        if each.kind == "allow" and each.name in ALLOW_LIST.values():
            return each.id
    made = await lists.add(NewList(name=name, kind="allow"), who=call.user_name, now_ms=call.now_ms)
    return made.id


async def own_alerts(call: Call) -> Response:
    """What one is told of, and how much of it waits."""
    query = read_query(call.request, QueueQuery)
    desk = call.parts.records.alerts
    page = await desk.page(query.state, user_id=call.user.id, offset=query.offset, limit=query.limit)
    return answer({**page, "open": await desk.num_open(call.user.id)})


async def num_own_alerts(call: Call) -> Response:
    """How much waits for whoever asks: asked by every open page of staff, again and again."""
    records = call.parts.records
    sees_all = allows(call.user.role, Permission.SEE_RECORDS)
    return answer(
        {
            "open": await records.alerts.num_open(call.user.id),
            "records": await records.waiting(call.now_ms) if sees_all else None,
        }
    )


async def handle(call: Call) -> Response:
    """Take care of an alert; whoever does not see all records, of one's own."""
    body = await read_body(call.request, NoteBody)
    sees_all = allows(call.user.role, Permission.SEE_RECORDS)
    await call.parts.records.alerts.handle(
        call.request.path_params["id"],
        note=body.note,
        who=call.user_name,
        now_ms=call.now_ms,
        user_id=None if sees_all else call.user.id,
    )
    return Response(status_code=204)


async def alerts(call: Call) -> Response:
    """Everybody's alerts."""
    query = read_query(call.request, QueueQuery)
    page = await call.parts.records.alerts.page(query.state, offset=query.offset, limit=query.limit)
    exact = tells_times(call)
    if not exact:  # those whom an alert names are told of it at once, and so when it was
        day = call.parts.records.hits.day_start_ms
        for each in page["alerts"]:
            each |= {name: day(each[name]) for name in ("first_at_ms", "last_at_ms")}
    return answer({**page, "exact_times": exact})


async def rules(call: Call) -> Response:
    """Every rule, and whom one may name."""
    desk = call.parts.records.alerts
    return answer({"rules": await desk.rules(), "staff": await desk.staff()})


async def add_rule(call: Call) -> Response:
    """Make a rule."""
    body = await read_body(call.request, NewRule)
    made = await call.parts.records.alerts.save_rule(None, body, who=call.user_name, now_ms=call.now_ms)
    return answer({"rule": made}, 201)


async def change_rule(call: Call) -> Response:
    """Write a rule anew."""
    body = await read_body(call.request, NewRule)
    rule_id = call.request.path_params["id"]
    made = await call.parts.records.alerts.save_rule(rule_id, body, who=call.user_name, now_ms=call.now_ms)
    return answer({"rule": made})


async def delete_rule(call: Call) -> Response:
    """Delete a rule."""
    rule_id = call.request.path_params["id"]
    await call.parts.records.alerts.delete_rule(rule_id, who=call.user_name, now_ms=call.now_ms)
    return Response(status_code=204)
