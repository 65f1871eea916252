"""One chat connection as a state machine: texts and the time in, effects out.

It knows in which order frames may come and how much bad behaviour is too much. It does
not know sockets, nor what becomes of a frame in its conversation, and it never raises.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from server.errors import ClientProblem
from server.protocol.effects import Carry, Close, Join, Send, SessionEffect
from server.protocol.frames import VERSION, Error, Hello, Ping, Pong, parse_client
from server.protocol.rates import TokenBucket, take_from_all
from server.protocol.texts import Texts

POLICY_VIOLATION = 1008
MESSAGE_TOO_BIG = 1009
SERVICE_RESTART = 1012
TRY_AGAIN_LATER = 1013

_DETAIL_CHARS = 200  # a parser's remark may quote what was sent: no more of it than this


@dataclass(frozen=True, slots=True)
class SessionRules:
    """What one connection may do. Bad frames are forgiven at the given pace."""

    frame_bytes: int
    frames_per_minute: float = 3000
    frames_burst: float = 2000
    bad_frames_per_minute: float = 10
    bad_frames_burst: float = 20


class Session:
    """The life of one connection: `new`, `joining`, `open`, `closed`.

    A further `hello` in an open session changes the conversation (or replays it).

    Args:
        rules: sizes and paces.
        texts: the sentences by language; the language is that of the last `hello`.
        deeds: from which every frame but a ping is taken. Even a refusal is kept for ever in its
            conversation, so this one is shared by all connections of a person.
    """

    def __init__(
        self, rules: SessionRules, texts: Mapping[str, Texts], deeds: TokenBucket | None = None
    ) -> None:
        self._rules = rules
        self._deeds = deeds
        self._all_texts = texts
        self._frames = TokenBucket(rules.frames_per_minute, rules.frames_burst)
        self._bad_frames = TokenBucket(rules.bad_frames_per_minute, rules.bad_frames_burst)
        self.state: Literal["new", "joining", "open", "closed"] = "new"
        self.lang: Literal["zh", "en"] = "zh"

    @property
    def texts(self) -> Texts:
        """The sentences in the language of this connection."""
        return self._all_texts[self.lang]

    def receive(self, text: str, now_ms: int) -> list[SessionEffect]:
        """One message came in."""
        if self.state == "closed":
            return []
        # Four bytes are the most a character takes: most messages are measured without being encoded.
        if len(text) * 4 > self._rules.frame_bytes:
            num_bytes = len(text.encode("utf-8", "surrogatepass"))
            if num_bytes > self._rules.frame_bytes:
                return self.close(MESSAGE_TOO_BIG, "message too big")
        wait_seconds = self._frames.wait_seconds(now_ms)
        if wait_seconds > 0:
            return self._bad("too_many_frames", self.texts.too_many_frames, now_ms, wait_seconds)
        self._frames.take(now_ms)
        try:
            frame = parse_client(text)
        except ClientProblem as problem:
            detail = problem.message[:_DETAIL_CHARS]
            return self._bad(problem.code, f"{self.texts.bad_frame} ({detail})", now_ms)
        if isinstance(frame, Ping):
            return [Send(Pong())]
        if self._deeds is not None and (wait_seconds := take_from_all([self._deeds], now_ms)) > 0:
            return self._bad("too_many_frames", self.texts.too_many_frames, now_ms, wait_seconds)
        if isinstance(frame, Hello):
            return self._hello(frame, now_ms)
        if self.state != "open":
            return self._bad("hello_first", self.texts.hello_first, now_ms)
        return [Carry(frame)]

    def joined(self) -> None:
        """The conversation that `hello` named is found, and its frames follow."""
        if self.state == "joining":
            self.state = "open"

    def not_joined(self, problem: ClientProblem) -> list[SessionEffect]:
        """There is no such conversation, or not for this person; another `hello` may follow."""
        if self.state == "joining":
            self.state = "new"
        return self.refuse(problem)

    def refuse(self, problem: ClientProblem) -> list[SessionEffect]:
        """Say that something could not be done; the connection stays."""
        if self.state == "closed":
            return []
        return [
            Send(
                Error(
                    code=problem.code,
                    message=problem.message_in(self.lang),
                    retry_after_seconds=problem.retry_after_seconds,
                )
            )
        ]

    def close(self, code: int, reason: str) -> list[SessionEffect]:
        """Close, once; whatever comes later is ignored."""
        if self.state == "closed":
            return []
        self.state = "closed"
        return [Close(code, reason)]

    def _hello(self, hello: Hello, now_ms: int) -> list[SessionEffect]:
        self.lang = hello.lang
        if hello.v != VERSION:
            return self._bad("wrong_version", self.texts.wrong_version, now_ms)
        self.state = "joining"
        return [Join(hello)]

    def _bad(
        self, code: str, message: str, now_ms: int, retry_after_seconds: float | None = None
    ) -> list[SessionEffect]:
        effects = self.refuse(ClientProblem(code, message, retry_after_seconds=retry_after_seconds))
        if not self._bad_frames.take(now_ms):
            effects += self.close(POLICY_VIOLATION, "too many bad frames")
        return effects
