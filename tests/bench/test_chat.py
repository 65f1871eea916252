"""The load and its figures: pupils who are real, and arithmetic that is right."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench import chat
from bench.desk import Desk, desk, longest_stall
from bench.pupils import Asked, Seen, Told, ask_all, note
from server.errors import SettingsProblem
from server.settings import read_settings
from tests.serving import Serving, serving


def asked(at: float, started_at: float, eta_seconds: float, later_eta_seconds: float) -> Asked:
    """Told at once and again a second before it began."""
    told = [Told(at, 3, eta_seconds), Told(started_at - 1, 0, later_eta_seconds)]
    return Asked(at, told, started_at, started_at + 1, started_at + 5, started_at + 5, "stop", "new", 20)


def test_figures_count_what_the_pupils_saw() -> None:
    """Two waited ten seconds: one was told 9, the other 20; one was refused."""
    seen = Seen([asked(0, 10, 9.0, 1.0), asked(0, 10, 20.0, 1.1), Asked(0, finish="busy")], 60, 0, 0.0, 20.0)
    figures = chat.figures_of(seen)
    assert figures["finished"] == {"stop": 2, "busy": 1}
    assert figures["estimates"]["first"]["within_30_percent"] == 0.5
    assert figures["estimates"]["last"]["within_30_percent"] == 1.0
    assert figures["first_token_seconds"]["p50"] == 11
    assert figures["tokens_per_second"] == 2
    assert figures["frames_per_second"] == 3


def test_frames_are_noted_at_their_time() -> None:
    """From the place in the queue to the end."""
    one = Asked(0.0)
    frames: list[dict[str, Any]] = [
        {"type": "queued", "position": 2, "eta_seconds": 4.0},
        {"type": "started", "kv": {"reason": "hit"}},
        {"type": "delta", "text": "好"},
        {"type": "delta", "text": "的"},
        {"type": "done", "finish": "stop", "usage": {"generated_tokens": 2}},
    ]
    for at, frame in enumerate(frames, 1):
        note(one, frame, float(at))
    assert one == Asked(0.0, [Told(1.0, 2, 4.0)], 2.0, 3.0, 5.0, 5.0, "stop", "hit", 2)


def test_the_longest_stall_is_that_of_the_load_alone() -> None:
    """Stalls before it are in both looks, and do not count."""
    before = {0.01: 90, 0.05: 99, 0.1: 100}
    assert longest_stall(before, {0.01: 190, 0.05: 200, 0.1: 201}) == 0.05
    assert longest_stall(before, {0.01: 190, 0.05: 199, 0.1: 200}) == 0.01


def test_percentiles_are_values_that_occurred() -> None:
    """The least value that so many do not exceed."""
    assert [chat.percentile([3, 1, 2, 4], each) for each in (25, 50, 95)] == [1, 2, 4]
    assert chat.percentile([], 50) == 0


@pytest.fixture(scope="module")
def narrow_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """Four places, and answers that take a while."""
    folder = tmp_path_factory.mktemp("narrow")
    with serving(folder, model="scripted:5", max_running=4, asks_per_minute=600) as server:
        yield server


async def test_forty_who_ask_within_a_second_are_all_answered(narrow_server: Serving) -> None:
    """Four places, real sockets: nobody is refused, nobody starves, no connection drops."""
    seen = Seen()
    questions = [chat.questions_of(place, 2) for place in range(40)]
    async with asyncio.timeout(120):
        await ask_all(narrow_server.url, questions, 1.0, seen)
    figures = chat.figures_of(seen)
    assert figures["finished"] == {"stop": 80}
    assert figures["dropped_connections"] == 0
    assert figures["waited"] > 0
    stalls = await Desk(narrow_server.url).stalls()
    assert stalls[5.0] > 0, "the metric that the figures rest on is there"


def test_a_server_of_its_own_is_started_and_ended(tmp_path: Path) -> None:
    """Without a server in the data folder one runs for the measurement; its engine alone may be killed."""
    settings = read_settings({"model": "scripted:", "data": tmp_path / "none"})
    with desk(None, settings) as own:
        assert asyncio.run(own.ready())["ready"]
        with pytest.raises(SettingsProblem, match="kill-engine"):
            own.kill_engine()
    assert not (tmp_path / "none").exists()
    with pytest.raises(OSError):
        asyncio.run(own.ready())
