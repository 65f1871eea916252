"""The tasks of the records: raise alerts, delete old hits, write down the head of the audit log."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Iterable
from datetime import date
from pathlib import Path

import httpx
import structlog

from server.errors import StorageProblem
from server.records import AlertWatch, HitLog, Records, Trail
from server.settings import Settings
from server.storage.alerts import StoredAlert

log = structlog.get_logger(__name__)

LOOK_SECONDS = 1.0
HOUR_SECONDS = 3600.0
WEBHOOK_SECONDS = 5.0
HEADS_FILE = "audit-heads.txt"  # one line a day: the day, the number and the hash of the last row


def keep_records(records: Records, settings: Settings) -> Iterable[Coroutine[None, None, None]]:
    """What runs as long as the house stands."""
    yield watch_alerts(records.alert_watch, settings.alert_webhook)
    yield delete_old(records, settings.hit_days)
    yield write_heads(records.trail, records.hits, settings.data / HEADS_FILE)


async def watch_alerts(watch: AlertWatch, webhook: str | None) -> None:
    """Raise alerts within a second or so of the hit."""
    async with httpx.AsyncClient(timeout=WEBHOOK_SECONDS) as client:
        while True:
            try:
                for alert in await watch.look():
                    log.warning("alert", level=alert.level, category=alert.category, alert=alert.id)
                    if webhook:
                        await _tell(client, webhook, alert)
            except StorageProblem as problem:
                log.error("cannot raise alerts", reason=str(problem))
            except Exception:  # a bug in one look must not silence every later alert
                log.exception("bug in raising alerts")
            await asyncio.sleep(LOOK_SECONDS)


async def delete_old(records: Records, keep_days: int) -> None:
    """Every hour, delete hits and alerts that are older than the settings allow."""
    while True:
        try:
            now_ms = _now_ms()
            num_hits = await records.hits.sweep(now_ms, keep_days)
            num_alerts = await records.alerts.sweep(now_ms, keep_days)
            if num_hits or num_alerts:
                log.info("deleted old hits", num_hits=num_hits, num_alerts=num_alerts, keep_days=keep_days)
        except StorageProblem as problem:
            log.error("cannot delete old hits", reason=str(problem))
        await asyncio.sleep(HOUR_SECONDS)


async def write_heads(trail: Trail, hits: HitLog, file: Path) -> None:
    """Once a day write down the last hash of the audit log, in the log and in a file.

    Whoever keeps one of them elsewhere can prove later that nothing before it was changed or cut off.
    """
    written: date | None = None
    while True:
        today = hits.day(_now_ms())
        if written != today:
            try:
                seq, head_hash = await trail.head()
                log.info("head of the audit log", rows=seq, hash=head_hash)
                await asyncio.to_thread(_append, file, f"{today.isoformat()} {seq} {head_hash}\n")
                written = today
            except (StorageProblem, OSError) as problem:
                log.error("cannot write down the head of the audit log", reason=str(problem))
        await asyncio.sleep(HOUR_SECONDS)


def _append(file: Path, line: str) -> None:
    with file.open("a", encoding="ascii") as out:
        out.write(line)


async def _tell(client: httpx.AsyncClient, webhook: str, alert: StoredAlert) -> None:
    told = {
        "alert": alert.id,
        "level": alert.level,
        "category": alert.category,
        "action": alert.action,
        "direction": alert.direction,
        "at_ms": alert.first_at_ms,
    }
    try:
        (await client.post(webhook, json=told)).raise_for_status()
    except httpx.HTTPError as error:  # the alert itself is kept; only its messenger failed
        log.error("cannot tell the webhook of an alert", alert=alert.id, reason=type(error).__name__)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
