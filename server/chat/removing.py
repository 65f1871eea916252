"""Removes conversations with all that is known of them: in memory, in the source's cache, in the database.

Why they go, and whether anybody may, is not known here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from server.chat.facts import Facts
from server.chat.journal import Journal
from server.chat.live import LiveConversation
from server.chat.parts import Parts
from server.storage import forgetting

Note = Callable[[Any, dict[str, int]], Awaitable[None]]  # a connection that writes, and counts by kind


class Removing:
    """What the desk has in memory, seen from its end.

    Args:
        parts: what the desk is built from.
        live: conversations in memory.
        loading: those that are on their way into it.
        journal: writes what they have to say.
        facts: counts their questions.
        forget: takes one out of memory.
    """

    def __init__(
        self,
        parts: Parts,
        live: Mapping[str, LiveConversation],
        loading: Mapping[str, asyncio.Task[LiveConversation | None]],
        *,
        journal: Journal,
        facts: Facts,
        forget: Callable[[LiveConversation], None],
    ) -> None:
        self._parts = parts
        self._live = live
        self._loading = loading
        self._journal = journal
        self._facts = facts
        self._forget = forget

    def is_answering(self, conversation_id: str) -> bool:
        """Whether an answer is under way there."""
        live = self._live.get(conversation_id)
        return live is not None and live.is_running

    def forget_ids(self, conversation_id: str, turn: str) -> None:
        """What the model was shown in a turn is not to be shown again."""
        if (live := self._live.get(conversation_id)) is not None:
            live.history.forget_ids(turn)

    async def settled(self) -> None:
        """Wait until what was said before is written and counted."""
        await self._journal.settled()
        await self._facts.settled()

    async def remove(
        self, conversation_ids: Sequence[str], note: Note | None = None
    ) -> tuple[dict[str, int], set[str | None]]:
        """Remove conversations, whoever's they are.

        Args:
            conversation_ids: which.
            note: told how many rows of what, in the transaction that removes them.

        Returns:
            How many rows of what, and the classes whose groups were known by questions that are gone.

        Raises:
            StorageProblem: the database refused; pages were told, but nothing is removed then.
        """
        await self._end(conversation_ids)
        async with self._parts.database.write() as connection:
            classes = await forgetting.classes_of_groups(connection, conversation_ids)
            counts = await forgetting.forget_conversations(connection, conversation_ids)
            if note is not None:
                await note(connection, counts)
        await self._end(conversation_ids)  # whatever was loaded while it was being removed
        for conversation_id in conversation_ids:
            self._parts.source.forget(conversation_id)
        return counts, classes

    async def _end(self, conversation_ids: Sequence[str]) -> None:
        loading = [task for each in conversation_ids if (task := self._loading.get(each)) is not None]
        if loading:
            await asyncio.wait(loading)
        ending = [live for each in conversation_ids if (live := self._live.get(each)) is not None]
        for live in ending:
            live.delete()
        for live in ending:
            await live.answered()
            self._forget(live)
        if ending:
            await self.settled()
