"""What a look shows, given what the looks before it showed: a sheet, some numbers of which have moved.

Pure. Whoever looks first sees the sheet as it is. Later a number grows when the questions that are new in it
are of enough people, and when it and all others that were ever told give nobody away together (`release`);
what was hidden is shown by the same rule. Until then it stays as it was.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate, pairwise
from typing import Final, TypeVar

from server.storage.told import FactRow
from server.topics.bundles import Batch, Key, Moves, Told, Wanted
from server.topics.questions import (
    TIMED,
    TOTAL,
    Question,
    as_told,
    keys_of,
    questions_of,
    reason_key,
    wanted,
)
from server.topics.release import has_many, moves
from server.topics.sheets import HOURS, GroupCount, Sheet, TopicCount, hidden_sheet

_STEP_MS: Final = 20
STEPS: Final = 20  # a step is a part of what was told, at least
_Name = TypeVar("_Name", int, str)


def next_sheet(
    sheet: Sheet, told: Told | None, last_id: int, rows: Sequence[FactRow], small_group: int
) -> tuple[Sheet, Told | None]:
    """The sheet that may be shown now, and what will have been told by it; None where nothing moved.

    Args:
        sheet: what was shown last.
        told: the questions in it; None for those up to `last_id`, as they were then.
        last_id: see there.
        rows: the questions of the class and week, in the order in which they were asked.
        small_group: fewest people a number may stand for.
    """
    if told is None:
        told = first_told(sheet, questions_of(rows, last_id))
    questions = as_told(questions_of(rows), told)
    wants = wanted(questions, told)

    def refused(found: Moves) -> Key | None:
        return _tells_gaps(sheet, told, found, wants.numbers)

    found = moves(told, wants, small_group, refused) if _is_due(told, wants) else {}
    narrow = _narrowed(sheet, told, wants.asker_of, small_group)
    if not found and narrow == sheet:
        return sheet, None
    edition = told.edition + 1
    batches = {key: told.batches.get(key, ()) for key in {*told.batches, *found}}
    batches |= {key: (*batches[key], (edition, ids)) for key, ids in found.items()}
    after = Told(edition, batches, told.people_of)
    after, people = _with_people(after, found, wants.asker_of, small_group)
    shown = _moved(narrow, found, people, questions, after) if narrow.num_questions is not None else narrow
    return shown, after


def _is_due(told: Told, wants: Wanted) -> bool:
    """Whether so much is new that it is worth a step; each one makes all later ones more work."""
    new = sum(
        len(ids - told.questions(key)) for key, ids in wants.numbers.items() if key[0] in ("total", "reason")
    )
    return new > 0 and new * STEPS >= len(told.questions(TOTAL))


def _narrowed(sheet: Sheet, told: Told, asker_of: Mapping[int, str], small_group: int) -> Sheet:
    """The sheet without tables that were told when fewer people than now could be shown, and show so few."""
    few = {
        key[0]
        for key in told.batches
        if _is_shown(sheet, key) and not has_many(told.questions(key), asker_of, small_group)
    }
    if "total" in few:
        return hidden_sheet()
    if few & {"day", "hour"}:
        days = dict.fromkeys(sheet.days) if "day" in few else sheet.days
        sheet = replace(sheet, days=days, hours=hidden_sheet().hours)
    if few & {"outcome", "reason"}:
        sheet = replace(sheet, outcomes=dict.fromkeys(sheet.outcomes), reasons=dict.fromkeys(sheet.reasons))
    if "topic" in few:
        sheet = replace(sheet, topics=dict.fromkeys(sheet.topics))
    if few & {"group", "good", "bad"}:
        sheet = replace(sheet, groups={}, hides_groups=True)
    if few & {"group", "good", "bad", "poor", "outcome", "reason"}:
        sheet = replace(sheet, poor={})
    return sheet if "timed" not in few else replace(sheet, first_tokens={})


def first_told(sheet: Sheet, questions: Iterable[Question]) -> Told:
    """What a sheet told that nobody had seen before."""
    numbers: dict[Key, set[int]] = {}
    for each in questions:
        for key in keys_of(each):
            if _is_shown(sheet, key):
                numbers.setdefault(key, set()).add(each.id)
    return Told(1, {key: ((1, frozenset(ids)),) for key, ids in numbers.items()}, dict.fromkeys(numbers, 1))


def _is_shown(sheet: Sheet, key: Key) -> bool:
    match key:
        case ("total",):
            return sheet.num_questions is not None
        case ("timed",):
            return bool(sheet.first_tokens)
        case ("day", day):
            return sheet.days.get(int(day)) is not None
        case ("hour", day, hour):
            return sheet.hours.get((int(day), int(hour))) is not None
        case ("outcome", name):
            return sheet.outcomes.get(name) is not None
        case ("reason", name):
            return sheet.reasons.get(name) is not None
        case ("topic", name):
            return sheet.topics.get(name) is not None
        case ("group", name):
            return name in sheet.groups
        case ("good" | "bad", name):
            group = sheet.groups.get(name)
            return group is not None and (group.good if key[0] == "good" else group.bad) is not None
        case ("poor", reason, name):
            return name in sheet.poor.get(reason, {})
    return False


def _tells_gaps(sheet: Sheet, told: Told, found: Moves, numbers: Mapping[Key, frozenset[int]]) -> Key | None:
    """A number that must not move, as it would tell that every hidden one beside it is a single question."""
    gaps: dict[tuple[str, ...], list[Key]] = {}
    for key in numbers:
        if key not in found and not told.batches.get(key) and _has_mark(sheet, key):
            gaps.setdefault(key[:-1], []).append(key)
    for table, hidden in gaps.items():
        moved = [key for key in found if key[:-1] == table]
        if moved and all(len(numbers[key]) == 1 for key in hidden):
            return min(moved, key=lambda key: (len(found[key]), key))
    return None


def _has_mark(sheet: Sheet, key: Key) -> bool:
    """Whether a number is shown as hidden."""
    match key:
        case ("day", day):
            return int(day) in sheet.days and sheet.days[int(day)] is None
        case ("hour", day, hour):
            place = int(day), int(hour)
            return place in sheet.hours and sheet.hours[place] is None
        case ("outcome", name):
            return sheet.outcomes.get(name, 0) is None
        case ("reason", name):
            return sheet.reasons.get(name, 0) is None
        case ("topic", name):
            return name in sheet.topics and sheet.topics[name] is None
    return False


def _with_people(
    told: Told, found: Moves, asker_of: Mapping[int, str], small_group: int
) -> tuple[Told, dict[Key, int]]:
    """The numbers of people, that grow by new people, too, of whom there are enough."""
    people_of, people = dict(told.people_of), {}
    for key in found:
        batches = told.batches[key]
        counted = people_of.get(key, 0)
        before = {asker_of[each] for _, ids in batches[:counted] for each in ids if each in asker_of}
        new = {asker_of[each] for _, ids in batches[counted:] for each in ids if each in asker_of} - before
        if len(new) >= small_group:
            people_of[key] = len(batches)
        people[key] = len(before) + (len(new) if len(new) >= small_group else 0)
    return replace(told, people_of=people_of), people


def _moved(
    sheet: Sheet, found: Moves, people: Mapping[Key, int], questions: Sequence[Question], told: Told
) -> Sheet:
    """The sheet with what is new in it."""
    new = {key: len(told.questions(key)) for key in found}
    asked = {key for each in questions for key in keys_of(each)}
    days, hours = dict(sheet.days), dict(sheet.hours)
    outcomes, reasons = dict(sheet.outcomes), dict(sheet.reasons)
    topics, groups = dict(sheet.topics), dict(sheet.groups)
    poor = {reason: dict(cells) for reason, cells in sheet.poor.items()}
    for day in [day for day in days if ("day", str(day)) in new]:
        days[day] = new["day", str(day)]
        _open_day(hours, day, asked)
    for hour_key in [key for key in new if key[0] == "hour"]:
        hours[int(hour_key[1]), int(hour_key[2])] = new[hour_key]
    for name in outcomes:
        if ("outcome", name) in new:
            outcomes[name] = new["outcome", name]
    for name in reasons:
        if reason_key(name) in new:
            reasons[name] = new[reason_key(name)]
    for key, number in new.items():
        if key[0] == "topic":
            topics[key[1]] = TopicCount(number, people[key])
        elif key[0] == "group":
            none = [None if (name, key[1]) in asked else 0 for name in ("good", "bad")]
            group = groups.get(key[1]) or GroupCount(0, 0, *none)
            groups[key[1]] = replace(group, num_questions=number, num_askers=people[key])
        elif key[0] == "poor":
            poor.setdefault(key[1], {})[key[2]] = number
    for key, number in new.items():
        if key[0] == "good":
            groups[key[1]] = replace(groups[key[1]], good=number)
        elif key[0] == "bad":
            groups[key[1]] = replace(groups[key[1]], bad=number)
    _open(days, "day", new, asked)
    _open(outcomes, "outcome", new, asked)
    _open(reasons, "reason", new, asked)
    return Sheet(
        num_questions=new.get(TOTAL, sheet.num_questions),
        num_askers=people.get(TOTAL, sheet.num_askers),
        days=days,
        hours=hours,
        outcomes=outcomes,
        topics=topics,
        first_tokens=_timed(sheet.first_tokens, found.get(TIMED, frozenset()), questions),
        groups=groups,
        hides_groups=sheet.hides_groups
        or (TOTAL in new and any(key[0] == "group" and key not in told.batches for key in asked)),
        reasons=reasons,
        poor=poor,
    )


def _open_day(hours: dict[tuple[int, int], int | None], day: int, asked: Collection[Key]) -> None:
    """Of a day that was hidden as a whole, the quiet hours are known once it is shown."""
    row = [(day, hour) for hour in HOURS]
    if all(place in hours and hours[place] is None for place in row):
        for _, hour in row:
            if ("hour", str(day), str(hour)) not in asked:
                del hours[day, hour]


def _open(table: dict[_Name, int | None], head: str, new: Mapping[Key, int], asked: Collection[Key]) -> None:
    """The same of a table: what nobody asked is known once any of it is shown."""
    shown = [name for name, number in table.items() if number is not None]
    if shown and all(_key(head, str(name)) in new for name in shown):
        for name, number in table.items():
            if number is None and _key(head, str(name)) not in asked:
                table[name] = 0


def _key(head: str, name: str) -> Key:
    return reason_key(name) if head == "reason" else (head, name)


def _timed(
    before: Mapping[int, int], new: frozenset[int], questions: Iterable[Question]
) -> Mapping[int, int]:
    times = dict(before)
    for each in questions:
        if each.id in new and each.first_token_ms is not None:
            step = each.first_token_ms // _STEP_MS * _STEP_MS
            times[step] = times.get(step, 0) + 1
    return times


# --- as a text, to be kept --------------------------------------------------------------


def written_told(told: Told) -> str:
    """What was told as a text: ids alone, each as the step from the one before."""
    cells = [
        [list(key), told.people_of.get(key, 0), [[edition, _steps(ids)] for edition, ids in batches]]
        for key, batches in sorted(told.batches.items())
    ]
    return json.dumps([told.edition, cells], ensure_ascii=False, separators=(",", ":"))


def told_of(text: str) -> Told:
    """What was written."""
    edition, cells = json.loads(text)
    batches: dict[Key, tuple[Batch, ...]] = {}
    people_of: dict[Key, int] = {}
    for names, people, told in cells:
        batches[tuple(names)] = tuple((number, frozenset(accumulate(steps))) for number, steps in told)
        people_of[tuple(names)] = people
    return Told(edition, batches, people_of)


def _steps(ids: Iterable[int]) -> list[int]:
    return [after - before for before, after in pairwise([0, *sorted(ids)])]
