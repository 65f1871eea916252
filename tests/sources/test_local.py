"""The local source: prepares in the background, answers through the engine, and says how it stands."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from server.errors import SettingsProblem, SourceProblem
from server.sources.local import LocalSource
from server.sources.open import open_source
from server.sources.prepare import prepare
from server.sources.scripted import ScriptedSource
from server.sources.types import (
    Begun,
    Ended,
    PastTurn,
    Piece,
    ReplyRequest,
    Sampling,
    SourceEvent,
    SourceStatus,
)
from tests.sources import tiny_models

GREEDY = Sampling(temperature=0.0, repetition_penalty=1.0, max_tokens=12)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the tiny model beside its prepared form."""
    folder = tmp_path_factory.mktemp("local")
    prepare(f"dir:{tiny_models.write_directory(folder / 'tiny')}", folder / "models", "fp32")
    return folder


def opened(folder: Path, **more: object) -> LocalSource:
    source = open_source(
        f"dir:{folder / 'tiny'}",
        models_folder=folder / "models",
        dtype="fp32",
        threads=1,
        window_tokens=256,
        **more,  # type: ignore[arg-type]
    )
    assert isinstance(source, LocalSource)
    return source


def ask(question: str, turns: tuple[PastTurn, ...] = (), sampling: Sampling = GREEDY) -> ReplyRequest:
    return ReplyRequest(f"id-{question}", "c", "u", "s", question, turns, sampling)


async def until(source: LocalSource, holds: Callable[[SourceStatus], bool]) -> SourceStatus:
    """Wait until the status is as wanted."""
    async with asyncio.timeout(60):
        while not holds(source.status()):  # noqa: ASYNC110 (a status is asked, as /readyz does)
            await asyncio.sleep(0.02)
    return source.status()


async def whole(source: LocalSource, request: ReplyRequest) -> list[SourceEvent]:
    return [event async for event in source.reply(request)]


async def test_follow_up_reuses_everything_said_before(models: Path) -> None:
    """Ids come back with a reply, and given again they are all reused."""
    source = opened(models)
    await source.start()
    try:
        await until(source, lambda status: status.ready)
        first = await whole(source, ask("hello"))
        text = "".join(event.text for event in first if isinstance(event, Piece))
        end = first[-1]
        assert isinstance(end, Ended)
        assert end.ids is not None
        assert sum(event.num_tokens for event in first if isinstance(event, Piece)) <= end.generated_tokens
        second = await whole(source, ask("he", (PastTurn("hello", text, end.ids),)))
        begun = next(event for event in second if isinstance(event, Begun))
        assert begun.reason == "hit"
        assert begun.reused >= end.prompt_tokens + len(end.ids.answer) - 1
        assert source.status().resident_bytes > 0
    finally:
        await source.close()
    assert not source.status().ready
    assert source.engine_pid is None


async def test_cancel_and_abandoned_replies_free_the_engine(models: Path) -> None:
    """A cancel ends a reply as `cancelled`; one that nobody reads any more ends, too."""
    source = opened(models)
    await source.start()
    try:
        reply = source.reply(ask("hello", sampling=Sampling(temperature=0.0, max_tokens=200)))
        reply.cancel()
        events = [event async for event in reply]
        assert isinstance(events[-1], Ended)
        assert events[-1].finish == "cancelled"
        left = source.reply(ask("left", sampling=Sampling(temperature=0.0, max_tokens=200))).__aiter__()
        await anext(left)
        await left.aclose()  # type: ignore[attr-defined]
        await until(source, lambda status: status.running + status.waiting == 0)
    finally:
        await source.close()


async def test_reply_goes_on_when_the_engine_is_killed(models: Path) -> None:
    """SIGKILL in mid-answer: the same text as without it, and the restart is counted."""
    source = opened(models)
    long = Sampling(temperature=0.0, repetition_penalty=1.0, max_tokens=60)
    await source.start()
    try:
        await until(source, lambda status: status.ready)
        wanted = [
            event.text
            for event in await whole(source, ask("hello", sampling=long))
            if isinstance(event, Piece)
        ]
        got: list[str] = []
        killed = False
        async for event in source.reply(ask("hello", sampling=long)):
            if isinstance(event, Piece):
                got.append(event.text)
            if isinstance(event, Begun) and not killed:
                killed = True
                assert source.engine_pid is not None
                os.kill(source.engine_pid, signal.SIGKILL)
        assert "".join(got) == "".join(wanted)
        assert source.status().restarts == 1
    finally:
        await source.close()


async def test_preparing_is_told_and_questions_wait_outside(models: Path, tmp_path: Path) -> None:
    """Until the model is prepared, a question is `unavailable`, with the reason."""
    (tmp_path / "tiny").symlink_to(models / "tiny")
    source = open_source(
        f"dir:{tmp_path / 'tiny'}", models_folder=tmp_path / "models", threads=1, window_tokens=256
    )
    await source.start()
    try:
        assert "prepared" in source.status().note
        with pytest.raises(SourceProblem, match="prepared"):
            source.reply(ask("hello"))
        assert isinstance(source, LocalSource)
        await until(source, lambda status: status.ready)
    finally:
        await source.close()


async def test_close_while_preparing_leaves_nothing(models: Path, tmp_path: Path) -> None:
    """The preparing process ends with the source."""
    source = open_source(f"dir:{models / 'tiny'}", models_folder=tmp_path / "models")
    await source.start()
    await source.close()
    assert [path.name for path in (tmp_path / "models").glob("[!.]*")] == []
    assert [path.name for path in (tmp_path / "models").glob(".building*")] == []


async def test_model_that_cannot_be_prepared_says_why(tmp_path: Path) -> None:
    """Not ready, the reason in the note, and no restarts in a loop."""
    tiny_models.write_directory(tmp_path / "tiny", architecture="llama")
    source = open_source(f"dir:{tmp_path / 'tiny'}", models_folder=tmp_path / "models")
    await source.start()
    try:
        assert isinstance(source, LocalSource)
        await until(source, lambda status: "not supported" in status.note)
        assert not source.status().ready
    finally:
        await source.close()


async def test_missing_model_is_a_wrong_setting_at_the_start(tmp_path: Path) -> None:
    """Told before the server opens its door."""
    with pytest.raises(SettingsProblem, match="no folder"):
        await open_source(f"dir:{tmp_path / 'none'}", models_folder=tmp_path).start()


def test_scripted_name_opens_a_script(tmp_path: Path) -> None:
    """`scripted:` is a source like any other."""
    assert isinstance(open_source("scripted:5", models_folder=tmp_path), ScriptedSource)


def test_server_process_stays_free_of_the_heavy_libraries() -> None:
    """Opening a source imports neither torch nor transformers, nor numpy."""
    code = (
        "import sys; import server.sources.open, server.sources.describe; "
        "print({'torch', 'transformers', 'numpy', 'gguf', 'huggingface_hub'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "set()"
