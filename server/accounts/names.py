"""The names of a class that are masked in its questions: read from lines, kept, shown to who may see them.

It does not know how a name is found in a text.
"""

from __future__ import annotations

import unicodedata
from typing import Final

from filters import fold
from server.accounts.views import not_found
from server.errors import ClientProblem
from server.storage import acts, class_names, classes
from server.storage.acts import By
from server.storage.database import Database

MAX_NAMES: Final = 2000
LEAST_CHARS, MOST_CHARS = 2, 40
SET, CHANGED, CLEARED = "set_class_names", "change_class_names", "clear_class_names"


class Names:
    """The listed names of every class."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, class_id: str) -> list[str]:
        """The names of a class, as they were written.

        Raises:
            ClientProblem: 404 `not_found`.
        """
        async with self._database.read() as connection:
            if await classes.get(connection, class_id) is None:
                raise not_found("班级", "class")
            return await class_names.get(connection, class_id)

    async def put(self, class_id: str, text: str, *, by: By | None = None) -> list[str]:
        """Keep exactly the names in a text, one a line; an empty text takes the list away.

        That it was done is on the record, with counts and without any name.

        Args:
            class_id: whose names.
            text: the names.
            by: who does it, and when.

        Returns:
            The names: without white space around them, each once.

        Raises:
            ClientProblem: 404 `not_found`; 422 `bad_names`, with every bad line in `details`.
        """
        names = read_names(text)
        async with self._database.write() as connection:
            row = await classes.get(connection, class_id)
            if row is None:
                raise not_found("班级", "class")
            before = await class_names.get(connection, class_id)
            if before != names:
                await class_names.put(connection, class_id, names)
                await acts.note(connection, by, _act(before, names), row.name, **_counts(before, names))
        return names


def _act(before: list[str], after: list[str]) -> str:
    if not after:
        return CLEARED
    return CHANGED if before else SET


def _counts(before: list[str], after: list[str]) -> dict[str, int]:
    """How many names there are, came and went: who is meant stays between the list and its class."""
    old, new = set(before), set(after)
    return {"names": len(after), "added": len(new - old), "removed": len(old - new)}


def read_names(text: str) -> list[str]:
    """One name a line, each once however it is written.

    Raises:
        ClientProblem: 422 `bad_names`: too many, or lines that are no name.
    """
    names: dict[str, str] = {}
    bad: list[dict[str, object]] = []
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        name = " ".join(unicodedata.normalize("NFC", line).split())
        if not name:
            continue
        folded = fold(name)
        if not (len(folded) >= LEAST_CHARS and len(name) <= MOST_CHARS and _is_written(name, folded)):
            bad.append({"line": number, "text": name[:MOST_CHARS]})
        else:
            names.setdefault(folded, name)
    if bad:
        lines = ", ".join(str(each["line"]) for each in bad[:10])
        raise ClientProblem(
            "bad_names",
            f"第 {lines} 行不像姓名：每行一个，{LEAST_CHARS} 到 {MOST_CHARS} 个字。名单没有改动。",
            message_en=f"No name in line {lines}: one a line, of {LEAST_CHARS} to {MOST_CHARS} characters."
            " Nothing was changed.",
            status=422,
            details=bad,
        )
    if len(names) > MAX_NAMES:
        raise ClientProblem(
            "bad_names",
            f"最多 {MAX_NAMES} 个姓名，这里有 {len(names)} 个。名单没有改动。",
            message_en=f"At most {MAX_NAMES} names; these are {len(names)}. Nothing was changed.",
            status=422,
        )
    return list(names.values())


def _is_written(name: str, folded: str) -> bool:
    """Whether it consists of letters, and of what stands between the parts of a name."""
    return name.isprintable() and folded.isalpha()
