"""Measures how soon a version that another process published is in effect in a process that follows.

Made-up words in a database of their own; the publisher and the follower take turns in one process, so the
processor's time is the follower's alone.
"""

from __future__ import annotations

import asyncio
import importlib
import random
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import click

from server.moderation import NewList, PublishedFilter, WordDesk
from server.storage import word_versions, words
from server.storage.database import Database
from server.storage.words import StoredWord
from server.wiring.upkeep import calm_collector

NUM_WORDS: Final = 50_000
NUM_LISTS: Final = 10
NUM_ROUNDS: Final = 5
_SEED: Final = 20_261_126
_NOW_MS: Final = 1_800_000_000_000


def run() -> dict[str, float]:
    """Measure, print a table, and return the figures."""
    importlib.import_module("server.app")  # what a server has in memory, too
    with tempfile.TemporaryDirectory() as folder:
        figures = asyncio.run(_measure(Path(folder) / "bench.sqlite3"))
    for name, value in figures.items():
        click.echo(f"{name:34} {value:12,.3f}")
    return figures


async def _measure(file: Path) -> dict[str, float]:
    database = await Database.open(file)
    published, follower = PublishedFilter(database), PublishedFilter(database)
    desk = WordDesk(database, published)
    await published.load(_NOW_MS)
    await follower.load(_NOW_MS)
    lists = [
        await desk.lists.add(
            NewList(name=f"词表{n}", category=f"类{n}", question_action="block", answer_action="mask"),
            who="bench",
            now_ms=_NOW_MS,
        )
        for n in range(NUM_LISTS)
    ]
    rows = _rows([each.id for each in lists])
    calm_collector()

    async def publish(new: list[StoredWord]) -> None:
        async with database.write() as connection:
            await words.add_words(connection, new)
            change = word_versions.StoredChange(_NOW_MS, "bench", "import", "bench", None, None, len(new))
            await word_versions.record(connection, change)
        await desk.versions.publish("", who="bench", now_ms=_NOW_MS)

    figures = {"num_words": float(NUM_WORDS)}
    await publish(rows[NUM_ROUNDS:])
    figures |= await _timed("all_new", follower.refresh)
    found = []
    for number in range(NUM_ROUNDS):
        await publish([replace(rows[number], text=f"新词{number}号")])
        found.append(await _timed("one_changed", follower.refresh))
        assert follower.words_in(f"这是新词{number}号吗"), "the follower has it"
    figures |= {name: sorted(each[name] for each in found)[NUM_ROUNDS // 2] for name in found[0]}
    await database.close()
    return figures


async def _timed(name: str, refresh: Callable[[], Awaitable[bool]]) -> dict[str, float]:
    wall, processor = time.perf_counter(), time.process_time()
    assert await refresh()
    return {
        f"{name}_seconds": time.perf_counter() - wall,
        f"{name}_processor_seconds": time.process_time() - processor,
    }


def _rows(list_ids: list[str]) -> list[StoredWord]:
    dice = random.Random(_SEED)
    letters = [chr(0x4E00 + dice.randrange(6000)) for _ in range(3000)]
    return [
        StoredWord(
            id=f"{dice.getrandbits(96):024x}",
            list_id=list_ids[n % len(list_ids)],
            text="".join(dice.choices(letters, k=dice.choice((2, 3, 4, 5)))),
            question_action=None,
            answer_action=None,
            match="auto",
            note="",
            enabled=True,
            updated_at_ms=_NOW_MS + n,
            updated_by="bench",
        )
        for n in range(NUM_WORDS)
    ]
