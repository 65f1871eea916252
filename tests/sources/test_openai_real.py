"""`openai:` against a real server of another project, `transformers serve`, with the same weights."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect

from server.sources.open import open_source
from server.sources.types import Ended, PastTurn, Piece, ReplyRequest, Sampling, Source
from tests.serving import ROOT, Serving, serving
from tests.sources.real_openai import transformers_serving, write_checkpoint

GREEDY = Sampling(temperature=0.0, top_p=1.0, repetition_penalty=1.0, max_tokens=24)
Frame = dict[str, Any]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small random model."""
    return write_checkpoint(tmp_path_factory.mktemp("remote") / "model")


@pytest.fixture(scope="module")
def name(checkpoint: Path) -> Iterator[str]:
    """The name under which it answers from the other server."""
    with transformers_serving(checkpoint) as base_url:
        yield f"openai:{base_url}#{checkpoint}"


@asynccontextmanager
async def opened(name: str, folder: Path) -> AsyncIterator[Source]:
    """A source that is ready."""
    source = open_source(name, models_folder=folder, dtype="fp32", threads=1)
    await source.start()
    try:
        async with asyncio.timeout(120):
            while not source.status().ready:  # noqa: ASYNC110 (a status is asked, as /readyz does)
                await asyncio.sleep(0.05)
        yield source
    finally:
        await source.close()


async def talk(source: Source) -> list[tuple[str, Ended]]:
    """Two turns, each answer with its end."""
    said: list[tuple[str, Ended]] = []
    turns: tuple[PastTurn, ...] = ()
    for question in ("hello", "and then?"):
        request = ReplyRequest(f"r{len(turns)}", "c", "u", "be kind", question, turns, GREEDY)
        async with asyncio.timeout(60):
            events = [event async for event in source.reply(request)]
        text = "".join(event.text for event in events if isinstance(event, Piece))
        assert isinstance(events[-1], Ended)
        said.append((text, events[-1]))
        turns = (*turns, PastTurn(question, text))
    return said


async def test_same_weights_say_the_same_here_and_there(name: str, checkpoint: Path, tmp_path: Path) -> None:
    """Greedy in fp32, the engine of this house and the other server agree on text and on counts."""
    async with opened(name, tmp_path) as source:
        there = await talk(source)
    async with opened(f"dir:{checkpoint}", tmp_path) as source:
        here = await talk(source)
    assert all(text for text, _ in there)
    assert [text for text, _ in there] == [text for text, _ in here]
    assert [(end.finish, end.prompt_tokens, end.generated_tokens) for _, end in there] == [
        (end.finish, end.prompt_tokens, end.generated_tokens) for _, end in here
    ]


@pytest.fixture(scope="module")
def desk(name: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A whole server whose answers come from the other one, always the same to the same question."""
    folder = tmp_path_factory.mktemp("desk")
    shipped = (ROOT / "server" / "presets" / "education.toml").read_text(encoding="utf-8")
    preset = folder / "greedy.toml"
    preset.write_text(shipped.replace("temperature = 0.3", "temperature = 0"), encoding="utf-8")
    with serving(folder, model=name, preset=preset, max_answer_tokens=60) as server:
        yield server


async def ask(desk: Serving, text: str) -> tuple[str, list[Frame]]:
    """Ask on a new page; the text that it shows, and all frames."""
    frames: list[Frame] = []
    async with connect(desk.url.replace("http", "ws") + "/ws/chat") as page, asyncio.timeout(60):
        await page.send(json.dumps({"type": "hello", "v": 1}))
        await page.send(json.dumps({"type": "ask", "id": "1", "text": text}))
        while not frames or frames[-1]["type"] != "done":
            frames.append(json.loads(await page.recv()))
    return "".join(frame["text"] for frame in frames if frame["type"] == "delta"), frames


async def lists_version(desk: Serving) -> int:
    """The version of the word lists that is in effect."""
    async with httpx.AsyncClient() as client:
        return int((await client.get(f"{desk.url}/healthz")).json()["lists_version"])


async def test_word_is_cut_from_an_answer_of_another_server(desk: Serving, tmp_path: Path) -> None:
    """Real frames and the real filter: only where the text comes from is different."""
    plain, frames = await ask(desk, "hello")
    assert [frame["type"] for frame in frames if frame["type"] != "delta"] == [
        "welcome", "accepted", "started", "done",
    ]  # fmt: skip
    assert frames[-1]["finish"] == "length"
    assert frames[-1]["usage"]["generated_tokens"] == 60
    assert frames[-1]["usage"]["prompt_tokens"] > 100, "the system prompt of the preset is part of it"

    word = plain[20:28]
    words = tmp_path / "words.csv"
    words.write_text(f"word,match\n{word},substring\n", encoding="utf-8")
    before = await lists_version(desk)
    await desk.command("words", "import", str(words), "--list", "cut", "--publish")
    async with asyncio.timeout(60):
        while await lists_version(desk) == before:  # noqa: ASYNC110 (another process is waited for)
            await asyncio.sleep(0.05)
    masked, frames = await ask(desk, "hello")
    assert masked == plain.replace(word, "*" * len(word))
    assert all(word not in frame.get("text", "") for frame in frames)
    assert frames[-1]["finish"] == "length"


def test_server_tells_nobody_where_its_answers_come_from(desk: Serving, name: str) -> None:
    """What pages and watchers may read names the model, not the address."""
    for path in ("/readyz", "/api/site"):
        told = httpx.get(desk.url + path).text
        assert "openai" in told
        assert name.partition("#")[0].removeprefix("openai:") not in told
