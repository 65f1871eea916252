"""What an OpenAI-compatible server says, read: event streams, pieces of an answer, refusals.

Pure: bytes go in, data come out. Nothing that a server says in words gets into a message: it may repeat the
question or the key, and messages end in logs.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Literal

from server.errors import SourceProblem

MAX_EVENT_BYTES = 1 << 20

Kind = Literal["final", "again", "administrator", "too_long", "unknown_field"]
Finish = Literal["stop", "length"]

# The other server's own filter cuts an answer short, as a limit does; statistics call both `length`.
_FINISHES: dict[str, Finish] = {"length": "length", "max_tokens": "length", "content_filter": "length"}
_BROKEN_OFF = frozenset({"abort", "cancelled", "error", "insufficient_system_resource"})
_TOO_LONG = re.compile(
    r"context.{0,20}(length|window|size)|maximum.{0,20}(length|tokens)|max_model_len|too (long|many tokens)",
    re.IGNORECASE,
)
_MACHINE_WORD = re.compile(r"[\w.-]{1,40}", re.ASCII)


class Trouble(SourceProblem):
    """The other server cannot answer, and what can be done about it.

    Args:
        code: as of every `SourceProblem`.
        message: one sentence for the log.
        kind: `again` may pass by itself; `administrator` needs another setting; `too_long` a shorter history;
            `unknown_field` a request without `field`; `final` none of these.
        field: which field it does not know.
        pause_seconds: when it wants to be asked again, if it says so.
    """

    def __init__(
        self,
        code: str,
        message: str,
        kind: Kind = "final",
        *,
        field: str = "",
        pause_seconds: float | None = None,
    ) -> None:
        super().__init__(code, message)
        self.kind = kind
        self.field = field
        self.pause_seconds = pause_seconds


@dataclass(frozen=True, slots=True)
class Counts:
    """Tokens as the server counted them."""

    prompt: int
    cached: int
    generated: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """One event of a stream; each part may be missing."""

    text: str = ""
    finish: Finish | None = None
    counts: Counts | None = None


class EventStream:
    """Bytes to the data of server-sent events, wherever they are cut."""

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[bytes] = []
        self._num_bytes = 0

    def feed(self, piece: bytes) -> list[str]:
        """The events that are whole now.

        Raises:
            Trouble: an event is too long, or not UTF-8.
        """
        *lines, self._rest = (self._rest + piece).split(b"\n")
        events = [event for line in lines if (event := self._line(line)) is not None]
        if len(self._rest) + self._num_bytes > MAX_EVENT_BYTES:
            raise Trouble("unavailable", f"the server sent an event of more than {MAX_EVENT_BYTES:,} bytes")
        return events

    def flush(self) -> list[str]:
        """What stands at the end without the empty line that should follow it."""
        events = [event for line in (self._rest, b"") if (event := self._line(line)) is not None]
        self._rest = b""
        return events

    def _line(self, line: bytes) -> str | None:
        line = line.removesuffix(b"\r")
        if line:
            name, _, value = line.partition(b":")
            if name == b"data":  # anything else is a comment, a name or a number
                self._data.append(value.removeprefix(b" "))
                self._num_bytes += len(value)
            return None
        if not self._data:
            return None
        data, self._data, self._num_bytes = b"\n".join(self._data), [], 0
        try:
            return data.decode()
        except UnicodeDecodeError:
            raise Trouble("unavailable", "the server sent an event that is not UTF-8") from None


class WholeCharacters:
    """Joins characters that JSON wrote as two halves in two events; a half without its other becomes �."""

    def __init__(self) -> None:
        self._half = ""

    def feed(self, text: str) -> str:
        """The text up to where it is whole."""
        text, self._half = self._half + text, ""
        if text and "\ud800" <= text[-1] <= "\udbff":
            text, self._half = text[:-1], text[-1]
        return _mended(text)

    def flush(self) -> str:
        """What is left when nothing follows."""
        text, self._half = self._half, ""
        return _mended(text)


def read_chunk(data: str) -> Chunk:
    """One event of a streamed answer, or a whole answer that was not streamed.

    Raises:
        Trouble: it is not JSON, not of the expected form, or tells of an error.
    """
    try:
        body = json.loads(data)
    except (ValueError, RecursionError):
        raise Trouble("unavailable", "the server sent an event that is not JSON") from None
    match body:
        case {"error": error} if error:
            raise _told(error)
        case {"choices": [{"finish_reason": str(reason)}, *_]} if reason in _BROKEN_OFF:
            raise Trouble("unavailable", f"the server broke the answer off ({reason})")
    try:
        choice = (body.get("choices") or [{}])[0]
        part = choice.get("delta") or choice.get("message") or {}
        text = part.get("content") or ""
        reason = choice.get("finish_reason")
        counts = _counts(body.get("usage"))
    except (AttributeError, LookupError, TypeError):
        raise Trouble("unavailable", "the server sent an event of an unknown form") from None
    if not isinstance(text, str):
        raise Trouble("unavailable", "the server sent something else than text")
    return Chunk(text, _FINISHES.get(str(reason), "stop") if reason else None, counts)


def read_refusal(
    status: int, body: bytes, fields: Collection[str] = (), pause_seconds: float | None = None
) -> Trouble:
    """Why a server did not answer.

    Args:
        status: of the HTTP response; anything but 2xx.
        body: its body, or the beginning of it.
        fields: what the request had that can be left out.
        pause_seconds: when it wants to be asked again.
    """
    error = _error_in(body)
    words = _words(error)
    said = f"the server answered {status}{_machine_words(error)}"
    if status in (401, 403):
        return Trouble("unavailable", f"{said}: it refuses the key; see DAYI_OPENAI_KEY", "administrator")
    if status in (400, 413, 422, 500) and (status == 413 or _TOO_LONG.search(words)):
        return Trouble("unavailable", f"{said}: the conversation is too long for it", "too_long")
    if status in (400, 422):
        for field in sorted(fields):
            if re.search(rf"\b{field}\b", words):
                words = f"{said}: it does not know {field}"
                return Trouble("unavailable", words, "unknown_field", field=field)
        return Trouble("bad_model", f"{said}: it refuses the request; is the name of the model right?")
    if status == 404:
        words = "there is no such model or address; a base URL often ends in /v1"
        return Trouble("bad_model", f"{said}: {words}", "administrator")
    if status == 429:
        return Trouble("busy", said, "again", pause_seconds=pause_seconds)
    if status in (502, 503, 504):
        return Trouble("unavailable", said, "again", pause_seconds=pause_seconds)
    return Trouble("unavailable", said)


def read_retry_after(header: str | None, now: float) -> float | None:
    """The seconds that a `Retry-After` asks for; None if there is none or it cannot be read.

    Args:
        header: a number of seconds, or a date.
        now: seconds since 1970.
    """
    try:
        seconds = float(header or "")
    except ValueError:
        try:
            seconds = parsedate_to_datetime(header or "").timestamp() - now
        except (ValueError, OverflowError):
            return None
    return max(0.0, seconds) if math.isfinite(seconds) else None


def _mended(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _counts(usage: Any) -> Counts | None:
    if not usage:
        return None
    cached = (usage.get("prompt_tokens_details") or {}).get("cached_tokens")
    prompt, cached, generated = (
        number if isinstance(number, int) and number > 0 else 0
        for number in (usage.get("prompt_tokens"), cached, usage.get("completion_tokens"))
    )
    return Counts(prompt, min(cached, prompt), generated)


def _told(error: Any) -> Trouble:
    """An error in the midst of a stream; some carry an HTTP status."""
    status = error.get("code") if isinstance(error, dict) else None
    if isinstance(status, int) and 400 <= status <= 599:
        return read_refusal(status, json.dumps({"error": error}).encode())
    if _TOO_LONG.search(_words(error)):
        return Trouble("unavailable", "the conversation is too long for the server", "too_long")
    return Trouble("unavailable", f"the server reported an error{_machine_words(error)}")


def _error_in(body: bytes) -> Any:
    """The part of a refusal that tells why: `error` of OpenAI, `detail` of FastAPI."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if isinstance(found, dict):
        return found.get("error") or found.get("detail") or found
    return found


def _words(error: Any) -> str:
    """What is said, without what was sent (FastAPI repeats it as `input`)."""
    match error:
        case str():
            return error
        case dict():
            return " ".join(_words(value) for key, value in error.items() if key != "input")
        case list():
            return " ".join(map(_words, error))
    return ""


def _machine_words(error: Any) -> str:
    """`type` and `code` of an error, where they are words of a program."""
    if not isinstance(error, dict):
        return ""
    words = (error.get("type"), error.get("code"))
    found = [word for word in words if isinstance(word, str) and _MACHINE_WORD.fullmatch(word)]
    return f" ({', '.join(found)})" if found else ""
