"""A real engine process, asked and refused."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from server.engine.job import Job, longest_wait
from server.engine.types import (
    Turn,
    Waiting,
)
from server.errors import SourceProblem
from tests.engine.processes import SLOW, collect, engine, kill, until, until_tokens
from tests.engine.tiny import begun, ended, request, shown, spoken


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


async def test_a_newcomer_waits_behind_everyones_first_question_only() -> None:
    """One who has many questions waiting does not make the desk look fuller than it is."""
    jobs = []
    for user, expected_at in (("greedy", 110.0), ("greedy", 190.0), ("other", 130.0), ("new", None)):
        job = Job(request(f"{user} {expected_at}", user=user), lambda job: None)
        job.expected_at = expected_at
        jobs.append(job)
    assert longest_wait(jobs, now=100.0) == 30.0
    assert longest_wait([], now=100.0) == 0.0


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


def test_the_servers_side_imports_no_torch() -> None:
    """What the server imports of the engine leaves torch, numpy and tokenizers out."""
    script = (
        "import sys, server.engine.client, server.engine.shape\n"
        "print([name for name in ('torch', 'numpy', 'tokenizers', 'safetensors') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
