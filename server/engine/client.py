"""The engine as the server sees it: a process that is spawned, watched, and started again when it dies.

Replies that were running go on after the last token that arrived. This module imports no torch: the
server's process stays small, and nothing heavy runs on its event loop.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import secrets

from server.engine.child import Child, spawned
from server.engine.job import Job, longest_wait
from server.engine.restarts import Restarts
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
    Measured,
    Memory,
    Open,
    Patience,
    Ready,
    Waiting,
)
from server.errors import SourceProblem

_LOG = logging.getLogger(__name__)


class EngineClient:
    """Runs one engine process and hands it requests.

    Args:
        options: how the process is to run.
        patience: how its deaths are borne.
        measured: what is known of the machine already, for the first estimates.
    """

    def __init__(
        self, options: EngineOptions, patience: Patience | None = None, measured: Measured | None = None
    ) -> None:
        self._options = options
        self._patience = patience or Patience()
        self._jobs: dict[str, Job] = {}  # by arrival
        self._watch: asyncio.Task[None] | None = None
        self._child: Child | None = None  # the process that lives now
        self._settled = asyncio.Event()  # ready once, resting, or given up
        self._ready = False
        self._resting = False  # it died too often: nobody waits for the next trial
        self._given_up = False  # closed, or a model that no trial would open
        self._note = "the engine has not been started"
        self._restarts = 0
        self._memory = Memory()
        self._measured = measured or Measured()
        self._tokenizer = ""

    async def start(self) -> None:
        """Begin to become ready; returns before it is."""
        self._note = "the model is being opened"
        self._watch = asyncio.create_task(self._supervise(), name="engine watch")

    async def ready(self) -> None:
        """Wait until a first token was produced.

        Raises:
            SourceProblem: `unavailable`, when it was given up, or died too often.
        """
        await self._settled.wait()
        if self._given_up or self._resting:
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
        return self._child.pid if self._child else None

    @property
    def measured(self) -> Measured:
        """What the engine has measured of itself so far."""
        return self._measured

    def submit(self, request: EngineRequest) -> Job:
        """Begin a reply. While the engine starts (again), it waits.

        Raises:
            SourceProblem: `busy` when too many wait, in all or of this person, or for too long; `unavailable`
                when the engine was given up or rests.
        """
        if self._given_up or self._resting or self._watch is None:
            raise SourceProblem("unavailable", self._note)
        if request.id in self._jobs:
            raise ValueError(f"request {request.id} is under way already")
        if len(self._jobs) >= self._options.max_running + self._options.max_waiting:
            raise SourceProblem("busy", f"{len(self._jobs)} replies are under way or waiting")
        num_own = sum(job.request.user == request.user for job in self._jobs.values())
        if num_own >= self._options.max_per_user:
            raise SourceProblem("busy", f"{num_own} replies to one person are under way or waiting")
        wait_seconds = longest_wait(self._jobs.values(), asyncio.get_running_loop().time())
        if 0 < self._options.max_wait_seconds < wait_seconds:
            raise SourceProblem("busy", f"a further question would wait about {wait_seconds:.0f} s")
        if request.sampling.seed is None:  # fixed now, so that a restart draws the same
            seeded = dataclasses.replace(request.sampling, seed=secrets.randbits(63))
            request = dataclasses.replace(request, sampling=seeded)
        if not self._jobs and self._child is not None:
            self._child.heard_at = asyncio.get_running_loop().time()  # it had nothing to say
        job = Job(request, self._cancel)
        self._jobs[request.id] = job
        self._send(Ask(request))
        return job

    def forget(self, conversation: str) -> None:
        """Drop what is cached of a conversation."""
        self._send(Forget(conversation))

    def _cancel(self, job: Job) -> None:
        self._send(Cancel(job.request.id))
        if not self._ready:  # between two processes, or while one loads and reads nothing
            self._jobs.pop(job.request.id, None)
            job.end("cancelled")

    def _send(self, line: Line) -> None:
        if self._child is not None:
            self._child.send(line)

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
        restarts = Restarts(self._patience)
        while not self._given_up:
            born_at = clock()
            try:
                why = await self._live()
            except (OSError, ValueError) as problem:  # not started, or lines that are none
                why = f"it could not be talked to: {problem}"
            self._ready = False
            if self._given_up:
                break
            self._bury()
            pause_seconds = restarts.died(clock(), born_at)
            if restarts.resting:
                self._rest(restarts.num_deaths, why, pause_seconds)
            else:
                self._note = f"the engine is being started again: {why}"
                _LOG.warning("%s", self._note)
            self._restarts += 1
            await asyncio.sleep(pause_seconds)

    async def _live(self) -> str:
        """One process from spawn to death. Returns why it ended."""
        try:
            async with spawned(self._patience_seconds) as self._child:
                self._send(Open(self._options, self._measured))
                # Those that were being answered come first.
                for job in sorted(self._jobs.values(), key=lambda job: job.begun is None):
                    self._send(Ask(job.continuation()))
                async for line in self._child.lines():
                    self._take(line)
                return await self._child.end()
        finally:
            self._child = None

    def _patience_seconds(self) -> float | None:
        """How long the engine may give no sign of life now."""
        if not self._ready:
            return self._patience.open_seconds
        return self._patience.stall_seconds if self._jobs else None

    def _take(self, line: Line) -> None:
        match line:
            case Ready(tokenizer):
                self._ready, self._resting, self._note, self._tokenizer = True, False, "", tokenizer
                self._settled.set()
            case Memory():
                self._memory = line
            case Measured():
                self._measured = line
            case Broken(message):
                self._give_up(message)
            case Open() | Ask() | Cancel() | Forget():
                raise ValueError(f"the engine sent a command: {line}")
            case _:
                job = self._jobs.get(line.id)
                if job is not None:
                    job.take(line)
                    if isinstance(line, Waiting):
                        job.expected_at = asyncio.get_running_loop().time() + line.eta_seconds
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

    def _rest(self, num_deaths: int, why: str, pause_seconds: float) -> None:
        note = (
            f"the engine died {num_deaths} times in a short while; the last time {why}; "
            f"it is tried again every {pause_seconds:g} s"
        )
        _LOG.error("%s", note)
        self._resting, self._note = True, note
        self._end_all(note)
        self._settled.set()

    def _give_up(self, note: str) -> None:
        _LOG.error("the engine is given up: %s", note)
        self._given_up, self._ready, self._note = True, False, note
        self._end_all(note)
        self._settled.set()

    def _end_all(self, message: str) -> None:
        for job in self._jobs.values():
            job.end("cancelled" if job.cancelled else "failed", message)
        self._jobs.clear()
