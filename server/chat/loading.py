"""Brings a conversation back from the database, and ends honestly what a crash cut off.

It does not know who asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

from server.accounts import Who
from server.chat.facts import Facts
from server.chat.history import History
from server.protocol.conversation import REMEMBERED_REFUSALS, ConversationMachine
from server.protocol.effects import TurnEnded
from server.protocol.frames import Done, ThreadState, Usage, dump
from server.protocol.replay import answer_of, outcomes_of
from server.protocol.texts import Texts
from server.protocol.threads import Stand
from server.storage import batches, conversations, journal, threads, turns
from server.storage.batches import Batch, EndedTurn
from server.storage.conversations import StoredConversation
from server.storage.database import Database
from server.storage.turns import StoredTurn

_DECISIONS = ('{"type":"accepted"', '{"type":"refused"')


@dataclass(frozen=True, slots=True)
class Loaded:
    """A conversation as the database has it."""

    stored: StoredConversation
    machine: ConversationMachine
    history: History
    threads: Mapping[str, Stand]


async def load(
    database: Database,
    facts: Facts,
    conversation_id: str,
    *,
    question_chars: int,
    texts: Mapping[str, Texts],
    said: Callable[[str], str],
    now_ms: int,
) -> Loaded | None:
    """The conversation, or None. It must not be in memory: a turn without an end is ended.

    Args:
        said: how a teacher's words are remembered.

    Raises:
        StorageProblem: the database refused.
    """
    async with database.read() as connection:
        stored = await conversations.get(connection, conversation_id)
        known = await turns.get_turns(connection, conversation_id)
    if stored is None:
        return None
    # At run time a turn can only be without an end when the database had refused to store it.
    cut = [turn for turn in known if turn.finish is None]
    for turn in cut:
        await _end(database, facts, turn, texts, now_ms)
    async with database.read() as connection:
        if cut:
            known = await turns.get_turns(connection, conversation_id)
        last_seq = await journal.last_seq(connection, conversation_id)
        decisions = await journal.read_starting(connection, conversation_id, _DECISIONS)
        sent = await threads.stands(connection, conversation_id)
        answers = await threads.answers(connection, conversation_id)
    accepted, refused = outcomes_of(decisions)
    recently_refused = dict(list(refused.items())[-REMEMBERED_REFUSALS:])
    machine = ConversationMachine(
        last_seq=last_seq,
        question_chars=question_chars,
        outcomes={**recently_refused, **accepted},
        last_turn=(known[-1].id, known[-1].question) if known else None,
    )
    told = {turn: [said(text) for text in texts] for turn, texts in answers.items()}
    stands = {
        turn: Stand(cast(ThreadState, state), num_replies) for turn, (state, num_replies) in sent.items()
    }
    return Loaded(stored, machine, History.of(known, told), stands)


async def end_cut_turns(database: Database, facts: Facts, *, texts: Mapping[str, Texts], now_ms: int) -> int:
    """At start: end every turn that a crash cut off; what was shown is kept.

    Returns:
        How many there were.

    Raises:
        StorageProblem: the database refused.
    """
    async with database.read() as connection:
        cut = await turns.unfinished_turns(connection)
    for turn in cut:
        await _end(database, facts, turn, texts, now_ms)
    return len(cut)


async def _end(
    database: Database, facts: Facts, turn: StoredTurn, texts: Mapping[str, Texts], now_ms: int
) -> None:
    async with database.read() as connection:
        conversation = await conversations.get(connection, turn.conversation_id)
        frames = await journal.read_after(connection, turn.conversation_id, 0)
    if conversation is None:
        return
    seq = frames[-1][0] + 1 if frames else 1
    answer = answer_of(turn.id, frames)
    usage = Usage(total_ms=max(0, now_ms - turn.asked_at_ms))
    # The language of the page is not kept; the question's own is the best guess.
    message = texts["en" if turn.question.isascii() else "zh"].closing
    done = Done(seq=seq, turn=turn.id, finish="failed", message=message, usage=usage)
    batch = Batch(
        turn.conversation_id,
        ended=[EndedTurn(turn.id, answer, "failed", now_ms, usage=usage.model_dump())],
        frames=[(seq, dump(done))],
    )
    await batches.write(database, [batch])
    facts.turn_ended(
        TurnEnded(
            turn=turn.id,
            question=turn.question,
            answer=answer,
            exact=False,
            finish="failed",
            usage=usage,
            asked_at_ms=turn.asked_at_ms,
            ended_at_ms=now_ms,
            replaces="again" if turn.ask_id.startswith("again:") else None,
        ),
        Who("visitor", conversation.owner_id, class_id=conversation.class_id),
    )
