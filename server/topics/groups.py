"""The groups of like questions of every class: kept in memory, known again after a restart, changed by hand.

Each class has groups of its own, so that no words of one class ever show in another. What was decided by
hand holds for questions from then on: what is counted already stays where it is, or the difference between
before and after could be one person. Who may see or change groups is decided by the caller.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from server.errors import ClientProblem
from server.likeness import features_of, likeness
from server.storage import acts, classes
from server.storage import groups as storage
from server.storage.acts import By
from server.storage.database import Database
from server.storage.ids import new_id
from server.topics.grouping import Grouping, Placed
from server.topics.private import without_private_data

KEPT_WORDINGS: Final = 20_000  # read at start; groups that nobody asked about for long begin anew
SHOWN_CHARS: Final = 120


@dataclass(frozen=True, slots=True)
class Described:
    """A group in words.

    Args:
        wording: how it was asked, masked; None where its questions are deleted.
        terms: what the questions share.
    """

    wording: str | None
    terms: tuple[str, ...]


class GroupDesk:
    """Call `load` before anything else."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._classes: dict[str | None, Grouping] = {}
        self._turn = asyncio.Lock()

    async def load(self) -> None:
        """Read what groups are known by, and what was decided by hand.

        Raises:
            StorageProblem: the database refused.
        """
        async with self._database.read() as connection:
            wordings = await storage.newest_wordings(connection, KEPT_WORDINGS)
            rules = await storage.rules(connection)
        async with self._turn:
            await asyncio.to_thread(self._know, wordings, rules)

    async def relearn(self, class_ids: Collection[str | None]) -> None:
        """Forget what is known of some classes' groups, and learn it again from what is still stored.

        Raises:
            StorageProblem: the database refused; nothing is forgotten then.
        """
        async with self._turn:
            async with self._database.read() as connection:
                wordings = await storage.newest_wordings(connection, KEPT_WORDINGS, class_ids)
                rules = await storage.rules(connection)
            for class_id in class_ids:
                self._classes.pop(class_id, None)
            theirs = [rule for rule in rules if rule.class_id in class_ids]
            await asyncio.to_thread(self._know, wordings, theirs)

    async def place(self, class_id: str | None, question: str) -> Placed:
        """Find the group of a question, off the event loop."""
        async with self._turn:
            return await asyncio.to_thread(self._of(class_id).add, question)

    def settled(self, class_id: str | None, group_id: str) -> str:
        """The group that a group belongs to by hand."""
        return self._of(class_id).settled(group_id)

    async def merge(self, class_id: str | None, group_id: str, into: str, *, at_ms: int, who: str) -> None:
        """Let `group_id` be part of `into`, now and for all questions to come.

        Raises:
            ClientProblem: 409 `groups_apart`: somebody decided that the two are not the same.
            StorageProblem: the database refused; nothing is changed then.
        """
        if self.settled(class_id, into) in self.apart_from(class_id, group_id):
            raise ClientProblem(
                "groups_apart",
                "这两组已被标为「不是一回事」。要合并，请先撤销那个决定。",
                message_en="These two were marked as not the same. To merge them, take that back first.",
                status=409,
            )
        await self._decide(
            storage.Rule(class_id, "together", group_id, into, None), by=By(who, at_ms), what="merge_groups"
        )

    async def free(self, class_id: str | None, group_id: str, *, at_ms: int, who: str) -> None:
        """Take a merging back.

        Raises:
            StorageProblem: the database refused; nothing is changed then.
        """
        await self._decide(
            storage.Rule(class_id, "free", group_id, group_id, None), by=By(who, at_ms), what="free_group"
        )

    def apart_from(self, class_id: str | None, group_id: str) -> frozenset[str]:
        """The groups that this one is never one with, by hand."""
        return self._of(class_id).kept_apart_from(group_id)

    async def keep_apart(
        self, class_id: str | None, group_id: str, other: str, *, at_ms: int, who: str
    ) -> None:
        """Decide that two groups are not the same: they are never merged, nor their questions mixed up.

        Raises:
            ClientProblem: 409 `groups_together`: they are merged by hand now.
            StorageProblem: the database refused; nothing is changed then.
        """
        if self.settled(class_id, group_id) == self.settled(class_id, other):
            raise ClientProblem(
                "groups_together",
                "这两组已手工合并。请先撤销合并。",
                message_en="These two are merged by hand. Please take that back first.",
                status=409,
            )
        await self._decide(
            storage.Rule(class_id, "never", group_id, other, None),
            by=By(who, at_ms),
            what="keep_groups_apart",
        )

    async def allow(self, class_id: str | None, group_id: str, other: str, *, at_ms: int, who: str) -> None:
        """Take back that two groups, with whatever is merged into them, are not the same.

        Raises:
            StorageProblem: the database refused; nothing is changed then.
        """
        pairs = self._of(class_id).pairs_between(group_id, other)
        taken_back = [storage.Rule(class_id, "maybe", one, two, None) for one, two in pairs]
        if taken_back:
            await self._decide(*taken_back, by=By(who, at_ms), what="allow_groups_together")

    async def split(self, class_id: str | None, group_id: str, term: str, *, at_ms: int, who: str) -> str:
        """Let questions of a group with a word in them have a group of their own; its id.

        Raises:
            StorageProblem: the database refused; nothing is changed then.
        """
        new_group = new_id()
        await self._decide(
            storage.Rule(class_id, "apart", group_id, new_group, term), by=By(who, at_ms), what="split_group"
        )
        return new_group

    async def wordings(self, group_ids: Sequence[str]) -> list[str]:
        """The single wordings of groups that may be shown, masked, in the order of their characters.

        In no order of time: that would tell who asked first.
        """
        async with self._database.read() as connection:
            found = await storage.wordings_of(connection, group_ids)
        texts = await asyncio.to_thread(lambda: {_shown(wording.text) for wording in found})
        return sorted(texts)

    async def describe(self, groups: Sequence[tuple[str | None, str]]) -> dict[str, Described]:
        """Put groups into words: only for those of enough people, which the caller sees to."""
        async with self._database.read() as connection:
            wordings = await storage.wordings_of(connection, [group_id for _, group_id in groups])
        return await asyncio.to_thread(self._describe, groups, wordings)

    def _describe(
        self, groups: Sequence[tuple[str | None, str]], wordings: Sequence[storage.Wording]
    ) -> dict[str, Described]:
        texts: dict[str, list[str]] = {}
        for wording in wordings:
            texts.setdefault(wording.group_id, []).append(wording.text)
        return {
            group_id: Described(
                _most_typical(texts.get(group_id, [])),
                tuple(without_private_data(term) for term in self._of(class_id).terms(group_id)),
            )
            for class_id, group_id in groups
        }

    async def _decide(self, *rules: storage.Rule, by: By, what: str) -> None:
        """Write down what was decided of the groups of one class: all of it and its record, or nothing.

        The record names groups by their ids: their words were asked by pupils, and the log is kept for good.
        """
        first = rules[0]
        async with self._turn:
            async with self._database.write() as connection:
                for rule in rules:
                    await storage.add_rule(connection, rule, at_ms=by.at_ms, who=by.who)
                row = await classes.get(connection, first.class_id) if first.class_id else None
                pairs = [[rule.group_id, rule.other_id] for rule in rules]
                await acts.note(connection, by, what, row.name if row else "", groups=pairs)
            for rule in rules:
                self._follow(rule)

    def _know(self, wordings: Sequence[storage.Wording], rules: Sequence[storage.Rule]) -> None:
        for wording in wordings:
            self._of(wording.class_id).load(wording.group_id, wording.text)
        for rule in rules:
            self._follow(rule)

    def _follow(self, rule: storage.Rule) -> None:
        grouping = self._of(rule.class_id)
        if rule.kind == "together":
            grouping.merge(rule.group_id, rule.other_id)
        elif rule.kind == "free":
            grouping.free(rule.group_id)
        elif rule.kind == "never":
            grouping.keep_apart(rule.group_id, rule.other_id)
        elif rule.kind == "maybe":
            grouping.allow(rule.group_id, rule.other_id)
        elif rule.term is not None:
            grouping.split(rule.group_id, rule.term, rule.other_id)

    def _of(self, class_id: str | None) -> Grouping:
        return self._classes.setdefault(class_id, Grouping(new_id))


def _most_typical(texts: Sequence[str]) -> str | None:
    """The wording that is most like all the others, the shortest of them; masked and cut."""
    if not texts:
        return None
    features = [features_of(text) for text in texts]
    typical = max(
        range(len(texts)),
        key=lambda n: (sum(likeness(features[n], other) for other in features), -len(texts[n])),
    )
    return _shown(texts[typical])


def _shown(text: str) -> str:
    masked = without_private_data(" ".join(text.split()))
    return masked if len(masked) <= SHOWN_CHARS else masked[: SHOWN_CHARS - 1] + "…"
