"""What lies between two versions, or between one and the draft: counted, searched, paged, as a file."""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict

from server.moderation.compare import Changed, Comparison, Kind, compare
from server.moderation.draft import Draft
from server.moderation.record import record_act
from server.moderation.snapshot import Snapshot
from server.moderation.views_way import ChangedView, DifferencePage, ListDifference
from server.moderation.writing import WordFile, write_difference
from server.storage.database import Database

KEPT = 3  # comparisons: whoever pages through one asks for it again and again
MAX_PAGE = 500


class Differences:
    """Compares versions."""

    def __init__(self, database: Database, draft: Draft) -> None:
        self._database = database
        self._draft = draft
        self._kept: OrderedDict[tuple[object, ...], Comparison] = OrderedDict()

    async def page(
        self,
        before: int,
        after: int | None,
        *,
        q: str = "",
        kind: str | None = None,
        list_name: str | None = None,
        offset: int = 0,
        limit: int = 100,
    ) -> DifferencePage:
        """Some of what has to be done to version `before` to get `after` (None: the draft).

        Args:
            before: the number of a version.
            after: the number of a version, or None.
            q: must occur in the word.
            kind: only what was `added`, `removed` or `changed`.
            list_name: only of this list.
            offset: so many are left out at the beginning.
            limit: at most so many.

        Raises:
            ClientProblem: 404 `not_found`.
        """
        compared = await self._compared(before, after)
        wanted = q.strip().casefold()

        def fits(each: Changed) -> bool:
            return (
                (kind is None or each.kind == kind)
                and (list_name is None or each.list_name == list_name)
                and wanted in each.text.casefold()
            )

        def look() -> tuple[list[Changed], dict[str, Counter[Kind]]]:
            return [each for each in compared.changes if fits(each)], compared.counts()

        chosen, counts_of = await asyncio.to_thread(look)
        start = max(offset, 0)
        part = chosen[start : start + min(max(limit, 1), MAX_PAGE)]
        return DifferencePage(
            lists=tuple(
                ListDifference(
                    list_name=name,
                    added=counts["added"],
                    removed=counts["removed"],
                    changed=counts["changed"],
                )
                for name, counts in counts_of.items()
            ),
            changes=tuple(ChangedView.model_validate(each) for each in part),
            total=len(chosen),
        )

    async def export(self, before: int, after: int | None, *, who: str, now_ms: int) -> WordFile:
        """All of it as a file, to be kept or signed; that somebody took it is written down.

        Raises:
            ClientProblem: 404 `not_found`.
        """
        compared = await self._compared(before, after)
        name = f"difference-{before}-{'draft' if after is None else after}"
        file = await asyncio.to_thread(write_difference, compared.changes, name)
        async with self._database.write() as connection:
            await record_act(connection, "export_difference", file.name, who=who, now_ms=now_ms)
        return file

    async def _compared(self, before: int, after: int | None) -> Comparison:
        key = (before, after) if after is not None else (before, await self._draft.key())
        if key not in self._kept:
            old = await self._draft.version(before)
            new: Snapshot
            if after is None:
                state = await self._draft.read()
                key, new = (before, state.key), state.snapshot
            else:
                new = await self._draft.version(after)
            self._kept[key] = await asyncio.to_thread(compare, old, new)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]
