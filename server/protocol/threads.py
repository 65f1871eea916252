"""Threads with a teacher: a turn is sent on purpose, answered, replied to once, closed or withdrawn.

What either side writes goes through the filter here before anyone sees it. It does not know who teaches
whom, nor where threads are kept; the time is an argument.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from filters import Direction, Pipeline, Verdict
from server.errors import ClientProblem
from server.protocol.conversation import Asker
from server.protocol.effects import FilterFailed, Hits, ThreadMoved
from server.protocol.frames import TeacherAnswer, TeacherThread, Thread, ThreadState
from server.protocol.texts import Texts
from server.protocol.turn import Outgoing

ANSWER_CHARS = 4000
MOST_REPLIES = 1
MOST_WAITING = 10  # of one conversation


@dataclass(frozen=True, slots=True)
class Stand:
    """How a thread stands, and how often its asker replied."""

    state: ThreadState
    num_replies: int = 0

    @property
    def may_reply(self) -> bool:
        """Whether the asker may write once more when it is answered."""
        return self.num_replies < MOST_REPLIES


class Threads:
    """The threads of one conversation by turn.

    Args:
        out: where effects go.
        known: those there are already.
    """

    def __init__(self, out: Outgoing, known: Mapping[str, Stand] | None = None) -> None:
        self._out = out
        self._known = dict(known or {})

    def send(self, turn: str, note: str | None, asker: Asker, pipeline: Pipeline | None, now_ms: int) -> None:
        """Send a turn to the teacher; sent twice it is sent once.

        Raises:
            ClientProblem: `thread_over`, `too_many_threads`, `filter` or `not_ready`; nothing is sent then.
        """
        stand = self._known.get(turn)
        if stand is not None and stand.state == "waiting":
            return
        if stand is not None and stand.state != "withdrawn":
            raise ClientProblem("thread_over", asker.texts.thread_over)
        if sum(each.state == "waiting" for each in self._known.values()) >= MOST_WAITING:
            raise ClientProblem("too_many_threads", asker.texts.too_many_threads)
        text = self._checked(turn, note, asker, pipeline, now_ms)
        self._move(turn, Stand("waiting"), now_ms, text)

    def go_on(self, frame: TeacherThread, asker: Asker, pipeline: Pipeline | None, now_ms: int) -> None:
        """Reply to the teacher, close the thread or withdraw it.

        Raises:
            ClientProblem: `thread_over`, where the thread does not stand so; `filter` or `not_ready`.
        """
        stand = self._known.get(frame.turn)
        if stand is None:
            raise ClientProblem("thread_over", asker.texts.thread_over)
        if frame.act == "reply" and stand.state == "answered" and stand.may_reply:
            text = self._checked(frame.turn, frame.text, asker, pipeline, now_ms)
            if text is None:
                raise ClientProblem("empty_question", asker.texts.empty_question)
            self._move(frame.turn, Stand("waiting", stand.num_replies + 1), now_ms, text)
        elif frame.act == "close" and stand.state in ("answered", "waiting"):
            self._move(frame.turn, Stand("closed", stand.num_replies), now_ms)
        elif frame.act == "withdraw" and stand == Stand("waiting"):
            self._move(frame.turn, Stand("withdrawn"), now_ms)
        elif frame.act != "read" and stand.state != {"close": "closed", "withdraw": "withdrawn"}.get(
            frame.act
        ):
            raise ClientProblem("thread_over", asker.texts.thread_over)

    def answer(
        self,
        turn: str,
        text: str,
        by: str,
        pipeline: Pipeline | None,
        texts: Mapping[str, Texts],
        now_ms: int,
    ) -> str:
        """The teacher answers; the text as it is shown.

        Raises:
            ClientProblem: `thread_over`, `filter`, `too_long`, `empty_answer` or `not_ready`; nothing is sent
                then.
        """
        zh, en = texts["zh"], texts["en"]
        stand = self._known.get(turn)
        if stand is None or stand.state != "waiting":
            raise ClientProblem("thread_over", zh.thread_over, message_en=en.thread_over, status=409)
        written = text.strip()
        if not 1 <= len(written) <= ANSWER_CHARS:
            raise ClientProblem(
                "bad_answer",
                f"回复须为 1 到 {ANSWER_CHARS} 个字。",
                message_en=f"An answer has 1 to {ANSWER_CHARS} characters.",
                status=422,
            )
        try:
            verdict = _check(pipeline, written, Direction.ANSWER)
        except Exception as error:  # whatever it is: without a verdict nothing passes
            self._out.add(FilterFailed(error))
            raise ClientProblem("not_ready", zh.not_ready, message_en=en.not_ready, status=503) from error
        if verdict is None:
            raise ClientProblem("not_ready", zh.not_ready, message_en=en.not_ready, status=503)
        if verdict.blocked:
            raise ClientProblem(
                "filter",
                f"回复含有词表拦下的内容（类别：{verdict.category}），没有发出。请改一改。",
                message_en=f"The word lists block this answer ({verdict.category}); it was not sent.",
                status=422,
            )
        self._known[turn] = Stand("answered", stand.num_replies)
        self._out.add(ThreadMoved(turn, "answered", now_ms, verdict.text, by))
        self._out.show(
            lambda seq: TeacherAnswer(seq=seq, turn=turn, text=verdict.text, by=by, may_reply=stand.may_reply)
        )
        return verdict.text

    def _checked(
        self, turn: str, text: str | None, asker: Asker, pipeline: Pipeline | None, now_ms: int
    ) -> str | None:
        """What the asker wrote, as it will be shown; None for nothing."""
        written = (text or "").strip()
        if not written:
            return None
        try:
            verdict = _check(pipeline, written, Direction.QUESTION)
            if verdict is not None and asker.private is not None and not verdict.blocked:
                written = asker.private.check(verdict.text, Direction.QUESTION).text
            elif verdict is not None:
                written = verdict.text
        except Exception as error:
            self._out.add(FilterFailed(error))
            raise ClientProblem("not_ready", asker.texts.not_ready) from error
        if verdict is None:
            raise ClientProblem("not_ready", asker.texts.not_ready)
        if verdict.matches:
            self._out.add(Hits(Direction.QUESTION, verdict.matches, turn, now_ms, verdict.lists_version))
        if verdict.blocked:
            raise ClientProblem("filter", asker.texts.refusal_of(verdict.category))
        return written

    def _move(self, turn: str, stand: Stand, now_ms: int, text: str | None = None) -> None:
        self._known[turn] = stand
        self._out.add(ThreadMoved(turn, stand.state, now_ms, text))
        self._out.show(
            lambda seq: Thread(seq=seq, turn=turn, state=stand.state, text=text, may_reply=stand.may_reply)
        )


def _check(pipeline: Pipeline | None, text: str, direction: Direction) -> Verdict | None:
    return None if pipeline is None else pipeline.check(text, direction)
