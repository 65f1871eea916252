"""How many words the lists have against how many they ought to have, and the clock of the weekly review.

The numbers that are set at first come from a secondary source on the standard for generative services; which
category stands for which of its risks only the organisation knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from server.records.views import TargetBody
from server.storage import audit, list_reviews
from server.storage.database import Database
from server.storage.list_reviews import StoredReview, StoredTarget

TOTAL = 10_000
BY_RISK = {"a1": 200, "a2": 100, "none": 0}
REVIEW_DAYS = 7
HISTORY = 12
_DAY_MS = 86_400_000


class Coverage:
    """Targets, what there is, and the weekly review."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def report(self, now_ms: int, in_effect: Mapping[str, int]) -> dict[str, Any]:
        """Every category with its target, and when the next review is due.

        Args:
            now_ms: the time.
            in_effect: how many words of each category are published and count today.
        """
        async with self._database.read() as connection:
            drafted = await list_reviews.words_by_category(connection)
            targets = {target.category: target for target in await list_reviews.targets(connection)}
            reviews = await list_reviews.newest(connection, HISTORY)
        total = targets.pop("", StoredTarget("", "own", TOTAL))
        names = sorted({*in_effect, *drafted, *targets})
        return {
            "total": {
                "num_words": sum(in_effect.values()),
                "num_draft": sum(drafted.values()),
                "target": total.num_words,
            },
            "categories": [
                {
                    "category": name,
                    "num_words": in_effect.get(name, 0),
                    "num_draft": drafted.get(name, 0),
                    "risk": targets[name].risk if name in targets else "none",
                    "target": targets[name].num_words if name in targets else 0,
                }
                for name in names
            ],
            "by_risk": BY_RISK,
            "review": _clock(reviews, now_ms),
        }

    async def overdue(self, now_ms: int) -> bool:
        """Whether the weekly review is."""
        async with self._database.read() as connection:
            return bool(_clock(await list_reviews.newest(connection, 1), now_ms)["overdue"])

    async def set_target(self, body: TargetBody, *, who: str, now_ms: int) -> None:
        """Say how many words a category ought to have."""
        number = BY_RISK.get(body.risk, body.num_words)
        target = StoredTarget(body.category.strip(), body.risk, number)
        async with self._database.write() as connection:
            known = {each.category: each for each in await list_reviews.targets(connection)}
            before = known.get(target.category)
            if before == target:
                return
            await list_reviews.put_target(connection, target)
            await audit.append(
                connection,
                at_ms=now_ms,
                who=who,
                what="set_coverage_target",
                subject=target.category or "*",
                detail={"before": asdict(before) if before else None, "after": asdict(target)},
            )

    async def reviewed(self, note: str, *, who: str, now_ms: int) -> None:
        """The lists were gone through."""
        async with self._database.write() as connection:
            await list_reviews.add(connection, StoredReview(now_ms, who, note.strip()))
            await audit.append(
                connection,
                at_ms=now_ms,
                who=who,
                what="review_lists",
                subject="",
                detail={"note": note.strip()},
            )


def _clock(reviews: list[StoredReview], now_ms: int) -> dict[str, Any]:
    last = reviews[0] if reviews else None
    due_at_ms = None if last is None else last.at_ms + REVIEW_DAYS * _DAY_MS
    return {
        "every_days": REVIEW_DAYS,
        "last": asdict(last) if last else None,
        "due_at_ms": due_at_ms,
        "overdue": due_at_ms is None or now_ms > due_at_ms,
        "history": [asdict(each) for each in reviews],
    }
