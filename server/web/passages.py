"""The route by which a reader opens a source: its document's text passes the filter, as the answer did.

How a document is kept is not known here.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from typing import Any

import structlog
from starlette.responses import Response

from filters import Action, Direction, Pipeline
from server.accounts import require_chat
from server.chat.hit_notes import masked
from server.errors import ClientProblem, StorageProblem
from server.knowledge import Opened
from server.web.bodies import answer
from server.web.documents import classes_of, opened_json
from server.web.messages import problem
from server.web.parts import Call

log = structlog.get_logger(__name__)

AROUND_CHARS = 3000  # of the text before and behind a passage
_PASSAGE = re.compile(r"([A-Za-z0-9_-]{1,40})\.(\d{1,9})\.(\d{1,9})")


async def open_passage(call: Call) -> Response:
    """A passage in its document, for whoever may ask questions and sees the document."""
    if call.who is None:
        raise problem("login_needed")
    require_chat(call.who, call.parts.settings.who_may_chat)
    named = _PASSAGE.fullmatch(call.request.path_params["id"])
    if named is None:
        raise problem("not_found")
    start, end = int(named[2]), int(named[3])
    first = max(0, start - AROUND_CHARS)
    opened = await call.parts.documents.read(
        named[1],
        await classes_of(call),
        start=first,
        num_chars=min(end - first, 10 * AROUND_CHARS) + AROUND_CHARS if end > first else 1,
    )
    try:
        pipeline = call.parts.published.of(call.who.class_id)
        shown = await asyncio.to_thread(_filtered, pipeline, opened, start, end)
    except StorageProblem:
        raise
    except Exception as error:  # whatever it is: without a verdict nothing passes
        call.parts.metrics.filter_failed()
        log.error("the filter failed; nothing passed", exc_info=error)
        raise problem("filter_failed", retry_after_seconds=5) from None
    if shown is None:
        raise ClientProblem(
            "filter",
            "这一处含有词表拦下的内容，不能打开。",
            message_en="This place holds words that the lists block; it cannot be opened.",
            status=403,
        )
    return answer({**shown, "passage": {"start": start, "end": end}})


def _filtered(pipeline: Pipeline, opened: Opened, start: int, end: int) -> dict[str, Any] | None:
    """What of a stretch may be shown; None: not even the passage itself.

    Every character keeps its place, so that passages are still where the document says.
    """
    text = _shown(pipeline, opened.text)
    if text is None:  # then without what stands around it
        first = max(start, opened.start)
        text = _shown(pipeline, opened.text[first - opened.start : max(end, first) - opened.start])
        if text is None:
            return None
        inside = [place for place in opened.places if place[0] < first + len(text) and place[1] > first]
        opened = replace(opened, start=first, places=inside)
    places = [(*place[:2], _line(pipeline, place[2]), place[3]) for place in opened.places]
    shown = opened_json(replace(opened, text=text, places=places))
    return {**shown, "title": _line(pipeline, opened.document.title)}


def _shown(pipeline: Pipeline, text: str) -> str | None:
    verdict = pipeline.check(text, Direction.ANSWER)
    if verdict.blocked:
        return None
    hidden = (each for each in verdict.matches if each.action in (Action.MASK, Action.REPLACE))
    return masked(text, ((each.start, each.end) for each in hidden))


def _line(pipeline: Pipeline, text: str) -> str:
    return pipeline.check(text, Direction.ANSWER).text
