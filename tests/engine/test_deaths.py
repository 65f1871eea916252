"""A real engine process: watched, killed, restarted, given up."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from server.engine.types import (
    Begun,
    Ended,
)
from server.errors import SourceProblem
from tests.engine.processes import QUICK, SLOW, collect, engine, kill, until, until_tokens
from tests.engine.tiny import GREEDY, begun, ended, request, shown, spoken


async def test_a_killed_engine_goes_on_where_it_was(prepared: Path) -> None:
    """SIGKILL in mid-answer: same ids as undisturbed, greedy and drawn; the next question works."""
    async with engine(prepared) as client:
        for sampling in (SLOW, dataclasses.replace(GREEDY, max_tokens=150)):
            whole = await collect(client.submit(request("whole", sampling=sampling)))
            job = client.submit(request("killed", sampling=sampling))
            before, rest = await until_tokens(job, 5)
            kill(client)
            events = before + [event async for event in rest]
            assert spoken(events) == spoken(whole)
            assert shown(events) == shown(whole)
            assert begun(events).reason == "restart"
            assert ended(events).finish == ended(whole).finish
            await client.ready()
            assert ended(await collect(client.submit(request("next")))).finish in {"stop", "length"}
        assert client.status().restarts == 2


async def test_all_running_and_waiting_replies_survive_a_kill(prepared: Path) -> None:
    """Six replies on two places: each ends as it would have."""
    asked = [request(f"r{place}", f"hello {place}", sampling=SLOW) for place in range(6)]
    async with engine(prepared, max_running=2) as client:
        wanted = [spoken(await collect(client.submit(one))) for one in asked]
        jobs = [client.submit(one) for one in asked]
        before, rest = await until_tokens(jobs[0], 3)
        kill(client)
        others = await asyncio.gather(*(collect(job) for job in jobs[1:]))
        first = before + [event async for event in rest]
        assert [spoken(events) for events in (first, *others)] == wanted


async def test_an_engine_that_keeps_dying_is_given_up(prepared: Path) -> None:
    """After the last allowed death: the reply fails, the status says why, new questions are refused."""
    patience = dataclasses.replace(QUICK, max_deaths=3, max_job_deaths=99)
    async with engine(prepared, patience) as client:
        job = client.submit(request("r", sampling=SLOW))
        events = asyncio.create_task(collect(job))
        for _ in range(3):
            await until(lambda: client.pid is not None)
            kill(client)
            await until(lambda: client.pid is None)
        end = ended(await events)
        assert end.finish == "failed"
        assert "died 3 times" in end.message
        assert not client.status().ready
        assert "died 3 times" in client.status().note
        with pytest.raises(SourceProblem, match="died 3 times") as caught:
            client.submit(request("again"))
        assert caught.value.code == "unavailable"


async def test_an_engine_that_died_too_often_is_tried_again_after_a_rest(prepared: Path) -> None:
    """Nobody has to restart the server: what made it die may have passed."""
    patience = dataclasses.replace(QUICK, max_deaths=2, rest_seconds=0.5)
    async with engine(prepared, patience) as client:
        for _ in range(2):
            await until(lambda: client.pid is not None)
            kill(client)
            await until(lambda: client.pid is None)
        await until(lambda: "tried again every 0.5 s" in client.status().note)
        with pytest.raises(SourceProblem, match="tried again"):
            client.submit(request("at rest"))
        await until(lambda: client.status().ready)
        assert ended(await collect(client.submit(request("after it")))).finish in {"stop", "length"}


async def test_the_next_engine_knows_what_the_one_before_measured(prepared: Path) -> None:
    """A crash does not cost the estimates."""
    async with engine(prepared) as client:
        await collect(client.submit(request("first", sampling=SLOW)))
        await until(lambda: bool(client.measured.rows))
        before = client.measured
        kill(client)
        await until(lambda: client.pid is None)
        await client.ready()
        await collect(client.submit(request("second")))
        await until(lambda: client.measured != before)
        assert client.measured.answer_tokens[: len(before.answer_tokens)] == before.answer_tokens


async def test_a_reply_that_kills_the_engine_is_not_tried_for_ever(prepared: Path) -> None:
    """After its allowed deaths it ends as failed, and the engine serves others."""
    async with engine(prepared, dataclasses.replace(QUICK, max_job_deaths=2)) as client:
        job = client.submit(request("poison", sampling=SLOW))
        iterator = aiter(job)
        for _ in range(2):
            while not isinstance(await anext(iterator), Begun):
                pass
            kill(client)
        rest = [event async for event in iterator]
        assert ended(rest).finish == "failed"
        assert ended(await collect(client.submit(request("next")))).finish in {"stop", "length"}


async def test_a_stalled_engine_is_killed_and_replaced(prepared: Path) -> None:
    """Without a sign of life it is started again, and the reply goes on."""
    async with engine(prepared, dataclasses.replace(QUICK, stall_seconds=1.0)) as client:
        whole = await collect(client.submit(request("whole", sampling=SLOW)))
        job = client.submit(request("stalled", sampling=SLOW))
        before, rest = await until_tokens(job, 2)
        assert client.pid is not None
        os.kill(client.pid, signal.SIGSTOP)
        events = before + [event async for event in rest]
        assert spoken(events) == spoken(whole)
        assert client.status().restarts == 1


async def test_a_folder_that_cannot_be_opened_is_said_and_not_tried_again(tmp_path: Path) -> None:
    """A missing shape file: unavailable, with the file's name, after one start."""
    async with engine(tmp_path, ready=False) as client:
        with pytest.raises(SourceProblem, match=r"shape\.json"):
            await client.ready()
        assert client.status().restarts == 0


async def test_truncated_weights_are_said(prepared: Path, tmp_path: Path) -> None:
    """A cut weights file is a clear error, not a crash loop."""
    for name in ("shape.json", "tokenizer.json", "weights.safetensors"):
        (tmp_path / name).write_bytes((prepared / name).read_bytes())
    whole = (prepared / "weights.safetensors").read_bytes()
    (tmp_path / "weights.safetensors").write_bytes(whole[: len(whole) // 2])
    async with engine(tmp_path, ready=False) as client:
        with pytest.raises(SourceProblem, match=r"weights\.safetensors"):
            await client.ready()


async def test_closing_ends_the_process_and_its_replies(prepared: Path) -> None:
    """Nothing is left behind, and whoever reads gets an end."""
    async with engine(prepared) as client:
        job = client.submit(request("r", sampling=SLOW))
        await until_tokens(job, 1)
        pid = client.pid
        assert pid is not None
        await client.close()
        assert not _alive(pid)
        rest = await collect(job)
        assert isinstance(rest[-1], Ended)
        with pytest.raises(SourceProblem):
            client.submit(request("late"))


def test_the_engine_dies_with_the_server(prepared: Path) -> None:
    """A server that is killed leaves no engine behind."""
    script = (
        "import asyncio, sys; from pathlib import Path\n"
        "from server.engine.client import EngineClient; from server.engine.types import EngineOptions\n"
        "async def main():\n"
        "    client = EngineClient(EngineOptions(Path(sys.argv[1]), threads=1)); await client.start()\n"
        "    await client.ready(); print(client.pid, flush=True); await asyncio.sleep(600)\n"
        "asyncio.run(main())\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(prepared)], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        pid = int(server.stdout.readline())
        server.kill()
    for _ in range(100):
        if not _alive(pid):
            return
        time.sleep(0.05)
    raise AssertionError("the engine outlived the server")


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"
