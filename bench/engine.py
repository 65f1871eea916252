"""Measures the engine as the server uses it: a process of its own, asked through its client.

Short questions in Chinese and histories of repeated lessons; it says nothing about the quality of answers.
"""

from __future__ import annotations

import asyncio
import os
import platform
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any, Final

import click

from server.engine.client import EngineClient
from server.engine.shape import ModelShape
from server.engine.types import Ended, EngineOptions, EngineRequest, Sampling, Tokens, Turn
from server.settings import Settings
from server.sources.prepare import prepare

HISTORY_TOKENS: Final = (128, 512, 1024)
CONVERSATIONS: Final = (1, 4, 8)
ROUNDS: Final = 3
ANSWER_TOKENS: Final = 64
SYSTEM: Final = "你是一位耐心的老师，请用简单的话回答学生的问题。"
LESSON: Final = (
    "在一个直角三角形里，两条直角边的平方和等于斜边的平方，这个结论叫做勾股定理。植物通过光合作用把二氧化碳和水变成有机物，"
    "同时放出氧气。长江是我国最长的河流，从高原上的雪山出发，穿过峡谷和平原，最后流进东海。"
)
# Each is answered at length: what is measured is the time in which all of them decode.
QUESTIONS: Final = (
    "请写一篇五百字的作文，题目是《春天》。",
    "请写一篇五百字的作文，题目是《我的家乡》。",
    "请写一篇五百字的作文，题目是《难忘的一天》。",
    "请写一篇五百字的作文，题目是《大海》。",
    "请写一篇五百字的作文，题目是《我的老师》。",
    "请写一篇五百字的作文，题目是《秋天的树林》。",
    "请写一篇五百字的作文，题目是《读书的乐趣》。",
    "Write an essay of five hundred words about the sea.",
)


def run(settings: Settings) -> dict[str, Any]:
    """Measure the model that the settings name, print a table, and return the figures."""
    folder = prepare(settings.model, settings.models_folder, settings.dtype)
    options = EngineOptions(
        folder=folder,
        system=SYSTEM,
        threads=settings.threads,
        window_tokens=settings.window_tokens,
        max_running=max(CONVERSATIONS),
        kv_budget_bytes=settings.kv_budget_mib << 20,
    )
    figures = {"model": settings.model, "dtype": settings.dtype, **measure(options)}
    click.echo(table(figures))
    return figures


def measure(options: EngineOptions) -> dict[str, Any]:
    """The figures of one prepared folder."""
    return asyncio.run(_measure(options))


def table(figures: dict[str, Any]) -> str:
    """The figures for people."""
    lines = [f"{'ready after, s':<40}{figures['ready_seconds']:>10.1f}"]
    lines.append(f"{'prefill, tokens/s':<40}{figures['prefill_tokens_per_second']:>10.0f}")
    for number, speed in figures["decode_tokens_per_second"].items():
        lines.append(f"{f'{number} at once, tokens/s in all':<40}{speed:>10.1f}")
    for size, times in figures["first_token_ms"].items():
        lines.append(f"{f'first token, {size} of history, ms':<40}{times['full']:>10.0f}")
        lines.append(f"{'  with the history reused':<40}{times['reused']:>10.0f}")
    lines.append(f"{'resident, MiB':<40}{figures['resident_bytes'] / 2**20:>10.0f}")
    lines.append(f"{'keys and values, bytes a token':<40}{figures['kv_bytes_per_token']:>10}")
    return "\n".join(lines)


async def _measure(options: EngineOptions) -> dict[str, Any]:
    shape = ModelShape.load(options.folder)
    client = EngineClient(options)
    begin = time.perf_counter()
    await client.start()
    try:
        await client.ready()
        bench = _Bench(client)
        figures: dict[str, Any] = {"ready_seconds": time.perf_counter() - begin}
        speeds: list[float] = []
        first_token_ms: dict[str, dict[str, float]] = {}
        for size in HISTORY_TOKENS:
            pairs = [await bench.first_tokens(size) for _ in range(ROUNDS)]
            full, reused = median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)
            first_token_ms[str(size)] = {"full": full * 1e3, "reused": reused * 1e3}
            speeds.append(median(pair[2] for pair in pairs))
        figures["prefill_tokens_per_second"] = speeds[-1]
        figures["decode_tokens_per_second"] = {
            str(number): median([await bench.decode(number) for _ in range(ROUNDS)])
            for number in CONVERSATIONS
        }
        figures["first_token_ms"] = first_token_ms
        figures["resident_bytes"] = client.status().resident_bytes
        figures["kv_bytes_per_token"] = shape.kv_bytes_per_token
        figures["machine"] = {
            "processor": _processor(),
            "cores": os.cpu_count(),
            "system": platform.platform(),
        }
        return figures
    finally:
        await client.close()


class _Bench:
    """Asks one engine, with a new conversation for every measurement."""

    def __init__(self, client: EngineClient) -> None:
        self._client = client
        self._num_asked = 0

    async def first_tokens(self, history_tokens: int) -> tuple[float, float, float]:
        """Seconds to the first token without and with reuse, and ids prefilled a second without."""
        self._num_asked += 1
        name = f"history {self._num_asked}"
        # A token of this text is about 1.6 characters; the exact size is measured, not assumed.
        lesson = f"{self._num_asked}：{LESSON * 20}"[: int(history_tokens * 1.5)]
        turns: tuple[Turn, ...] = (Turn("请讲一课。", lesson),)
        full, end = await self._ask(name, "这一课讲了什么？", turns, max_tokens=4)
        speed = (end.prompt_tokens - end.reused_tokens) / full
        tokenizer = self._client.status().tokenizer
        answered = Turn("这一课讲了什么？", "", end.question_ids, end.answer_ids, tokenizer)
        reused, end = await self._ask(name, "请再说一遍。", (*turns, answered), max_tokens=4)
        if end.reused_tokens < history_tokens // 2:
            raise RuntimeError(f"nothing was reused: {end}")
        self._client.forget(name)
        return full, reused, speed

    async def decode(self, number: int) -> float:
        """Tokens a second of this many conversations together, while all of them decode."""
        self._num_asked += 1
        arrivals = await asyncio.gather(
            *(
                self._arrivals(f"decode {self._num_asked} {place}", QUESTIONS[place])
                for place in range(number)
            )
        )
        begin, end = max(times[0] for times in arrivals), min(times[-1] for times in arrivals)
        if any(len(times) < ANSWER_TOKENS // 2 for times in arrivals):
            raise RuntimeError("an answer was too short to measure by")
        count = sum(begin < at <= end for times in arrivals for at in times)
        return count / (end - begin)

    async def _arrivals(self, name: str, question: str) -> Sequence[float]:
        job = self._client.submit(_request(name, question, (), ANSWER_TOKENS))
        return [time.perf_counter() async for event in job if isinstance(event, Tokens)]

    async def _ask(
        self, name: str, question: str, turns: tuple[Turn, ...], max_tokens: int
    ) -> tuple[float, Ended]:
        begin, first_seconds = time.perf_counter(), 0.0
        async for event in self._client.submit(_request(name, question, turns, max_tokens)):
            if isinstance(event, Tokens) and not first_seconds:
                first_seconds = time.perf_counter() - begin
            if isinstance(event, Ended):
                return first_seconds, event
        raise RuntimeError("a reply without an end")


def _request(name: str, question: str, turns: tuple[Turn, ...], max_tokens: int) -> EngineRequest:
    sampling = Sampling(temperature=0.0, repetition_penalty=1.0, max_tokens=max_tokens)
    return EngineRequest(name, name, name, SYSTEM, question, turns, sampling)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")
