"""Routes of the groups of like questions: the table, and what is decided by hand.

Groups that are not shown are not known here either: none can be merged or split by guessing its id.
"""

from __future__ import annotations

from pydantic import Field
from starlette.responses import Response

from server.accounts import Permission, may
from server.errors import ClientProblem
from server.web.bodies import Body, Query, answer, read_body, read_query
from server.web.messages import problem
from server.web.parts import Call
from server.web.privacy import own_class
from server.web.statistics import asked_for

_ID = r"^[A-Za-z0-9_-]{1,64}$"


class GroupBody(Body):
    """A group of a class; null: of those asked outside every class."""

    class_id: str | None = Field(None, max_length=64)
    group: str = Field(pattern=_ID)


class MergeBody(GroupBody):
    """Let a group be part of another one."""

    into: str = Field(pattern=_ID)


class ApartBody(GroupBody):
    """Two groups that are not the same."""

    other: str = Field(pattern=_ID)


class SplitBody(GroupBody):
    """Let the questions with a word in them have a group of their own."""

    term: str = Field(min_length=1, max_length=20)


class WordingsQuery(Query):
    """A group among those that are shown."""

    group: str = Field(pattern=_ID)


async def groups(call: Call) -> Response:
    """The groups of like questions, masked, none of a small group of people."""
    audience, first, last = await asked_for(call)
    report = await call.parts.group_statistics.report(
        audience,
        first,
        last,
        lang=call.language,
        now_ms=call.now_ms,
        by_week=may(call.user, Permission.SEE_DATES),
    )
    return answer(report.model_dump(mode="json"))


async def wordings(call: Call) -> Response:
    """The single wordings of one group that is shown, masked; 404 where it is not."""
    query = read_query(call.request, WordingsQuery)
    audience, first, last = await asked_for(call)
    report = await call.parts.group_statistics.report(
        audience, first, last, lang=call.language, now_ms=call.now_ms
    )
    shown = next((row for row in report.groups if row.id == query.group), None)
    if shown is None:
        raise problem("not_found")
    texts = await call.parts.groups.wordings((shown.id, *shown.merged))
    return answer({"wordings": texts, "label": report.label})


async def merge(call: Call) -> Response:
    """Two groups are one, now and for questions to come."""
    body = await read_body(call.request, MergeBody)
    await own_class(call, body.class_id)
    if body.group == body.into:
        raise _same_group()
    await call.parts.groups.merge(body.class_id, body.group, body.into, at_ms=call.now_ms, who=call.user_name)
    return answer({"group": call.parts.groups.settled(body.class_id, body.group)})


async def free(call: Call) -> Response:
    """A merging is taken back."""
    body = await read_body(call.request, GroupBody)
    await own_class(call, body.class_id)
    await call.parts.groups.free(body.class_id, body.group, at_ms=call.now_ms, who=call.user_name)
    return answer({"group": call.parts.groups.settled(body.class_id, body.group)})


async def keep_apart(call: Call) -> Response:
    """Two groups are not the same, now and for questions to come."""
    body = await read_body(call.request, ApartBody)
    await own_class(call, body.class_id)
    if body.group == body.other:
        raise _same_group()
    who = call.user_name
    await call.parts.groups.keep_apart(body.class_id, body.group, body.other, at_ms=call.now_ms, who=who)
    return answer({"group": call.parts.groups.settled(body.class_id, body.group)})


async def allow(call: Call) -> Response:
    """That is taken back."""
    body = await read_body(call.request, ApartBody)
    await own_class(call, body.class_id)
    who = call.user_name
    await call.parts.groups.allow(body.class_id, body.group, body.other, at_ms=call.now_ms, who=who)
    return answer({"group": call.parts.groups.settled(body.class_id, body.group)})


async def poor(call: Call) -> Response:
    """Which groups stand behind each reason of not being answered well, none of a small group of people."""
    audience, first, last = await asked_for(call)
    report = await call.parts.group_statistics.poor(
        audience, first, last, lang=call.language, now_ms=call.now_ms
    )
    return answer(report.model_dump(mode="json"))


async def split(call: Call) -> Response:
    """Questions of a group that have a word in them go to a new one from now on."""
    body = await read_body(call.request, SplitBody)
    await own_class(call, body.class_id)
    term = body.term.strip()
    if not term:
        raise ClientProblem("bad_group", "请填一个词。", message_en="Please name a word.", status=422)
    new_group = await call.parts.groups.split(
        body.class_id, body.group, term, at_ms=call.now_ms, who=call.user_name
    )
    return answer({"group": new_group})


def _same_group() -> ClientProblem:
    return ClientProblem(
        "bad_group",
        "请选两个不同的分组。",
        message_en="Please choose two different groups.",
        status=422,
    )
