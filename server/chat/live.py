"""One conversation while it is in memory: commands and the source's events go in, batches for the
journal come out, and what is durable goes to the watchers. It knows neither sockets nor other conversations.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from server.accounts import Who
from server.chat.beginning import begin
from server.chat.considering import Considered, consider
from server.chat.facts import Facts
from server.chat.grace import Grace
from server.chat.history import History
from server.chat.journal import Journal
from server.chat.minutes import Minutes
from server.chat.parts import Parts
from server.chat.reply import ReplyRun
from server.chat.speaker import Speaker
from server.chat.threads import LiveThreads, thread_gone
from server.chat.watchers import Watcher, Watchers
from server.errors import ClientProblem, StorageProblem
from server.protocol.conversation import ConversationMachine, Proposal, Repeat
from server.protocol.effects import Command
from server.protocol.frames import Ask, AskTeacher, Chosen, Rate, Regenerate, Stop, TeacherThread
from server.protocol.session import SERVICE_RESTART, TRY_AGAIN_LATER
from server.protocol.threads import Stand
from server.protocol.turn import Why
from server.storage import turns
from server.storage.batches import Batch
from server.storage.conversations import StoredConversation


class LiveConversation:
    """A conversation in memory.

    Args:
        stored: its row, written already or to be written with its first frame.
        is_stored: which of the two.
        machine: its state.
        history: its ended turns.
        parts: what the desk is built from.
        journal: where batches go.
        facts: who counts.
        threads: what was sent to a teacher, by turn.
        on_lost: called when the database refused and this object must not be used any more.
    """

    def __init__(
        self,
        stored: StoredConversation,
        *,
        is_stored: bool,
        machine: ConversationMachine,
        history: History,
        parts: Parts,
        journal: Journal,
        facts: Facts,
        threads: Mapping[str, Stand],
        on_lost: Callable[[LiveConversation], None],
    ) -> None:
        self.stored = stored
        self.watchers = Watchers(parts.database, stored.id, machine.last_seq)
        self._machine = machine
        self.history = history
        self._parts = parts
        self._journal = journal
        self._facts = facts
        self._on_lost = on_lost
        self._minutes = Minutes(
            stored,
            is_stored=is_stored,
            history=history,
            facts=facts,
            metrics=parts.metrics,
            pseudonym=parts.pseudonym,
            hit_notes=parts.hit_notes,
        )
        self._threads = LiveThreads(stored.id, machine, history, parts, threads)
        self._run: ReplyRun | None = None
        self._asking = Who("visitor", stored.owner_id, class_id=stored.class_id)
        self._grace = Grace(parts.rules.grace_seconds, self._grace_is_over)
        self._over: str | None = None  # a code: deleted or lost, and nothing is done any more
        self._closing = False
        self._touched_ms = parts.now_ms()

    @property
    def id(self) -> str:
        """The conversation's id."""
        return self.stored.id

    @property
    def is_running(self) -> bool:
        """Whether a turn has no `done` yet."""
        return self._machine.running is not None

    @property
    def is_blank(self) -> bool:
        """Whether nobody has asked anything, nor is about to."""
        return self._machine.last_seq == 0 and not self.watchers

    @property
    def is_over(self) -> bool:
        """Whether it is deleted or given up."""
        return self._over is not None

    def serves(self, who: Who) -> bool:
        """Whether it is theirs, and not deleted or given up."""
        return self.stored.owner_id == who.id and self._over is None

    def quiet_seconds(self) -> float:
        """How long nobody has watched, asked or been answered; 0 while something is under way."""
        if self.watchers or self.is_running or not self._minutes.is_written:
            return 0.0
        return max(0.0, (self._parts.now_ms() - self._touched_ms) / 1000)

    # --- watching -------------------------------------------------------------------

    async def join(self, watcher: Watcher) -> None:
        """Serve this connection from its cursor on.

        Raises:
            StorageProblem: the journal cannot be read.
        """
        self._grace.cancel()
        await self.watchers.join(watcher)

    def leave(self, watcher: Watcher) -> None:
        """The connection is gone. If it was the last, a running answer has only the grace time left."""
        self.watchers.leave(watcher)
        self._touched_ms = self._parts.now_ms()
        if not self.watchers and self.is_running:
            self._grace.start()

    def _grace_is_over(self) -> None:
        if not self.watchers:
            self._end("gone")

    # --- commands -------------------------------------------------------------------

    async def command(self, frame: Command, speaker: Speaker) -> None:
        """Do what a frame asks for.

        Raises:
            ClientProblem: it cannot be done, and why.
            StorageProblem: the database refused.
        """
        if self._over is not None:
            raise ClientProblem(self._over, getattr(speaker.texts, self._over))
        self._touched_ms = self._parts.now_ms()
        match frame:
            case Ask():
                # Looked up before the machine is asked: from its word to the turn's beginning nothing waits.
                wanted = frame.text if self._machine.would_consider(frame) else None
                considered = await self._consider(wanted, speaker, frame.chosen)
                pipeline = self._parts.pipeline(speaker.who.class_id)
                decision = self._machine.ask(frame, speaker.asker, pipeline, self._touched_ms)
                if isinstance(decision, Repeat):
                    await self.watchers.send_again(speaker.watcher, decision.seq)
                else:
                    self._asked(decision, speaker, considered)
            case Regenerate():
                considered = await self._consider(self._machine.question_of(frame.turn), speaker)
                pipeline = self._parts.pipeline(speaker.who.class_id)
                again = self._machine.regenerate(frame, speaker.asker, pipeline, self._touched_ms)
                self._asked(again, speaker, considered)
            case Stop(turn=turn):
                if self._machine.running is not None and self._machine.running.id == turn:
                    self._end("stopped")
            case Rate():
                await self._rate(frame, speaker)
            case AskTeacher() | TeacherThread():
                try:
                    await self._threads.command(frame, speaker)
                finally:
                    self._minutes.enter(self._machine.take(), speaker.who, None)
                    self._changed()

    def answer_thread(self, turn: str, text: str, by: str, class_id: str | None) -> asyncio.Future[None]:
        """A teacher answers what was sent to them: done when it is durable.

        Raises:
            ClientProblem: it cannot be sent, and why.
        """
        self._touched_ms = self._parts.now_ms()
        self._threads.answer(turn, text, by, class_id)
        receipt = self._minutes.receipt()
        self._changed()
        return receipt

    async def _consider(self, text: str | None, speaker: Speaker, chosen: Chosen | None = None) -> Considered:
        considered = await consider(self._parts, text, self.history, speaker, self._touched_ms, chosen)
        if self._over is not None:  # while it was looked up
            raise ClientProblem(self._over, getattr(speaker.texts, self._over))
        return considered

    def _asked(self, proposal: Proposal | None, speaker: Speaker, considered: Considered) -> None:
        # A refusal belongs to who asked just now, but the answer under way still to who asked before.
        if proposal is None:
            self._minutes.enter(self._machine.take(), speaker.who, None)
        else:
            self._asking = speaker.who
            self._begin(proposal, speaker, considered)
        self._changed()

    def _begin(self, proposal: Proposal, speaker: Speaker, considered: Considered) -> None:
        reply = begin(
            proposal,
            speaker,
            considered,
            parts=self._parts,
            stored=self.stored,
            machine=self._machine,
            history=self.history,
            is_closing=self._closing,
        )
        if reply is None:
            return
        self.history.drop(proposal.replaces)
        self._run = ReplyRun(
            reply.answer,
            self._machine.accept(proposal, reply.turn, self._parts.now_ms()),
            changed=self._changed,
            drain_seconds=self._parts.rules.drain_seconds,
            now_ms=self._parts.now_ms,
            waited=self._parts.metrics.waited,
        )

    async def _rate(self, frame: Rate, speaker: Speaker) -> None:
        async with self._parts.database.write() as connection:
            known = await turns.rate_turn(connection, self.id, frame.turn, frame.value, frame.reason)
        if not known:
            raise ClientProblem("no_such_turn", speaker.texts.no_such_turn)
        self._facts.rated(frame.turn, frame.value)

    def _end(self, why: Why) -> None:
        running = self._machine.running
        if running is not None and self._run is not None and self._machine.stop(running.id, why):
            self._run.cancel()

    # --- the journal's author -------------------------------------------------------

    def _changed(self) -> None:
        self._minutes.enter(self._machine.take(), self._asking, self._run.ids if self._run else None)
        if self._over is None and (self._minutes.has_entries or self._machine.has_text):
            self._journal.wake(self)

    def drain(self) -> Batch | None:
        """What is to be written; text that the filter released since the last commit becomes one frame."""
        if self._over is not None:
            return None
        self._minutes.enter(self._machine.drain(), self._asking, self._run.ids if self._run else None)
        return self._minutes.take()

    def committed(self, batch: Batch) -> None:
        """It is durable: count it and show it."""
        self._touched_ms = self._parts.now_ms()
        self._minutes.committed()
        if batch.frames and self._over is None:
            self.watchers.deliver(batch.frames)

    def lost(self, problem: StorageProblem) -> None:
        """The database refused: what is only in memory was never shown, and pages come back to the rest."""
        self._give_up("storage", TRY_AGAIN_LATER)
        self._minutes.lost(problem)
        self._on_lost(self)

    # --- the end --------------------------------------------------------------------

    def delete(self) -> None:
        """It is being deleted: pages are told, and may begin another one; a teacher who answers is, too."""
        self._give_up("no_such_conversation", None)
        self._minutes.lost(thread_gone())

    def _give_up(self, code: str, close_code: int | None) -> None:
        if self._over is None:
            self._end("stopped")
            self._over = code
            self.watchers.dismiss(code, close_code)
            self._grace.cancel()

    async def answered(self) -> None:
        """Wait until no answer is under way."""
        if self._run is not None:
            await asyncio.wait([self._run.task])

    def close_questions(self) -> None:
        """The server stops: no further question begins."""
        self._closing = True

    def break_off(self) -> None:
        """The server stops now: a running answer ends, and says why."""
        self._end("closing")

    def close(self) -> None:
        """The server has stopped: pages come back to the next one."""
        self._grace.cancel()
        self.watchers.dismiss(None, SERVICE_RESTART)
