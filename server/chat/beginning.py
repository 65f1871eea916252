"""The step from a question that may be asked to an answer under way, or to a kind word why there is none.

It does not know who watches, nor what becomes of the answer.
"""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from server.chat.answering import Answer, answer
from server.chat.considering import Considered
from server.chat.history import History
from server.chat.parts import Parts
from server.chat.speaker import Speaker
from server.errors import SourceProblem
from server.knowledge import Served
from server.protocol.conversation import ConversationMachine, Proposal
from server.storage.conversations import StoredConversation
from server.storage.ids import new_id

log = structlog.get_logger(__name__)

BUSY_RETRY_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Begun:
    """An answer under way, and the id of its turn."""

    answer: Answer
    turn: str


def begin(
    proposal: Proposal,
    speaker: Speaker,
    considered: Considered,
    *,
    parts: Parts,
    stored: StoredConversation,
    machine: ConversationMachine,
    history: History,
    is_closing: bool,
) -> Begun | None:
    """Begin to answer; None where the question was turned away, which is said already.

    Args:
        proposal: the question.
        speaker: who asks.
        considered: what was found, and what is allowed.
        parts: what the desk is built from.
        stored: the conversation.
        machine: its state.
        history: its ended turns.
        is_closing: the server stops, and no further question begins.
    """
    finding, permit = considered.finding, considered.permit
    if (refusal := permit.refusal(finding, speaker.texts)) is not None:
        machine.turn_away(proposal, refusal, None, "stage")
        return None
    if is_closing:
        machine.turn_away(proposal, speaker.texts.not_ready, BUSY_RETRY_SECONDS)
        return None
    turn = new_id()
    request = history.request(
        turn=turn,
        conversation=stored.id,
        user=speaker.who.id,
        system=stored.system_prompt,
        question=proposal.question,
        sampling=permit.sampling(parts.sampling),
        replaces=proposal.replaces,
    )
    try:
        reply = answer(finding, request, parts.source, parts.preset, speaker.texts)
    except SourceProblem as problem:
        log.info("question turned away", conversation=stored.id, code=problem.code)
        text = speaker.texts.busy if problem.code == "busy" else speaker.texts.not_ready
        machine.turn_away(proposal, text, BUSY_RETRY_SECONDS)
        return None
    if isinstance(finding, Served) and parts.knowledge is not None:
        parts.knowledge.served(finding.answer.id)
    return Begun(reply, turn)
