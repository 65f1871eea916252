"""100,000 passages: how long a question, a document more and an opening take, by words and by vectors.

The passages are pieces of real text among words as common as in Chinese; vectors are drawn by lot, since how
long it takes does not depend on what they say. What is found is not measured here.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from statistics import median, quantiles
from typing import Final

import numpy as np

from bench.passage_base import LOOKED_AT
from server.embedding import Vectors
from server.knowledge.finding import rank
from server.knowledge.index import Index
from server.knowledge.passage_vectors import near_passages
from server.knowledge.terms import Terms, terms_of
from server.knowledge.vector_scale import Scale
from server.knowledge.vector_table import VectorTable

NUM_PASSAGES: Final = 100_000
NUM_OF_A_DOCUMENT: Final = 100
NUM_AT_ONCE: Final = 10_000
NUM_QUERIES: Final = 300
NUM_UPDATES: Final = 30
_PASSAGE_CHARS: Final = 360
_SEED: Final = 20_260_901
_MODEL: Final = "drawn by lot"


def crowd(num_dimensions: int | None) -> dict[str, float]:
    """Measure; with vectors of so many numbers, if any."""
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
        documents = range(1, NUM_PASSAGES // NUM_OF_A_DOCUMENT + 1)
        began = time.perf_counter()
        opened = Index(Path(folder))
        opened.open(documents)
        open_seconds = time.perf_counter() - began
        assert len(opened) == NUM_PASSAGES
        questions = []
        for _ in range(NUM_QUERIES):
            passage = next(writing)
            start = dice.randrange(len(passage) - 20)
            questions.append(passage[start : start + dice.randint(8, 20)])
        times_ms = []
        for question in questions:
            before = time.perf_counter()
            rank(question, opened.search(terms_of(question), LOOKED_AT), {})
            times_ms.append((time.perf_counter() - before) * 1000)
        with_vectors = {} if num_dimensions is None else _with_vectors(opened, questions, num_dimensions)
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
            **with_vectors,
        }


def _with_vectors(index: Index, questions: list[str], num_dimensions: int) -> dict[str, float]:
    """The same questions by words and vectors, without what the model takes for a question."""
    dice = np.random.default_rng(_SEED)

    def drawn(num: int) -> Vectors:
        vectors = dice.standard_normal((num, num_dimensions), np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors

    scale = Scale(_MODEL, np.zeros(num_dimensions, np.float32), 1.0, 1.0)
    with tempfile.TemporaryDirectory() as folder:
        table = VectorTable(_MODEL, Path(folder))
        table.open({})
        added_ms = []
        for document in range(1, NUM_PASSAGES // NUM_OF_A_DOCUMENT + 1):
            ids = range((document - 1) * NUM_OF_A_DOCUMENT, document * NUM_OF_A_DOCUMENT)
            vectors = drawn(NUM_OF_A_DOCUMENT)
            before = time.perf_counter()
            table.add(document, "", ids, vectors)
            added_ms.append((time.perf_counter() - before) * 1000)
        num_bytes = sum(file.stat().st_size for file in Path(folder).iterdir())
        began = time.perf_counter()
        opened = VectorTable(_MODEL, Path(folder))
        opened.open(dict.fromkeys(range(1, NUM_PASSAGES // NUM_OF_A_DOCUMENT + 1), ""))
        open_seconds = time.perf_counter() - began
        assert len(opened) == NUM_PASSAGES
        times_ms, cpu_ms = [], []  # the latter says what it would be where nothing else runs
        for question, vector in zip(questions, drawn(len(questions)), strict=True):
            before, cpu_before = time.perf_counter(), time.thread_time()
            by_vectors = near_passages(opened, scale, vector, None, LOOKED_AT)
            hits = index.search(terms_of(question), LOOKED_AT, None, by_vectors.passages)
            rank(question, hits, by_vectors.nearness_of([hit.passage_id for hit in hits.hits]))
            times_ms.append((time.perf_counter() - before) * 1000)
            cpu_ms.append((time.thread_time() - cpu_before) * 1000)
        removed_ms = []
        for document in range(1, NUM_UPDATES + 1):
            before = time.perf_counter()
            opened.remove(document)
            removed_ms.append((time.perf_counter() - before) * 1000)
    return {
        "vectors_mb": num_bytes / 1e6,
        "open_vectors_seconds": open_seconds,
        "query_ms_vectors": median(times_ms),
        "query_p99_ms_vectors": quantiles(times_ms, n=100)[98],
        "query_cpu_ms_vectors": median(cpu_ms),
        "add_vectors_ms": median(added_ms),
        "add_vectors_most_ms": max(added_ms),
        "remove_vectors_ms": median(removed_ms),
    }


def _rows(first: int, num: int, writing: Iterator[str]) -> Iterator[tuple[int, int, Terms]]:
    for number in range(first, first + num):
        yield number, number // NUM_OF_A_DOCUMENT + 1, terms_of(next(writing))


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
