"""Measures the question page: how well and quickly like questions are grouped, how soon the page answers.

The page's figures rest on a database of its own with made-up turns; nothing is said about the model.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from sqlite3 import connect
from statistics import median, quantiles
from typing import Final

import click

from server.likeness import shipped_pairs
from server.storage.database import Database
from server.topics import Audience, GroupDesk, GroupStatistics, Statistics
from server.topics.grouping import THRESHOLD, Grouping
from server.topics.judging import judge_grouping, judge_likeness

NUM_QUESTIONS: Final = 100_000
NUM_MEASURED: Final = 1_000
NUM_TURNS: Final = 1_000_000
NUM_CLASSES: Final = 40
NUM_PUPILS: Final = 45  # of one class
NUM_WEEKS: Final = 40
NUM_GROUPS: Final = 400  # of one class
_SEED: Final = 20_260_901
_TODAY: Final = date(2026, 11, 20)
_HOURS: Final = (8, 9, 10, 14, 15, 16, 19, 20, 21)


def run() -> dict[str, float]:
    """Measure, print a table, and return the figures."""
    figures = _agreement() | _adding()
    with tempfile.TemporaryDirectory() as folder:
        figures |= asyncio.run(_page(Path(folder) / "bench.sqlite3"))
    for name, value in figures.items():
        click.echo(f"{name:34} {value:12,.3f}")
    return figures


def _agreement() -> dict[str, float]:
    pairs = shipped_pairs()
    figures = {"num_pairs": float(len(pairs)), "threshold": THRESHOLD}
    for half in dict.fromkeys(pair.half for pair in pairs):
        chosen = [pair for pair in pairs if pair.half == half]
        figures[f"grouping_f1_{half}"] = judge_grouping(chosen, THRESHOLD).f1
        figures[f"likeness_f1_{half}"] = judge_likeness(chosen, THRESHOLD).f1
    return figures


def _adding() -> dict[str, float]:
    ids = count(1)
    grouping = Grouping(lambda: str(next(ids)))
    questions = _questions(random.Random(_SEED))
    began = time.perf_counter()
    for _ in range(NUM_QUESTIONS):
        grouping.add(next(questions))
    filled_seconds = time.perf_counter() - began
    times_ms = []
    for _ in range(NUM_MEASURED):
        question = next(questions)
        before = time.perf_counter()
        grouping.add(question)
        times_ms.append((time.perf_counter() - before) * 1000)
    return {
        "num_questions": float(NUM_QUESTIONS),
        "num_groups": float(len(grouping)),
        "fill_seconds": filled_seconds,
        "add_ms": median(times_ms),
        "add_p99_ms": quantiles(times_ms, n=100)[98],
        "add_most_ms": max(times_ms),
    }


def _questions(dice: random.Random) -> Iterator[str]:
    """Questions without end: known ones, and others put together from pieces of them."""
    known = sorted({text for pair in shipped_pairs() for text in (pair.question, pair.other)})
    pieces = [text[start : start + 3] for text in known for start in range(len(text) - 2)]
    while True:
        yield dice.choice(known) if dice.random() < 0.3 else "".join(dice.choices(pieces, k=4))


async def _page(file: Path) -> dict[str, float]:
    database = await Database.open(file)
    try:
        await asyncio.to_thread(_fill, file)
        groups = GroupDesk(database)
        await groups.load()
        one, everyone = Audience(("class-0",)), Audience(tuple(f"class-{n}" for n in range(NUM_CLASSES)))
        figures = {"num_turns": float(NUM_TURNS)}
        began = time.perf_counter()
        kept = Statistics(database, lambda: (), small_group=3, timezone="Asia/Shanghai")
        figures["num_sheets"] = float(await kept.keep_up())  # once, after an upgrade; in the background
        figures["keep_seconds"] = time.perf_counter() - began
        for name, audience in (("class", one), ("all", everyone)):
            statistics = Statistics(
                database, lambda: (), small_group=3, timezone="Asia/Shanghai", is_told=True
            )
            table = GroupStatistics(statistics, groups)
            for when in ("first", "again"):
                figures[f"page_{name}_{when}_ms"] = await _page_ms(statistics, table, audience)
        # The worst moment: in every class somebody has just asked, and nothing was worked out since.
        await asyncio.to_thread(_ask_everywhere, file)
        statistics = Statistics(database, lambda: (), small_group=3, timezone="Asia/Shanghai", is_told=True)
        figures["page_all_all_asked_ms"] = await _page_ms(
            statistics, GroupStatistics(statistics, groups), everyone
        )
        return figures
    finally:
        await database.close()


async def _page_ms(statistics: Statistics, table: GroupStatistics, audience: Audience) -> float:
    now_ms = int(time.mktime(_TODAY.timetuple())) * 1000
    monday = _TODAY - timedelta(days=_TODAY.weekday())
    began = time.perf_counter()
    await statistics.report(audience, monday, _TODAY, lang="zh", now_ms=now_ms)
    await table.report(audience, monday, _TODAY, lang="zh", now_ms=now_ms)
    return (time.perf_counter() - began) * 1000


def _fill(file: Path) -> None:
    dice = random.Random(_SEED)
    first_day = _TODAY.toordinal() - 7 * NUM_WEEKS
    weights = [1 / (place + 1) for place in range(NUM_GROUPS)]
    picked = dice.choices(range(NUM_GROUPS), weights, k=NUM_TURNS)

    def rows() -> Iterator[tuple[object, ...]]:
        for number, group in enumerate(picked):
            place = number % NUM_CLASSES
            day = first_day + number * 7 * NUM_WEEKS // NUM_TURNS
            hour = dice.choice(_HOURS)
            at_ms = (day - 719_163) * 86_400_000 + hour * 3_600_000 + number % 3_600_000
            asker = f"{place}-{dice.randrange(NUM_PUPILS)}"
            yield (
                f"t{number}", at_ms, day, hour, f"class-{place}", asker, "answered", "model",
                dice.choice((None, None, None, 1, -1)), 1200, 9000, f"g{place}-{group}",
            )  # fmt: skip

    with connect(file) as connection:
        connection.executemany(
            "INSERT INTO question_facts (turn_id, asked_at_ms, local_day, local_hour, class_id, asker,"
            " outcome, origin, rating, first_token_ms, total_ms, group_id) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
            rows(),
        )
    connection.close()


def _ask_everywhere(file: Path) -> None:
    """A rating in every class, in the running week."""
    with connect(file) as connection:
        connection.execute(
            "UPDATE question_facts SET rating = 1 WHERE id IN (SELECT MAX(id) FROM question_facts"
            " GROUP BY class_id)"
        )
    connection.close()
