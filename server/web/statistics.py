"""Routes of the question page: statistics of one's own classes, and the taxonomy of topics.

Which classes are someone's own is asked of the accounts; what is hidden, of the topics.
"""

from __future__ import annotations

import asyncio
import json
from datetime import date, timedelta
from typing import Any, Literal

from pydantic import Field
from starlette.responses import Response

from server.accounts import ClassRef, Permission, Role, may
from server.topics import Audience, Report, Tabs, export_csv, export_name, export_xlsx
from server.web.bodies import Body, Query, answer, read_body, read_query
from server.web.messages import problem
from server.web.parts import Call
from server.web.word_entries import file_answer

ALL = "all"
ANSWERS = "/api/answers"  # approved answers are written where this is
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class StatsQuery(Query):
    """Whose numbers, and of which days (both included; without them the week so far)."""

    class_id: str = Field(ALL, alias="class", max_length=64)
    first: date | None = Field(None, alias="from")
    last: date | None = Field(None, alias="to")
    format: Literal["csv", "xlsx"] = "csv"  # of an export


class TopicsBody(Body):
    """A whole taxonomy; its rows are checked, and every mistake named, by the topics."""

    topics: list[Any]
    stamp: str | None = Field(None, max_length=64)  # of what was edited; without it nothing is compared
    way: Literal["edit", "import", "reset"] = "edit"  # for the record


async def classes(call: Call) -> Response:
    """The classes whose numbers one may see."""
    statistics = call.parts.statistics
    return answer(
        {
            "classes": await call.parts.accounts.classes.classes_for(call.user),
            "small_group": statistics.small_group,
            "timezone": statistics.timezone,
            "has_answers": any(getattr(each, "path", "") == ANSWERS for each in call.request.app.routes),
        }
    )


async def numbers(call: Call) -> Response:
    """The page's numbers."""
    return answer((await _report(call)).as_json())


async def safety(call: Call) -> Response:
    """Words that were hit, as counts."""
    audience, first, last = await asked_for(call)
    report = await call.parts.safety.report(audience, first, last, lang=call.language)
    return answer(report.model_dump(mode="json"))


async def export(call: Call) -> Response:
    """The same, with the tables below the charts, as a file for a spreadsheet; who had it is on record."""
    report, tabs = await _report(call), await _tabs(call)
    query = read_query(call.request, StatsQuery)
    await call.parts.record(
        at_ms=call.now_ms,
        who=call.user_name,
        what="export_statistics",
        subject=query.class_id,
        detail={"from": str(report.first_day), "to": str(report.last_day), "format": query.format},
    )
    if query.format == "xlsx":
        content = await asyncio.to_thread(export_xlsx, report, call.language, tabs)
        return file_answer(content, export_name(report, "xlsx"), XLSX)
    content = export_csv(report, call.language, tabs)
    return file_answer(content, export_name(report), "text/csv; charset=utf-8")


async def _tabs(call: Call) -> Tabs:
    audience, first, last = await asked_for(call)
    query = read_query(call.request, StatsQuery)
    parts, lang, now_ms = call.parts, call.language, call.now_ms
    sees_groups = may(call.user, Permission.SEE_GROUPS)
    groups = parts.group_statistics
    return Tabs(
        groups=await groups.report(audience, first, last, lang=lang, now_ms=now_ms) if sees_groups else None,
        poor=await groups.poor(audience, first, last, lang=lang, now_ms=now_ms) if sees_groups else None,
        safety=await parts.safety.report(audience, first, last, lang=lang),
        num_waiting=(
            await parts.chat.threads.count_waiting(await whose_threads(call, query.class_id))
            if may(call.user, Permission.ANSWER_THREADS)
            else None
        ),
    )


async def topics(call: Call) -> Response:
    """The taxonomy in effect."""
    return answer(call.parts.topics.listed())


async def shipped_topics(call: Call) -> Response:
    """The taxonomy that the preset came with, to go back to."""
    return answer(await asyncio.to_thread(call.parts.topics.shipped))


async def export_topics(call: Call) -> Response:
    """The taxonomy as a file that the page of another school can read in."""
    content = json.dumps({"topics": call.parts.topics.listed()["topics"]}, ensure_ascii=False, indent=1)
    return file_answer(content.encode(), "dayi-topics.json", "application/json")


async def replace_topics(call: Call) -> Response:
    """Put another taxonomy in its place."""
    body = await read_body(call.request, TopicsBody)
    topics = call.parts.topics
    kept = await topics.replace(body.topics, call.language, body.stamp, way=body.way, by=call.by)
    return answer(kept)


async def _report(call: Call) -> Report:
    audience, first, last = await asked_for(call)
    return await call.parts.statistics.report(audience, first, last, lang=call.language, now_ms=call.now_ms)


async def asked_for(call: Call) -> tuple[Audience, date, date]:
    """Whose numbers are asked for, and of which days.

    Raises:
        ClientProblem: `bad_query`, or `not_allowed` for somebody else's class.
    """
    query = read_query(call.request, StatsQuery)
    last = query.last or call.parts.statistics.today(call.now_ms)
    first = query.first or last - timedelta(days=last.weekday())
    return await audience_of(call, query.class_id), first, last


async def whose_threads(call: Call, class_id: str) -> tuple[str | None, ...]:
    """The classes whose questions for a person are meant by `class`.

    Where people may ask without belonging anywhere, whoever answers at all answers them, too: nobody at the
    desk they came to has a list of them. Of statistics this opens nothing.
    """
    ids = (await audience_of(call, class_id)).class_ids
    if class_id == ALL and None not in ids and call.parts.preset.asks_without_class:
        return (*ids, None)
    return ids


async def audience_of(call: Call, class_id: str) -> Audience:
    """The classes that `class` stands for; nobody else's, and without telling whether those exist."""
    accounts = call.parts.accounts.classes
    own = await accounts.classes_for(call.user)
    if class_id != ALL:
        chosen = next((each for each in own if each.id == class_id), None)
        if chosen is None:
            raise problem("not_allowed")
        return Audience((chosen.id,), chosen.name, await accounts.enrolled([chosen.id]))
    ids = [each.id for each in own]
    enrolled = await accounts.enrolled(ids)
    if call.user.role in (Role.ADMIN, Role.COMPLIANCE):
        return Audience((*ids, None), None, enrolled)
    return Audience(tuple(ids), _together(own, call), enrolled)


def _together(own: list[ClassRef], call: Call) -> str:
    if 1 <= len(own) <= 3:
        return ("、" if call.language == "zh" else ", ").join(each.name for each in own)
    word = call.parts.preset.class_word
    return f"名下全部{word.zh}" if call.language == "zh" else "all groups taken together"
