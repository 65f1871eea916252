"""Threads with a teacher, live: the asker's steps in a conversation, and the teacher's desk from outside.

An answer goes into the conversation's own journal, so that an open page has it at once and another one when
it comes back. Which classes somebody teaches is decided by the caller.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Protocol

from server.chat.history import History
from server.chat.parts import Parts
from server.chat.speaker import Speaker
from server.errors import ClientProblem
from server.protocol.conversation import ConversationMachine, Proposal
from server.protocol.frames import Ask, AskTeacher, TeacherThread
from server.protocol.threads import Stand, Threads
from server.storage import threads
from server.storage.conversations import StoredConversation
from server.storage.database import Database
from server.storage.ids import new_id

MOST_LISTED = 200


class LiveThreads:
    """The threads of one conversation in memory.

    Args:
        conversation_id: whose.
        machine: the conversation's state; threads put their frames between its own.
        history: where a teacher's words are remembered.
        parts: what the desk is built from.
        known: threads there are already, by turn.
    """

    def __init__(
        self,
        conversation_id: str,
        machine: ConversationMachine,
        history: History,
        parts: Parts,
        known: Mapping[str, Stand],
    ) -> None:
        self._conversation_id = conversation_id
        self._machine = machine
        self._history = history
        self._parts = parts
        self._threads = Threads(machine.outgoing, known)

    async def command(self, frame: AskTeacher | TeacherThread, speaker: Speaker) -> None:
        """Do what the asker wants.

        Raises:
            ClientProblem: it cannot be done, and why; nothing is sent then.
            StorageProblem: the database refused.
        """
        parts, now_ms = self._parts, self._parts.now_ms()
        pipeline = parts.pipeline(speaker.who.class_id)
        if isinstance(frame, AskTeacher):
            if speaker.who.class_id is None and not parts.preset.asks_without_class:
                raise ClientProblem("no_teacher", speaker.texts.no_teacher)
            turn = frame.turn
            if turn is None:
                turn = self._new_turn(frame, speaker, now_ms)
            elif not self._history.knows(turn):
                raise ClientProblem("no_such_turn", speaker.texts.thread_over)
            if turn is not None:
                self._threads.send(
                    turn, frame.note, speaker.asker, parts.pipeline(speaker.who.class_id), now_ms
                )
        elif frame.act == "read":
            async with parts.database.write() as connection:
                await threads.mark_read(connection, self._conversation_id, frame.turn)
        else:
            self._threads.go_on(frame, speaker.asker, pipeline, now_ms)

    def answer(self, turn: str, text: str, by: str, class_id: str | None) -> None:
        """The teacher answers.

        Raises:
            ClientProblem: it cannot be sent, and why.
        """
        parts = self._parts
        pipeline = parts.pipeline(class_id)
        shown = self._threads.answer(turn, text, by, pipeline, parts.texts, parts.now_ms())
        # A model must not take a person's words for its own.
        self._history.told(turn, teacher_said(parts, shown))

    def _new_turn(self, frame: AskTeacher, speaker: Speaker, now_ms: int) -> str | None:
        """A question that nobody answered becomes a turn, so that the teacher's answer has its place."""
        if frame.id is None or frame.text is None:
            raise ClientProblem("bad_frame", speaker.texts.bad_frame)
        ask = Ask(id=frame.id, text=frame.text)
        decision = self._machine.ask(ask, speaker.asker, self._parts.pipeline(speaker.who.class_id), now_ms)
        if not isinstance(decision, Proposal):
            return None  # refused, which was said already, or sent twice
        turn = self._machine.accept(decision, new_id(), now_ms)
        turn.passed_on(now_ms)
        return turn.id


def teacher_said(parts: Parts, text: str) -> str:
    """A teacher's answer as it is remembered beside the model's."""
    return f"【{parts.preset.teacher_word.zh}】{text}"


@dataclass(frozen=True, slots=True)
class Post:
    """What somebody wrote to a thread; `by` is the teacher's name, None the asker."""

    by: str | None
    text: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class ListedThread:
    """A thread as the teacher sees it: no name, and of the conversation only this one turn."""

    id: str
    class_id: str | None
    asker: str
    state: str
    sent_at_ms: int
    question: str
    answer: str
    posts: tuple[Post, ...]


class Answerable(Protocol):
    """A conversation in memory."""

    @property
    def stored(self) -> StoredConversation: ...

    @property
    def is_over(self) -> bool: ...

    def answer_thread(self, turn: str, text: str, by: str, class_id: str | None) -> Awaitable[None]: ...


class ThreadDesk:
    """Where teachers find what was sent to them.

    Args:
        database: where threads are kept.
        find: a conversation in memory, loaded if need be; None where it is deleted.
        tell: lets somebody's open pages know that a conversation of theirs has something to read.
    """

    def __init__(
        self,
        database: Database,
        find: Callable[[str], Awaitable[Answerable | None]],
        tell: Callable[[str, str], None],
    ) -> None:
        self._database = database
        self._find = find
        self._tell = tell

    async def listed(self, class_ids: Sequence[str | None], state: str | None = None) -> list[ListedThread]:
        """Threads of some classes, those that wait longest first.

        Raises:
            StorageProblem: the database refused.
        """
        async with self._database.read() as connection:
            found = await threads.of_classes(connection, class_ids, state, MOST_LISTED)
            posts = await threads.posts_of(connection, [each.turn_id for each in found])
        return [
            ListedThread(
                id=each.turn_id,
                class_id=each.class_id,
                asker=each.asker[:4],
                state=each.state,
                sent_at_ms=each.sent_at_ms,
                question=each.question,
                answer=each.answer,
                posts=tuple(Post(post.by, post.text, post.at_ms) for post in posts.get(each.turn_id, ())),
            )
            for each in found
        ]

    async def count_waiting(self, class_ids: Sequence[str | None]) -> int:
        """How many wait for an answer."""
        async with self._database.read() as connection:
            return await threads.count_waiting(connection, class_ids)

    async def answer(self, thread_id: str, text: str, *, by: str, class_ids: Sequence[str | None]) -> None:
        """Answer a thread; when this returns, the answer is durable, on the asker's open pages and on record.

        Args:
            thread_id: which.
            text: what the teacher writes.
            by: the teacher's name, which the asker sees.
            class_ids: whose threads this teacher may answer.

        Raises:
            ClientProblem: 404 `not_found` (withdrawn, deleted, somebody else's), 409 `thread_over`, 422
                `filter` or `bad_answer`; nothing is sent then.
            StorageProblem: the database refused.
        """
        async with self._database.read() as connection:
            row = await threads.get(connection, thread_id)
        live = None
        if row is not None and row.class_id in class_ids:
            live = await self._find(row.conversation_id)
        if row is None or live is None or live.is_over:
            raise thread_gone()
        await live.answer_thread(thread_id, text, by, row.class_id)
        self._tell(live.stored.owner_id, row.conversation_id)


def thread_gone() -> ClientProblem:
    """There is nothing to answer any more, or it is somebody else's."""
    return ClientProblem(
        "not_found",
        "这个问题已被撤回或删除，回复没有发出。",
        message_en="This question was withdrawn or deleted; the answer was not sent.",
        status=404,
    )


def as_json(thread: ListedThread) -> dict[str, object]:
    """The shape of `docs/api.md`."""
    return asdict(thread)
