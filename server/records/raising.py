"""Holds the rules of alerts against every hit, once, and raises alerts.

Which hits were looked at is written in the same transaction as the alerts: a server that is killed in between
misses none and raises none twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from server.storage import alerts, hits, users
from server.storage.alerts import StoredAlert, StoredRule
from server.storage.database import Database
from server.storage.hits import Hit
from server.storage.ids import new_id

TOGETHER_MS = 10 * 60_000  # the same again within this time is one alert
AT_ONCE = 500


@dataclass(slots=True)
class _Pile:
    """Hits of one rule, source and category."""

    rule: StoredRule
    hits: list[Hit]


class AlertWatch:
    """Looks at what was hit since the last look."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def look(self) -> list[StoredAlert]:
        """Raise what the rules name; the alerts that are new."""
        async with self._database.read() as connection:
            if not await hits.not_looked_at(connection, 1):
                return []
        async with self._database.write() as connection:
            found = await hits.not_looked_at(connection, AT_ONCE)
            rules = [rule for rule in await alerts.rules(connection) if rule.enabled]
            active = {user.id for user in await users.list_all(connection) if not user.disabled}
            raised = []
            for pile in _piles(rules, found):
                first, last = pile.hits[0], pile.hits[-1]
                known = await alerts.newest_open(
                    connection, pile.rule.id, _source(first), first.category, first.at_ms - TOGETHER_MS
                )
                if known is not None:
                    await alerts.repeat(connection, known.id, len(pile.hits), last.at_ms)
                else:
                    alert = _alert(pile)
                    told = [user_id for user_id in pile.rule.user_ids if user_id in active]
                    await alerts.add(connection, alert, told)
                    raised.append(alert)
            if found:
                await hits.mark_looked(connection, found[-1].id)
        return raised


def applies(rule: StoredRule, hit: Hit) -> bool:
    """Whether a rule names a hit."""
    wanted = ((rule.category, hit.category), (rule.list_name, hit.list_name), (rule.action, hit.action))
    return all(want is None or want == has for want, has in wanted)


def _piles(rules: list[StoredRule], found: Iterable[Hit]) -> list[_Pile]:
    piles: dict[tuple[str, str, str], _Pile] = {}
    for hit in found:
        for rule in rules:
            if applies(rule, hit):
                piles.setdefault((rule.id, _source(hit), hit.category), _Pile(rule, [])).hits.append(hit)
    return list(piles.values())


def _source(hit: Hit) -> str:
    return hit.conversation_id or hit.asker


def _alert(pile: _Pile) -> StoredAlert:
    first = pile.hits[0]
    return StoredAlert(
        id=new_id(),
        rule_id=pile.rule.id,
        level=pile.rule.level,
        category=first.category,
        list_name=first.list_name,
        action=first.action,
        direction=first.direction,
        source=_source(first),
        asker=first.asker,
        class_id=first.class_id,
        first_at_ms=first.at_ms,
        last_at_ms=pile.hits[-1].at_ms,
        num_hits=len(pile.hits),
    )
