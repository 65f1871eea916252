"""What the house does for its records by itself: alerts, the webhook, heads, policies of text."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from server.errors import SettingsProblem
from server.records import NewRule, new_key_pair
from server.settings import Settings
from server.storage import users, verdicts
from server.storage.users import StoredUser
from server.storage.verdicts import StoredVerdict
from server.wiring.house import House, wire

HIT = StoredVerdict(
    1, "c1", None, "小竹", None, "question", "block", "自伤", "w", "plain", 1, "月亮枪", "安全", "前***后"
)


async def _rule_for_root(house: House) -> None:
    async with house.database.write() as connection:
        await users.add(connection, StoredUser("root", "root", "", "admin", False, None, 1))
    rule = NewRule(level="serious", category="自伤", user_ids=["root"])
    await house.records.alerts.save_rule(None, rule, who="root", now_ms=1)


async def test_webhook_is_told_of_an_alert_without_any_text(tmp_path: Path) -> None:
    """Level, category and time; neither word nor text nor who. One that is broken loses no alert."""
    told: asyncio.Queue[bytes] = asyncio.Queue()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        await told.put(await reader.readexactly(length))
        writer.write(b"HTTP/1.1 500 Broken\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    hook = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = hook.sockets[0].getsockname()[1]
    chosen = Settings(data=tmp_path, model="scripted:", alert_webhook=f"http://127.0.0.1:{port}/hook")
    async with wire(chosen) as house:
        await _rule_for_root(house)
        async with house.database.write() as connection:
            await verdicts.record_many(connection, [HIT])
        said = json.loads(await asyncio.wait_for(told.get(), 30))
        assert await house.records.alerts.num_open("root") == {"serious": 1, "notice": 0}
    hook.close()
    await hook.wait_closed()
    assert set(said) == {"alert", "level", "category", "action", "direction", "at_ms"}
    assert (said["level"], said["category"]) == ("serious", "自伤")


async def test_head_of_the_audit_log_is_written_down_at_start(tmp_path: Path) -> None:
    """A day, a number and a hash; the next start adds a line and keeps the first one."""
    file = tmp_path / "audit-heads.txt"

    async def lines(num: int) -> list[list[str]]:
        async with asyncio.timeout(30):
            while not file.exists() or len(file.read_text().splitlines()) < num:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        return [line.split() for line in file.read_text().splitlines()]

    async with wire(Settings(data=tmp_path, model="scripted:")) as house:
        ((_, seq, head),) = await lines(1)
        assert (seq, head) == ("0", "0" * 64)
        await house.records.trail.note(who="x", what="y", subject="z", now_ms=1)
        expected = await house.records.trail.head()
    async with wire(Settings(data=tmp_path, model="scripted:")):
        assert (await lines(2))[1][1:] == [str(expected[0]), expected[1]]


async def test_texts_are_sealed_only_with_a_key_that_is_one(tmp_path: Path) -> None:
    """Without a key, or with something else in its place, the house is not opened."""
    for key in (None, "dayi-public-AAAA", new_key_pair()[0]):
        with pytest.raises(SettingsProblem, match="hit_key"):
            async with wire(Settings(data=tmp_path, model="scripted:", hit_text="sealed", hit_key=key)):
                pass
    chosen = Settings(data=tmp_path, model="scripted:", hit_text="sealed", hit_key=new_key_pair()[1])
    async with wire(chosen) as house:
        assert (await house.records.hits.options())["hit_text"] == "sealed"
