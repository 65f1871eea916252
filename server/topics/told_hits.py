"""What a look shows of the words that were hit in a class and week, given what the looks before it showed.

Pure. The rule is that of all statistics: the first look is exact, with small groups hidden; later a number
grows when the new hits in it are of enough people. How many hits there were in all is taken to be known, as
how many questions were blocked is shown elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from server.storage.told_hits import Hit
from server.topics.bundles import Key, Told, Wanted
from server.topics.release import moves
from server.topics.told import told_of, written_told

Cell = tuple[str, str, str]  # direction, action, category
Cells = dict[Cell, int | None]  # None: hidden


def first_hits(hits: Sequence[Hit], small_group: int) -> str:
    """What somebody sees whom nobody came before, as a text."""
    found: dict[Cell, list[Hit]] = {}
    for hit in hits:
        found.setdefault((hit.direction, hit.action, hit.category), []).append(hit)
    hidden = _hidden({cell: {hit.asker for hit in those} for cell, those in found.items()}, small_group)
    cells: Cells = {cell: None if cell in hidden else len(those) for cell, those in found.items()}
    numbers = _numbers(hits)
    shown = {key for key in numbers if key[0] == "line" or cells[key[1], key[2], key[3]] is not None}
    return _written(cells, Told(1, {key: ((1, numbers[key]),) for key in shown}))


def next_hits(content: str, hits: Sequence[Hit], small_group: int) -> str:
    """What may be shown upon what was."""
    cells, told = _read(content)
    numbers = {key: ids | told.questions(key) for key, ids in _numbers(hits).items()}
    system = {hit.id: [(_line(hit), ("hit", hit.direction, hit.action, hit.category))] for hit in hits}
    wanted = Wanted(numbers, {hit.id: hit.asker for hit in hits}, _within, [system])
    found = moves(told, wanted, small_group)
    if not found:
        return content
    edition = told.edition + 1
    batches = {key: told.batches.get(key, ()) for key in {*told.batches, *found}}
    after = Told(edition, batches | {key: (*batches[key], (edition, ids)) for key, ids in found.items()})
    cells |= {(key[1], key[2], key[3]): len(after.questions(key)) for key in found if key[0] == "hit"}
    return _written(cells, after)


def cells_of(content: str) -> Cells:
    """The numbers of a text; which hits they count is left unread."""
    rows, _ = json.loads(content)
    return _cells(rows)


def _hidden(askers: Mapping[Cell, set[str]], small_group: int) -> set[Cell]:
    """Those of too few people, and one more beside them: how many were blocked in all is shown elsewhere."""
    lines: dict[tuple[str, str], list[Cell]] = {}
    for cell in askers:
        lines.setdefault(cell[:2], []).append(cell)
    hidden: set[Cell] = set()
    for line in lines.values():
        small = {cell for cell in line if len(askers[cell]) < small_group}
        others = sorted(set(line) - small, key=lambda cell: (len(askers[cell]), cell))
        hidden |= small | set(others[:1] if small else ())
    return hidden


def _line(hit: Hit) -> Key:
    return ("line", hit.direction, hit.action)


def _within(key: Key) -> Sequence[Key]:
    return (("line", key[1], key[2]),) if key[0] == "hit" else ()


def _numbers(hits: Sequence[Hit]) -> dict[Key, frozenset[int]]:
    numbers: dict[Key, set[int]] = {}
    for hit in hits:
        for key in (_line(hit), ("hit", hit.direction, hit.action, hit.category)):
            numbers.setdefault(key, set()).add(hit.id)
    return {key: frozenset(ids) for key, ids in numbers.items()}


def _written(cells: Cells, told: Told) -> str:
    rows = [[*cell, number] for cell, number in sorted(cells.items())]
    return json.dumps([rows, written_told(told)], ensure_ascii=False, separators=(",", ":"))


def _read(content: str) -> tuple[Cells, Told]:
    rows, told = json.loads(content)
    return _cells(rows), told_of(told)


def _cells(rows: Sequence[tuple[str, str, str, int | None]]) -> Cells:
    return {(row[0], row[1], row[2]): row[3] for row in rows}
