"""Other systems' use of the word lists, in the shape of OpenAI's endpoint; and the keys they need."""

from __future__ import annotations

from typing import Annotated, Literal

import structlog
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from filters import Direction
from server.accounts import NewKey, Permission, allows
from server.errors import StorageProblem
from server.moderation import moderate
from server.web.bodies import answer, read_body
from server.web.messages import problem
from server.web.parts import Call

log = structlog.get_logger(__name__)

MAX_TEXTS = 128
_Text = Annotated[str, Field(max_length=100_000)]


class TextPart(BaseModel):
    """A text as a part of a message; parts of other kinds (pictures) are refused."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    type: Literal["text"]
    text: _Text


class Ours(BaseModel):
    """What OpenAI's endpoint has no field for. `class`: a class's id, whose own lists count as well."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    class_id: str | None = Field(None, alias="class", max_length=64)


class ModerationBody(BaseModel):
    """What is to be looked at. Fields of other servers, such as `model`, are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    input: (
        _Text
        | Annotated[list[_Text], Field(max_length=MAX_TEXTS)]
        | Annotated[list[TextPart], Field(max_length=MAX_TEXTS)]
    )
    direction: Literal["question", "answer", "name"] = "question"
    dayi: Ours = Ours()

    @property
    def texts(self) -> list[str]:
        """Each text that gets a result."""
        given = [self.input] if isinstance(self.input, str) else self.input
        return [each if isinstance(each, str) else each.text for each in given]


async def moderations(call: Call) -> Response:
    """What the lists in effect say of some texts."""
    scheme, _, key = call.request.headers.get("authorization", "").partition(" ")
    keys = call.parts.accounts.keys
    entered = await keys.enter(
        key.strip() if scheme.lower() == "bearer" else None, Permission.MODERATE, call.now_ms
    )
    body = await read_body(call.request, ModerationBody)
    try:
        said = await moderate(
            call.parts.published,
            body.texts,
            Direction(body.direction),
            with_words=allows(entered.role, Permission.EDIT_WORDS),
            class_id=body.dayi.class_id,
        )
    except Exception as error:  # whatever it is: without a verdict nobody may be told that a text is harmless
        call.parts.metrics.filter_failed()
        log.error("the filter failed; nothing passed", exc_info=error)
        if isinstance(error, StorageProblem):
            raise
        raise problem("filter_failed", retry_after_seconds=5) from None
    return answer(said)


async def list_keys(call: Call) -> Response:
    """Every key, without what opens anything."""
    return answer({"keys": await call.parts.accounts.keys.list_all()})


async def add_key(call: Call) -> Response:
    """Make a key; only this answer has it in full."""
    body = await read_body(call.request, NewKey)
    made = await call.parts.accounts.keys.add(body, who=call.user_name, now_ms=call.now_ms)
    return answer({"key": made}, 201)


async def revoke_key(call: Call) -> Response:
    """The key opens nothing any more."""
    await call.parts.accounts.keys.revoke(call.request.path_params["id"], call.now_ms, who=call.user_name)
    return Response(status_code=204)
