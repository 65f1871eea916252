"""Measures how many labelled questions a model answers right, wrong, or declines: alone, and with the
knowledge that ships with the preset as an example.

The road of a question is the chat's own: what is found decides who answers. Sampling is greedy, so that a
second run says the same. How an answer is judged is in `answer_judge`.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from typing import Any, Final

import click

from bench.answer_judge import Kind, Labelled, Verdict, judge, load_labelled
from bench.answer_knowledge import example_knowledge
from server.chat import texts_of
from server.chat.answering import Said, answer
from server.chat.grounded import RestsOn
from server.chat.parts import Knowledge
from server.knowledge import Nothing
from server.presets import Preset, load_preset
from server.protocol.texts import Texts
from server.settings import Settings
from server.sources.open import open_source
from server.sources.types import Piece, ReplyRequest, Sampling, Source

KINDS: Final[tuple[Kind, ...]] = ("document", "approved", "outside")
WAYS: Final = ("without", "with")
MAX_TOKENS: Final = 256  # a right answer to any of the questions is much shorter
_LOOK_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True)
class Judged:
    """A question with what was answered. `origin` says who answered; `passages` what the model was shown."""

    question: str
    kind: Kind
    verdict: Verdict
    origin: str
    answer: str
    passages: tuple[str, ...] = ()


def run(settings: Settings, only: str | None = None) -> dict[str, Any]:
    """Ask every question, print a table, and return the figures with every answer.

    Args:
        settings: of the model and the preset.
        only: `with` or `without` knowledge; both, unless it is said.
    """
    preset = load_preset(settings.preset)
    labelled = load_labelled(preset.name)
    ways = [way for way in WAYS if only in (None, way)]
    began_at = time.perf_counter()
    judged = asyncio.run(_measure(settings, preset, labelled, ways))
    figures = {
        "model": settings.model,
        "preset": preset.name,
        "questions": len(labelled),
        "seconds": round(time.perf_counter() - began_at, 1),
        **{way: figures_of(rows) for way, rows in judged.items()},
        "answers": {way: [asdict(row) for row in rows] for way, rows in judged.items()},
    }
    click.echo(table(figures))
    return figures


def figures_of(rows: Sequence[Judged]) -> dict[str, Any]:
    """How many of each kind were right, wrong and declined, and who answered them."""
    counts = {kind: Counter(row.verdict for row in rows if row.kind == kind) for kind in KINDS}
    counts["all"] = Counter(row.verdict for row in rows)  # type: ignore[index]  # one more row of the table
    return {
        **{kind: {v: count[v] for v in ("right", "wrong", "declined")} for kind, count in counts.items()},
        "origins": dict(Counter(row.origin for row in rows)),
    }


def table(figures: dict[str, Any]) -> str:
    """The figures for people."""
    lines = [f"{figures['model']}, preset {figures['preset']}, {figures['questions']} questions"]
    lines.append(f"{'':<28}{'right':>8}{'wrong':>8}{'declined':>10}")
    for way in WAYS:
        for kind in (*KINDS, "all") if way in figures else ():
            count = figures[way][kind]
            name = f"{way} knowledge, {kind}"
            lines.append(f"{name:<28}{count['right']:>8}{count['wrong']:>8}{count['declined']:>10}")
    if all(way in figures for way in WAYS):
        before, after = (figures[way]["all"]["wrong"] for way in WAYS)
        lines.append(f"wrong answers with knowledge: {after} of {before}")
    if "with" in figures:
        outside = figures["with"]["outside"]
        lines.append(f"outside, declined with knowledge: {outside['declined']} of {sum(outside.values())}")
    return "\n".join(lines)


async def _measure(
    settings: Settings, preset: Preset, labelled: Sequence[Labelled], ways: Sequence[str]
) -> dict[str, list[Judged]]:
    texts = texts_of(preset)["zh"]
    async with _source(settings, preset) as source, example_knowledge(preset.name) as knowledge:
        return {
            way: list(
                await asyncio.gather(
                    *(
                        _ask(row, source, preset, texts, knowledge if way == "with" else None)
                        for row in labelled
                    )
                )
            )
            for way in ways
        }


async def _ask(
    row: Labelled, source: Source, preset: Preset, texts: Texts, knowledge: Knowledge | None
) -> Judged:
    """One question on its way, in a conversation of its own."""
    sampling = Sampling(
        temperature=0,
        repetition_penalty=preset.sampling.repetition_penalty,
        max_tokens=min(preset.sampling.max_tokens, MAX_TOKENS),
    )
    name = f"{'with' if knowledge else 'without'}: {row.question}"
    request = ReplyRequest(name, name, name, preset.system_prompt, row.question, sampling=sampling)
    finding = Nothing() if knowledge is None else await knowledge.find(row.question, None)
    said, origin = "", "model"
    passages: tuple[str, ...] = ()
    async for event in answer(finding, request, source, preset, texts):
        match event:
            case Piece(text):
                said += text
            case Said(by):
                origin = by
            case RestsOn(found):
                passages = tuple(f"{each.title} › {each.heading}" for each in found)
            case _:
                pass
    print(".", end="", file=sys.stderr, flush=True)
    return Judged(row.question, row.kind, judge(row, said), origin, said, passages)


@asynccontextmanager
async def _source(settings: Settings, preset: Preset) -> AsyncIterator[Source]:
    source = open_source(
        settings.model,
        models_folder=settings.models_folder,
        system=preset.system_prompt,
        dtype=settings.dtype,
        threads=settings.threads,
        max_running=min(settings.max_running, 16),
        max_waiting=1000,
        max_wait_seconds=0,
    )
    await source.start()
    try:
        while not source.status().ready:  # noqa: ASYNC110 -- another process
            await asyncio.sleep(_LOOK_SECONDS)
        yield source
    finally:
        await source.close()
