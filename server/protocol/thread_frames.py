"""The frames of what a pupil sends to a teacher, in both directions: data only."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from server.protocol.frame import Frame

ThreadState = Literal["waiting", "answered", "closed", "withdrawn"]


class AskTeacher(Frame):
    """Send this turn to the teacher, on purpose; or, with `id` and `text`, a question that is no turn."""

    type: Literal["ask_teacher"] = "ask_teacher"
    turn: str | None = Field(None, max_length=64)
    id: str | None = Field(None, min_length=1, max_length=64)
    text: str | None = None
    note: str | None = Field(None, max_length=500)


class TeacherThread(Frame):
    """Go on with what was sent to the teacher: reply once more, close it, withdraw it, or say it was read."""

    type: Literal["teacher_thread"] = "teacher_thread"
    turn: str = Field(max_length=64)
    act: Literal["reply", "close", "withdraw", "read"]
    text: str | None = Field(None, max_length=500)


class Thread(Frame):
    """How a turn that was sent to the teacher stands now; `text` is what the asker wrote to it, as kept."""

    type: Literal["thread"] = "thread"
    seq: int
    turn: str
    state: ThreadState
    text: str | None = None
    may_reply: bool = False


class Unread(Frame):
    """A teacher answered in another conversation of the reader's.

    It is the affair of an open page, not of the conversation before it: it has no `seq` and is not replayed.
    """

    type: Literal["unread"] = "unread"
    conversation: str


class TeacherAnswer(Frame):
    """The teacher answered: filtered like any answer. It may come long after the turn's `done`."""

    type: Literal["teacher_answer"] = "teacher_answer"
    seq: int
    turn: str
    text: str
    by: str
    may_reply: bool = False
