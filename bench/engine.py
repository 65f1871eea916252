"""Measures the engine as the server uses it: a process of its own, asked through its client.

Beside a peer (`--peer llama.cpp`) each measurement is made of both in turn, so that noise hits both. How good
the answers are is not looked at; what 8 bits cost in quality is (`bench.quality`).
"""

from __future__ import annotations

import asyncio
import os
import platform
from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, Final

import click

from bench import parts
from bench.asking import engine
from bench.engine_table import table
from bench.memory import resident
from bench.parts import Sizes
from bench.peer import Peer, gguf_file, peer_command
from bench.quality import quality
from bench.rounds import Rounds
from server.engine.shape import ModelShape
from server.engine.types import EngineOptions, Sampling
from server.errors import SettingsProblem
from server.presets import load_preset
from server.settings import Settings
from server.sources.prepare import prepare

PARTS: Final = ("decode", "prefill", "first_token", "beside", "pause", "memory", "quality")
IN_ROUNDS: Final = frozenset(("prefill", "first_token", "beside", "pause"))
_HELD_TOKENS: Final = 512  # of the one conversation that a peer holds when its memory is read


def run(
    settings: Settings, only: str = "", rounds: int = 3, peer: str = "", sizes: Sizes | None = None
) -> dict[str, Any]:
    """Measure the model that the settings name, print a table, and return the figures.

    Args:
        settings: of the model, the preset (system prompt, sampling) and the threads.
        only: names of `PARTS` with commas; all without it.
        rounds: how often each part is measured; figures are medians.
        peer: what to measure beside it: `llama.cpp`.
        sizes: how much is measured; for tests.
    """
    chosen = chosen_parts(only)
    command = peer_command(peer) if peer else []
    file = gguf_file(settings) if peer else Path()
    folder = prepare(settings.model, settings.models_folder, settings.dtype)
    start = partial(Peer, command, file, settings.threads or os.cpu_count() or 1)
    shape = ModelShape.load(folder)
    figures: dict[str, Any] = {
        "model": settings.model,
        "dtype": settings.dtype,
        "kv_bytes_per_token": shape.kv_bytes_per_token,
        "machine": machine(settings.threads),
    }
    found = Rounds()
    with ExitStack() as stack:
        other = stack.enter_context(start()) if peer else None
        if other:
            figures["peer"] = {"name": peer, "file": file.name, "flash_attention": other.flash_attention}
        sizes = sizes or Sizes(rounds=rounds)
        figures["guessing"] = asyncio.run(_measure(settings, folder, chosen, sizes, other, found))
    if "memory" in chosen:
        say("memory")
        figures["resident"] = resident(settings)
        theirs: float | None = None
        if other:  # anew: one conversation, and nothing left of trials
            with start(other.flash_attention) as fresh:
                fresh.prefill(0, _HELD_TOKENS)
                theirs = fresh.memory()
        found.note("resident_bytes", ours=sum(figures["resident"].values()), theirs=theirs)
    if "quality" in chosen:
        say("quality")
        reference = prepare(settings.model, settings.models_folder, "bf16")
        figures["quality"] = overall(quality(folder, reference))
    figures = told(figures, found)
    click.echo(table(figures))
    return figures


def chosen_parts(only: str) -> tuple[str, ...]:
    """The parts that are named.

    Raises:
        SettingsProblem: there is no such part.
    """
    names = [name for each in only.split(",") if (name := each.strip())]
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        raise SettingsProblem(f"--only {', '.join(unknown)}: the parts are {', '.join(PARTS)}")
    return tuple(part for part in PARTS if part in names) if names else PARTS


def say(what: str) -> None:
    """Tell on stderr what is measured now: it takes minutes."""
    click.echo(f"{what} …", err=True)


def told(figures: Mapping[str, Any], found: Rounds) -> dict[str, Any]:
    """All figures as they are written: medians of ours, of the peer, and ratios ours / the peer's."""
    whole = {**figures, **found.ours()}
    if not whole["guessing"]:
        del whole["guessing"]
    new_question = whole.get("first_token_beside_8_streams")
    if new_question:
        new_question["ratio"] = new_question["beside_ms"] / new_question["alone_ms"]
    if "peer" in whole:
        whole["peer"] = {**whole["peer"], **found.theirs()}
        whole["ratio_to_llama_cpp"] = found.ratios()
    return whole


def overall(texts: Mapping[str, Mapping[str, float]]) -> dict[str, Any]:
    """The divergence over all texts, each token counted once, and of each text."""
    count = sum(text["num_tokens"] for text in texts.values())

    def mean(name: str) -> float:
        return sum(text[name] * text["num_tokens"] for text in texts.values()) / count

    return {
        "mean_kl": mean("mean_kl"),
        "top1_agreement": mean("top1_agreement_percent") / 100,
        "texts": dict(texts),
    }


def machine(threads: int) -> dict[str, Any]:
    """Where this was measured."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "threads": threads or os.cpu_count(),
        "system": platform.platform(),
    }


async def _measure(
    settings: Settings,
    folder: Path,
    chosen: tuple[str, ...],
    sizes: Sizes,
    peer: Peer | None,
    found: Rounds,
) -> dict[str, float]:
    """The parts that ask an engine. Returns how well it guessed."""
    preset = load_preset(settings.preset)
    sampling = Sampling(
        temperature=preset.sampling.temperature,
        top_p=preset.sampling.top_p,
        repetition_penalty=preset.sampling.repetition_penalty,
    )
    options = EngineOptions(
        folder=folder,
        system=preset.system_prompt,
        threads=settings.threads,
        window_tokens=settings.window_tokens,
        max_running=max(*sizes.conversations, sizes.streams + 1),
        max_wait_seconds=0,
        kv_budget_bytes=settings.kv_budget_mib << 20,
    )
    guessing: dict[str, float] = {}
    if "decode" in chosen:
        say("decoding alone")
        guessing = await parts.alone(options, sampling, sizes, peer, found)
    if not {"decode", *IN_ROUNDS} & set(chosen):
        return guessing
    async with engine(options, sampling) as asker:
        if "decode" in chosen:
            say("decoding together")
            await parts.together(asker, sizes, peer, found)
        for number in range(sizes.rounds if set(chosen) & IN_ROUNDS else 0):
            say(f"round {number + 1} of {sizes.rounds}")
            for size in sizes.histories:
                if "first_token" in chosen or ("prefill" in chosen and size == sizes.prefill_tokens):
                    await parts.first_token(asker, sizes, size, peer, found)
            if "beside" in chosen:
                await parts.beside(asker, sizes, found)
            if "pause" in chosen:
                await parts.pause(asker, sizes, found)
    return guessing


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")
