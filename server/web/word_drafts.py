"""Routes of a draft on its way: rehearsed, submitted, decided, published, scheduled, discarded."""

from __future__ import annotations

from pydantic import Field
from starlette.responses import Response

from server.web.bodies import Body, answer, read_body
from server.web.parts import Call

COMMENT_CHARS = 2000


class RehearseBody(Body):
    """The messages of how many days."""

    days: int = Field(ge=1, le=366)


class PublishBody(Body):
    """Why this version, and at which hour of the school's clock; without one at once."""

    comment: str = Field("", max_length=COMMENT_CHARS)
    publish_at: str | None = Field(None, max_length=40)


class SubmissionBody(Body):
    """Which submission was looked at."""

    id: int


class RefuseBody(SubmissionBody):
    """Which submission, and why it is sent back."""

    reason: str = Field("", max_length=COMMENT_CHARS)


class ApprovalBody(Body):
    """Whether a second person has to approve."""

    second_person: bool


async def rehearse(call: Call) -> Response:
    """Begin to rehearse the draft."""
    body = await read_body(call.request, RehearseBody)
    await call.parts.words.rehearsals.start(body.days, who=call.user_name, now_ms=call.now_ms)
    return await rehearsal(call)


async def rehearsal(call: Call) -> Response:
    """How far the rehearsal is, or what was found out last."""
    return answer({"rehearsal": await call.parts.words.rehearsals.view(call.language)})


async def publish(call: Call) -> Response:
    """Put the draft into effect, at once or at an hour."""
    body = await read_body(call.request, PublishBody)
    desk = call.parts.words
    if body.publish_at is not None:
        planned = await desk.schedule.plan(
            body.comment, body.publish_at, who=call.user_name, now_ms=call.now_ms
        )
        return answer({"published": None, "submission": planned})
    version = await desk.versions.publish(body.comment, who=call.user_name, now_ms=call.now_ms)
    return answer({"published": version, "submission": None})


async def discard(call: Call) -> Response:
    """Take the draft back to what is in effect."""
    await call.parts.words.versions.discard(who=call.user_name, now_ms=call.now_ms)
    return Response(status_code=204)


async def submit(call: Call) -> Response:
    """Put the draft before a second person."""
    body = await read_body(call.request, PublishBody)
    made = await call.parts.words.approvals.submit(
        body.comment, who=call.user_name, now_ms=call.now_ms, publish_at=body.publish_at
    )
    return answer({"submission": made}, 201)


async def withdraw(call: Call) -> Response:
    """Take a submission back."""
    body = await read_body(call.request, SubmissionBody)
    await call.parts.words.approvals.withdraw(body.id, who=call.user_name, now_ms=call.now_ms)
    return Response(status_code=204)


async def approve(call: Call) -> Response:
    """Approve what somebody else submitted."""
    body = await read_body(call.request, SubmissionBody)
    approvals = call.parts.words.approvals
    return answer({"published": await approvals.approve(body.id, who=call.user_name, now_ms=call.now_ms)})


async def refuse(call: Call) -> Response:
    """Send back what somebody else submitted."""
    body = await read_body(call.request, RefuseBody)
    approvals = call.parts.words.approvals
    await approvals.send_back(body.id, body.reason, who=call.user_name, now_ms=call.now_ms)
    return Response(status_code=204)


async def unschedule(call: Call) -> Response:
    """Take a publication off the clock."""
    body = await read_body(call.request, SubmissionBody)
    await call.parts.words.schedule.cancel(body.id, who=call.user_name, now_ms=call.now_ms)
    return Response(status_code=204)


async def choose_approval(call: Call) -> Response:
    """Switch the second person on or off."""
    body = await read_body(call.request, ApprovalBody)
    await call.parts.words.approvals.ask_for(body.second_person, who=call.user_name, now_ms=call.now_ms)
    return answer({"way": await call.parts.words.approvals.way()})
