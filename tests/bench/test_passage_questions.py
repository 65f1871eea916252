"""The questions about the example documents ask about passages that are there."""

from __future__ import annotations

import csv
from importlib.resources import files

import pytest

from bench.knowledge import asked_by_people, examples


@pytest.mark.parametrize("preset", ["education", "government"])
def test_every_question_names_a_passage_of_the_examples(preset: str) -> None:
    """Whoever edits an example finds out which questions ask about it; none is asked twice."""
    sections, _ = examples(preset)
    file = files("bench").joinpath("passage_questions", f"{preset}.csv")
    rows = list(csv.DictReader(file.read_text("utf-8").splitlines()))
    asked = {(row["document"], row["heading"]) for row in rows if row["document"]}
    assert asked <= set(sections)
    assert len({row["question"] for row in rows}) == len(rows)


def test_words_alone_find_what_they_found() -> None:
    """Whoever changes how words find sees here what it does to questions of people."""
    figures = asked_by_people(None)
    assert figures["own_words_recall_3"] >= 0.97 and figures["own_words_outside_nothing"] >= 0.7
    assert figures["other_words_recall_3"] >= 0.6 and figures["other_words_outside_nothing"] >= 0.93
