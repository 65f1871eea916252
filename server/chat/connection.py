"""One chat connection without its socket: texts come in by `receive`, texts go out by `outbox`.

It performs what its session machine decides; it does not know how sockets work.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import structlog

from server.accounts import Who, require_chat
from server.chat.live import LiveConversation
from server.chat.outbox import Outbox
from server.chat.parts import Parts
from server.chat.speaker import Speaker
from server.chat.watchers import Watcher
from server.errors import ClientProblem, StorageProblem
from server.protocol.carries import Carry as WordCarry
from server.protocol.conversation import Asker
from server.protocol.effects import Carry, Close, Command, Join, Send, SessionEffect
from server.protocol.frames import Hello, Limits, Unread, Welcome, dump
from server.protocol.rates import TokenBucket
from server.protocol.session import TRY_AGAIN_LATER, Session, SessionRules

log = structlog.get_logger(__name__)

FindConversation = Callable[[Who, str | None], Awaitable[LiveConversation | None]]


class Connection:
    """One open chat page.

    Args:
        who: who is there.
        address: from where.
        parts: what the desk is built from.
        buckets: from which questions are taken.
        carry: the end of what they sent before, on whatever page.
        deeds: from which everything is taken but pings.
        find: the conversation of this id for this person, or a new one for None.
        on_closed: called once, when the connection is gone.
    """

    def __init__(
        self,
        who: Who,
        address: str,
        *,
        parts: Parts,
        buckets: Sequence[TokenBucket],
        carry: WordCarry,
        deeds: TokenBucket,
        find: FindConversation,
        on_closed: Callable[[Connection], None],
    ) -> None:
        self.who = who
        self.address = address
        self.outbox = Outbox(parts.rules.outbox_frames)
        self._parts = parts
        self._buckets = buckets
        self._carried = carry
        self._find = find
        self._on_closed = on_closed
        self._session = Session(SessionRules(parts.rules.frame_bytes), parts.texts, deeds)
        self._live: LiveConversation | None = None
        self._watcher: Watcher | None = None
        self._one_by_one = asyncio.Lock()
        self._is_gone = False

    async def receive(self, text: str) -> None:
        """A message came in. Whatever it is, nothing is raised; the next one waits for its end."""
        async with self._one_by_one:
            if self.outbox.is_closed or self._is_gone:
                return
            for effect in self._session.receive(text, self._parts.now_ms()):
                await self._perform(effect)

    def tell_unread(self, conversation_id: str) -> None:
        """Say that there is something to read in another conversation than the one on this page."""
        if self._live is not None and self._live.id != conversation_id:
            self.outbox.put(dump(Unread(conversation=conversation_id)))

    async def closed(self) -> None:
        """The socket is gone."""
        if self._is_gone:
            return
        self._is_gone = True
        self._session.close(1001, "gone")
        self.outbox.abandon(1001, "gone")
        self._leave()
        self._on_closed(self)

    def close(self, code: int, reason: str) -> None:
        """Send what waits, then close."""
        self._session.close(code, reason)
        self.outbox.close(code, reason)

    async def _perform(self, effect: SessionEffect) -> None:
        match effect:
            case Send(frame):
                self.outbox.put(dump(frame))
            case Close(code, reason):
                self.outbox.close(code, reason)
                self._leave()
            case Join(hello):
                await self._attempt(self._join(hello), joining=True)
            case Carry(frame):
                await self._attempt(self._carry(frame), joining=False)

    async def _attempt(self, doing: Awaitable[None], *, joining: bool) -> None:
        texts = self._session.texts
        try:
            await doing
            return
        except ClientProblem as known:
            problem = known
        except StorageProblem as error:
            log.error("storage refused", problem=str(error))
            problem = ClientProblem("storage", texts.storage)
        except Exception:
            log.exception("bug in a chat connection")
            problem = ClientProblem("internal", texts.internal)
        # A page that has its welcome waits for frames: it must come back for them.
        broke_off = joining and self._session.state == "open"
        if joining:
            self._leave()
        for effect in self._session.not_joined(problem) if joining else self._session.refuse(problem):
            await self._perform(effect)
        if broke_off:
            self.close(TRY_AGAIN_LATER, problem.code)

    async def _join(self, hello: Hello) -> None:
        self._leave()
        rules = self._parts.rules
        if hello.class_code:
            now_ms = self._parts.now_ms()
            joined = await self._parts.join_class(self.who, hello.class_code, self.address, now_ms)
            self.who = replace(self.who, class_id=joined.id)
        require_chat(self.who, rules.who_may_chat)
        live = await self._find(self.who, hello.conversation)
        if live is None:
            raise ClientProblem("no_such_conversation", self._session.texts.no_such_conversation)
        if self._is_gone:
            return
        newest = live.watchers.committed_seq
        # A page that saw more than there is (the database was restored from a backup) starts from nothing.
        seen = hello.last_seq if hello.last_seq is not None and hello.last_seq <= newest else 0
        welcome = Welcome(
            seq=seen,
            conversation=live.id,
            resume_from=seen,
            limits=Limits(question_chars=rules.question_chars, frame_bytes=rules.frame_bytes),
            label=self._parts.preset.label.get(self._session.lang),
            lists_version=pipeline.version if (pipeline := self._parts.pipeline(self.who.class_id)) else 0,
        )
        if not self.outbox.put(dump(welcome)):
            return
        self._session.joined()
        self._live = live
        self._watcher = Watcher(self.outbox, self._session.texts, seen)
        await live.join(self._watcher)

    async def _carry(self, frame: Command) -> None:
        if self._live is not None and self._watcher is not None:
            class_id = self.who.class_id
            refusals = self._parts.published.refusals(self._session.lang, class_id)
            texts = replace(self._session.texts, refusals=refusals)
            private = self._parts.private.of(class_id) if self._parts.private else None
            asker = Asker(texts, self._buckets, self._carried, private)
            await self._live.command(frame, Speaker(self.who, asker, self._watcher))

    def _leave(self) -> None:
        if self._live is not None and self._watcher is not None:
            self._live.leave(self._watcher)
        self._live = self._watcher = None
