"""What `dayi model info` says of the operators for int8 weights."""

from __future__ import annotations

import subprocess
import sys

import pytest

from server.sources.self_test import as_rows, operator_rows

FINE = {"name": "fbgemm", "milliseconds": [0.031, 0.05, 0.31], "problem": ""}
WRONG = {"name": "onednn", "milliseconds": [0.01, 0.01, 0.01], "problem": "it computes wrong (error 0.300)"}


def test_the_chosen_operator_the_times_and_the_problems_are_told() -> None:
    """A refused one shows why, not how fast it is wrong; one that cannot be had is said in the first line."""
    assert as_rows({"chosen": "fbgemm", "problem": "", "trials": [FINE, WRONG]}) == [
        ("Operator", "fbgemm multiplies int8 weights"),
        ("  fbgemm", "0.03, 0.05, 0.31 ms for 1, 8 and 64 rows"),
        ("  onednn", "it computes wrong (error 0.300)"),
    ]
    told = as_rows({"chosen": "", "problem": "operator onednn: it computes wrong.", "trials": []})
    assert told == [("Operator", "operator onednn: it computes wrong.")]


def test_the_self_test_of_this_machine_is_asked_without_torch_here() -> None:
    """A process of its own imports torch; the one that asks does not."""
    program = (
        "import sys; from server.sources.self_test import operator_rows; rows = operator_rows('plain')\n"
        "assert 'torch' not in sys.modules; print(rows)"
    )
    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True, timeout=60
    ).stdout
    assert "plain multiplies int8 weights" in told
    assert "ms for 1, 8 and 64 rows" in told


def test_a_self_test_that_fails_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest of the description is still shown."""
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    ((label, text),) = operator_rows()
    assert label == "Operator"
    assert text.startswith("unknown: the self-test failed")
