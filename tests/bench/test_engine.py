"""What `dayi bench engine` promises: figures by name, a table, a peer in turn. No times are asserted."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bench import engine, peer
from bench.engine_table import table
from bench.guessing import Guesses, replayed
from bench.parts import Sizes, longest_gap, window
from bench.peer import Peer, gguf_file, peer_command
from bench.rounds import Rounds
from bench.tasks import ESSAYS, TASKS
from server.engine.guess import Answers
from server.engine.prompt import PromptBuilder
from server.engine.types import Sampling
from server.errors import SettingsProblem
from server.settings import Settings
from server.sources.folder import folder_name, mark_complete
from server.sources.names import parse_name
from tests.bench.fake_peer import MEMORY_BYTES
from tests.engine.tiny import Tiny, ended, request, run, spoken, write_prepared

FAKE = [sys.executable, str(Path(__file__).with_name("fake_peer.py"))]
TINY = Sizes(
    rounds=1,
    histories=(128, 256),
    prefill_tokens=256,
    conversations=(2, 3),
    tasks=TASKS[:2],
    task_tokens=24,
    even_tokens=12,
    history_tokens=64,
    window_tokens=12,
    streams=2,
    stream_tokens=200,
    long_question_tokens=300,
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Those of a tiny model that is prepared already, in int8 and in bf16."""
    (tmp_path / "tiny").mkdir()
    name, models = parse_name(f"dir:{tmp_path / 'tiny'}"), tmp_path / "models"
    for dtype in ("int8", "bf16"):
        folder = models / folder_name(name, dtype)
        folder.mkdir(parents=True)
        shape = write_prepared(folder, dtype=dtype)
        replace(shape, max_positions=8192).save(folder)  # the preset's prompt is long in single bytes
        mark_complete(folder, name)
    return Settings(model=str(name), models=models, data=tmp_path / "data", dtype="int8")


def test_every_promised_figure_is_there(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A whole run of all parts with a real engine and a real server, beside a fake peer."""
    monkeypatch.setattr(engine, "peer_command", lambda name: FAKE)
    monkeypatch.setattr(engine, "gguf_file", lambda settings: Path("a file"))
    figures = engine.run(settings, peer="llama.cpp", sizes=TINY)
    assert json.loads(json.dumps(figures)) == figures
    assert set(figures["decode_tokens_per_second"]) == {"1", "2", "3"}
    assert {size: set(times) for size, times in figures["first_token_ms"].items()} == {
        "128": {"full", "reused"},
        "256": {"full", "reused"},
    }
    assert set(figures["first_token_beside_8_streams"]) == {"alone_ms", "beside_ms", "ratio"}
    assert set(figures["resident"]) == {"engine", "server"}
    assert figures["resident_bytes"] == sum(figures["resident"].values())
    assert {"mean_kl", "top1_agreement"} <= set(figures["quality"])
    assert {"processor", "cores", "threads", "system"} == set(figures["machine"])
    assert {"accepted_share", "tokens_per_step"} == set(figures["guessing"])
    assert all(
        figures[name] > 0
        for name in (
            "prefill_tokens_per_second",
            "decode_without_guessing_tokens_per_second",
            "longest_pause_ms",
            "kv_bytes_per_token",
        )
    )
    ratios = figures["ratio_to_llama_cpp"]
    for name in ("decode_tokens_per_second", "first_token_ms"):
        assert set(ratios[name]) == set(figures[name])
    assert ratios["prefill_tokens_per_second"] > 0
    assert ratios["resident_bytes"] == figures["resident_bytes"] / MEMORY_BYTES
    shown = table(figures)
    assert "None" not in shown
    assert "3 at once, tokens/s in all" in shown


def test_parts_can_be_chosen(settings: Settings) -> None:
    """A short run measures what was named, and says nothing of the rest or of a peer."""
    figures = engine.run(settings, only="prefill", sizes=TINY)
    assert figures["prefill_tokens_per_second"] > 0
    assert not {"decode_tokens_per_second", "guessing", "quality", "peer", "ratio_to_llama_cpp"} & set(
        figures
    )
    assert "llama.cpp" not in table(figures)
    with pytest.raises(SettingsProblem, match="--only decoding: the parts are decode, prefill"):
        engine.chosen_parts("prefill, decoding")


def test_ratios_are_those_of_rounds() -> None:
    """A round in which the machine was slow for both counts like any other."""
    rounds = Rounds()
    for ours, theirs in ((10.0, 5.0), (100.0, 50.0), (30.0, 10.0)):
        rounds.note("speed", "1", ours=ours, theirs=theirs)
    rounds.note("pause", ours=7.0)
    assert rounds.ours() == {"speed": {"1": 30.0}, "pause": 7.0}
    assert rounds.theirs() == {"speed": {"1": 10.0}}
    assert rounds.ratios() == {"speed": {"1": 2.0}}


def test_a_window_is_the_time_in_which_all_decode() -> None:
    """What comes before the last has begun or after the first has ended is not counted."""
    speed, steps = window([(0.0, 1.0, 2.0, 3.0), (1.0, 2.0, 3.0, 4.0)])
    assert (speed, steps) == (4 / 2.0, 2)
    with pytest.raises(RuntimeError, match="too short"):
        window([(0.0, 1.0), (2.0, 3.0)])


def test_the_longest_gap_may_begin_before_and_end_after() -> None:
    """A pause is as long as a reader sees it."""
    assert longest_gap((0.0, 1.0, 5.0, 6.0, 16.0), 2.0, 5.5) == 4.0
    assert longest_gap((0.0, 1.0), 2.0, 3.0) == 0.0


@pytest.mark.parametrize("max_tokens", [5, 40, 120])
def test_replayed_guesses_are_those_of_the_engine(tmp_path: Path, max_tokens: int) -> None:
    """Guessing the same answers again takes as many steps as the engine took."""
    tiny, answers, counts = Tiny(tmp_path), Answers(), Guesses()
    batch = tiny.batch(chunk_tokens=512)  # every prompt is one step
    for name in ("one", "two"):  # the second is guessed from the first
        sampling = Sampling(temperature=0.0, repetition_penalty=1.0, max_tokens=max_tokens)
        asked = request(name, "hello hello hello", sampling=sampling)
        prompt = PromptBuilder(tiny.shape, tiny.text, 512).build(asked).ids
        events = run(batch, asked)[name]
        stopped = ended(events).finish == "stop"
        counts += replayed(prompt, spoken(events), stopped, max_tokens, answers)
    assert counts.steps == batch.pace.measured.num_steps - 2
    assert 0 < counts.right <= counts.guessed


def test_questions_are_different_ones() -> None:
    """None is guessed from the answer to another like it."""
    assert len(set(TASKS)) == len(TASKS) >= 12
    assert len(set(ESSAYS)) == len(ESSAYS) >= 16


def test_a_peer_is_asked_in_lines(tmp_path: Path) -> None:
    """Its times become speeds; what goes wrong is said in words."""
    with Peer(FAKE, tmp_path / "a file", 2) as fake:
        assert fake.flash_attention
        assert fake.prefill(0, 100) == pytest.approx(1.0)
        assert fake.decode(8, 200, 10) == pytest.approx(8 * 10 / 0.2)
        assert fake.memory() == MEMORY_BYTES
    with pytest.raises(SettingsProblem, match="the peer ended"):
        Peer(FAKE, tmp_path / "ends", 2)


def test_a_peer_that_is_not_there_is_said_so(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the command that builds it; and only weights from a GGUF file can be compared."""
    monkeypatch.setattr(peer, "FOLDER", tmp_path)
    with pytest.raises(SettingsProblem, match="run `make bench-peer`"):
        peer_command("llama.cpp")
    with pytest.raises(SettingsProblem, match=r"there is only llama\.cpp"):
        peer_command("vllm")
    with pytest.raises(SettingsProblem, match="comes from no GGUF file"):
        gguf_file(settings)
    assert gguf_file(settings.model_copy(update={"model": "gguf:/a.gguf"})) == Path("/a.gguf")
