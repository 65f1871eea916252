"""Measures how surely an approved answer is found, and how soon among ten thousand.

Precision and recall on labelled pairs, and questions that have no answer; with an embedding model, too, where
one is named. Nothing is said about the model that answers.
"""

from __future__ import annotations

import asyncio
import csv
import random
import time
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from statistics import median, quantiles
from typing import Final

import click

from bench.nearness import TODAY, with_vectors
from bench.unrelated import unrelated
from server.knowledge import ApprovedAnswer
from server.knowledge.answer_shelf import AnswerShelf, Shelved
from server.likeness import SURE, Agreement, read, sameness, seen_pairs, shipped_pairs
from server.settings import Settings

NUM_ANSWERS: Final = 10_000
NUM_WORDINGS: Final = 3  # of one answer
NUM_MEASURED: Final = 1_000
NUM_BY_VECTORS: Final = 500  # of them
_SEED: Final = 20_260_901


def run(settings: Settings, pairs: Path | None = None) -> dict[str, float]:
    """Measure, print a table, and return the figures.

    Args:
        settings: may name an embedding model.
        pairs: further labelled pairs: a CSV file with the columns question, other and same.
    """
    sets = _sets(pairs)
    known = _known()
    shelf = AnswerShelf(_answer(number, (wording,)) for number, wording in enumerate(known))
    began = time.perf_counter()
    full, asked = _full(known)
    filled_seconds = time.perf_counter() - began
    figures = {"threshold": SURE} | _agreement(sets) | _strangers(shelf)
    figures |= {"fill_seconds": filled_seconds} | _finding(full, asked)
    if settings.embedding:
        figures |= asyncio.run(with_vectors(settings, sets, shelf, full, asked[:NUM_BY_VECTORS]))
    for name, value in figures.items():
        click.echo(f"{name:34} {value:12,.3f}")
    return figures


def _sets(pairs: Path | None) -> dict[str, list[tuple[str, str, bool]]]:
    sets = {
        half: [(pair.question, pair.other, pair.same) for pair in shipped_pairs() if pair.half == half]
        for half in ("tune", "judge")
    }
    # Pairs that were written beside the rules: `seen` while they grew, `blind` when the threshold was fixed.
    sets["seen"] = [(pair.question, pair.other, pair.same) for pair in seen_pairs()]
    sets["blind"] = _read(files("bench").joinpath("pairs_blind.csv").read_text("utf-8"))
    if pairs is not None:
        sets["given"] = _read(pairs.read_text("utf-8-sig"))
    return sets


def _read(text: str) -> list[tuple[str, str, bool]]:
    return [(row["question"], row["other"], row["same"] == "1") for row in csv.DictReader(text.splitlines())]


def _known() -> list[str]:
    return sorted({text for pair in shipped_pairs() for text in (pair.question, pair.other)})


def _agreement(sets: Mapping[str, list[tuple[str, str, bool]]]) -> dict[str, float]:
    figures: dict[str, float] = {}
    for name, pairs in sets.items():
        found = Agreement.of((sameness(read(one), read(other)) >= SURE, same) for one, other, same in pairs)
        figures[f"num_pairs_{name}"] = float(len(pairs))
        figures[f"precision_{name}"] = found.found / ((found.found + found.wrong) or 1)
        figures[f"recall_{name}"] = found.found / ((found.found + found.missed) or 1)
    return figures


def _strangers(shelf: AnswerShelf) -> dict[str, float]:
    questions = unrelated()
    answered = [question for question in questions if shelf.find(question, None, TODAY) is not None]
    return {"num_unrelated": float(len(questions)), "unrelated_answered": float(len(answered))}


def _full(known: list[str]) -> tuple[AnswerShelf, list[str]]:
    """Ten thousand answers, and questions to ask."""
    dice = random.Random(_SEED)
    pieces = [text[start : start + 3] for text in known for start in range(len(text) - 2)]

    def question() -> str:
        return dice.choice(known) if dice.random() < 0.1 else "".join(dice.choices(pieces, k=4))

    answers = [
        _answer(number, tuple(question() for _ in range(NUM_WORDINGS))) for number in range(NUM_ANSWERS)
    ]
    return AnswerShelf(answers), [question() for _ in range(NUM_MEASURED)]


def _finding(shelf: AnswerShelf, asked: list[str]) -> dict[str, float]:
    times_ms = []
    for question in asked:
        before = time.perf_counter()
        shelf.find(question, None, TODAY)
        times_ms.append((time.perf_counter() - before) * 1000)
    return {
        "num_answers": float(NUM_ANSWERS),
        "find_ms": median(times_ms),
        "find_p99_ms": quantiles(times_ms, n=100)[98],
        "find_most_ms": max(times_ms),
    }


def _answer(number: int, wordings: tuple[str, ...]) -> Shelved:
    answer = ApprovedAnswer(f"a{number}", wordings[0], f"answer {number}")
    return Shelved(answer, wordings, None, None, enabled=True, changed_at_ms=0)
