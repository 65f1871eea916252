"""`openai:` against a scripted fake: the status says whether the other server answers, and if not, why."""

from __future__ import annotations

import logging
import socket

import pytest

from server.errors import SourceProblem
from server.sources.names import parse_name
from server.sources.openai import OpenAISource
from tests.sources.asking_openai import ask, broken, opened, until
from tests.sources.scripted_openai import (
    ABORT,
    Script,
    ScriptedServer,
    refusal,
)


async def test_source_becomes_ready_when_the_server_does(fake: ScriptedServer) -> None:
    """It is looked for in the background, and until then the status says why not."""
    fake.models = refusal(503, {"error": {"message": "Loading model"}})
    source = OpenAISource(parse_name(f"openai:{fake.base_url}#m"), probe_seconds=0.01)
    await source.start()
    try:
        await until(source, lambda status: "503" in status.note)
        with pytest.raises(SourceProblem, match="503"):
            source.reply(ask())
        fake.models = refusal(200, {"data": [{"id": "another"}]})  # not every server lists what it serves
        await until(source, lambda status: status.ready)
    finally:
        await source.close()


@pytest.mark.parametrize(
    ("models", "says"),
    [
        (refusal(401, {}), "DAYI_OPENAI_KEY"),
        (refusal(404, {}), "often ends in /v1"),
        (refusal(200, b"<html>"), "does not list its models"),
        (refusal(200, {"data": 7}), "does not list its models"),
        (refusal(302, {}, Location="/"), "sends elsewhere"),
        ([ABORT], "broke"),
    ],
)
async def test_status_says_what_is_wrong_with_the_server(
    fake: ScriptedServer, models: Script, says: str
) -> None:
    """In one sentence that helps the administrator."""
    fake.models = models
    source = OpenAISource(parse_name(f"openai:{fake.base_url}#m"), probe_seconds=0.01)
    await source.start()
    try:
        await until(source, lambda status: says in status.note)
        assert not source.status().ready
    finally:
        await source.close()


async def test_server_that_is_not_there_is_told() -> None:
    """Nobody listens at the address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        source = OpenAISource(parse_name(f"openai:http://127.0.0.1:{listener.getsockname()[1]}/v1#m"))
        await source.start()
        await until(source, lambda status: "cannot be reached" in status.note)
        await source.close()


async def test_server_that_went_away_is_noticed_and_found_again(fake: ScriptedServer) -> None:
    """A question that failed makes the source look; it looks on until the server is back."""
    async with opened(fake) as source:
        fake.scripts = [[ABORT]]
        fake.models = [ABORT]
        await broken(source)
        await until(source, lambda status: not status.ready)
        fake.models = refusal(200, {"data": []})
        await until(source, lambda status: status.ready)


async def test_refused_key_is_for_the_administrator(
    fake: ScriptedServer, caplog: pytest.LogCaptureFixture
) -> None:
    """Also where the list of models is public: status and log name the setting, and never the key."""
    caplog.set_level(logging.DEBUG)
    fake.scripts = [refusal(401, {"error": {"message": "Incorrect API key provided: sk-secret"}})]
    async with opened(fake, "sk-secret") as source:
        _, problem = await broken(source)
        assert problem.code == "unavailable"
        status = await until(source, lambda status: not status.ready)
        assert "DAYI_OPENAI_KEY" in status.note
        assert "sk-secret" not in f"{status}{source}{problem.message}{caplog.text}"
    assert "DAYI_OPENAI_KEY" in caplog.text


async def test_status_does_not_tell_where_the_server_is(fake: ScriptedServer) -> None:
    """Every page may read the status; the address belongs to the administrator."""
    async with opened(fake) as source:
        assert "127.0.0.1" not in str(source.status())
