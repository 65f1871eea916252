"""Everything about records, put together once at start."""

from __future__ import annotations

from typing import Any

from server.records.alerts import AlertDesk
from server.records.coverage import Coverage
from server.records.hit_log import HitLog
from server.records.queue import ReviewQueue
from server.records.raising import AlertWatch
from server.records.trail import Trail
from server.storage.database import Database


class Records:
    """The records of one installation.

    Args:
        database: where they are.
        timezone: in which a day begins.
        hit_text: what the settings say is kept of a text: none, masked or sealed.
    """

    def __init__(self, database: Database, *, timezone: str, hit_text: str) -> None:
        self.trail = Trail(database)
        self.hits = HitLog(database, timezone=timezone, hit_text=hit_text)
        self.queue = ReviewQueue(database, self.hits)
        self.alerts = AlertDesk(database)
        self.alert_watch = AlertWatch(database)
        self.coverage = Coverage(database)

    async def waiting(self, now_ms: int) -> dict[str, Any]:
        """What waits for somebody: hits to be looked at, alerts, the weekly review."""
        return {
            "reviews": await self.queue.num_open(),
            "alerts": await self.alerts.num_open(),
            "review_overdue": await self.coverage.overdue(now_ms),
        }
