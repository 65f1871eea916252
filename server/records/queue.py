"""The queue of hits that a person is to look at: each was right or wrong, and says who found so.

What follows from a wrong one (an allow phrase in the draft) is the word desk's affair.
"""

from __future__ import annotations

from typing import Any, Literal

from server.records.hit_log import HitLog
from server.records.problems import no_hit, reviewed_already
from server.records.views import Decision
from server.storage import audit, hits
from server.storage.database import Database
from server.storage.hits import COUNTED, Chosen, Hit

MAX_PAGE = 200
_STATES = {"open": ("open",), "done": ("right", "wrong")}


class ReviewQueue:
    """Every hit of the action `review`."""

    def __init__(self, database: Database, log: HitLog) -> None:
        self._database = database
        self._log = log

    async def page(
        self,
        state: Literal["open", "done"],
        *,
        now_ms: int,
        before: tuple[int, int] | None = None,
        limit: int = 50,
        exact: bool = True,
    ) -> dict[str, Any]:
        """Some of the queue, newest first, and how many there are; `exact`: with times, else with days."""
        states = _STATES[state]
        async with self._database.read() as connection:
            if before is not None and not exact:
                before = self._log.known_place(before, await hits.get(connection, before[1]), now_ms)
            rows = await hits.page(
                connection, Chosen(), before=before, review=states, limit=min(max(limit, 1), MAX_PAGE)
            )
            total = await hits.count(connection, Chosen(), states)
        return {
            "hits": self._log.views(rows, exact=exact),
            "total": total if total <= COUNTED else None,
            "counted": COUNTED,
            "exact_times": exact,
        }

    async def num_open(self) -> int:
        """How many wait for somebody."""
        async with self._database.read() as connection:
            return await hits.count(connection, Chosen(), _STATES["open"])

    async def open_hit(self, hit_id: int) -> Hit:
        """One that waits for somebody.

        Raises:
            ClientProblem: 404 `not_found`, 409 `reviewed_already`.
        """
        async with self._database.read() as connection:
            return _still_open(await hits.get(connection, hit_id))

    async def settle(self, hit_id: int, decision: Decision, *, note: str, who: str, now_ms: int) -> None:
        """Say whether a hit was right.

        Raises:
            ClientProblem: 404 `not_found`, 409 `reviewed_already`.
        """
        async with self._database.write() as connection:
            hit = _still_open(await hits.get(connection, hit_id))
            await hits.settle(connection, hit_id, review=decision, who=who, at_ms=now_ms, note=note.strip())
            await audit.append(
                connection,
                at_ms=now_ms,
                who=who,
                what="review_hit",
                subject=hit.word,
                detail={
                    "hit": hit_id,
                    "decision": decision,
                    "note": note.strip(),
                    "category": hit.category,
                    "lane": hit.lane,
                },
            )


def _still_open(hit: Hit | None) -> Hit:
    if hit is None or hit.review is None:
        raise no_hit()
    if hit.review != "open":
        raise reviewed_already(hit.handled_by or "")
    return hit
