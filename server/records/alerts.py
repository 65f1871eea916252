"""Alerts for those who are told of them, and the rules that say who is. No text is in an alert.

When an alert is raised is `raising`'s affair; who counts as staff is asked of the users' rows.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Literal

from server.records.problems import bad_people, handled_already, no_alert, no_rule, rule_for_all
from server.records.views import NewRule
from server.storage import alerts, audit, users
from server.storage.alerts import StoredAlert, StoredRule
from server.storage.database import Database
from server.storage.ids import new_id
from server.storage.users import StoredUser

MAX_PAGE = 200
DAY_MS = 86_400_000
_STAFF = ("teacher", "compliance", "admin")


class AlertDesk:
    """Rules and alerts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def staff(self) -> list[dict[str, str]]:
        """Everybody whom a rule may name."""
        async with self._database.read() as connection:
            return [
                {"id": user.id, "name": user.name, "role": user.role}
                for user in await users.list_all(connection)
                if _may_be_told(user)
            ]

    async def rules(self) -> list[dict[str, Any]]:
        """Every rule with the names of its people."""
        async with self._database.read() as connection:
            names = {user.id: user.name for user in await users.list_all(connection)}
            found = await alerts.rules(connection)
        return [_rule_view(rule, names) for rule in found]

    async def save_rule(self, rule_id: str | None, body: NewRule, *, who: str, now_ms: int) -> dict[str, Any]:
        """Make a rule, or change one.

        Raises:
            ClientProblem: 404 `not_found`, 422 `bad_people` or `rule_for_all`.
        """
        if body.category is None and body.list_name is None and body.action is None:
            raise rule_for_all()
        async with self._database.write() as connection:
            before = None if rule_id is None else await alerts.get_rule(connection, rule_id)
            if rule_id is not None and before is None:
                raise no_rule()
            staff = {user.id: user for user in await users.list_all(connection)}
            if not all(each in staff and _may_be_told(staff[each]) for each in body.user_ids):
                raise bad_people()
            rule = StoredRule(
                id=before.id if before else new_id(),
                created_at_ms=before.created_at_ms if before else now_ms,
                created_by=before.created_by if before else who,
                **body.model_dump(exclude={"user_ids"}),
                user_ids=list(dict.fromkeys(body.user_ids)),
            )
            await alerts.put_rule(connection, rule)
            names = {user.id: user.name for user in staff.values()}
            after = _rule_view(rule, names)
            await audit.append(
                connection,
                at_ms=now_ms,
                who=who,
                what="edit_alert_rule" if before else "add_alert_rule",
                subject=_named(rule),
                detail={"before": _rule_view(before, names) if before else None, "after": after},
            )
        return after

    async def delete_rule(self, rule_id: str, *, who: str, now_ms: int) -> None:
        """Delete a rule; the alerts that it raised stay.

        Raises:
            ClientProblem: 404 `not_found`.
        """
        async with self._database.write() as connection:
            rule = await alerts.get_rule(connection, rule_id)
            if rule is None:
                raise no_rule()
            await alerts.delete_rule(connection, rule_id)
            await audit.append(
                connection,
                at_ms=now_ms,
                who=who,
                what="delete_alert_rule",
                subject=_named(rule),
                detail={"before": asdict(rule)},
            )

    async def page(
        self, state: Literal["open", "done"], *, user_id: str | None = None, offset: int = 0, limit: int = 50
    ) -> dict[str, Any]:
        """Some alerts, newest first; of one person, or all."""
        async with self._database.read() as connection:
            rows, total = await alerts.list_page(
                connection,
                user_id=user_id,
                is_open=state == "open",
                offset=max(offset, 0),
                limit=min(max(limit, 1), MAX_PAGE),
            )
            names = {user.id: user.name for user in await users.list_all(connection)}
            people = await alerts.people_of(connection, [row.id for row in rows])
        return {
            "alerts": [
                {**_view(row), "people": [names[each] for each in people.get(row.id, []) if each in names]}
                for row in rows
            ],
            "total": total,
        }

    async def num_open(self, user_id: str | None = None) -> dict[str, int]:
        """How many wait for somebody, by level."""
        async with self._database.read() as connection:
            found = await alerts.count_open(connection, user_id)
        return {"serious": found.get("serious", 0), "notice": found.get("notice", 0)}

    async def handle(self, alert_id: str, *, note: str, who: str, now_ms: int, user_id: str | None) -> None:
        """Take care of an alert.

        Args:
            alert_id: which.
            note: what was done.
            who: by whom, as it is recorded.
            now_ms: when.
            user_id: of somebody who may only handle what they are told of; None may handle all.

        Raises:
            ClientProblem: 404 `not_found`, 409 `handled_already`.
        """
        async with self._database.write() as connection:
            alert = await alerts.get(connection, alert_id)
            told = (await alerts.people_of(connection, [alert_id])).get(alert_id, [])
            if alert is None or (user_id is not None and user_id not in told):
                raise no_alert()
            if not await alerts.handle(connection, alert_id, who=who, at_ms=now_ms, note=note.strip()):
                raise handled_already(alert.handled_by or "")
            detail = {
                "alert": alert_id,
                "level": alert.level,
                "num_hits": alert.num_hits,
                "note": note.strip(),
            }
            await audit.append(
                connection, at_ms=now_ms, who=who, what="handle_alert", subject=alert.category, detail=detail
            )

    async def sweep(self, now_ms: int, keep_days: int) -> int:
        """Delete alerts that are older than they may be; how many."""
        async with self._database.read() as connection:
            if not await alerts.any_before(connection, now_ms - keep_days * DAY_MS):
                return 0
        async with self._database.write() as connection:
            return await alerts.delete_before(connection, now_ms - keep_days * DAY_MS)


def _may_be_told(user: StoredUser) -> bool:
    return user.role in _STAFF and not user.disabled


def _view(alert: StoredAlert) -> dict[str, Any]:
    shown = asdict(alert)
    del shown["source"], shown["rule_id"]
    return shown


def _rule_view(rule: StoredRule, names: dict[str, str]) -> dict[str, Any]:
    return {**asdict(rule), "people": [names[each] for each in rule.user_ids if each in names]}


def _named(rule: StoredRule) -> str:
    return " · ".join(each for each in (rule.category, rule.list_name, rule.action, rule.level) if each)
