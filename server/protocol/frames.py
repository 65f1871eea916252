"""The frames of the chat protocol, version 1: data only.

One JSON object a WebSocket message, discriminated by `type`. This module knows the
shape of frames; it does not know when one may be sent (`session`) nor how (`web`).
"""

from __future__ import annotations

import json
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from server.errors import ClientProblem
from server.protocol.frame import Frame as _Frame
from server.protocol.knowledge_frames import Approved as Approved
from server.protocol.knowledge_frames import Attached as Attached
from server.protocol.knowledge_frames import Chosen as Chosen
from server.protocol.knowledge_frames import Passage as Passage
from server.protocol.thread_frames import AskTeacher as AskTeacher
from server.protocol.thread_frames import TeacherAnswer as TeacherAnswer
from server.protocol.thread_frames import TeacherThread as TeacherThread
from server.protocol.thread_frames import Thread as Thread
from server.protocol.thread_frames import ThreadState as ThreadState
from server.protocol.thread_frames import Unread as Unread

VERSION = 1

Finish = Literal["stop", "length", "stopped", "filtered", "failed"]
Origin = Literal["model", "approved_answer", "offer", "declined", "teacher"]
Notice = Literal["masked", "warned"]
Reason = Literal["hit", "new", "evicted", "edited", "truncated", "filtered", "restart"]
RefusalCode = Literal["filter", "too_long", "too_fast", "busy", "stage"]


# --- browser → server ---------------------------------------------------------------


class Hello(_Frame):
    """The first frame of a connection: begin or resume a conversation."""

    type: Literal["hello"] = "hello"
    v: int
    conversation: str | None = Field(None, max_length=64)
    last_seq: int | None = Field(None, ge=0)
    class_code: str | None = Field(None, max_length=32)
    lang: Literal["zh", "en"] = "zh"


class Ask(_Frame):
    """A question. `id` makes it idempotent: sent twice, it is answered once.

    `chosen` says that it is one that was offered, `text` as it was shown: a masked one cannot be found by
    its words.
    """

    type: Literal["ask"] = "ask"
    id: str = Field(min_length=1, max_length=64)
    text: str
    chosen: Chosen | None = None


class Stop(_Frame):
    """Stop the answer of `turn`, whether it waits or runs."""

    type: Literal["stop"] = "stop"
    turn: str = Field(max_length=64)


class Regenerate(_Frame):
    """Answer the last turn anew; the earlier answer leaves the history."""

    type: Literal["regenerate"] = "regenerate"
    turn: str = Field(max_length=64)


class Rate(_Frame):
    """Good (1) or bad (-1), with an optional reason."""

    type: Literal["rate"] = "rate"
    turn: str = Field(max_length=64)
    value: Literal[1, -1]
    reason: str | None = Field(None, max_length=500)


class Ping(_Frame):
    """Are you there?"""

    type: Literal["ping"] = "ping"


ClientFrame = Hello | Ask | Stop | Regenerate | Rate | AskTeacher | TeacherThread | Ping


# --- server → browser ---------------------------------------------------------------


class Limits(_Frame):
    """What the page must know not to be refused."""

    question_chars: int
    frame_bytes: int


class Kv(_Frame):
    """How much of the history was reused, in tokens, and why not more."""

    reused: int
    prefilled: int
    reason: Reason


class Usage(_Frame):
    """What a reply cost. Tokens are counts; times are milliseconds since the question was accepted."""

    prompt_tokens: int = 0
    reused_tokens: int = 0
    generated_tokens: int = 0
    queue_ms: int = 0
    first_token_ms: int | None = None
    total_ms: int = 0


class Welcome(_Frame):
    """The answer to `hello`; everything after `resume_from` follows."""

    type: Literal["welcome"] = "welcome"
    seq: int
    v: int = VERSION
    conversation: str
    resume_from: int
    limits: Limits
    label: str
    lists_version: int


class Accepted(_Frame):
    """The question is in. `text` is what will be remembered: masked where masked.

    `notices` is what its writer is to be told: that words were masked, or that one gave cause to warn.
    """

    type: Literal["accepted"] = "accepted"
    seq: int
    id: str
    turn: str
    text: str
    regenerates: str | None = None
    notices: list[Notice] | None = None


class Refused(_Frame):
    """The question is not in, and why. Nothing of it is kept but the verdict."""

    type: Literal["refused"] = "refused"
    seq: int
    id: str
    code: RefusalCode
    category: str | None = None
    message: str
    retry_after_seconds: float | None = None


class Queued(_Frame):
    """The turn waits: `position` questions are before it, about `eta_seconds` to go."""

    type: Literal["queued"] = "queued"
    seq: int
    turn: str
    position: int
    eta_seconds: float


class Started(_Frame):
    """The answer begins.

    `origin` says whose it is: the model's, an approved answer (`approved` says which), a choice between the
    approved answers to `offers`, the preset's word that there is none (`declined`), or nobody's, as the
    question goes to a teacher (`teacher`).
    """

    type: Literal["started"] = "started"
    seq: int
    turn: str
    origin: Origin
    kv: Kv | None = None
    approved: Approved | None = None
    offers: list[str] | None = None


class Sources(_Frame):
    """The passages that the answer rests on."""

    type: Literal["sources"] = "sources"
    seq: int
    turn: str
    passages: list[Passage]


class Delta(_Frame):
    """More of the answer: filtered, joined over a few tens of milliseconds."""

    type: Literal["delta"] = "delta"
    seq: int
    turn: str
    text: str


class Done(_Frame):
    """The only frame that ends an answer. `unsupported` are facts in it that no passage has."""

    type: Literal["done"] = "done"
    seq: int
    turn: str
    finish: Finish
    message: str | None = None
    usage: Usage
    unsupported: list[str] | None = None


class Error(_Frame):
    """Something went wrong with the connection or a frame.

    It is the affair of one connection, not of the conversation: it has no `seq` and is not replayed.
    """

    type: Literal["error"] = "error"
    seq: int | None = None
    code: str
    message: str
    retry_after_seconds: float | None = None


class Pong(_Frame):
    """Yes."""

    type: Literal["pong"] = "pong"


ServerFrame = (
    Welcome
    | Accepted
    | Refused
    | Queued
    | Started
    | Sources
    | Delta
    | Done
    | Thread
    | TeacherAnswer
    | Unread
    | Error
    | Pong
)

# A journal that cannot be read is a bug with a traceback in the log: not with what a pupil wrote in it.
_QUIET = ConfigDict(hide_input_in_errors=True)
_client: TypeAdapter[ClientFrame] = TypeAdapter(
    Annotated[ClientFrame, Field(discriminator="type")], config=_QUIET
)
_server: TypeAdapter[ServerFrame] = TypeAdapter(
    Annotated[ServerFrame, Field(discriminator="type")], config=_QUIET
)


def parse_client(text: str) -> ClientFrame:
    """Read one message of a browser.

    Raises:
        ClientProblem: `bad_frame`, when the text is not one frame of this version.
    """
    try:
        return _client.validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ClientProblem("bad_frame", f"{where or 'frame'}: {first['msg']}") from None
    except (ValueError, RecursionError):
        raise ClientProblem("bad_frame", "frame: not JSON") from None


def parse_server(text: str) -> ServerFrame:
    """Read one message of a server (clients, tests and benchmarks use it)."""
    return _server.validate_json(text)


def dump(frame: ServerFrame | ClientFrame) -> str:
    """Write a frame as the JSON text that is sent and journalled."""
    return json.dumps(frame.model_dump(exclude_none=True), ensure_ascii=False, separators=(",", ":"))


@cache  # anyone may ask for it as often as they like, and making it takes milliseconds of the event loop
def json_schema() -> dict[str, Any]:
    """The JSON Schema of every frame, served at `/api/frames.json`; shared, so not to be changed."""
    return {
        "version": VERSION,
        "client": _client.json_schema(),
        "server": _server.json_schema(mode="serialization"),
    }
