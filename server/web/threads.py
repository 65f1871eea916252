"""Routes of what pupils sent to their teacher: seen and answered by those who teach their class."""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from starlette.responses import Response

from server.chat.threads import as_json
from server.web.bodies import Body, Query, answer, read_body, read_query
from server.web.parts import Call
from server.web.statistics import ALL, whose_threads


class ThreadsQuery(Query):
    """Whose threads; without a state all of them."""

    class_id: str = Field(ALL, alias="class", max_length=64)
    state: Literal["waiting", "answered", "closed"] | None = None


class AnswerBody(Body):
    """A teacher's answer; its length is judged with everything else."""

    text: str = Field(max_length=20_000)


async def listed(call: Call) -> Response:
    """Threads of one's classes, those that wait longest first."""
    query = read_query(call.request, ThreadsQuery)
    class_ids = await whose_threads(call, query.class_id)
    desk = call.parts.chat.threads
    return answer(
        {
            "threads": [as_json(each) for each in await desk.listed(class_ids, query.state)],
            "waiting": await desk.count_waiting(class_ids),
            "label": call.parts.preset.label.get(call.language),
        }
    )


async def give_answer(call: Call) -> Response:
    """Answer a thread: it is in the pupil's conversation when this returns."""
    body = await read_body(call.request, AnswerBody)
    await call.parts.chat.threads.answer(
        call.request.path_params["id"],
        body.text,
        by=call.user_name,
        class_ids=await whose_threads(call, ALL),
    )
    return Response(status_code=204)
