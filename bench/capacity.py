"""Measures how many pupils this machine answers at once, says it in a sentence, and keeps the figures.

The server reads them at its next start: its first estimates of waits rest on them. The engine is asked
through its client; what the web adds, `bench chat` measures.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import click

from bench.chat import percentile
from bench.questions import LEARNT_ON
from server.engine.client import EngineClient
from server.engine.figures import save_figures
from server.engine.forecast import Work
from server.engine.pace import Pace
from server.engine.types import Begun, Ended, EngineOptions, EngineRequest, Measured, Sampling, Tokens
from server.presets import load_preset
from server.settings import Settings
from server.sources.prepare import prepare

ROWS: Final = (1, 2, 4, 8, 12, 16, 24, 32, 48, 64)
STEPS_OF_EACH: Final = 16
FORECAST_FOR: Final = (10, 20, 40, 80, 160)


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer, in seconds from its question; 0 tokens where it failed."""

    began_seconds: float
    first_seconds: float
    num_tokens: int


def run(settings: Settings, conversations: int = 40) -> dict[str, Any]:
    """Measure, print what it means, write the figures beside the prepared model, and return them.

    Args:
        settings: which model, and how many places.
        conversations: how many pupils really ask at once.
    """
    preset = load_preset(settings.preset)
    folder = prepare(settings.model, settings.models_folder, settings.dtype)
    options = EngineOptions(
        folder=folder,
        system=preset.system_prompt,
        threads=settings.threads,
        window_tokens=settings.window_tokens,
        max_running=settings.max_running,
        max_waiting=conversations,
        max_wait_seconds=0,
        kv_budget_bytes=settings.kv_budget_mib << 20,
    )
    chosen = preset.sampling
    sampling = Sampling(
        temperature=chosen.temperature,
        top_p=chosen.top_p,
        repetition_penalty=chosen.repetition_penalty,
        max_tokens=min(chosen.max_tokens, settings.max_answer_tokens),
    )
    measured, answers = asyncio.run(_measure(options, sampling, conversations))
    figures = {"model": settings.model, **capacity(measured, answers, settings.max_running)}
    figures["file"] = str(save_figures(folder, measured, figures))
    click.echo("\n".join(sentences(figures)))
    return {**figures, "measured": asdict(measured)}


def capacity(measured: Measured, answers: Sequence[Answered], max_running: int) -> dict[str, Any]:
    """What a real load showed, and what the estimates say of it and of others."""
    firsts = [answer.first_seconds for answer in answers if answer.num_tokens]
    began = [answer.began_seconds for answer in answers if answer.num_tokens]
    return {
        "pupils": len(answers),
        "answered": len(firsts),
        "places": max_running,
        "median_wait_seconds": percentile(firsts, 50),
        "longest_wait_seconds": percentile(firsts, 100),
        "median_wait_for_a_place_seconds": percentile(began, 50),
        "longest_wait_for_a_place_seconds": percentile(began, 100),
        "answer_tokens_median": percentile(measured.answer_tokens, 50),
        "forecast": {
            str(number): waits_of(measured, number, max_running)
            for number in sorted({*FORECAST_FOR, len(answers)})
        },
    }


def waits_of(measured: Measured, number: int, max_running: int) -> dict[str, float]:
    """The estimated waits for a place, in seconds, when so many ask at once."""
    waiting = [Work(40, 0, 1024)] * number
    waits = Pace(measured).waits([], waiting, max_running)
    return {"median_seconds": percentile(waits, 50), "longest_seconds": percentile(waits, 100)}


def sentences(figures: dict[str, Any]) -> list[str]:
    """The figures for an administrator, in Chinese and English."""
    pupils, places = figures["pupils"], figures["places"]
    median, longest = (round(figures[f"{which}_wait_seconds"]) for which in ("median", "longest"))
    real = [round(figures[f"{which}_wait_for_a_place_seconds"]) for which in ("median", "longest")]
    rows = [
        f"{number:>6}  {waits['median_seconds']:>8.0f}  {waits['longest_seconds']:>8.0f}"
        for number, waits in figures["forecast"].items()
    ]
    return [
        f"这台机器同时回答 {pupils} 名学生：一半的人 {median} 秒内看到第一个字，最后一人 {longest} 秒。",
        f"This machine answers {pupils} pupils at once with a median wait of {median} seconds for the first "
        f"word; the last one waited {longest} seconds.",
        "",
        f"Estimated waits for one of {places} places, in seconds (measured with {pupils} pupils: median "
        f"{real[0]}, longest {real[1]}):",
        "pupils    median   longest",
        *rows,
        "",
        f"Kept in {figures['file']}; the server reads it at its next start.",
    ]


async def _measure(
    options: EngineOptions, sampling: Sampling, conversations: int
) -> tuple[Measured, list[Answered]]:
    client = EngineClient(options)
    await client.start()
    try:
        await client.ready()
        for rows in [each for each in ROWS if each <= options.max_running]:
            await asyncio.gather(*(_warm(client, options, sampling, rows, place) for place in range(rows)))
        answers = await asyncio.gather(
            *(_answer(client, options, sampling, place) for place in range(conversations))
        )
        # The answers of warm-ups were cut short, all but the shortest: their lengths would mislead.
        lengths = tuple(answer.num_tokens for answer in answers if answer.num_tokens)
        measured = replace(client.measured, answer_tokens=lengths) if lengths else client.measured
        return measured, list(answers)
    finally:
        await client.close()


async def _warm(
    client: EngineClient, options: EngineOptions, sampling: Sampling, rows: int, place: int
) -> None:
    """Let steps of this size be measured."""
    question = LEARNT_ON[place % len(LEARNT_ON)]
    job = client.submit(_request(f"warm {rows} {place}", question, options, sampling))
    num_tokens = 0
    async for event in job:
        num_tokens += isinstance(event, Tokens)
        if num_tokens == STEPS_OF_EACH:
            job.cancel()


async def _answer(client: EngineClient, options: EngineOptions, sampling: Sampling, place: int) -> Answered:
    clock = asyncio.get_running_loop().time
    asked_at = clock()
    began = first = 0.0
    job = client.submit(_request(f"pupil {place}", LEARNT_ON[place % len(LEARNT_ON)], options, sampling))
    async for event in job:
        if isinstance(event, Begun):
            began = clock() - asked_at
        elif isinstance(event, Tokens):
            first = first or clock() - asked_at
        elif isinstance(event, Ended) and event.finish in ("stop", "length"):
            return Answered(began, first, event.generated_tokens)
    return Answered(began, first, 0)


def _request(name: str, question: str, options: EngineOptions, sampling: Sampling) -> EngineRequest:
    return EngineRequest(name, name, name, options.system, question, sampling=sampling)
