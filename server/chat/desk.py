"""The chat desk: every connection and every conversation in memory, from start to an honest end.

It does not know the web; a socket hands it texts and takes texts from it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import structlog

from server.accounts import StageView, Who
from server.chat import loading
from server.chat.connection import Connection
from server.chat.facts import Facts
from server.chat.history import History
from server.chat.journal import Journal
from server.chat.live import LiveConversation
from server.chat.messages import TOO_MANY_CONNECTIONS
from server.chat.parts import Parts
from server.chat.presence import Presence
from server.chat.removing import Removing
from server.chat.threads import ThreadDesk, teacher_said
from server.errors import ClientProblem
from server.presets import Preset
from server.protocol.carries import CarryShelf
from server.protocol.conversation import ConversationMachine
from server.protocol.rates import BucketShelf
from server.protocol.session import SERVICE_RESTART
from server.protocol.texts import Texts
from server.protocol.threads import Stand
from server.storage import conversations
from server.storage.conversations import ListedConversation, StoredConversation
from server.storage.ids import new_id

log = structlog.get_logger(__name__)

SWEEP_SECONDS = 30.0
# Beginning a conversation costs a page one frame: those in which nobody ever asks must not fill the memory.
MAX_BLANK = 5000
DEEDS_AT_ONCE = 1500


class ChatDesk:
    """Where chat pages come in.

    Args:
        parts: what it is built from.
    """

    def __init__(self, parts: Parts) -> None:
        rules = parts.rules
        self._parts = parts
        self._facts = Facts(parts.recorder, parts.metrics, parts.pseudonym)
        self._journal = Journal(parts.database, rules.join_ms, parts.metrics)
        self._live: dict[str, LiveConversation] = {}
        self._begun: dict[str, LiveConversation] = {}  # of those, the newest ones, oldest first
        self._loading: dict[str, asyncio.Task[LiveConversation | None]] = {}
        self.removing = Removing(
            parts, self._live, self._loading, journal=self._journal, facts=self._facts, forget=self._forget
        )
        self._present = Presence()
        self._leaving: set[str] = set()
        self._user_buckets = BucketShelf(rules.asks_per_minute)
        self._carries = CarryShelf()
        self._address_buckets = BucketShelf(rules.asks_per_minute_address)
        # Far more than anyone's hands can do, and far less than what would fill the disk.
        self._deeds = BucketShelf(6 * rules.asks_per_minute, DEEDS_AT_ONCE)
        self.threads = ThreadDesk(parts.database, self._known, self._present.tell_unread)
        self._sweeper: asyncio.Task[None] | None = None
        self._closing = False

    @property
    def num_connections(self) -> int:
        """Open chat pages."""
        return len(self._present)

    @property
    def present(self) -> set[str]:
        """The ids of those who have a page open."""
        return self._present.people

    @property
    def num_in_memory(self) -> int:
        """Conversations in memory."""
        return len(self._live)

    @property
    def num_running(self) -> int:
        """Answers under way."""
        return sum(live.is_running for live in self._live.values())

    async def start(self) -> None:
        """End what a crash cut off, and open.

        Raises:
            StorageProblem: the database refused.
        """
        num_cut = await loading.end_cut_turns(
            self._parts.database, self._facts, texts=self._parts.texts, now_ms=self._parts.now_ms()
        )
        if num_cut:
            log.warning("answers had been cut off and are ended now", num_answers=num_cut)
        self._journal.start()
        self._sweeper = asyncio.create_task(self._sweep(), name="sweeper")

    async def close(self) -> None:
        """Give running answers a moment, end the rest honestly, and close every connection with 1012."""
        self._closing = True
        if self._sweeper is not None:
            self._sweeper.cancel()
        for live in self._live.values():
            live.close_questions()
        answers = asyncio.gather(*(live.answered() for live in self._live.values()))
        await asyncio.wait([answers], timeout=self._parts.rules.closing_seconds)
        for live in self._live.values():
            live.break_off()
        await answers
        await self._journal.close()
        for live in self._live.values():
            live.close()
        for connection in self._present:
            connection.close(SERVICE_RESTART, "the server restarts")
        await self._facts.close()

    def use_preset(self, preset: Preset, texts: Mapping[str, Texts]) -> None:
        """Connections and conversations that begin from now on are those of this preset."""
        self._parts = replace(self._parts, preset=preset, texts=texts)

    # --- connections ----------------------------------------------------------------

    def connect(self, who: Who, address: str) -> Connection:
        """A chat page opens.

        Raises:
            ClientProblem: 429 `too_many_connections`, of this person or from this address;
                503 `closing`, when the server stops.
        """
        rules = self._parts.rules
        if self._closing or who.id in self._leaving:
            zh, en = (self._parts.texts[lang].not_ready for lang in ("zh", "en"))
            raise ClientProblem("closing", zh, message_en=en, status=503)
        if self._present.is_full(who.id, address, rules):
            zh, en = TOO_MANY_CONNECTIONS
            raise ClientProblem("too_many_connections", zh, message_en=en, status=429)
        connection = Connection(
            who,
            address,
            parts=self._parts,
            buckets=(self._user_buckets.bucket(who.id), self._address_buckets.bucket(address)),
            carry=self._carries.carry(who.id),
            deeds=self._deeds.bucket(who.id),
            find=self._find,
            on_closed=self._present.remove,
        )
        self._present.add(connection)
        return connection

    def joined(self, who: Who, class_id: str) -> None:
        """Someone joined a class: what they ask from now on, also on pages that are open, belongs to it."""
        for connection in self._present:
            if connection.who.id == who.id:
                connection.who = replace(connection.who, class_id=class_id)

    # --- conversations --------------------------------------------------------------

    async def conversations(self, who: Who, q: str = "") -> list[ListedConversation]:
        """Someone's own conversations, newest first; `q` searches titles and texts.

        Raises:
            StorageProblem: the database refused.
        """
        async with self._parts.database.read() as connection:
            return await conversations.list_for_owner(connection, who.id, q)

    async def delete_conversation(self, who: Who, conversation_id: str) -> bool:
        """Delete a conversation with its texts and frames; False if there is none of this person.

        Raises:
            StorageProblem: the database refused.
        """
        if await self._find(who, conversation_id) is None:
            return False
        await self.removing.remove([conversation_id])
        return True

    def see_off(self, owner_id: str) -> list[str]:
        """Close every page of somebody who is to be forgotten; their conversations that are in memory."""
        self._leaving.add(owner_id)
        for connection in [each for each in self._present if each.who.id == owner_id]:
            connection.close(SERVICE_RESTART, "everything of yours is deleted")
        self._carries.drop(owner_id)
        return [live.id for live in self._live.values() if live.stored.owner_id == owner_id]

    def let_in(self, owner_id: str) -> None:
        """They are forgotten, or could not be: pages of this id may open again."""
        self._leaving.discard(owner_id)

    async def _find(self, who: Who, conversation_id: str | None) -> LiveConversation | None:
        if conversation_id is None:
            stages = self._parts.stages
            view = await stages.of(who.class_id) if stages is not None else StageView()
            return self._begin(who, view.wants_hints)
        live = await self._known(conversation_id)
        return live if live is not None and live.serves(who) else None

    async def _known(self, conversation_id: str) -> LiveConversation | None:
        """The conversation of this id, whosever it is."""
        live = self._live.get(conversation_id)
        if live is None:
            # Two pages that come back at once must not load it twice.
            task = self._loading.get(conversation_id)
            if task is None:
                task = asyncio.create_task(self._load(conversation_id))
                self._loading[conversation_id] = task
                task.add_done_callback(lambda _: self._loading.pop(conversation_id, None))
            live = await asyncio.shield(task)
        return live

    def _begin(self, who: Who, wants_hints: bool) -> LiveConversation:
        now_ms = self._parts.now_ms()
        preset = self._parts.preset
        stored = StoredConversation(
            id=new_id(),
            owner_id=who.id,
            class_id=who.class_id,
            preset=preset.name,
            system_prompt=preset.system_prompt + (f"\n{preset.hints_prompt}" if wants_hints else ""),
            title="",
            created_at_ms=now_ms,
            updated_at_ms=now_ms,
        )
        machine = ConversationMachine(question_chars=self._parts.rules.question_chars)
        live = self._take_in(stored, machine, History(), {}, is_stored=False)
        self._begun[live.id] = live
        if len(self._begun) > MAX_BLANK:
            oldest = self._begun.pop(next(iter(self._begun)))
            if oldest.is_blank:
                self._forget(oldest)
        return live

    async def _load(self, conversation_id: str) -> LiveConversation | None:
        loaded = await loading.load(
            self._parts.database,
            self._facts,
            conversation_id,
            question_chars=self._parts.rules.question_chars,
            texts=self._parts.texts,
            said=lambda text: teacher_said(self._parts, text),
            now_ms=self._parts.now_ms(),
        )
        if loaded is None:
            return None
        return self._take_in(loaded.stored, loaded.machine, loaded.history, loaded.threads, is_stored=True)

    def _take_in(
        self,
        stored: StoredConversation,
        machine: ConversationMachine,
        history: History,
        threads: Mapping[str, Stand],
        *,
        is_stored: bool,
    ) -> LiveConversation:
        live = LiveConversation(
            stored,
            is_stored=is_stored,
            machine=machine,
            history=history,
            parts=self._parts,
            journal=self._journal,
            facts=self._facts,
            threads=threads,
            on_lost=self._forget,
        )
        if self._closing:
            live.close_questions()
        self._live[stored.id] = live
        return live

    def _forget(self, live: LiveConversation) -> None:
        if self._live.get(live.id) is live:
            del self._live[live.id]
            self._begun.pop(live.id, None)

    async def _sweep(self) -> None:
        idle_seconds = self._parts.rules.idle_seconds
        while True:
            await asyncio.sleep(max(0.05, min(SWEEP_SECONDS, idle_seconds / 4)))
            for live in list(self._live.values()):
                # Never in its first second: whoever asked for it must have time to join.
                if live.quiet_seconds() > max(idle_seconds, 1.0):
                    self._forget(live)
