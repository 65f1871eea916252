"""Who changes an account, a class or a key, and how that is written into the audit log.

What is changed, and who may, is not known here. Passwords, codes and keys never come here.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage import audit


@dataclass(frozen=True, slots=True)
class By:
    """By whom and when."""

    who: str
    at_ms: int

    @classmethod
    def command_line(cls) -> By:
        """Whoever has the data folder in hand, now."""
        return cls("dayi", time.time_ns() // 1_000_000)


async def note(connection: AsyncConnection, by: By | None, what: str, subject: str, **detail: Any) -> None:
    """Record an act in the transaction that does it; without `by` it was the command line."""
    by = by or By.command_line()
    await audit.append(
        connection, at_ms=by.at_ms, who=by.who, what=what, subject=subject, detail=detail or None
    )


def difference(before: Any, after: Any, names: tuple[str, ...]) -> dict[str, Any]:
    """Those of the named fields that differ, before and after."""
    changed = [name for name in names if getattr(before, name) != getattr(after, name)]
    return {
        "before": {name: getattr(before, name) for name in changed},
        "after": {name: getattr(after, name) for name in changed},
    }
