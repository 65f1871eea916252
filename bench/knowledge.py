"""Measures how documents are found: with questions whose passage is known, and among 100,000 passages.

The questions come as a file in the form of CMRC 2018 (`--questions FILE`): a list of texts, each with
questions. What a model makes of the passages is not measured here.
"""

from __future__ import annotations

import json
import random
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final

import click

from server.errors import SettingsProblem
from server.knowledge.cutting import cut, text_of
from server.knowledge.floor import FLOOR, fit
from server.knowledge.index import Hits, Index
from server.knowledge.terms import Terms, terms_of
from server.reading.blocks import Block

NUM_PASSAGES: Final = 100_000
NUM_OF_A_DOCUMENT: Final = 100
NUM_AT_ONCE: Final = 10_000
NUM_QUERIES: Final = 300
NUM_UPDATES: Final = 30
_PASSAGE_CHARS: Final = 360
_SEED: Final = 20_260_901


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question, the number of its text, and answers that stand in it."""

    text: str
    place: int
    answers: tuple[str, ...]


def run(questions: Path | None = None) -> dict[str, float]:
    """Measure, print a table, and return the figures."""
    figures: dict[str, float] = {}
    if questions is not None:
        texts, asked = _read(questions)
        figures |= _recall_of_texts(texts, asked) | _recall_of_passages(texts, asked) | _outside(texts, asked)
    figures |= _large()
    for name, value in figures.items():
        click.echo(f"{name:34} {value:12,.3f}")
    return figures


def _read(file: Path) -> tuple[list[str], list[_Asked]]:
    try:
        rows: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
        texts = [str(row["context_text"]) for row in rows]
        asked = [
            _Asked(each["query_text"], place, tuple(each.get("answers", ())))
            for place, row in enumerate(rows)
            for each in row["qas"]
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SettingsProblem(f"--questions {file}: not a list of texts with questions ({error})") from None
    return texts, asked


def _recall_of_texts(texts: list[str], asked: list[_Asked]) -> dict[str, float]:
    """Every text is one passage, as it is in other people's measurements."""
    index = Index()
    index.add((place, place, terms_of(text)) for place, text in enumerate(texts))
    first = third = 0
    for each in asked:
        found = [hit.document for hit in index.search(terms_of(each.text), 3).hits]
        first += found[:1] == [each.place]
        third += each.place in found
    return {
        "num_texts": float(len(texts)),
        "num_questions": float(len(asked)),
        "recall_1": first / len(asked),
        "recall_3": third / len(asked),
    }


def _recall_of_passages(texts: list[str], asked: list[_Asked]) -> dict[str, float]:
    """Texts are cut as documents are."""
    index, passages = _cut_index(texts)
    first = with_answer = kept = 0
    real = [each for each in asked if each.text.strip()]
    for each in real:
        hits = index.search(terms_of(each.text), 3)
        own = [passages[hit.passage_id] for hit in hits.hits if hit.document == each.place]
        first += bool(hits.hits) and hits.hits[0].document == each.place
        with_answer += any(answer in text for text in own for answer in each.answers)
        kept += _fits(each.text, hits)
    return {
        "num_passages_cut": float(len(passages)),
        "recall_1_cut": first / len(real),
        "answer_in_first_3": with_answer / len(real),
        "inside_kept": kept / len(real),
    }


def _outside(texts: list[str], asked: list[_Asked]) -> dict[str, float]:
    """Each question is asked of all documents but its own: how often nothing is found, as it should be."""
    index, _ = _cut_index(texts)
    real = [each for each in asked if each.text.strip()]
    everything = set(range(len(texts)))
    nothing = sum(
        not _fits(each.text, index.search(terms_of(each.text), 3, everything - {each.place})) for each in real
    )
    return {"outside_nothing": nothing / len(real)}


def _fits(question: str, hits: Hits) -> bool:
    return bool(hits.hits) and fit(question, hits, hits.hits[0]) >= FLOOR


def _cut_index(texts: list[str]) -> tuple[Index, list[str]]:
    passages: list[str] = []
    rows: list[tuple[int, int, Terms]] = []
    for place, text in enumerate(texts):
        blocks = [Block(line) for line in text.split("\n") if line.strip()]
        whole = text_of(blocks)
        for piece in cut(blocks):
            rows.append((len(passages), place, terms_of(whole[piece.start : piece.end])))
            passages.append(whole[piece.start : piece.end])
    index = Index()
    index.add(rows)
    return index, passages


def _large() -> dict[str, float]:
    dice = random.Random(_SEED)
    writing = _writing(dice)
    with tempfile.TemporaryDirectory() as folder:
        index = Index(Path(folder))
        index.open([])
        began = time.perf_counter()
        for start in range(0, NUM_PASSAGES, NUM_AT_ONCE):
            index.add(_rows(start, NUM_AT_ONCE, writing))
        filled_seconds = time.perf_counter() - began
        num_bytes = sum(file.stat().st_size for file in Path(folder).iterdir())
        documents = range(NUM_PASSAGES // NUM_OF_A_DOCUMENT)
        began = time.perf_counter()
        opened = Index(Path(folder))
        opened.open(documents)
        open_seconds = time.perf_counter() - began
        assert len(opened) == NUM_PASSAGES
        times_ms = []
        for _ in range(NUM_QUERIES):
            passage = next(writing)
            start = dice.randrange(len(passage) - 20)
            question = passage[start : start + dice.randint(8, 20)]
            before = time.perf_counter()
            hits = opened.search(terms_of(question), 12)
            for hit in hits.hits:
                fit(question, hits, hit)
            times_ms.append((time.perf_counter() - before) * 1000)
        added_ms, removed_ms = [], []
        for number in range(NUM_UPDATES):
            rows = list(_rows(NUM_PASSAGES + number * NUM_OF_A_DOCUMENT, NUM_OF_A_DOCUMENT, writing))
            before = time.perf_counter()
            opened.add(rows)
            added_ms.append((time.perf_counter() - before) * 1000)
            before = time.perf_counter()
            opened.remove(dice.choice(documents))
            removed_ms.append((time.perf_counter() - before) * 1000)
        return {
            "num_passages": float(NUM_PASSAGES),
            "fill_seconds": filled_seconds,
            "index_mb": num_bytes / 1e6,
            "open_seconds": open_seconds,
            "query_ms": median(times_ms),
            "query_p99_ms": quantiles(times_ms, n=100)[98],
            "add_document_ms": median(added_ms),
            "add_document_most_ms": max(added_ms),
            "remove_document_ms": median(removed_ms),
        }


def _rows(first: int, num: int, writing: Iterator[str]) -> Iterator[tuple[int, int, Terms]]:
    for number in range(first, first + num):
        yield number, number // NUM_OF_A_DOCUMENT, terms_of(next(writing))


def _writing(dice: random.Random) -> Iterator[str]:
    """Passages without end: pieces of real text among words of characters as common as in Chinese."""
    real = "".join(files("bench").joinpath("text_zh.txt").read_text("utf-8").split())
    pieces = [real[start : start + 4] for start in range(len(real) - 4)]
    characters, weights = [], []
    for line in files("server.knowledge").joinpath("floor.txt").read_text("utf-8").splitlines():
        head, _, rest = line.partition(":")
        if head.startswith("common "):
            characters += list(rest.strip())
            weights += [float(head.removeprefix("common "))] * len(rest.strip())
    rare = [chr(code) for code in range(0x4E00, 0x8E00)]
    while True:
        usual = dice.choices(characters, weights, k=_PASSAGE_CHARS // 2)
        words = ["".join(usual[start : start + 4]) for start in range(0, len(usual), 4)]
        words += dice.choices(pieces, k=_PASSAGE_CHARS // 9)
        words += ["".join(dice.choices(rare, k=2)) for _ in range(_PASSAGE_CHARS // 40)]
        dice.shuffle(words)
        yield "".join(words)
