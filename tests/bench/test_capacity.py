"""What is said to the administrator, and what the server reads of it."""

from __future__ import annotations

import json
from pathlib import Path

from bench.capacity import Answered, capacity, sentences
from server.engine.figures import figures_file, load_figures, save_figures
from server.engine.types import Measured

MEASURED = Measured((1, 8), (0.03, 0.05), 0.002, (100, 150, 200))


def test_the_sentence_names_pupils_and_seconds_in_both_languages() -> None:
    """The median and the longest wait of a real load."""
    answers = [Answered(float(place), place + 1.0, 150) for place in range(40)]
    figures = {**capacity(MEASURED, answers, 8), "file": "figures.json"}
    chinese, english, *_ = sentences(figures)
    assert "40 名学生" in chinese
    assert "20 秒" in chinese
    assert "answers 40 pupils at once with a median wait of 20 seconds" in english


def test_more_pupils_are_never_told_a_shorter_wait() -> None:
    """The forecast for other numbers rests on the same figures."""
    forecast = capacity(MEASURED, [], 8)["forecast"]
    longest = [waits["longest_seconds"] for _, waits in sorted(forecast.items(), key=lambda row: int(row[0]))]
    assert longest == sorted(longest)
    assert longest[-1] > 0


def test_the_server_reads_what_was_measured(tmp_path: Path) -> None:
    """Beside the prepared folder; figures that cannot be read are no reason not to start."""
    folder = tmp_path / "bundled-0.5b"
    assert load_figures(folder) == Measured()
    save_figures(folder, MEASURED, {"pupils": 40})
    save_figures(folder, MEASURED)  # as the server does at its end
    assert json.loads(figures_file(folder).read_text(encoding="utf-8"))["capacity"] == {"pupils": 40}
    assert load_figures(folder) == MEASURED
    for broken in ("", "{}", '{"measured": {"rows": [1], "step_seconds": []}}', "[]"):
        figures_file(folder).write_text(broken, encoding="utf-8")
        assert load_figures(folder) == Measured()
