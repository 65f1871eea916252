"""Measures how surely an approved answer is found, and how soon among ten thousand.

Precision and recall on labelled pairs, and questions that have no answer. Nothing is said about the model.
"""

from __future__ import annotations

import csv
import random
import time
from datetime import date
from importlib.resources import files
from statistics import median, quantiles
from typing import Final

import click

from bench.unrelated import unrelated
from server.knowledge import ApprovedAnswer
from server.knowledge.answer_shelf import AnswerShelf, Shelved
from server.likeness import SURE, Agreement, read, sameness, shipped_pairs

NUM_ANSWERS: Final = 10_000
NUM_WORDINGS: Final = 3  # of one answer
NUM_MEASURED: Final = 1_000
_SEED: Final = 20_260_901
_TODAY: Final = date(2026, 11, 20)


def run() -> dict[str, float]:
    """Measure, print a table, and return the figures."""
    figures = {"threshold": SURE} | _agreement() | _strangers() | _finding()
    for name, value in figures.items():
        click.echo(f"{name:34} {value:12,.3f}")
    return figures


def _agreement() -> dict[str, float]:
    sets = {
        half: [(pair.question, pair.other, pair.same) for pair in shipped_pairs() if pair.half == half]
        for half in ("tune", "judge")
    }
    # Pairs that were written beside the rules: `seen` while they grew, `blind` when the threshold was fixed.
    for name in ("seen", "blind"):
        lines = files("bench").joinpath(f"pairs_{name}.csv").read_text("utf-8").splitlines()
        sets[name] = [(row["question"], row["other"], row["same"] == "1") for row in csv.DictReader(lines)]
    figures: dict[str, float] = {}
    for name, pairs in sets.items():
        found = Agreement.of((sameness(read(one), read(other)) >= SURE, same) for one, other, same in pairs)
        figures[f"num_pairs_{name}"] = float(len(pairs))
        figures[f"precision_{name}"] = found.found / ((found.found + found.wrong) or 1)
        figures[f"recall_{name}"] = found.found / ((found.found + found.missed) or 1)
    return figures


def _strangers() -> dict[str, float]:
    known = sorted({text for pair in shipped_pairs() for text in (pair.question, pair.other)})
    shelf = AnswerShelf(_answer(number, (wording,)) for number, wording in enumerate(known))
    questions = unrelated()
    answered = [question for question in questions if shelf.find(question, None, _TODAY) is not None]
    return {"num_unrelated": float(len(questions)), "unrelated_answered": float(len(answered))}


def _finding() -> dict[str, float]:
    dice = random.Random(_SEED)
    known = sorted({text for pair in shipped_pairs() for text in (pair.question, pair.other)})
    pieces = [text[start : start + 3] for text in known for start in range(len(text) - 2)]

    def question() -> str:
        return dice.choice(known) if dice.random() < 0.1 else "".join(dice.choices(pieces, k=4))

    answers = [
        _answer(number, tuple(question() for _ in range(NUM_WORDINGS))) for number in range(NUM_ANSWERS)
    ]
    began = time.perf_counter()
    shelf = AnswerShelf(answers)
    filled_seconds = time.perf_counter() - began
    times_ms = []
    for _ in range(NUM_MEASURED):
        asked = question()
        before = time.perf_counter()
        shelf.find(asked, None, _TODAY)
        times_ms.append((time.perf_counter() - before) * 1000)
    return {
        "num_answers": float(NUM_ANSWERS),
        "fill_seconds": filled_seconds,
        "find_ms": median(times_ms),
        "find_p99_ms": quantiles(times_ms, n=100)[98],
        "find_most_ms": max(times_ms),
    }


def _answer(number: int, wordings: tuple[str, ...]) -> Shelved:
    answer = ApprovedAnswer(f"a{number}", wordings[0], f"answer {number}")
    return Shelved(answer, wordings, None, None, enabled=True, changed_at_ms=0)
