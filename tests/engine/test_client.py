"""A real engine process: watched, killed, restarted, given up."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from server.engine.client import EngineClient
from server.engine.job import Job, longest_wait
from server.engine.types import (
    Begun,
    Ended,
    EngineOptions,
    Event,
    Patience,
    Sampling,
    Tokens,
    Turn,
    Waiting,
)
from server.errors import SourceProblem
from tests.engine.tiny import GREEDY, begun, ended, request, shown, spoken

QUICK = Patience(first_pause_seconds=0.01)
SLOW = Sampling(temperature=1.0, top_p=1.0, top_k=0, repetition_penalty=1.0, max_tokens=150, seed=5)


@asynccontextmanager
async def engine(
    folder: Path, patience: Patience = QUICK, *, ready: bool = True, **options: Any
) -> AsyncIterator[EngineClient]:
    """A client with its process, ready unless told otherwise."""
    wanted = {"threads": 1, "window_tokens": 512, "system": "Be brief.", **options}
    client = EngineClient(EngineOptions(folder, **wanted), patience)
    await client.start()
    try:
        if ready:
            await client.ready()
        yield client
    finally:
        await client.close()


async def collect(job: Job) -> list[Event]:
    """All events of a reply."""
    return [event async for event in job]


async def until_tokens(job: Job, count: int) -> tuple[list[Event], AsyncIterator[Event]]:
    """The events up to the count-th token, and the iterator that goes on."""
    events, iterator = [], aiter(job)
    while sum(isinstance(event, Tokens) for event in events) < count:
        events.append(await anext(iterator))
    return events, iterator


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what the client gives no event for."""
    while not condition():  # noqa: ASYNC110
        await asyncio.sleep(0.001)


def kill(client: EngineClient) -> None:
    """SIGKILL the engine process."""
    assert client.pid is not None
    os.kill(client.pid, signal.SIGKILL)


async def test_a_conversation_reuses_its_history(prepared: Path) -> None:
    """Warm at start: the system prompt is cached; the second turn computes its own ids alone."""
    async with engine(prepared) as client:
        status = client.status()
        assert status.ready
        assert status.resident_bytes > 0
        assert status.kv_bytes > 0
        first = await collect(client.submit(request("r1", conversation="talk")))
        assert begun(first).reason == "new"
        assert begun(first).reused > 0, "the system prompt was computed at warm-up"
        end = ended(first)
        turn = Turn("hello", shown(first), end.question_ids, end.answer_ids, status.tokenizer)
        second = await collect(client.submit(request("r2", "more", conversation="talk", turns=(turn,))))
        assert begun(second).reason == "hit"
        assert begun(second).reused >= end.prompt_tokens
        assert client.status().running == client.status().waiting == 0


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


async def test_nobody_is_taken_who_would_wait_too_long(prepared: Path) -> None:
    """Those before were told waits beyond the limit: the next one is refused as busy, and told why."""
    async with engine(prepared, max_running=1, max_waiting=200, max_wait_seconds=0.001) as client:
        running = client.submit(request("running", sampling=SLOW))
        await until_tokens(running, 1)

        async def fill() -> None:
            for number in range(200):  # however fast this machine is, some hundred answers take a while
                waiting = client.submit(request(f"waiting {number}", sampling=SLOW))
                assert isinstance(await anext(aiter(waiting)), Waiting)

        with pytest.raises(SourceProblem, match="would wait about") as caught:
            await fill()
        assert caught.value.code == "busy"


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


async def test_a_newcomer_waits_behind_everyones_first_question_only() -> None:
    """One who has many questions waiting does not make the desk look fuller than it is."""
    jobs = []
    for user, expected_at in (("greedy", 110.0), ("greedy", 190.0), ("other", 130.0), ("new", None)):
        job = Job(request(f"{user} {expected_at}", user=user), lambda job: None)
        job.expected_at = expected_at
        jobs.append(job)
    assert longest_wait(jobs, now=100.0) == 30.0
    assert longest_wait([], now=100.0) == 0.0


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


async def test_cancel_ends_a_reply_in_every_state(prepared: Path) -> None:
    """Running, waiting, and while the engine is being restarted: `cancelled` comes, and once."""
    async with engine(prepared, max_running=1) as client:
        running = client.submit(request("running", sampling=SLOW))
        waiting = client.submit(request("waiting", sampling=SLOW))
        _, rest = await until_tokens(running, 2)
        waiting.cancel()
        waiting.cancel()
        assert ended(await collect(waiting)).finish == "cancelled"
        running.cancel()
        assert ended([event async for event in rest]).finish == "cancelled"
        killed = client.submit(request("killed", sampling=SLOW))
        before, rest = await until_tokens(killed, 2)
        kill(client)
        await until(lambda: client.pid is None)
        killed.cancel()
        events = before + [event async for event in rest]
        assert ended(events).finish == "cancelled"
        # Tokens that were under way when it died may have arrived after the second one.
        assert ended(events).answer_ids == spoken(events)[: len(ended(events).answer_ids)]
        assert client.status().running == client.status().waiting == 0


async def test_too_many_questions_are_refused_as_busy(prepared: Path) -> None:
    """Places and queue full: `busy`, at once."""
    async with engine(prepared, max_running=1, max_waiting=1) as client:
        jobs = [client.submit(request(name, sampling=SLOW)) for name in "ab"]
        with pytest.raises(SourceProblem) as caught:
            client.submit(request("c"))
        assert caught.value.code == "busy"
        for job in jobs:
            job.cancel()
            await collect(job)
        await collect(client.submit(request("c")))


async def test_nobody_fills_the_queue_alone(prepared: Path) -> None:
    """One person's further questions are refused while there is room; everyone else's are taken."""
    async with engine(prepared, ready=False, max_per_user=2) as client:
        jobs = [client.submit(request(name, user="eager")) for name in "ab"]
        with pytest.raises(SourceProblem) as caught:
            client.submit(request("c", user="eager"))
        assert caught.value.code == "busy"
        jobs.append(client.submit(request("c", user="other")))
        for job in jobs:
            await collect(job)
        await collect(client.submit(request("d", user="eager")))


async def test_a_slow_reader_does_not_slow_the_engine(prepared: Path) -> None:
    """Nobody reads the first reply, nor does the loop run at times; the second reply is not held up."""
    async with engine(prepared) as client:
        unread = client.submit(request("unread", sampling=SLOW))
        time.sleep(0.3)  # noqa: ASYNC251 (the loop stands still on purpose)
        assert ended(await collect(client.submit(request("read")))).finish in {"stop", "length"}
        assert ended(await collect(unread)).finish in {"stop", "length"}


async def test_questions_before_the_engine_is_ready_wait(prepared: Path) -> None:
    """Asked while the model is being opened, answered when it is."""
    async with engine(prepared, ready=False) as client:
        assert not client.status().ready
        assert ended(await collect(client.submit(request("early")))).finish in {"stop", "length"}


async def test_a_cancel_is_obeyed_while_the_engine_is_opened(prepared: Path) -> None:
    """Nobody waits for a model to load to see their question end; the others are answered."""
    async with engine(prepared, ready=False) as client:
        await until(lambda: client.pid is not None)
        cancelled, other = client.submit(request("cancelled")), client.submit(request("other"))
        cancelled.cancel()
        assert ended(await collect(cancelled)).finish == "cancelled"
        assert not client.status().ready
        assert ended(await collect(other)).finish in {"stop", "length"}
        assert client.status().running == client.status().waiting == 0


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


def test_the_servers_side_imports_no_torch() -> None:
    """What the server imports of the engine leaves torch, numpy and tokenizers out."""
    script = (
        "import sys, server.engine.client, server.engine.shape\n"
        "print([name for name in ('torch', 'numpy', 'tokenizers', 'safetensors') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"
