"""Takes the minutes of one conversation: what its machine decided becomes a batch for the journal,
and is counted when the batch is durable. It does not know who watches.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from functools import partial

import structlog

from filters import Action
from server.accounts import Who
from server.chat.facts import Facts
from server.chat.history import History, Remembered
from server.chat.hit_notes import HitNotes
from server.errors import DayiProblem
from server.metrics import Metrics
from server.protocol.effects import (
    ConversationEffect,
    FilterFailed,
    Hits,
    Show,
    ThreadMoved,
    TurnBegan,
    TurnEnded,
)
from server.protocol.frames import Refused, dump
from server.sources.types import TurnIds
from server.storage.batches import Batch, EndedTurn, NewTurn
from server.storage.conversations import StoredConversation
from server.storage.threads import ThreadMove
from server.storage.verdicts import StoredVerdict

log = structlog.get_logger(__name__)


class Minutes:
    """The batch under way of one conversation.

    Args:
        stored: the conversation's row.
        is_stored: whether it is written; if not, the first batch brings it along.
        history: where ended turns are remembered.
        facts: who counts.
        metrics: counters.
        pseudonym: owner, class and moment → the name for records.
        hit_notes: what the record keeps of a hit beside its word.
    """

    def __init__(
        self,
        stored: StoredConversation,
        *,
        is_stored: bool,
        history: History,
        facts: Facts,
        metrics: Metrics,
        pseudonym: Callable[[str, str | None, int], str],
        hit_notes: HitNotes | None = None,
    ) -> None:
        self._stored = stored
        self._is_stored = is_stored
        self._history = history
        self._facts = facts
        self._metrics = metrics
        self._pseudonym = pseudonym
        self._hit_notes = hit_notes or HitNotes()
        self._batch = Batch(stored.id)
        self._notes: list[Callable[[], None]] = []
        self._notes_in_flight: list[Callable[[], None]] = []
        self._receipts: list[asyncio.Future[None]] = []
        self._num_in_flight = 0
        self._blocked_at_ms = 0  # of the newest hits of a question: a refusal follows them

    @property
    def is_written(self) -> bool:
        """Whether everything is durable."""
        return not self._batch and self._num_in_flight == 0

    @property
    def has_entries(self) -> bool:
        """Whether `take` would return a batch."""
        return bool(self._batch)

    def enter(self, effects: Iterable[ConversationEffect], asking: Who, ids: TurnIds | None) -> None:
        """Note what was decided.

        Args:
            effects: in order.
            asking: whose question it is about.
            ids: the token ids of the turn that ended, if they are known.
        """
        for effect in effects:
            match effect:
                case Show(frame):
                    self._batch.frames.append((frame.seq, dump(frame)))
                    if isinstance(frame, Refused):
                        self._refused(frame, asking)
                case TurnBegan():
                    self._batch.begun.append(
                        NewTurn(
                            effect.turn,
                            effect.ask_id,
                            effect.question,
                            effect.asked_at_ms,
                            effect.lists_version,
                            effect.replaces,
                        )
                    )
                case TurnEnded():
                    self._ended(effect, asking, ids if effect.exact else None)
                case Hits():
                    self._hits(effect, asking)
                case ThreadMoved():
                    self._moved(effect, asking)
                case FilterFailed(error):
                    self._metrics.filter_failed()
                    log.error(
                        "the filter failed; nothing passed", conversation=self._stored.id, exc_info=error
                    )

    def take(self) -> Batch | None:
        """The batch so far; it is in flight from now on."""
        batch, self._batch = self._batch, Batch(self._stored.id)
        if not batch:
            return None
        if not self._is_stored:
            batch.create = self._stored
        self._notes_in_flight, self._notes = self._notes, []
        self._num_in_flight += 1
        return batch

    def committed(self) -> None:
        """The batch in flight is durable."""
        self._num_in_flight -= 1
        self._is_stored = True
        for note in self._notes_in_flight:
            note()
        self._notes_in_flight = []

    def receipt(self) -> asyncio.Future[None]:
        """Done when everything entered so far is durable; fails where it cannot be."""
        receipt: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._receipts.append(receipt)
        self._notes.append(partial(self._hand_out, receipt))
        return receipt

    def lost(self, problem: DayiProblem) -> None:
        """The database refused, or the conversation is deleted: nothing that waits will be durable."""
        for receipt in self._receipts:
            if not receipt.done():
                receipt.set_exception(problem)
        self._receipts.clear()

    def _hand_out(self, receipt: asyncio.Future[None]) -> None:
        if receipt in self._receipts:  # else it was lost meanwhile
            self._receipts.remove(receipt)
        if not receipt.done():
            receipt.set_result(None)

    def _moved(self, moved: ThreadMoved, asking: Who) -> None:
        self._batch.threads.append(
            ThreadMove(
                turn_id=moved.turn,
                conversation_id=self._stored.id,
                class_id=asking.class_id,
                asker=self._pseudonym(asking.id, asking.class_id, moved.at_ms),
                state=moved.state,
                at_ms=moved.at_ms,
                text=moved.text,
                by=moved.by,
            )
        )

    def _refused(self, frame: Refused, asking: Who) -> None:
        if frame.code == "filter":
            self._notes.append(partial(self._facts.question_blocked, asking, self._blocked_at_ms))
        else:
            self._notes.append(partial(self._metrics.question_ended, "refused"))

    def _ended(self, ended: TurnEnded, asking: Who, ids: TurnIds | None) -> None:
        self._history.add(Remembered(ended.turn, ended.question, ended.answer, ended.finish, ids))
        self._batch.ended.append(
            EndedTurn(
                turn_id=ended.turn,
                answer=ended.answer,
                finish=ended.finish,
                now_ms=ended.ended_at_ms,
                question_ids=None if ids is None else ids.question,
                answer_ids=None if ids is None else ids.answer,
                tokenizer=None if ids is None else ids.tokenizer,
                usage=ended.usage.model_dump(),
                origin=ended.origin,
            )
        )
        self._notes.append(partial(self._facts.turn_ended, ended, asking))

    def _hits(self, hits: Hits, asking: Who) -> None:
        self._blocked_at_ms = hits.at_ms
        for match, note in zip(hits.matches, self._hit_notes.of(hits, asking.class_id), strict=True):
            self._batch.verdicts.append(
                StoredVerdict(
                    at_ms=hits.at_ms,
                    conversation_id=self._stored.id,
                    turn_id=hits.turn,
                    asker=self._pseudonym(asking.id, asking.class_id, hits.at_ms),
                    class_id=asking.class_id,
                    direction=str(hits.direction),
                    action=str(match.action),
                    category=match.category,
                    word_id=match.word_id,
                    lane=match.lane,
                    lists_version=hits.lists_version,
                    word=match.word,
                    list_name=note.list_name,
                    text=note.text,
                    sealed=note.sealed,
                    review="open" if match.action is Action.REVIEW else None,
                )
            )
            self._notes.append(partial(self._metrics.verdict, str(match.action), str(hits.direction)))
