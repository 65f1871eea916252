"""Measures how documents are found: with questions whose passage is known, and among 100,000 passages.

The questions come as a file in the form of CMRC 2018 (`--questions FILE`): a list of texts, each with
questions. What a model makes of the passages is not measured here.
"""

from __future__ import annotations

import csv
import json
from contextlib import nullcontext
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from statistics import fmean
from typing import Any

import click

from bench.passage_base import Base, Model
from bench.passage_crowd import crowd
from server.errors import SettingsProblem
from server.knowledge.cutting import cut, text_of
from server.knowledge.finding import Ranked
from server.knowledge.floor import FLOOR
from server.reading.blocks import Block
from server.reading.plain import read_markdown
from server.settings import Settings


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question, the number of its text, and answers that stand in it."""

    text: str
    place: int
    answers: tuple[str, ...]


def run(settings: Settings, questions: Path | None = None) -> dict[str, float]:
    """Measure, print a table, and return the figures; those with vectors end in `_vectors`."""
    figures: dict[str, float] = {}
    with Model(settings) if settings.embedding else nullcontext() as model:
        ways: list[tuple[str, Model | None]] = [("", None)]
        if model is not None:
            ways.append(("_vectors", model))
            figures["question_and_answer_told"] = model.scale.share_told
            figures["embed_question_ms"] = model.question_ms(_people())
        texts, asked = ([], []) if questions is None else _read(questions)
        for suffix, way in ways:
            measured = asked_by_people(way)
            if asked:
                measured |= _recall_of_texts(texts, asked, way) | _recall_of_passages(texts, asked, way)
            figures |= {f"{name}{suffix}": value for name, value in measured.items()}
    figures |= crowd(None if model is None else len(model.scale.middle))
    for name, value in figures.items():
        click.echo(f"{name:42} {value:12,.3f}")
    return figures


def _read(file: Path) -> tuple[list[str], list[_Asked]]:
    try:
        rows: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
        texts = [str(row["context_text"]) for row in rows]
        asked = [
            _Asked(each["query_text"], place, tuple(each.get("answers", ())))
            for place, row in enumerate(rows, 1)
            for each in row["qas"]
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SettingsProblem(f"--questions {file}: not a list of texts with questions ({error})") from None
    return texts, asked


def _recall_of_texts(texts: list[str], asked: list[_Asked], model: Model | None) -> dict[str, float]:
    """Every text is one passage, as it is in other people's measurements."""
    base = Base(list(enumerate(texts, 1)), model)
    first = third = 0
    for each in asked:
        found = [ranked.document for ranked in base.find(each.text)[:3]]
        first += found[:1] == [each.place]
        third += each.place in found
    return {
        "num_texts": float(len(texts)),
        "num_questions": float(len(asked)),
        "recall_1": first / len(asked),
        "recall_3": third / len(asked),
    }


def _recall_of_passages(texts: list[str], asked: list[_Asked], model: Model | None) -> dict[str, float]:
    """Texts are cut as documents are; then each question is asked of all documents but its own."""
    passages: list[tuple[int, str]] = []
    for place, text in enumerate(texts, 1):
        blocks = [Block(line) for line in text.split("\n") if line.strip()]
        whole = text_of(blocks)
        passages += [(place, whole[piece.start : piece.end]) for piece in cut(blocks)]
    base = Base(passages, model)
    everything = set(range(1, len(texts) + 1))
    first = with_answer = kept = nothing = 0
    real = [each for each in asked if each.text.strip()]
    for each in real:
        found = base.find(each.text)
        own = [passages[ranked.passage_id][1] for ranked in found[:3] if ranked.document == each.place]
        first += bool(found) and found[0].document == each.place
        with_answer += any(answer in text for text in own for answer in each.answers)
        kept += _fits(found)
        nothing += not _fits(base.find(each.text, everything - {each.place}))
    return {
        "num_passages_cut": float(len(passages)),
        "recall_1_cut": first / len(real),
        "answer_in_first_3": with_answer / len(real),
        "inside_kept": kept / len(real),
        "outside_nothing": nothing / len(real),
    }


def asked_by_people(model: Model | None) -> dict[str, float]:
    """The example documents of each preset: asked in words that are not theirs (`other`), by somebody who
    names the subject (`own`), and about other things. bench/LOG.md says which of them chose a number."""
    found: dict[str, list[tuple[bool, bool, bool]]] = {"other": [], "own": []}
    refused: dict[str, list[bool]] = {"other": [], "own": []}
    for preset in ("education", "government"):
        sections, passages = examples(preset)
        base = Base(passages, model)
        file = files("bench").joinpath("passage_questions", f"{preset}.csv")
        for row in csv.DictReader(file.read_text("utf-8").splitlines()):
            ranked = base.find(row["question"])
            if not row["document"]:
                refused[row["words"]].append(not _fits(ranked))
                continue
            right = [sections[each.passage_id] == (row["document"], row["heading"]) for each in ranked]
            found[row["words"]].append((any(right[:1]), any(right[:3]), _fits(ranked)))
    figures: dict[str, float] = {}
    for words, its in found.items():
        names = ("recall_1", "recall_3", "inside_kept")
        figures[f"{words}_words_num_inside"] = float(len(its))
        figures[f"{words}_words_num_outside"] = float(len(refused[words]))
        figures |= {f"{words}_words_{name}": fmean(each[at] for each in its) for at, name in enumerate(names)}
        figures[f"{words}_words_outside_nothing"] = fmean(refused[words])
    return figures


def _people() -> list[str]:
    """What people ask about the examples of a desk."""
    file = files("bench").joinpath("passage_questions", "government.csv")
    return [row["question"] for row in csv.DictReader(file.read_text("utf-8").splitlines())]


def examples(preset: str) -> tuple[list[tuple[str, str]], list[tuple[int, str]]]:
    """Document and heading of each passage of a preset's examples, and the passages as they are found."""
    sections: list[tuple[str, str]] = []
    passages: list[tuple[int, str]] = []
    folder = files("server.presets").joinpath("examples", preset, "documents")
    for number, file in enumerate(sorted(folder.iterdir(), key=lambda each: each.name), 1):
        blocks = list(read_markdown(file.read_bytes()))
        whole, title = text_of(blocks), blocks[0].text
        for piece in cut(blocks):
            sections.append((file.name.removesuffix(".md"), piece.heading.rpartition(" › ")[2]))
            passages.append((number, f"{title}\n{piece.heading}\n{whole[piece.start : piece.end]}"))
    return sections, passages


def _fits(found: list[Ranked]) -> bool:
    return bool(found) and found[0].fit >= FLOOR
