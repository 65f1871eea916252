"""Sheets as texts, to be kept in the database. Pure; a change of their meaning is a change of `FORMAT`."""

from __future__ import annotations

import json

from server.topics.kept import sheet_as_json, sheet_from_json
from server.topics.sheets import Sheet

FORMAT = 1


def written(sheet: Sheet) -> str:
    """The sheet as a text."""
    return json.dumps([FORMAT, sheet_as_json(sheet)], ensure_ascii=False, separators=(",", ":"))


def sheet_of(text: str) -> Sheet | None:
    """The sheet that was written; None where that was in another format."""
    number, content = json.loads(text)
    return sheet_from_json(content) if number == FORMAT else None
