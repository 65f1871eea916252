"""Fits `server.likeness.likeness` to labelled pairs: `python -m bench.fitting` writes its trees.

Those pairs that judge (`judge`, `blind`) take no part. It says, too, how well each set of pairs is judged
by what was fitted to all others: the figure to look at when signals or lists of words change. Groups and
the threshold are not known here.
"""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import astuple
from itertools import groupby
from pathlib import Path
from typing import Final

import click
import numpy as np

from bench.boosting import Boosting, Floats
from filters import fold
from server.likeness import Agreement, Pair, features_of, seen_pairs, shipped_pairs, signals
from server.likeness.likeness import NAMES
from server.likeness.trees import FILE, Tree, added_up

FITTED_ON: Final = ("tune", "fresh", "author_a", "author_b", "author_e", "author_f", "seen")
_FOLDER: Final = Path(__file__).parents[1] / "server" / "likeness"
# Signals that may only speak for it, and against it, whatever a few pairs say; any other may do both.
_FOR: Final = frozenset(
    {
        "cover",
        "wanted",
        "same_wanted",
        "by_way",
        "same_weak",
        "chars",
        "told",
        "named",
        "retold",
        "sure",
        "fields_held",
        "fields_shared",
        "num_fields",
    }
)
_AGAINST: Final = frozenset(
    {
        "gap",
        "other_wanted",
        "what_how",
        "other_act",
        "open_act",
        "only_act",
        "more_acts",
        "other_step",
        "other_weak",
        "open_weak",
        "other_kind",
        "more_kinds",
        "other_latin",
        "other_number",
        "other_mark",
        "denied",
        "turned",
        "missed",
    }
)
_OF_STRANGERS: Final = 0.05  # how much those weigh that are held to be different, of all labelled pairs
_NUM_SUMS: Final = 3
_DIGITS: Final = 4  # that count, of what a tree asks and adds


def all_pairs() -> list[Pair]:
    """All labelled pairs."""
    return [*shipped_pairs(), *seen_pairs()]


def fitted_on() -> list[Pair]:
    """The pairs that the trees are fitted to."""
    return [pair for pair in all_pairs() if pair.half in FITTED_ON]


def fit(pairs: Sequence[Pair]) -> tuple[Tree, ...]:
    """The trees that say best of these pairs which are the same, as exact as they are written."""
    near = strangers(pairs)
    said = np.array([*(pair.same for pair in pairs), *(pair.same for pair in near)], float)
    weights = np.ones(len(said))
    weights[len(pairs) :] = _OF_STRANGERS * len(pairs) / max(1, len(near))
    signs = tuple((name in _FOR) - (name in _AGAINST) for name in NAMES)
    rows = _rows([*pairs, *near])
    # What a few strangers' pairs are judged to be depends on the dice; the mean of several throws does less.
    sums = [Boosting(signs=signs, seed=seed).fit(rows, said, weights) for seed in range(1, _NUM_SUMS + 1)]
    return tuple(_shared(tree) for trees in sums for tree in trees)


def strangers(pairs: Sequence[Pair]) -> list[Pair]:
    """For every question one that it shares its rarest piece with, and that nobody has said to be the same.

    Pairs that people write are as often the same as not; of the questions that a new one is held against
    in a class, hardly any is. That a few of these are the same, unsaid, does little harm.
    """
    same: dict[str, str] = {}

    def family(question: str) -> str:
        while question in same:
            question = same[question]
        return question

    for pair in pairs:
        if (pair.same or _is_one_text(pair)) and family(pair.question) != family(pair.other):
            same[family(pair.question)] = family(pair.other)
    places: dict[str, list[str]] = defaultdict(list)
    questions = list(dict.fromkeys(text for pair in pairs for text in (pair.question, pair.other)))
    for question in questions:
        for piece in features_of(question).pieces:
            places[piece].append(question)
    found = []
    for question in questions:
        pieces = sorted(features_of(question).pieces, key=lambda piece: (len(places[piece]), piece))
        others = (other for piece in pieces for other in places[piece])
        other = next((other for other in others if family(other) != family(question)), None)
        if other is not None:
            found.append(Pair(question, other, False, "stranger", ""))
    return found


def judged(pairs: Sequence[Pair]) -> dict[str, float]:
    """The F1 of each set of pairs, judged by trees that were fitted to all others."""
    figures = {}
    for half in dict.fromkeys(pair.half for pair in pairs):
        trees = fit([pair for pair in pairs if pair.half != half])
        chosen = [pair for pair in pairs if pair.half == half]
        figures[half] = Agreement.of(
            (added_up(trees, row) >= 0 or _is_one_text(pair), pair.same)
            for row, pair in zip(_rows(chosen).tolist(), chosen, strict=True)
        ).f1
    return figures


def write(trees: Sequence[Tree]) -> str:
    """The trees as `trees.csv` holds them, with names for numbers."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(Tree._fields)
    for tree in trees:
        table.writerow(
            NAMES[int(cell)] if name in ("first", "low", "high") else f"{cell:g}"
            for name, cell in zip(Tree._fields, tree, strict=True)
        )
    return text.getvalue()


def often() -> str:
    """How many of the questions have each character, as `often.txt` holds it."""
    questions = {text for pair in all_pairs() for text in (pair.question, pair.other)}
    counts = Counter(char for text in sorted(questions) for char in set(str(fold(text))) if char.isalpha())
    ranked = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    lines = [
        f"{count} {''.join(char for char, _ in chars)}"
        for count, chars in groupby(ranked, key=lambda each: each[1])
    ]
    return "\n".join([str(len(questions)), *lines]) + "\n"


def run() -> None:
    """Count characters, fit, write what was fitted, and say how well each set is judged by the others."""
    _FOLDER.joinpath("often.txt").write_text(often(), "utf-8")
    _FOLDER.joinpath(FILE).write_text(write(fit(fitted_on())), "utf-8")
    for half, f1 in judged(all_pairs()).items():
        click.echo(f"{half:12} {f1:.3f}")


def _rows(pairs: Sequence[Pair]) -> Floats:
    return np.array(
        [astuple(signals(features_of(pair.question), features_of(pair.other))) for pair in pairs], float
    )


def _is_one_text(pair: Pair) -> bool:
    return features_of(pair.question).reading.key == features_of(pair.other).reading.key != ""


def _shared(tree: Tree) -> Tree:
    """A tree of one of several sums, so that all of them together say their mean."""
    tree = tree._replace(
        **{name: getattr(tree, name) / _NUM_SUMS for name in ("low_low", "low_high", "high_low", "high_high")}
    )
    return Tree(*(_rounded(cell) for cell in tree))  # type: ignore[arg-type]


def _rounded(cell: float) -> float:
    return cell if isinstance(cell, int) else float(f"{cell:.{_DIGITS}g}")


if __name__ == "__main__":
    run()
