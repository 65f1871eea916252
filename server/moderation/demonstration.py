"""The lists of a new installation: made-up words, clearly named as a demonstration."""

from __future__ import annotations

import tomllib
from importlib import resources

from filters import LANE_DEFAULTS
from server.moderation.snapshot import Snapshot
from server.storage.ids import new_id
from server.storage.words import StoredList, StoredWord

SHIPPED_BY = "Dayi"
EVERY_LANE = {str(lane): str(use) for lane, use in LANE_DEFAULTS.items()}


def demonstration(now_ms: int) -> Snapshot:
    """The shipped lists with new ids."""
    shipped = resources.files("server.moderation").joinpath("demo.toml").read_text("utf-8")
    lists: list[StoredList] = []
    words: list[StoredWord] = []
    for position, each in enumerate(tomllib.loads(shipped)["lists"]):
        row = StoredList(
            id=new_id(),
            name=each["name"],
            kind=each["kind"],
            category=each["category"],
            question_action=each.get("question_action"),
            answer_action=each.get("answer_action"),
            enabled=True,
            note=each["note"],
            position=position,
            lanes=EVERY_LANE if each["kind"] == "words" else {},
            style=each.get("style"),
        )
        lists.append(row)
        words += [
            StoredWord(
                id=new_id(),
                list_id=row.id,
                text=text,
                question_action=None,
                answer_action=None,
                match="auto",
                note="",
                enabled=True,
                updated_at_ms=now_ms,
                updated_by=SHIPPED_BY,
            )
            for text in each["words"]
        ]
    return Snapshot(tuple(lists), tuple(words))
