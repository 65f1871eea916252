"""The vocabulary of the engine: requests, events, status, and their JSON lines.

Server and engine process both import this; it knows neither torch nor how lines travel.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, Literal

Reason = Literal["hit", "new", "evicted", "edited", "truncated", "filtered", "restart"]
Finish = Literal["stop", "length", "cancelled", "failed"]
Hint = Literal["edited", "filtered"]


@dataclass(frozen=True, slots=True)
class Sampling:
    """How tokens are chosen. `temperature` 0 is greedy; `seed` None draws one at submission."""

    temperature: float = 0.7
    top_p: float = 0.8
    top_k: int = 20
    repetition_penalty: float = 1.05
    max_tokens: int = 1024
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """A past turn as it was shown; ids only where they are exactly what was shown.

    `tokenizer` is the fingerprint of the tokenizer that made the ids: under another one they mean nothing.
    """

    question: str
    answer: str
    question_ids: tuple[int, ...] | None = None
    answer_ids: tuple[int, ...] | None = None
    tokenizer: str = ""
    sizes: tuple[int, int] | None = None  # of question and answer, in ids, instead of their contents


@dataclass(frozen=True, slots=True)
class EngineRequest:
    """Everything one reply needs: the prompt is rebuilt from these parts each time.

    `generated` are ids that an engine process produced before it died; the reply goes on after them.
    """

    id: str
    conversation: str
    user: str  # whom to be fair to
    system: str
    question: str
    turns: tuple[Turn, ...] = ()
    sampling: Sampling = field(default_factory=Sampling)
    hint: Hint | None = None  # why the history may differ from what was cached; for the report alone
    generated: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Waiting:
    """`position` others come first; the answer begins in about `eta_seconds`."""

    id: str
    position: int
    eta_seconds: float


@dataclass(frozen=True, slots=True)
class Begun:
    """The request has a place: `reused` ids were cached, `prefilled` are computed now."""

    id: str
    reused: int
    prefilled: int
    reason: Reason
    question_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Tokens:
    """New ids, and the whole characters that they completed (none, when one is still open)."""

    id: str
    ids: tuple[int, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The last event of every request. `message` says what failed, for the log."""

    id: str
    finish: Finish
    question_ids: tuple[int, ...] | None
    answer_ids: tuple[int, ...]  # without the end token
    prompt_tokens: int
    reused_tokens: int
    generated_tokens: int
    message: str = ""


Event = Waiting | Begun | Tokens | Ended


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """How the engine process is to run; `folder` is a prepared model."""

    folder: Path
    system: str = ""  # the preset's system prompt: computed once, at warm-up
    threads: int = 0  # 0: one per core
    window_tokens: int = 4096
    max_running: int = 8
    max_waiting: int = 64
    max_wait_seconds: float = 120.0  # no question is taken that would wait longer; 0: each is
    max_per_user: int = 8  # under way or waiting: nobody fills the queue alone
    kv_budget_bytes: int = 1 << 30
    chunk_tokens: int = 128  # ids of prefills computed in one step …
    shared_chunk_tokens: int = 64  # … and when others decode in it, whose streams would pause
    guess: bool = True  # check guessed ids ahead for a lone reply
    operator: str = "auto"  # what multiplies int8 weights
    spill_folder: Path | None = None  # where keys and values go that memory has no room for
    spill_bytes: int = 0
    device: str = "cpu"


@dataclass(frozen=True, slots=True)
class Patience:
    """When to start the engine again, and how often."""

    first_pause_seconds: float = 0.1  # doubled with every death in the window
    max_deaths: int = 5  # in the window: then it rests, and nobody waits for it
    window_seconds: float = 120.0
    rest_seconds: float = 60.0  # from then on before every trial, until an engine outlives the window
    max_job_deaths: int = 3  # a reply during which the engine died so often is not tried again
    stall_seconds: float = 60.0  # without a sign of life while there is work
    open_seconds: float = 300.0  # to load and warm up


@dataclass(frozen=True, slots=True)
class Memory:
    """What the engine process holds."""

    resident_bytes: int = 0
    kv_bytes: int = 0
    num_conversations: int = 0


@dataclass(frozen=True, slots=True)
class Measured:
    """What an engine measured of itself: with it the next one on this machine can tell waits at once."""

    rows: tuple[int, ...] = ()  # replies that decode together …
    step_seconds: tuple[float, ...] = ()  # … and how long a step of so many takes
    prefill_seconds: float = 0.0  # what one id of a prefill adds to a step; 0: not known
    answer_tokens: tuple[int, ...] = ()  # lengths of the newest answers
    num_steps: int = 0  # computed since its start


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """What the administrator sees of the engine."""

    ready: bool
    note: str = ""  # why it is not ready, in one sentence
    running: int = 0
    waiting: int = 0
    restarts: int = 0
    resident_bytes: int = 0
    kv_bytes: int = 0
    tokenizer: str = ""  # fingerprint; "" until the engine was ready once


# --- lines from the server to the engine process --------------------------------------


@dataclass(frozen=True, slots=True)
class Open:
    """The first line: load and warm up."""

    options: EngineOptions
    measured: Measured = field(default_factory=Measured)


@dataclass(frozen=True, slots=True)
class Ask:
    """Answer this."""

    request: EngineRequest


@dataclass(frozen=True, slots=True)
class Cancel:
    """End this request within one step."""

    id: str


@dataclass(frozen=True, slots=True)
class Forget:
    """Drop what is cached of this conversation."""

    conversation: str


# --- further lines from the engine process to the server -------------------------------


@dataclass(frozen=True, slots=True)
class Ready:
    """Warm: a token was produced."""

    tokenizer: str


@dataclass(frozen=True, slots=True)
class Broken:
    """The model cannot be opened; trying again would not help."""

    message: str


Line = Open | Ask | Cancel | Forget | Ready | Broken | Memory | Measured | Event

_KINDS: dict[str, type[Any]] = {
    kind.__name__: kind
    for kind in (Open, Ask, Cancel, Forget, Ready, Broken, Memory, Measured, Waiting, Begun, Tokens, Ended)
}


def dump_line(line: Line) -> bytes:
    """One JSON line, newline included."""
    values = {"kind": type(line).__name__, **_values(line)}
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"), default=_plain).encode() + b"\n"


def _values(one: Any) -> dict[str, Any]:
    # Not `asdict`, which copies every id of a long conversation one by one, on the server's event loop.
    # What is as it is by default is left out: a long conversation has hundreds of turns.
    values = ((each, getattr(one, each.name)) for each in fields(one))
    return {each.name: value for each, value in values if value is not each.default}


def _plain(one: object) -> object:
    return _values(one) if is_dataclass(one) else str(one)


def parse_line(text: bytes | bytearray) -> Line:
    """Read one line back.

    Raises:
        ValueError: when it is none of the lines of this module.
    """
    values = json.loads(text)
    if not isinstance(values, dict):
        raise ValueError("a line that is no object")
    kind = _KINDS.get(values.pop("kind", ""))
    if kind is None:
        raise ValueError("a line of no known kind")
    if kind is Open:
        options, measured = values["options"], _built(Measured, values["measured"])
        spill = options.get("spill_folder")
        folders = {"folder": Path(options["folder"]), "spill_folder": Path(spill) if spill else None}
        return Open(EngineOptions(**{**options, **folders}), measured)
    if kind is Ask:
        return Ask(_request(values["request"]))
    line: Line = _built(kind, values)
    return line


def _request(values: Mapping[str, Any]) -> EngineRequest:
    turns = tuple(_built(Turn, turn) for turn in values.get("turns", ()))
    sampling = Sampling(**values["sampling"])
    return _built(EngineRequest, {**values, "turns": turns, "sampling": sampling})  # type: ignore[no-any-return]


def _built(kind: type[Any], values: Mapping[str, Any]) -> Any:
    known = {one.name for one in fields(kind)}
    return kind(**{name: _frozen(value) for name, value in values.items() if name in known})


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, Sequence) and not isinstance(value, str) else value
