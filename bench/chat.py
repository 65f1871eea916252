"""Measures a running server under load: many conversations ask at once, over real WebSockets.

Answers are those of the model; how good they are is not looked at.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final

import click

from bench.desk import Desk, desk, longest_stall
from bench.pupils import Asked, Seen, ask_all
from bench.questions import ASKED, FOLLOW_UPS
from server.settings import Settings

WITHIN_SHARE: Final = 0.3  # an estimate is good when it is off by no more of the real wait than this
_LOOK_SECONDS: Final = 0.1


def run(
    settings: Settings,
    url: str | None = None,
    conversations: int = 40,
    turns: int = 1,
    within: float = 1.0,
    kill_engine: bool = False,
) -> dict[str, Any]:
    """Let many conversations ask at once, print a table, and return the figures.

    Args:
        settings: of the server, where one is started for this.
        url: a server that runs; without it that of the data folder, or one started for this.
        conversations: how many.
        turns: questions of each, one after the other.
        within: all first questions are asked within this time, in seconds.
        kill_engine: kill the engine when a quarter of the answers have ended.
    """
    questions = [questions_of(place, turns) for place in range(conversations)]
    with desk(url, settings) as server:
        figures = asyncio.run(_measure(server, questions, within, kill_engine))
    figures = {"conversations": conversations, "turns": turns, "within_seconds": within, **figures}
    click.echo(table(figures))
    return figures


def questions_of(place: int, turns: int) -> list[str]:
    """What the pupil at this place asks."""
    first = ASKED[place % len(ASKED)]
    return [first, *(FOLLOW_UPS[(place + turn) % len(FOLLOW_UPS)] for turn in range(turns - 1))]


def figures_of(seen: Seen) -> dict[str, Any]:
    """The figures of a load."""
    answered = [asked for asked in seen.asked if asked.finish in ("stop", "length")]
    seconds = seen.ended_at - seen.began_at
    first_tokens = [asked.first_at - asked.at for asked in answered if asked.first_at is not None]
    waited = [asked for asked in seen.asked if asked.told and asked.started_at is not None]
    return {
        "asked": len(seen.asked),
        "finished": dict(Counter(asked.finish or "never" for asked in seen.asked)),
        "first_token_seconds": {"p50": percentile(first_tokens, 50), "p95": percentile(first_tokens, 95)},
        "longest_answer_seconds": max((a.ended_at - a.at for a in answered if a.ended_at), default=0.0),
        "tokens_per_second": sum(asked.num_tokens for asked in seen.asked) / seconds,
        "answer_tokens": {p: percentile([a.num_tokens for a in answered], int(p)) for p in ("5", "50", "95")},
        "frames_per_second": seen.num_frames / seconds,
        "seconds": seconds,
        "waited": len(waited),
        "estimates": {"first": _estimates(waited, 0), "last": _estimates(waited, -1)},
        "dropped_connections": seen.num_dropped,
        "reuse": dict(Counter(asked.reason for asked in seen.asked if asked.reason)),
    }


def percentile(values: Sequence[float], percent: int) -> float:
    """The value that `percent` of them do not exceed; 0 for none."""
    return sorted(values)[max(0, -(-len(values) * percent // 100) - 1)] if values else 0.0


def table(figures: dict[str, Any]) -> str:
    """The figures for people."""
    first, estimates = figures["first_token_seconds"], figures["estimates"]
    rows = {
        "questions": figures["asked"],
        "  how they ended": _counts(figures["finished"]),
        "  dropped connections": figures["dropped_connections"],
        "first token, p50, s": first["p50"],
        "first token, p95, s": first["p95"],
        "longest answer, s": figures["longest_answer_seconds"],
        "tokens/s in all": figures["tokens_per_second"],
        "frames/s": figures["frames_per_second"],
        "waited for a place": figures["waited"],
        "  first estimate within 30 %": f"{estimates['first']['within_30_percent']:.0%}",
        "  median of told / real": estimates["first"]["median_told_to_real"],
        "  last estimate within 30 %": f"{estimates['last']['within_30_percent']:.0%}",
        "event loop's longest stall, at most, ms": figures["longest_stall_ms"],
        "reuse": _counts(figures["reuse"]),
    }
    if "engine_killed" in figures:
        killed = figures["engine_killed"]
        rows["engine killed during answers"] = killed["answers"]
        rows["  ready again after, s"] = killed["ready_seconds"]
        rows["  all went on or ended after, s"] = killed["all_went_on_seconds"]
    return "\n".join(f"{name:<42}{value:>12.2f}" if isinstance(value, float) else f"{name:<42}{value!s:>12}"
                     for name, value in rows.items())  # fmt: skip


async def _measure(
    server: Desk, questions: Sequence[Sequence[str]], within: float, kill_engine: bool
) -> dict[str, Any]:
    seen = Seen()
    before = await server.stalls()
    killing = asyncio.create_task(_kill(server, seen, len(questions) // 4)) if kill_engine else None
    await ask_all(server.url, questions, within, seen)
    figures = figures_of(seen)
    if killing is not None:
        figures["engine_killed"] = await killing
    figures["longest_stall_ms"] = longest_stall(before, await server.stalls()) * 1000
    figures["server"] = await server.ready()
    return figures


async def _kill(server: Desk, seen: Seen, after_answers: int) -> dict[str, Any]:
    clock = asyncio.get_running_loop().time
    running: list[Asked] = []
    while not running:
        await asyncio.sleep(_LOOK_SECONDS)
        if sum(asked.ended_at is not None for asked in seen.asked) >= after_answers:
            running = [asked for asked in seen.asked if asked.is_running]
    server.kill_engine()
    killed_at = clock()
    await asyncio.sleep(_LOOK_SECONDS)
    while not (await server.ready())["ready"]:  # noqa: ASYNC110 -- another process
        await asyncio.sleep(_LOOK_SECONDS)
    ready_at = clock()
    # Text that was under way at the kill may have come after it, but not after the return.
    while any(asked.ended_at is None and (asked.newest_at or 0.0) < ready_at for asked in running):  # noqa: ASYNC110
        await asyncio.sleep(_LOOK_SECONDS)
    return {
        "answers": len(running),
        "ready_seconds": ready_at - killed_at,
        "all_went_on_seconds": clock() - killed_at,
    }


def _estimates(waited: Iterable[Asked], which: int) -> dict[str, float]:
    """How good the first (0) or the last (-1) announced waits were."""
    ratios = [
        asked.told[which].eta_seconds / max(0.1, asked.started_at - asked.told[which].at)
        for asked in waited
        if asked.started_at is not None
    ]
    good = sum(abs(ratio - 1) <= WITHIN_SHARE for ratio in ratios)
    return {
        "within_30_percent": good / len(ratios) if ratios else 1.0,
        "median_told_to_real": percentile(ratios, 50),
    }


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items()) or "–"
