"""Mistakes in a preset as people read them: what is wrong, where, and on which line.

Pure. It knows the form of TOML, but not what the keys of a preset mean.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ValidationError

_HEADER = re.compile(r"\s*\[{1,2}\s*([^\]]+?)\s*\]{1,2}\s*(?:#.*)?$")
_KEY = re.compile(r"\s*([A-Za-z0-9_\-\"'.]+)\s*=\s*(.*)$")


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake. `line` counts from 1; 0 where there is no line to point at."""

    place: str
    reason: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}" if self.place else self.reason


def mistakes_of(error: ValidationError, model: type[BaseModel], text: str = "") -> list[Mistake]:
    """What a check of types found.

    Args:
        error: the check's.
        model: what was checked against.
        text: of the file; without it there are no lines.
    """
    lines = lines_of(text)
    found = []
    for row in error.errors(include_url=False):
        loc = tuple(row["loc"])
        reason = row["msg"].removeprefix("Value error, ")
        if row["type"] == "missing":
            reason = "is missing"
        elif row["type"] == "extra_forbidden":
            meant = nearest(str(loc[-1]), _keys(model, loc[:-1]))
            reason = "there is no such key" + (f"; did you mean {meant}?" if meant else "")
        elif row["type"] == "literal_error":
            reason = f"{row['input']!r} is none of {row['ctx']['expected']}"
        elif row["type"] == "string_pattern_mismatch" and "#" in row["ctx"]["pattern"]:
            reason = f"{row['input']!r} is no colour such as #0f766e"
        found.append(Mistake(".".join(map(str, loc)), reason, line_of(loc, lines)))
    return found


def nearest(word: str, known: Sequence[str]) -> str | None:
    """The known word that somebody may have meant."""
    close = difflib.get_close_matches(word, known, 1, 0.6)
    return close[0] if close else None


def lines_of(text: str) -> dict[tuple[str, ...], int]:
    """The line of each key and table of a TOML text: a light look, good for pointing at."""
    lines: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    closing = ""
    for number, line in enumerate(text.splitlines(), 1):
        if closing:
            if closing in line:
                closing = ""
            continue
        if header := _HEADER.match(line):
            table = _parts(header.group(1))
            lines.setdefault(table, number)
        elif key := _KEY.match(line):
            lines.setdefault((*table, *_parts(key.group(1))), number)
            value = key.group(2)
            for mark in ('"""', "'''"):
                if value.count(mark) == 1:
                    closing = mark
            if not closing and value.lstrip().startswith("[") and value.count("[") > value.count("]"):
                closing = "]"
    return lines


def line_of(loc: Sequence[object], lines: Mapping[tuple[str, ...], int]) -> int:
    """The line of a place, or of the nearest table around it."""
    place = tuple(map(str, loc))
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place, 0)


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))


def _keys(model: type[BaseModel], loc: Sequence[object]) -> list[str]:
    """The keys that a table at this place may have."""
    for part in loc:
        field = model.model_fields.get(str(part))
        inner = getattr(field, "annotation", None)
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            return []
        model = inner
    return list(model.model_fields)
