"""The table of groups of like questions: sums of what sheets show, put into words.

A row is made of shown numbers alone, so merging by hand shows nothing new: the people of merged groups are
told as those of the larger one, since how many asked both is nobody's business.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Final

from pydantic import BaseModel, ConfigDict

from server.topics.groups import Described, GroupDesk
from server.topics.periods import period_of
from server.topics.report import Figures
from server.topics.sheets import GroupCount
from server.topics.statistics import Audience, Statistics
from server.topics.wording import Lang, say

MOST_GROUPS: Final = 200
MOST_OF_REASON: Final = 30
SHORTEST_TERM: Final = 2
LONGEST_TERM: Final = 12  # characters of a keyword that is suggested


class GroupRow(BaseModel):
    """A group that may be shown. Over several weeks `askers` is the number of the week with the most."""

    model_config = ConfigDict(frozen=True)

    id: str
    class_id: str | None
    wording: str | None
    terms: tuple[str, ...]
    questions: int
    askers: int
    previous: int
    good: int | None
    bad: int | None
    merged: tuple[str, ...]  # groups that were put into this one by hand
    apart: tuple[str, ...]  # groups that are never one with it, by hand
    weeks: tuple[int | None, ...] | None  # questions week by week, for those who may see dates
    suggestion: str | None  # a keyword for the taxonomy, which knows nothing of this group; else None


class GroupReport(BaseModel):
    """What `GET /api/stats/groups` answers."""

    model_config = ConfigDict(frozen=True)

    groups: list[GroupRow]
    hides_groups: bool
    small_group: int
    label: str


class PoorGroup(BaseModel):
    """So many questions of a group that were not answered well for one reason."""

    model_config = ConfigDict(frozen=True)

    id: str
    class_id: str | None
    wording: str | None
    terms: tuple[str, ...]
    questions: int


class PoorReason(BaseModel):
    """A reason, how many questions it holds for (null: hidden), and the groups that may be shown."""

    model_config = ConfigDict(frozen=True)

    reason: str
    questions: int | None
    groups: list[PoorGroup]


class PoorReport(BaseModel):
    """What `GET /api/stats/poor` answers."""

    model_config = ConfigDict(frozen=True)

    reasons: list[PoorReason]
    small_group: int
    label: str


class GroupStatistics:
    """Groups for those who may see them.

    Args:
        statistics: gives the numbers, nothing small in them.
        desk: knows what belongs together and puts it into words.
        topics_of: finds the topics of a text in the taxonomy in effect.
    """

    def __init__(
        self,
        statistics: Statistics,
        desk: GroupDesk,
        topics_of: Callable[[str], Sequence[str]] = lambda text: ("known",),
    ) -> None:
        self._statistics = statistics
        self._desk = desk
        self._topics_of = topics_of

    async def report(
        self,
        audience: Audience,
        first: date,
        last: date,
        *,
        lang: Lang,
        now_ms: int,
        by_week: bool = False,
    ) -> GroupReport:
        """The groups of some classes, those of the most people first; `by_week`: also when they were asked.

        Raises:
            ClientProblem: `bad_period`.
            StorageProblem: the database refused.
        """
        period = period_of(first, last, lang)
        rows: list[tuple[str | None, str, list[GroupCount], int, int, frozenset[str]]] = []
        weekly: dict[tuple[str | None, str], tuple[int | None, ...]] = {}
        hides = False
        sheets = await self._statistics.sheets(audience, period, self._statistics.today(now_ms))
        for class_id in audience.class_ids:
            current = Figures((class_id,), period, sheets)
            previous = Figures((class_id,), period.previous(), sheets)
            hides = hides or current.hides_groups or current.questions is None
            rows += self._rows(class_id, current, previous)
            weekly |= self._weekly(class_id, current)
        rows.sort(key=lambda row: (-row[3], -sum(count.num_questions for count in row[2]), row[1]))
        rows = rows[:MOST_GROUPS]
        words = await self._desk.describe([(row[0], row[1]) for row in rows])
        return GroupReport(
            groups=[
                GroupRow(
                    id=group,
                    class_id=class_id,
                    wording=words[group].wording,
                    terms=words[group].terms,
                    questions=sum(count.num_questions for count in counts),
                    askers=askers,
                    previous=before,
                    good=_sum(count.good for count in counts),
                    bad=_sum(count.bad for count in counts),
                    merged=tuple(sorted(parts - {group})),
                    apart=tuple(sorted(self._desk.apart_from(class_id, group))),
                    weeks=weekly[class_id, group] if by_week else None,
                    suggestion=self._suggestion(words[group]),
                )
                for class_id, group, counts, askers, before, parts in rows
            ],
            hides_groups=hides,
            small_group=self._statistics.small_group,
            label=say(lang, "groups_label"),
        )

    async def poor(
        self, audience: Audience, first: date, last: date, *, lang: Lang, now_ms: int
    ) -> PoorReport:
        """What was not answered well, by reason and group.

        Raises:
            ClientProblem: `bad_period`.
            StorageProblem: the database refused.
        """
        period = period_of(first, last, lang)
        sheets = await self._statistics.sheets(audience, period, self._statistics.today(now_ms))
        found: dict[str, Counter[tuple[str | None, str]]] = {}
        for class_id in audience.class_ids:
            for week in period.weeks:
                for reason, cells in sheets[class_id, week].poor.items():
                    numbers = found.setdefault(reason, Counter())
                    for group, number in cells.items():
                        numbers[class_id, self._desk.settled(class_id, group)] += number
        most = {reason: numbers.most_common(MOST_OF_REASON) for reason, numbers in found.items()}
        words = await self._desk.describe([place for rows in most.values() for place, _ in rows])
        whole = Figures(audience.class_ids, period, sheets)
        return PoorReport(
            reasons=[
                PoorReason(
                    reason=cell.reason,
                    questions=cell.questions,
                    groups=[
                        PoorGroup(
                            id=group,
                            class_id=class_id,
                            wording=words[group].wording,
                            terms=words[group].terms,
                            questions=number,
                        )
                        for (class_id, group), number in most.get(cell.reason, [])
                    ],
                )
                for cell in whole.reasons()
            ],
            small_group=self._statistics.small_group,
            label=say(lang, "groups_label"),
        )

    def _suggestion(self, described: Described) -> str | None:
        """The longest word that a group shares, where no topic knows its wording."""
        fitting = [term for term in described.terms if SHORTEST_TERM <= len(term) <= LONGEST_TERM]
        texts = [*described.terms, described.wording or ""]
        if not fitting or any(self._topics_of(text) for text in texts if text):
            return None
        return fitting[0]

    def _rows(
        self, class_id: str | None, current: Figures, previous: Figures
    ) -> Iterable[tuple[str | None, str, list[GroupCount], int, int, frozenset[str]]]:
        counts: dict[str, list[GroupCount]] = {}
        parts: dict[str, set[str]] = {}
        askers: dict[str, int] = {}
        for week in current.group_weeks():
            for group, count in week.items():
                settled = self._desk.settled(class_id, group)
                counts.setdefault(settled, []).append(count)
                parts.setdefault(settled, set()).add(group)
                askers[settled] = max(askers.get(settled, 0), count.num_askers)
        before = self._questions(class_id, previous.group_weeks())
        for group, found in counts.items():
            yield class_id, group, found, askers[group], before.get(group, 0), frozenset(parts[group])

    def _weekly(
        self, class_id: str | None, current: Figures
    ) -> dict[tuple[str | None, str], tuple[int | None, ...]]:
        """What each week shows of a group; None where that is nothing: none, or too few people."""
        weeks = [self._questions(class_id, [week]) for week in current.group_weeks()]
        groups = {group for week in weeks for group in week}
        return {(class_id, group): tuple(week.get(group) for week in weeks) for group in groups}

    def _questions(self, class_id: str | None, weeks: Sequence[dict[str, GroupCount]]) -> dict[str, int]:
        numbers: dict[str, int] = {}
        for week in weeks:
            for group, count in week.items():
                settled = self._desk.settled(class_id, group)
                numbers[settled] = numbers.get(settled, 0) + count.num_questions
        return numbers


def _sum(numbers: Iterable[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None
