"""The hit log for those who read it: filtered pages, counts by category and day, retention.

It does not know who may read, nor how words are found.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from server.records.days import Run, day_of, runs, start_ms
from server.storage import audit, hits
from server.storage.database import Database
from server.storage.hits import COUNTED, Chosen, DayCount, Hit

MAX_PAGE = 500
MAX_DAYS = 400
PERIOD_DAYS = 30
_DELETED_AT_ONCE = 2000  # answers under way wait for a write to end


@dataclass(frozen=True, slots=True)
class HitQuery:
    """What somebody wants to see; days are those of the site's time zone, both included."""

    first: date | None = None
    last: date | None = None
    category: str | None = None
    action: str | None = None
    direction: str | None = None
    lane: str | None = None
    list_name: str | None = None
    word: str = ""
    class_id: str | None = None


class HitLog:
    """Every word that was hit.

    Args:
        database: where hits are.
        timezone: in which a day begins.
        hit_text: what is kept of a text, for the page to say so.
    """

    def __init__(self, database: Database, *, timezone: str, hit_text: str) -> None:
        self._database = database
        self.zone = ZoneInfo(timezone)
        self.hit_text = hit_text

    def day(self, at_ms: int) -> date:
        """The day of the site in which a time lies."""
        return day_of(at_ms, self.zone)

    def span(self, first: date | None, last: date | None) -> tuple[int | None, int | None]:
        """When the first of these days begins, and when the last one ends."""
        return (
            None if first is None else start_ms(first, self.zone),
            None if last is None else start_ms(last + timedelta(days=1), self.zone),
        )

    def period(self, query: HitQuery, now_ms: int) -> tuple[date, date]:
        """The first and the last day that a query means."""
        last = query.last or day_of(now_ms, self.zone)
        first = query.first or last - timedelta(days=PERIOD_DAYS - 1)
        return max(min(first, last), last - timedelta(days=MAX_DAYS - 1)), last

    def chosen(self, query: HitQuery, now_ms: int) -> Chosen:
        """The same for the database."""
        first, last = self.period(query, now_ms)
        return Chosen(
            from_ms=start_ms(first, self.zone),
            to_ms=start_ms(last + timedelta(days=1), self.zone),
            category=query.category,
            action=query.action,
            direction=query.direction,
            lane=query.lane,
            list_name=query.list_name,
            word=query.word.strip(),
            class_id=query.class_id,
        )

    async def page(
        self,
        query: HitQuery,
        *,
        now_ms: int,
        before: tuple[int, int] | None,
        limit: int,
        exact: bool = True,
    ) -> dict[str, Any]:
        """Some hits, newest first; `total` is null where there are more than can be counted at once.

        Args:
            query: which.
            now_ms: the time.
            before: time (or only day) and id of the last hit of the page before.
            limit: at most so many.
            exact: with their times; else each tells only its day.
        """
        chosen = self.chosen(query, now_ms)
        async with self._database.read() as connection:
            if before is not None and not exact:
                before = self.known_place(before, await hits.get(connection, before[1]), now_ms)
            rows = await hits.page(connection, chosen, before=before, limit=min(max(limit, 1), MAX_PAGE))
            total = await hits.count(connection, chosen)
        return {
            "hits": self.views(rows, exact=exact),
            "total": total if total <= COUNTED else None,
            "counted": COUNTED,
            "exact_times": exact,
        }

    def known_place(self, before: tuple[int, int], known: Hit | None, now_ms: int) -> tuple[int, int]:
        """Where a page goes on for whoever is told days only: a hit's own time, found by its id.

        A time that was made up counts as its day, or times could be found by trying.
        """
        at_ms = self.day_start_ms(min(before[0], now_ms)) if known is None else known.at_ms
        return at_ms, before[1]

    def day_start_ms(self, at_ms: int) -> int:
        """When the day began in which a time lies."""
        return start_ms(self.day(at_ms), self.zone)

    def views(self, found: Sequence[Hit], *, exact: bool) -> list[dict[str, Any]]:
        """Hits for JSON; without exact times each says when its day began."""
        return [{**view(hit), "at_ms": hit.at_ms if exact else self.day_start_ms(hit.at_ms)} for hit in found]

    async def chart(self, query: HitQuery, *, now_ms: int) -> dict[str, Any]:
        """How many hits of each category there were on each day, and of each action altogether."""
        first, last = self.period(query, now_ms)
        chosen = asdict(self.chosen(query, now_ms))
        found: list[tuple[Run, Sequence[DayCount]]] = []
        async with self._database.read() as connection:
            for run in runs(first, last, self.zone):
                of_run = Chosen(**{**chosen, "from_ms": run.from_ms, "to_ms": run.to_ms})
                found.append((run, await hits.by_day(connection, of_run, run.offset_ms)))
        return await asyncio.to_thread(_chart, first, last, found)

    async def options(self) -> dict[str, Any]:
        """What can be filtered by, and what is kept of texts."""
        async with self._database.read() as connection:
            found = {
                name: await hits.values_of(connection, name) for name in ("category", "lane", "list_name")
            }
        return {
            "categories": found["category"],
            "lanes": found["lane"],
            "lists": found["list_name"],
            "hit_text": self.hit_text,
            "timezone": str(self.zone),
        }

    async def all_of(self, query: HitQuery, *, now_ms: int, most: int) -> list[Hit]:
        """The chosen hits, newest first, no more than `most`."""
        found: list[Hit] = []
        async with self._database.read() as connection:
            async for part in hits.every(connection, self.chosen(query, now_ms), most):
                found += part
        return found

    async def sweep(self, now_ms: int, keep_days: int) -> int:
        """Delete what is older than it may be; how many. The audit log says that it was done."""
        before_ms, num_gone = now_ms - keep_days * hits.DAY_MS, 0
        while True:
            async with self._database.write() as connection:
                num = await hits.delete_before(connection, before_ms, _DELETED_AT_ONCE)
                if num:
                    await audit.append(
                        connection,
                        at_ms=now_ms,
                        who="dayi",
                        what="delete_old_hits",
                        subject=day_of(before_ms, self.zone).isoformat(),
                        detail={"num_hits": num, "keep_days": keep_days},
                    )
            num_gone += num
            if num < _DELETED_AT_ONCE:
                return num_gone


def _chart(first: date, last: date, found: list[tuple[Run, Sequence[DayCount]]]) -> dict[str, Any]:
    cells: Counter[tuple[str, date]] = Counter()
    totals: Counter[str] = Counter()
    actions: Counter[str] = Counter()
    for run, rows in found:
        for category, number, of_actions in rows:
            cells[category, run.day(number)] += sum(of_actions)
            totals[category] += sum(of_actions)
            actions.update(dict(zip(hits.ACTIONS, of_actions, strict=True)))
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return {
        "days": [day.isoformat() for day in days],
        "categories": [
            {"category": category, "total": total, "numbers": [cells[category, day] for day in days]}
            for category, total in sorted(totals.items(), key=lambda each: (-each[1], each[0]))
        ],
        "actions": {action: num for action, num in actions.most_common() if num},
    }


def view(hit: Hit) -> dict[str, Any]:
    """A hit for JSON: of a sealed text only that there is one."""
    shown = asdict(hit)
    shown["sealed"] = hit.sealed is not None
    for name in ("conversation_id", "turn_id", "word_id"):
        del shown[name]
    return shown
