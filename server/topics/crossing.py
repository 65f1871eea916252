"""What tables of one class and week would give away together, though each of them alone gives away nothing.

Pure. Some cells are known to lie within others of another table: a blocked question is one that was not
answered well because it was blocked, a group on the theorem of Pythagoras lies within that topic. Where such
cells are shown and differ by the questions of too few people, one of them has to go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from server.topics.suppression import Cell, holds, together

# One and the same questions, under an outcome and under a reason.
SAME = (("blocked", "blocked"), ("failed", "failed"), ("filtered", "fallback"))

_Kind = Mapping[tuple[object, ...], Cell]


class Shown(Protocol):
    """What a sheet shows; None is a hidden number."""

    @property
    def outcomes(self) -> Mapping[str, int | None]: ...

    @property
    def reasons(self) -> Mapping[str, int | None]: ...

    @property
    def topics(self) -> Mapping[str, object]: ...

    @property
    def groups(self) -> Mapping[str, GroupShown]: ...

    @property
    def poor(self) -> Mapping[str, Mapping[str, int]]: ...


class GroupShown(Protocol):
    """How a group was rated; None is a hidden number."""

    @property
    def bad(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Forced:
    """What has to be hidden in each table because of another; `ratings`: groups without their ratings."""

    outcomes: frozenset[str] = frozenset()
    reasons: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    ratings: frozenset[str] = frozenset()

    def and_also(self, more: Forced) -> Forced:
        """Both together."""
        return Forced(*(getattr(self, name) | getattr(more, name) for name in self.__slots__))

    def __bool__(self) -> bool:
        return any(getattr(self, name) for name in self.__slots__)


def given_away(sheet: Shown, kinds: _Kind, topic_groups: _Kind, small_group: int, known: Forced) -> Forced:
    """What else has to be hidden; empty when the tables may be shown side by side.

    Args:
        sheet: the tables as they would be shown.
        kinds: questions by reason, group, outcome and rating.
        topic_groups: questions by topic, group and whether they were blocked.
        small_group: fewest people a number may stand for.
        known: what was found before.
    """
    found = _outcomes_and_reasons(sheet, kinds, small_group)
    found = found.and_also(_ratings_and_reasons(sheet, kinds, small_group))
    found = found.and_also(_groups_and_topics(sheet, topic_groups, small_group))
    return Forced(*(getattr(found, name) - getattr(known, name) for name in found.__slots__))


def _outcomes_and_reasons(sheet: Shown, kinds: _Kind, small_group: int) -> Forced:
    outcomes, reasons = set(), set()
    for outcome, reason in SAME:
        if sheet.outcomes.get(outcome) is None or sheet.reasons.get(reason) is None:
            outcomes.add(outcome)
            reasons.add(reason)
    if sheet.outcomes.get("stopped") is not None and sheet.reasons.get("stopped_early") is not None:
        rest = _people(
            cell
            for (reason, _, outcome, _), cell in kinds.items()
            if outcome == "stopped" and reason != "stopped_early"
        )
        if _is_small(rest, small_group):
            reasons.add("stopped_early")
    if sheet.outcomes.get("answered") is not None and sheet.outcomes.get("stopped") is not None:
        reasons |= _of_what_was_answered(sheet, kinds, small_group)
    return Forced(outcomes=frozenset(outcomes), reasons=frozenset(reasons))


def _of_what_was_answered(sheet: Shown, kinds: _Kind, small_group: int) -> set[str]:
    """Answered and stopped questions have one of three reasons, or were answered well."""
    parts: dict[object, list[Cell]] = {}
    for (reason, _, outcome, _), cell in kinds.items():
        if outcome in ("answered", "stopped"):
            parts.setdefault(reason, []).append(cell)
    cells = {reason: together(found) for reason, found in parts.items()}
    visible = {
        str(name): cell for name, cell in cells.items() if name and sheet.reasons.get(str(name)) is not None
    }
    unseen = [cell for name, cell in cells.items() if name not in visible]
    if not visible or holds(unseen, small_group):
        return set()
    return {min(visible, key=lambda name: (len(visible[name].askers), name))}


def _ratings_and_reasons(sheet: Shown, kinds: _Kind, small_group: int) -> Forced:
    """Bad ratings of groups lie within the answers that were rated down, but for failed ones."""
    rated = {group for group, count in sheet.groups.items() if count.bad}
    ratings = set()
    shown_poor = sheet.poor.get("rated_down", {})
    for group in rated & shown_poor.keys():
        rest = _people(
            cell
            for (reason, of_group, _, rating), cell in kinds.items()
            if of_group == group and _is_bad(rating) and reason != "rated_down"
        )
        if _is_small(rest, small_group):
            ratings.add(group)
    reasons = set()
    if sheet.reasons.get("rated_down") is not None:
        rest = _people(
            cell
            for (reason, group, _, _), cell in kinds.items()
            if reason == "rated_down" and group not in rated
        )
        if _is_small(rest, small_group):
            reasons.add("rated_down")
    return Forced(ratings=frozenset(ratings), reasons=frozenset(reasons))


def _groups_and_topics(sheet: Shown, topic_groups: _Kind, small_group: int) -> Forced:
    """The words of a group tell its topics, so whoever sees both knows which lies within which."""
    of_topic: dict[str, dict[str | None, frozenset[str]]] = {}
    topics_of: dict[str, set[str | None]] = {}
    in_group: dict[str, dict[str | None, frozenset[str]]] = {}
    for (topic, group, _), cell in topic_groups.items():
        name = None if topic is None else str(topic)
        of_group = None if group is None else str(group)
        if name is not None:
            row = of_topic.setdefault(name, {})
            row[of_group] = row.get(of_group, frozenset()) | cell.askers
        if of_group is not None:
            topics_of.setdefault(of_group, set()).add(name)
            column = in_group.setdefault(of_group, {})
            column[name] = column.get(name, frozenset()) | cell.askers
    groups: set[str] = set()
    for topic, row in of_topic.items():
        if sheet.topics.get(topic) is None:
            continue
        inside = [group for group in row if group in sheet.groups and topics_of[str(group)] == {topic}]
        rest = frozenset[str]().union(*(people for group, people in row.items() if group not in inside))
        if inside and _is_small(rest, small_group):
            groups.add(str(min(inside, key=lambda group: (len(row[group]), str(group)))))
    return Forced(groups=frozenset(groups))


def _is_bad(rating: object) -> bool:
    return isinstance(rating, int) and rating < 0


def _people(cells: Iterable[Cell]) -> frozenset[str]:
    return frozenset[str]().union(*(cell.askers for cell in cells))


def _is_small(people: frozenset[str], small_group: int) -> bool:
    return 0 < len(people) < small_group
