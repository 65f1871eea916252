"""The engine on this machine as a source: prepares the model where that is needed, then runs it.

Imports neither torch nor transformers: preparing and computing happen in processes of their own. Does not
know where the prompt comes from or who reads the reply.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

from server.engine import types as engine
from server.engine.abridge import abridged
from server.engine.client import EngineClient
from server.engine.figures import load_figures, save_figures
from server.engine.job import Job
from server.engine.shape import Dtype
from server.errors import DayiProblem, SourceProblem
from server.sources.names import ModelName
from server.sources.prepare import check_presence, prepare, prepared_folder
from server.sources.progress import Step
from server.sources.types import (
    Begun,
    Ended,
    PastTurn,
    Piece,
    ReplyRequest,
    SourceEvent,
    SourceStatus,
    TurnIds,
    Waiting,
)

_LOG = logging.getLogger(__name__)

_WORTH_KEEPING_STEPS = 2000  # what a minute of work showed


class LocalSource:
    """Replies from a model on this machine.

    Args:
        model: which model; any kind with weights.
        models_folder: the folder of prepared models.
        dtype: the arithmetic.
        options: how the engine runs; its `folder` is filled in here.
    """

    def __init__(
        self, model: ModelName, models_folder: Path, dtype: Dtype, options: engine.EngineOptions
    ) -> None:
        self._model = model
        self._models_folder = models_folder
        self._dtype: Dtype = dtype
        self._options = options
        self._note = "the source has not been started"
        self._stop = threading.Event()  # ends preparing
        self._beginning: asyncio.Task[None] | None = None
        self._folder: Path | None = None  # once it is prepared
        self._client: EngineClient | None = None

    async def start(self) -> None:
        """Begin to become ready: prepare if necessary, then open; returns before either is done.

        Raises:
            SettingsProblem: the model is not there (packages, file or folder are missing).
        """
        folder = await asyncio.to_thread(prepared_folder, self._model, self._models_folder, self._dtype)
        if folder is not None:
            await self._open(folder)
            return
        check_presence(self._model)
        self._note = f"{self._model} is being prepared"
        self._beginning = asyncio.create_task(self._prepare(), name="model preparing")

    async def close(self) -> None:
        """End preparing or the engine; replies under way fail."""
        self._stop.set()
        if self._beginning is not None:
            await self._beginning
        if self._client is not None:
            await self._client.close()
            await asyncio.to_thread(self._keep_figures, self._client)
        self._note = "the source is closed"

    def status(self) -> SourceStatus:
        """How it stands; while preparing, `note` says how far."""
        if self._client is None:
            return SourceStatus(False, str(self._model), self._note)
        now = self._client.status()
        return SourceStatus(
            ready=now.ready,
            model=str(self._model),
            note=now.note,
            running=now.running,
            waiting=now.waiting,
            restarts=now.restarts,
            resident_bytes=now.resident_bytes,
            kv_bytes=now.kv_bytes,
            steps=self._client.measured.num_steps,
        )

    @property
    def engine_pid(self) -> int | None:
        """The engine's process, for those who watch or test it."""
        return self._client.pid if self._client else None

    def reply(self, request: ReplyRequest) -> LocalReply:
        """Begin a reply; while the engine is opened (again) it waits.

        Raises:
            SourceProblem: `busy` when too many wait, `unavailable` while preparing or when all is lost.
        """
        if self._client is None:
            raise SourceProblem("unavailable", self._note)
        tokenizer = self._client.status().tokenizer
        asked = _to_engine(request)
        if tokenizer:  # the engine was ready once
            asked = replace(asked, turns=abridged(asked.turns, tokenizer, self._options.window_tokens))
        return LocalReply(self._client, self._client.submit(asked))

    def forget(self, conversation: str) -> None:
        """The conversation was deleted: drop what is cached for it."""
        if self._client is not None:
            self._client.forget(conversation)

    async def _prepare(self) -> None:
        try:
            folder = await asyncio.to_thread(
                prepare, self._model, self._models_folder, self._dtype, self._tell, self._stop
            )
        except DayiProblem as problem:
            self._note = str(problem)
            if not self._stop.is_set():
                _LOG.error("the model cannot be prepared: %s", problem)
        except Exception as error:
            # Nobody awaits this before the end: say it now, and where the administrator looks.
            self._note = f"preparing failed: {error!r}"
            _LOG.exception("preparing failed")
        else:
            if not self._stop.is_set():
                await self._open(folder)

    def _keep_figures(self, client: EngineClient) -> None:
        """What a day taught about this machine, for the first estimates of the next one."""
        if self._folder is None or client.measured.num_steps < _WORTH_KEEPING_STEPS:
            return
        try:
            save_figures(self._folder, client.measured)
        except OSError as problem:  # a folder of models may be read-only
            _LOG.info("what was measured is not kept: %s", problem)

    async def _open(self, folder: Path) -> None:
        self._folder = folder
        client = EngineClient(replace(self._options, folder=folder), measured=load_figures(folder))
        await client.start()
        self._client = client

    def _tell(self, step: Step) -> None:
        # From the preparing thread: one assignment, which the loop reads whole.
        share = f" {step.done_bytes / step.total_bytes:.0%}" if step.total_bytes else ""
        self._note = f"{self._model} is being prepared: {step.stage}{share}"


class LocalReply:
    """A reply of the engine in the vocabulary of sources."""

    def __init__(self, client: EngineClient, job: Job) -> None:
        self._client = client
        self._job = job
        self._events = self._run()

    def __aiter__(self) -> AsyncIterator[SourceEvent]:
        """The events, once."""
        return self._events

    def cancel(self) -> None:
        """Stop within one step. Idempotent."""
        self._job.cancel()

    async def _run(self) -> AsyncIterator[SourceEvent]:
        num_tokens = 0
        try:
            async for event in self._job:
                match event:
                    case engine.Waiting():
                        yield Waiting(event.position, event.eta_seconds)
                    case engine.Begun():
                        yield Begun(event.reused, event.prefilled, event.reason)
                    case engine.Tokens():
                        # A token that leaves a character open counts with the one that completes it.
                        num_tokens += len(event.ids)
                        if event.text:
                            yield Piece(event.text, num_tokens)
                            num_tokens = 0
                    case engine.Ended():
                        yield self._ended(event)
        finally:
            self._job.cancel()  # whoever stops reading needs no more tokens; after the end it does nothing

    def _ended(self, event: engine.Ended) -> Ended:
        if event.finish == "failed":
            raise SourceProblem("unavailable", event.message or "the engine failed")
        ids = None
        tokenizer = self._client.status().tokenizer
        if event.question_ids is not None and tokenizer:
            ids = TurnIds(tokenizer, event.question_ids, event.answer_ids)
        return Ended(event.finish, ids, event.prompt_tokens, event.reused_tokens, event.generated_tokens)


def _to_engine(request: ReplyRequest) -> engine.EngineRequest:
    wanted = request.sampling
    return engine.EngineRequest(
        id=request.id,
        conversation=request.conversation,
        user=request.user,
        system=request.system,
        question=request.question,
        turns=tuple(map(_to_turn, request.turns)),
        sampling=engine.Sampling(
            temperature=wanted.temperature,
            top_p=wanted.top_p,
            repetition_penalty=wanted.repetition_penalty,
            max_tokens=wanted.max_tokens,
            seed=wanted.seed,
        ),
        hint=request.hint,
    )


def _to_turn(turn: PastTurn) -> engine.Turn:
    if turn.ids is None:
        return engine.Turn(turn.question, turn.answer)
    return engine.Turn(turn.question, turn.answer, turn.ids.question, turn.ids.answer, turn.ids.tokenizer)
