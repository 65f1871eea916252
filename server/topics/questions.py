"""The questions of one class and week, one by one: in which numbers of its sheet each of them is counted.

Pure. What was told of a question stays told: a rating that is changed later, or a reason that another one
comes before, moves no number back. It does not know what may be shown.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from server.storage.poor import AGAIN_WITHIN_MS, EARLY_MS
from server.storage.told import FactRow
from server.topics.bundles import Key, Path, System, Told, Wanted
from server.topics.crossing import SAME

TOTAL: Key = ("total",)
TIMED: Key = ("timed",)
_OUTCOME_OF = {reason: outcome for outcome, reason in SAME}


@dataclass(frozen=True, slots=True)
class Question:
    """What is counted of a question; `reason`: why it was not answered well, if it was not."""

    id: int
    asker: str
    weekday: int
    hour: int
    outcome: str
    group: str | None
    opinion: str | None  # `good` or `bad`
    reason: str | None
    topics: tuple[str, ...]
    first_token_ms: int | None


def questions_of(rows: Sequence[FactRow], last_id: int | None = None) -> list[Question]:
    """The questions as they are; with `last_id` those up to that one, as they were when they were told first.

    Args:
        rows: in the order in which they were asked.
        last_id: the last question that was known then.
    """
    then = last_id is not None
    chosen = [row for row in rows if last_id is None or row.id <= last_id]
    rated = [replace(row, rating=row.told_rating) if then else row for row in chosen]
    next_ms: dict[int, int] = {}
    before: dict[tuple[str, str | None], FactRow] = {}
    for row in rated:
        if (asked := before.get((row.asker, row.group_id))) is not None:
            next_ms[asked.id] = row.asked_at_ms
        before[row.asker, row.group_id] = row
    return [
        Question(
            id=row.id,
            asker=row.asker,
            weekday=(row.local_day - 1) % 7,
            hour=row.local_hour,
            outcome=row.outcome,
            group=row.group_id,
            opinion=None if not row.rating else "good" if row.rating > 0 else "bad",
            reason=_reason(row, next_ms.get(row.id)),
            topics=row.topics,
            first_token_ms=row.first_token_ms,
        )
        for row in rated
    ]


def _reason(row: FactRow, next_ms: int | None) -> str | None:
    """As `server.storage.poor` tells it."""
    for outcome, reason in SAME:
        if row.outcome == outcome:
            return reason
    if row.rating is not None and row.rating < 0:
        return "rated_down"
    if row.group_id is not None and next_ms is not None and next_ms - row.asked_at_ms <= AGAIN_WITHIN_MS:
        return "asked_again"
    return "stopped_early" if row.outcome == "stopped" and (row.total_ms or 0) <= EARLY_MS else None


def as_told(questions: Iterable[Question], told: Told) -> list[Question]:
    """The questions with the reason and the opinion that were told of them, where any was."""
    reasons: dict[int, str] = {}
    opinions: dict[int, str] = {}
    for key in told.batches:
        if key[0] == "reason":
            reasons |= dict.fromkeys(told.questions(key), key[1])
        elif key[0] in ("good", "bad"):
            opinions |= dict.fromkeys(told.questions(key), key[0])
    return [
        replace(
            each,
            reason=reasons.get(each.id, each.reason),
            opinion=opinions.get(each.id, each.opinion),
        )
        for each in questions
    ]


def reason_key(reason: str) -> Key:
    """The number of a reason; of some it is that of an outcome, and the same questions."""
    return ("outcome", _OUTCOME_OF[reason]) if reason in _OUTCOME_OF else ("reason", reason)


def keys_of(question: Question) -> Iterator[Key]:
    """Every number in which a question is counted."""
    yield TOTAL
    yield ("day", str(question.weekday))
    yield ("hour", str(question.weekday), str(question.hour))
    yield ("outcome", question.outcome)
    yield from (("topic", topic) for topic in question.topics)
    if question.first_token_ms is not None:
        yield TIMED
    if question.reason and question.reason not in _OUTCOME_OF:
        yield ("reason", question.reason)
    if question.group is not None:
        yield ("group", question.group)
        if question.opinion is not None:
            yield (question.opinion, question.group)
        if question.reason is not None:
            yield ("poor", question.reason, question.group)


def within(key: Key) -> Sequence[Key]:
    """The numbers that a number lies within."""
    match key[0]:
        case "total":
            return ()
        case "hour":
            return (("day", key[1]),)
        case "good" | "bad":
            return (("group", key[1]),)
        case "poor":
            return (reason_key(key[1]), ("group", key[2]))
        case _:
            return (TOTAL,)


def wanted(questions: Collection[Question], known: Told) -> Wanted:
    """All numbers of a sheet, and how they hang together."""
    numbers: dict[Key, set[int]] = {}
    for each in questions:
        for key in keys_of(each):
            numbers.setdefault(key, set()).add(each.id)
    askers = {each.id: each.asker for each in questions}
    systems: list[System] = [{each.id: paths(each) for each in questions} for paths in _TABLES]
    return Wanted(
        {key: frozenset(ids) | known.questions(key) for key, ids in numbers.items()}, askers, within, systems
    )


# --- which number lies within which: each row is a table, or what two tables say of the same questions --


def _of_hours(each: Question) -> Sequence[Path]:
    day = str(each.weekday)
    return [(TOTAL, ("day", day), ("hour", day, str(each.hour)))]


def _of_outcomes(each: Question) -> Sequence[Path]:
    return [(TOTAL, ("outcome", each.outcome))]


def _of_topics(each: Question) -> Sequence[Path]:
    # As if a question on two topics were two: the table is looked at in that way everywhere.
    return [(TOTAL, ("topic", topic)) for topic in each.topics] or [_without(each)]


def _of_groups(each: Question) -> Sequence[Path]:
    return [_without(each) if each.group is None else (TOTAL, ("group", each.group))]


def _without(each: Question) -> Path:
    """Blocked questions have neither topic nor group, and everybody knows it."""
    return (TOTAL, ("outcome", "blocked")) if each.outcome == "blocked" else (TOTAL,)


def _of_reasons(each: Question) -> Sequence[Path]:
    return [(TOTAL, reason_key(each.reason)) if each.reason else (TOTAL,)]


def _of_opinions(each: Question) -> Sequence[Path]:
    if each.group is None:
        return []
    group = ("group", each.group)
    return [(group, (each.opinion, each.group)) if each.opinion else (group,)]


def _of_reasons_in_groups(each: Question) -> Sequence[Path]:
    if each.reason is None:
        return []
    reason = reason_key(each.reason)
    return [(reason, ("poor", each.reason, each.group)) if each.group else (reason,)]


def _of_groups_by_reason(each: Question) -> Sequence[Path]:
    if each.group is None:
        return []
    group = ("group", each.group)
    return [(group, ("poor", each.reason, each.group)) if each.reason else (group,)]


def _of_reasons_and_outcomes(each: Question) -> Sequence[Path]:
    if each.outcome not in ("answered", "stopped"):
        return []
    outcome = ("outcome", each.outcome)
    return [(outcome, reason_key(each.reason)) if each.reason else (outcome,)]


def _of_bad_opinions(each: Question) -> Sequence[Path]:
    down: Path = (("reason", "rated_down"),) if each.reason == "rated_down" else ()
    bad: Path = (("bad", each.group),) if each.group and each.opinion == "bad" else ()
    return [path for path in (down + bad,) if path]


def _of_bad_opinions_in_groups(each: Question) -> Sequence[Path]:
    if each.group is None:
        return []
    down: Path = (("poor", "rated_down", each.group),) if each.reason == "rated_down" else ()
    bad: Path = (("bad", each.group),) if each.opinion == "bad" else ()
    return [path for path in (down + bad,) if path]


def _of_groups_on_topics(each: Question) -> Sequence[Path]:
    group: Path = (("group", each.group),) if each.group else ()
    paths: list[Path] = [(("topic", topic), *group) for topic in each.topics]
    return paths or ([group] if group else [])


_TABLES: Sequence[Callable[[Question], Sequence[Path]]] = (
    _of_hours,
    _of_outcomes,
    _of_topics,
    _of_groups,
    _of_reasons,
    _of_opinions,
    _of_reasons_in_groups,
    _of_groups_by_reason,
    _of_reasons_and_outcomes,
    _of_bad_opinions,
    _of_bad_opinions_in_groups,
    _of_groups_on_topics,
)
