"""The engine as the server sees it: a process that is spawned, watched, and started again when it dies.

Replies that were running go on after the last token that arrived. This module imports no torch: the
server's process stays small, and nothing heavy runs on its event loop.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import os
import secrets
import socket
import sys
from collections import deque

from server.engine.job import Job
from server.engine.types import (
    Ask,
    Broken,
    Cancel,
    Ended,
    EngineOptions,
    EngineRequest,
    EngineStatus,
    Forget,
    Line,
    Memory,
    Open,
    Patience,
    Ready,
    dump_line,
    parse_line,
)
from server.errors import SourceProblem

_LOG = logging.getLogger(__name__)

_LINE_BYTES = 1 << 22  # longest line that the engine may send

# The server shares the cores with the engine. Threads of libgomp that wait for one another spin for
# milliseconds by default: on a busy machine that makes a step ten times slower.
_ENVIRONMENT = {"GOMP_SPINCOUNT": "1000"}


class EngineClient:
    """Runs one engine process and hands it requests.

    Args:
        options: how the process is to run.
        patience: how its deaths are borne.
    """

    def __init__(self, options: EngineOptions, patience: Patience | None = None) -> None:
        self._options = options
        self._patience = patience or Patience()
        self._jobs: dict[str, Job] = {}  # by arrival
        self._watch: asyncio.Task[None] | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._settled = asyncio.Event()  # ready once, or given up
        self._ready = False
        self._given_up = False
        self._note = "the engine has not been started"
        self._restarts = 0
        self._memory = Memory()
        self._tokenizer = ""
        self._heard_at = 0.0

    async def start(self) -> None:
        """Begin to become ready; returns before it is."""
        self._note = "the model is being opened"
        self._watch = asyncio.create_task(self._supervise(), name="engine watch")

    async def ready(self) -> None:
        """Wait until a first token was produced.

        Raises:
            SourceProblem: `unavailable`, when the engine gave up.
        """
        await self._settled.wait()
        if self._given_up:
            raise SourceProblem("unavailable", self._note)

    async def close(self) -> None:
        """End the process; replies under way end as failed."""
        self._given_up, self._ready, self._note = True, False, "the engine is closed"
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        self._end_all("the engine was closed")
        self._settled.set()

    def status(self) -> EngineStatus:
        """How it stands."""
        running = sum(job.running for job in self._jobs.values())
        return EngineStatus(
            ready=self._ready,
            note=self._note,
            running=running,
            waiting=len(self._jobs) - running,
            restarts=self._restarts,
            resident_bytes=self._memory.resident_bytes,
            kv_bytes=self._memory.kv_bytes,
            tokenizer=self._tokenizer,
        )

    @property
    def pid(self) -> int | None:
        """The process that lives now, if one does."""
        return self._process.pid if self._process else None

    def submit(self, request: EngineRequest) -> Job:
        """Begin a reply. While the engine starts (again), it waits.

        Raises:
            SourceProblem: `busy` when too many wait, in all or of this person; `unavailable` when the engine
                gave up.
        """
        if self._given_up or self._watch is None:
            raise SourceProblem("unavailable", self._note)
        if request.id in self._jobs:
            raise ValueError(f"request {request.id} is under way already")
        if len(self._jobs) >= self._options.max_running + self._options.max_waiting:
            raise SourceProblem("busy", f"{len(self._jobs)} replies are under way or waiting")
        num_own = sum(job.request.user == request.user for job in self._jobs.values())
        if num_own >= self._options.max_per_user:
            raise SourceProblem("busy", f"{num_own} replies to one person are under way or waiting")
        if request.sampling.seed is None:  # fixed now, so that a restart draws the same
            seeded = dataclasses.replace(request.sampling, seed=secrets.randbits(63))
            request = dataclasses.replace(request, sampling=seeded)
        if not self._jobs:
            self._heard_at = asyncio.get_running_loop().time()
        job = Job(request, self._cancel)
        self._jobs[request.id] = job
        self._send(Ask(request))
        return job

    def forget(self, conversation: str) -> None:
        """Drop what is cached of a conversation."""
        self._send(Forget(conversation))

    def _cancel(self, job: Job) -> None:
        if self._writer is not None:
            self._send(Cancel(job.request.id))
        else:  # between two processes
            self._jobs.pop(job.request.id, None)
            job.end("cancelled")

    def _send(self, line: Line) -> None:
        # Written to the socket or kept by the transport: the loop never waits for the engine.
        if self._writer is not None:
            self._writer.write(dump_line(line))

    # --- the process ------------------------------------------------------------------

    async def _supervise(self) -> None:
        try:
            await self._keep_alive()
        except Exception as bug:
            # Nobody awaits this task: without this, replies would wait for ever.
            _LOG.exception("the watch over the engine failed")
            self._give_up(f"the watch over the engine failed: {bug!r}")

    async def _keep_alive(self) -> None:
        clock = asyncio.get_running_loop().time
        deaths: deque[float] = deque()
        while not self._given_up:
            try:
                why = await self._live()
            except (OSError, ValueError) as problem:  # not started, or lines that are none
                why = f"it could not be talked to: {problem}"
            self._ready = False
            if self._given_up:
                break
            deaths.append(clock())
            while deaths[0] < clock() - self._patience.window_seconds:
                deaths.popleft()
            self._bury()
            if len(deaths) >= self._patience.max_deaths:
                self._give_up(f"the engine died {len(deaths)} times in a short while; the last time {why}")
                break
            self._restarts += 1
            self._note = f"the engine is being started again: {why}"
            _LOG.warning("%s", self._note)
            await asyncio.sleep(self._patience.first_pause_seconds * 2 ** (len(deaths) - 1))

    async def _live(self) -> str:
        """One process from spawn to death. Returns why it ended."""
        ours, theirs = socket.socketpair()
        watchdog: asyncio.Task[str] | None = None
        try:
            with theirs:
                self._process = await asyncio.create_subprocess_exec(
                    sys.executable,
                    *("-m", "server.engine.process", str(theirs.fileno())),
                    pass_fds=(theirs.fileno(),),
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=asyncio.subprocess.DEVNULL,
                    env={**_ENVIRONMENT, **os.environ},
                )
            reader, self._writer = await asyncio.open_connection(sock=ours, limit=_LINE_BYTES)
            self._heard_at = asyncio.get_running_loop().time()
            watchdog = asyncio.create_task(self._watch_over(self._process), name="engine watchdog")
            self._send(Open(self._options))
            # Those that were being answered come first.
            for job in sorted(self._jobs.values(), key=lambda job: job.begun is None):
                self._send(Ask(job.continuation()))
            while line := await _line(reader):
                self._heard_at = asyncio.get_running_loop().time()
                self._take(parse_line(line))
            code = await self._process.wait()
            return watchdog.result() if watchdog.done() else f"it ended with code {code}"
        finally:
            await self._clear(watchdog)
            ours.close()

    async def _clear(self, watchdog: asyncio.Task[str] | None) -> None:
        process, writer, self._process, self._writer = self._process, self._writer, None, None
        if watchdog is not None:
            watchdog.cancel()
        if writer is not None:
            writer.close()
        if process is not None:
            # It keeps nothing that an orderly end would save.
            if process.returncode is None:
                process.kill()
            await process.wait()

    async def _watch_over(self, process: asyncio.subprocess.Process) -> str:
        """Kill a process that gives no sign of life. Returns why."""
        clock, patience = asyncio.get_running_loop().time, self._patience
        while True:
            await asyncio.sleep(min(patience.stall_seconds, patience.open_seconds) / 10)
            limit_seconds = patience.stall_seconds if self._ready else patience.open_seconds
            if self._ready and not self._jobs:
                continue
            if clock() - self._heard_at > limit_seconds and process.returncode is None:
                process.kill()
                return f"it gave no sign of life for {limit_seconds:g} s"

    def _take(self, line: Line) -> None:
        match line:
            case Ready(tokenizer):
                self._ready, self._note, self._tokenizer = True, "", tokenizer
                self._settled.set()
            case Memory():
                self._memory = line
            case Broken(message):
                self._give_up(message)
            case Open() | Ask() | Cancel() | Forget():
                raise ValueError(f"the engine sent a command: {line}")
            case _:
                job = self._jobs.get(line.id)
                if job is not None:
                    job.take(line)
                    if isinstance(line, Ended):
                        del self._jobs[line.id]

    def _bury(self) -> None:
        """After a death: whom to blame, and who goes on."""
        # A request that kills the engine as it arrives never begins: then all are suspects.
        suspects = [job for job in self._jobs.values() if job.running] or list(self._jobs.values())
        for job in suspects:
            job.num_deaths += 1
        for job in list(self._jobs.values()):
            job.running = False
            if job.cancelled:
                job.end("cancelled")
            elif job.num_deaths >= self._patience.max_job_deaths:
                job.end("failed", f"the engine died {job.num_deaths} times during this reply")
            if job.ended:
                del self._jobs[job.request.id]

    def _give_up(self, note: str) -> None:
        _LOG.error("the engine is given up: %s", note)
        self._given_up, self._ready, self._note = True, False, note
        self._end_all(note)
        self._settled.set()

    def _end_all(self, message: str) -> None:
        for job in self._jobs.values():
            job.end("cancelled" if job.cancelled else "failed", message)
        self._jobs.clear()


async def _line(reader: asyncio.StreamReader) -> bytes:
    """The next whole line; nothing when the process is gone, also where it died within a line."""
    try:
        line = await reader.readline()
    except ConnectionError:
        return b""
    return line if line.endswith(b"\n") else b""
