"""Routes of classes' switches: chosen by administrators; a led session is opened by whoever teaches."""

from __future__ import annotations

from pydantic import Field
from starlette.responses import Response

from server.accounts import LedChoice, StageChoice, StageView
from server.errors import ClientProblem
from server.web.bodies import Body, answer, read_body
from server.web.messages import problem
from server.web.parts import Call


class LedBody(Body):
    """For how many minutes a class is led from now on."""

    class_id: str = Field(max_length=64)
    minutes: int


async def listed(call: Call) -> Response:
    """The switches of every class of one's own, and whether a teacher leads it now."""
    own = await call.parts.accounts.classes.classes_for(call.user)
    known = await call.parts.stages.list_all()
    views = {each.id: known.get(each.id, StageView()) for each in own}
    return answer({"stages": views, "now_ms": call.now_ms})


async def choose(call: Call) -> Response:
    """Choose the stage of a class."""
    body = await read_body(call.request, StageChoice)
    class_id = call.request.path_params["id"]
    if class_id not in [each.id for each in await call.parts.accounts.classes.list_all()]:
        raise problem("not_found")
    who = call.user_name
    return answer({"stage": await call.parts.stages.choose(class_id, body, who=who, now_ms=call.now_ms)})


async def lead(call: Call) -> Response:
    """Open a led session, or end it."""
    body = await read_body(call.request, LedBody)
    if body.class_id not in [each.id for each in await call.parts.accounts.classes.classes_for(call.user)]:
        raise problem("not_allowed")
    try:
        choice = LedChoice(minutes=body.minutes)
    except ValueError as error:
        raise ClientProblem(
            "bad_minutes", "请选 0 到 240 分钟。", message_en="Choose 0 to 240 minutes.", status=422
        ) from error
    view = await call.parts.stages.lead(body.class_id, choice.minutes, who=call.user, now_ms=call.now_ms)
    return answer({"stage": view})
