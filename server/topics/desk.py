"""The taxonomy as it is in effect: loaded at start, edited on the question page, swapped as one.

Whoever matches a question reads `matcher` once and keeps that reference for the question. Who may
edit is decided by the caller.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Sequence
from typing import Final, Literal

from server.errors import ClientProblem
from server.storage import acts
from server.storage import topics as storage
from server.storage.acts import By
from server.storage.database import Database
from server.storage.ids import new_id
from server.topics.matcher import TopicMatcher
from server.topics.taxonomy import TopicNode, checked_taxonomy, shipped_taxonomy
from server.topics.wording import Lang, say

Way = Literal["edit", "import", "reset"]
ACTS: Final[dict[Way, str]] = {"edit": "edit_topics", "import": "import_topics", "reset": "reset_topics"}
_NAMED_TOPICS = 20  # so many are named in the record; all of them are counted


class TopicDesk:
    """Keeps the taxonomy and its matcher. Call `load` before anything else.

    Args:
        database: where the taxonomy is kept.
        preset: name of the preset, which decides what a new database begins with.
    """

    def __init__(self, database: Database, preset: str) -> None:
        self._database = database
        self._preset = preset
        self._edit_turn = asyncio.Lock()
        self._matcher: TopicMatcher | None = None
        self._taxonomy: tuple[TopicNode, ...] = ()

    async def load(self) -> None:
        """Read the taxonomy; a database without one gets the preset's.

        Raises:
            StorageProblem: the database refused.
        """
        async with self._edit_turn:
            async with self._database.read() as connection:
                stored = await storage.get_topics(connection)
            if not stored:
                shipped = shipped_taxonomy(self._preset)
                await self._store(shipped)
                await self._put_in_effect(shipped)
            else:
                await self._put_in_effect(tuple(_node(topic) for topic in stored))

    @property
    def taxonomy(self) -> tuple[TopicNode, ...]:
        """The topics in effect, in the order of the page."""
        return self._taxonomy

    @property
    def matcher(self) -> TopicMatcher:
        """What finds topics in questions now."""
        assert self._matcher is not None, "load() comes first"
        return self._matcher

    def listed(self) -> dict[str, object]:
        """What `GET /api/topics` answers."""
        topics = [topic.as_json() for topic in self._taxonomy]
        return {"topics": topics, "stamp": _stamp(topics)}

    def shipped(self) -> dict[str, object]:
        """What a new database begins with, in the same shape."""
        topics = [topic.as_json() for topic in shipped_taxonomy(self._preset)]
        return {"topics": topics, "stamp": _stamp(topics)}

    async def replace(
        self,
        raw: object,
        lang: Lang,
        stamp: str | None = None,
        *,
        way: Way = "edit",
        by: By | None = None,
    ) -> dict[str, object]:
        """Put an edited taxonomy in the place of the present one; effective from the next question.

        Topics without an id get one; the others keep theirs, and with it what was counted.

        Args:
            raw: the `topics` of `PUT /api/topics`.
            lang: the language of the messages.
            stamp: that of the taxonomy which was edited; None replaces whatever is in effect.
            way: how the editor came to it, for the record.
            by: who does it, and when.

        Raises:
            ClientProblem: `bad_topics`, naming every mistake, or 409 `topics_changed`, when somebody else
                was faster; nothing is changed then.
            StorageProblem: the database refused; nothing is changed then.
        """
        num_rows = len(raw) if isinstance(raw, Sequence) else 0
        # A keyword list of some size takes a while to fold: not on the event loop.
        taxonomy = await asyncio.to_thread(
            checked_taxonomy, raw, lang, [f"t{new_id()}" for _ in range(num_rows)]
        )
        async with self._edit_turn:
            if stamp is not None and stamp != self.listed()["stamp"]:
                zh, en = say("zh", "changed"), say("en", "changed")
                raise ClientProblem("topics_changed", zh, message_en=en, status=409)
            matcher = await asyncio.to_thread(TopicMatcher.compile, taxonomy)
            await self._store(taxonomy, way, by)
            self._taxonomy, self._matcher = taxonomy, matcher
        return self.listed()

    async def _put_in_effect(self, taxonomy: tuple[TopicNode, ...]) -> None:
        self._matcher = await asyncio.to_thread(TopicMatcher.compile, taxonomy)
        self._taxonomy = taxonomy

    async def _store(
        self, taxonomy: Sequence[TopicNode], way: Way | None = None, by: By | None = None
    ) -> None:
        rows = [
            storage.StoredTopic(node.id, node.parent_id, node.name_zh, node.name_en, node.keywords)
            for node in taxonomy
        ]
        async with self._database.write() as connection:
            await storage.replace_topics(connection, rows)
            changed = _difference(self._taxonomy, taxonomy)
            if way is not None and changed:
                await acts.note(connection, by, ACTS[way], "", topics=len(taxonomy), **changed)


def _node(topic: storage.StoredTopic) -> TopicNode:
    return TopicNode(topic.id, topic.parent_id, topic.name_zh, topic.name_en, topic.keywords)


def _difference(before: Sequence[TopicNode], after: Sequence[TopicNode]) -> dict[str, object]:
    """What came, went or is another now: all counted, the first ones named; empty where nothing differs."""
    old, new = {node.id: node for node in before}, {node.id: node for node in after}
    parts = {
        "added": [node for node in after if node.id not in old],
        "changed": [node for node in after if node.id in old and old[node.id] != node],
        "removed": [node for node in before if node.id not in new],
    }
    told: dict[str, object] = {
        name: {"count": len(nodes), "names": [node.name_zh for node in nodes[:_NAMED_TOPICS]]}
        for name, nodes in parts.items()
        if nodes
    }
    if not told and [node.id for node in before] != [node.id for node in after]:
        told["order"] = "changed"
    return told


def _stamp(topics: object) -> str:
    """Tells one state of the taxonomy from another."""
    return hashlib.sha256(json.dumps(topics, sort_keys=True).encode()).hexdigest()[:16]
