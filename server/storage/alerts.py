"""Rows of alerts and of the rules that raise them. No text of a conversation is among them.

Which hit a rule means, and who may handle an alert, is not known here.
Functions take a connection of `Database.read` or `Database.write`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.tables_records import Alert, AlertPerson, AlertRule


@dataclass(frozen=True, slots=True)
class StoredRule:
    """Which hits are told to whom; None is whatever it is."""

    id: str
    level: str  # serious | notice
    category: str | None
    list_name: str | None
    action: str | None
    user_ids: list[str]
    enabled: bool
    created_at_ms: int
    created_by: str


@dataclass(frozen=True, slots=True)
class StoredAlert:
    """Hits that a rule named, those of one conversation within some minutes together."""

    id: str
    rule_id: str
    level: str
    category: str
    list_name: str
    action: str
    direction: str
    source: str
    asker: str
    class_id: str | None
    first_at_ms: int
    last_at_ms: int
    num_hits: int
    handled_by: str | None = None
    handled_at_ms: int | None = None
    note: str | None = None


_RULE = [getattr(AlertRule, name) for name in StoredRule.__dataclass_fields__]
_ALERT = [getattr(Alert, name) for name in StoredAlert.__dataclass_fields__]


async def rules(connection: AsyncConnection) -> list[StoredRule]:
    """Every rule, oldest first."""
    query = select(*_RULE).order_by(AlertRule.created_at_ms, AlertRule.id)
    return [StoredRule(*row) for row in await connection.execute(query)]


async def get_rule(connection: AsyncConnection, rule_id: str) -> StoredRule | None:
    """The rule, or None."""
    row = (await connection.execute(select(*_RULE).where(AlertRule.id == rule_id))).one_or_none()
    return None if row is None else StoredRule(*row)


async def put_rule(connection: AsyncConnection, rule: StoredRule) -> None:
    """Add a rule, or write it anew."""
    await connection.execute(delete(AlertRule).where(AlertRule.id == rule.id))
    await connection.execute(insert(AlertRule).values(_values(rule)))


async def delete_rule(connection: AsyncConnection, rule_id: str) -> None:
    """Delete a rule; its alerts stay."""
    await connection.execute(delete(AlertRule).where(AlertRule.id == rule_id))


async def newest_open(
    connection: AsyncConnection, rule_id: str, source: str, category: str, since_ms: int
) -> StoredAlert | None:
    """The alert that another hit of this rule, source and category would belong to."""
    query = (
        select(*_ALERT)
        .where(
            Alert.rule_id == rule_id,
            Alert.source == source,
            Alert.category == category,
            Alert.last_at_ms >= since_ms,
            Alert.handled_at_ms.is_(None),
        )
        .order_by(Alert.last_at_ms.desc())
        .limit(1)
    )
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else StoredAlert(*row)


async def add(connection: AsyncConnection, alert: StoredAlert, user_ids: Iterable[str]) -> None:
    """Add an alert for these people."""
    await connection.execute(insert(Alert).values(_values(alert)))
    people = [{"alert_id": alert.id, "user_id": user_id} for user_id in dict.fromkeys(user_ids)]
    if people:
        await connection.execute(insert(AlertPerson), people)


async def repeat(connection: AsyncConnection, alert_id: str, num_hits: int, at_ms: int) -> None:
    """The same happened again, `num_hits` times."""
    await connection.execute(
        update(Alert)
        .where(Alert.id == alert_id)
        .values(num_hits=Alert.num_hits + num_hits, last_at_ms=func.max(Alert.last_at_ms, at_ms))
    )


async def get(connection: AsyncConnection, alert_id: str) -> StoredAlert | None:
    """The alert, or None."""
    row = (await connection.execute(select(*_ALERT).where(Alert.id == alert_id))).one_or_none()
    return None if row is None else StoredAlert(*row)


async def handle(connection: AsyncConnection, alert_id: str, *, who: str, at_ms: int, note: str) -> bool:
    """Write down who took care of it; False if somebody did before."""
    done = await connection.execute(
        update(Alert)
        .where(Alert.id == alert_id, Alert.handled_at_ms.is_(None))
        .values(handled_by=who, handled_at_ms=at_ms, note=note)
    )
    return bool(done.rowcount)


async def list_page(
    connection: AsyncConnection,
    *,
    user_id: str | None = None,
    is_open: bool | None = None,
    offset: int = 0,
    limit: int = 100,
) -> tuple[list[StoredAlert], int]:
    """A page of alerts, newest first, and how many there are on all pages.

    Args:
        connection: from `Database.read`.
        user_id: only those that this person is told of.
        is_open: only those that nobody has handled, or only the others.
        offset: so many before this page.
        limit: at most so many on it.
    """
    chosen = _chosen(user_id, is_open)
    query = (
        select(*_ALERT).where(*chosen).order_by(Alert.last_at_ms.desc(), Alert.id).offset(offset).limit(limit)
    )
    total = await connection.scalar(select(func.count()).select_from(Alert).where(*chosen))
    return [StoredAlert(*row) for row in await connection.execute(query)], total or 0


async def count_open(connection: AsyncConnection, user_id: str | None = None) -> dict[str, int]:
    """How many wait for somebody, by level; of one person's, or of all."""
    query = (
        select(Alert.level, func.count().label("num")).where(*_chosen(user_id, True)).group_by(Alert.level)
    )
    return {row.level: row.num for row in await connection.execute(query)}


async def people_of(connection: AsyncConnection, alert_ids: Sequence[str]) -> dict[str, list[str]]:
    """The ids of the people who are told of each alert."""
    query = select(AlertPerson.alert_id, AlertPerson.user_id).where(AlertPerson.alert_id.in_(alert_ids))
    found: dict[str, list[str]] = {}
    for alert_id, user_id in await connection.execute(query):
        found.setdefault(alert_id, []).append(user_id)
    return found


async def any_before(connection: AsyncConnection, at_ms: int) -> bool:
    """Whether there are alerts of before."""
    return bool(await connection.scalar(select(exists().where(Alert.last_at_ms < at_ms))))


async def delete_before(connection: AsyncConnection, at_ms: int) -> int:
    """Delete the alerts of before; how many."""
    return (await connection.execute(delete(Alert).where(Alert.last_at_ms < at_ms))).rowcount


def _chosen(user_id: str | None, is_open: bool | None) -> list[ColumnElement[bool]]:
    chosen: list[ColumnElement[bool]] = []
    if user_id is not None:
        chosen.append(exists().where(AlertPerson.alert_id == Alert.id, AlertPerson.user_id == user_id))
    if is_open is not None:
        chosen.append(Alert.handled_at_ms.is_(None) if is_open else Alert.handled_at_ms.is_not(None))
    return chosen


def _values(row: StoredRule | StoredAlert) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__dataclass_fields__}
