"""Questions about the organisation's own affairs are told from tasks that merely mention it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bench
from bench.unrelated import unrelated
from server.knowledge import is_own
from server.presets import OwnMatters, load_preset

FILE = Path(bench.__file__).parent / "answer_questions" / "own_matters.csv"
EDUCATION = load_preset("education").knowledge.own
LIST = OwnMatters(
    ours=("本校",),
    questions=("吗",),
    matters=("图书馆", "library"),
    asks=("几点", "when"),
    always=("校长*是谁",),
    general=("#*#", "造句"),
)


def labelled(half: str) -> list[tuple[str, bool]]:
    """The questions of one half, with whether each is about the school itself."""
    with FILE.open(encoding="utf-8", newline="") as lines:
        return [(row["question"], row["own"] == "1") for row in csv.DictReader(lines) if row["half"] == half]


@pytest.mark.parametrize("half", ["seen", "blind", "later"])
def test_own_matters_of_a_school_are_known_and_general_tasks_left_alone(half: str) -> None:
    """At least nine own matters in ten, at most two general tasks in a hundred; only `blind` did not make the
    lists (what fresh questions of others give is in bench/LOG.md)."""
    assert EDUCATION is not None
    rows = labelled(half)
    own = [is_own(question, EDUCATION) for question, is_it in rows if is_it]
    general = [is_own(question, EDUCATION) for question, is_it in rows if not is_it]
    assert min(len(own), len(general)) >= 20
    assert sum(own) >= 0.9 * len(own)
    assert sum(general) <= 0.02 * len(general)


def test_what_no_school_is_asked_is_never_own() -> None:
    """A thousand questions about other things."""
    assert EDUCATION is not None
    assert not [question for question in unrelated() if is_own(question, EDUCATION)]


@pytest.mark.parametrize(
    ("question", "is_it"),
    [
        ("图书馆几点开门", True),
        ("圖書館　幾點開門？", True),  # folded as the filter folds
        ("When does the LIBRARY open?", True),
        ("几点了", False),
        ("图书馆很大", False),
        ("whenever a librarian comes", False),  # whole words of letters
        ("图书馆几点造句", False),
        ("“图书馆几点开门”怎么念", False),  # a quotation is not asked
        ("图书馆3本书加5本书，几点", False),
        ("3班8点图书馆几点开", True),  # a class and an hour are no amounts
        ("校长今年是谁", True),
        ("校长来了。他是谁", False),  # a pattern stays in its sentence
        ("图书馆几点" + "啊" * 200, False),
        ("本校让养猫吗", True),
        ("本校的操场真的很大，好吗", False),  # in one clause
        ("图书馆，几点开门", True),  # a few characters before a comma name the topic
        ("昨天我们去过图书馆，现在几点", False),
        ("", False),
    ],
)
def test_lists_are_read_as_the_preset_says(question: str, is_it: bool) -> None:
    """One of `matters` with one of `asks`, or one of `always`, and none of `general`."""
    assert is_own(question, LIST) is is_it


def test_name_of_the_organisation_is_one_of_its_matters() -> None:
    """Whatever it is called, also where the name has marks that mean something in a pattern."""
    assert is_own("云州(一中)几点上课", LIST, "云州(一中)")
    assert not is_own("云州一中几点上课", LIST, "答疑")


@given(st.text(max_size=150), st.text(max_size=10))
def test_no_question_breaks_it(question: str, organisation: str) -> None:
    """Whatever is asked, it is one or the other."""
    assert is_own(question, LIST, organisation) in (True, False)
