"""An embedding model of this machine: its process kept alive, one batch at a time, questions first.

It does not know what the vectors are for.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import structlog

from server.embedding.child import Child, Gone, spawned
from server.embedding.folder import SentenceModel
from server.embedding.types import EmbeddingProblem, Role, Vectors

log = structlog.get_logger(__name__)

TEXT_CHARS: Final = 4_000  # a longer text is cut: no model's window is longer
LOAD_SECONDS: Final = 120.0
BATCH_SECONDS: Final = 60.0  # a process that is silent so long is killed
PATIENT_SECONDS: Final = 60.0  # how long many texts wait for a process that is being started
_MOST_TEXTS: Final = 32
_LEAST_CHARS: Final = 128
_MOST_CHARS: Final = 8_192
_AIM_SECONDS: Final = 0.08  # of a batch: so long a question waits at most for a document
_PAUSE_SECONDS: Final = 0.5  # before the first new start, doubled for each one that follows at once
_LONGEST_PAUSE_SECONDS: Final = 60.0
_LIVED_SECONDS: Final = 300.0  # a process that lived so long died by itself


@dataclass(eq=False, slots=True)
class _Batch:
    texts: Sequence[str]
    role: Role
    vectors: asyncio.Future[Vectors] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class LocalEmbedder:
    """The embedder of a folder. Call `start`, later `close`.

    Args:
        model: what lies there.
        threads: how many cores its process may use.
    """

    def __init__(self, model: SentenceModel, threads: int = 1) -> None:
        self._model = model
        self._threads = threads
        self._urgent: deque[_Batch] = deque()
        self._patient: deque[_Batch] = deque()
        self._waits = asyncio.Event()
        self._is_up = asyncio.Event()
        self._note: str | None = "the embedding model is being loaded"
        self._chars = _LEAST_CHARS * 4
        self._keeping: asyncio.Task[None] | None = None
        self.pid: int | None = None

    @property
    def name(self) -> str:
        """The folder's name and a digest of everything that makes a vector."""
        return self._model.name

    @property
    def num_dimensions(self) -> int:
        """How long a vector is."""
        return self._model.num_dimensions

    @property
    def note(self) -> str | None:
        """Why there are no vectors now; None while there are."""
        return self._note

    async def start(self) -> None:
        """Begin to load the model."""
        self._keeping = asyncio.create_task(self._keep(), name="embedding process")

    async def ready(self) -> None:
        """Wait until the model is loaded, for as long as that takes."""
        await self._is_up.wait()

    async def close(self) -> None:
        """End the process; whoever waits gets an `EmbeddingProblem`."""
        if self._keeping is not None:
            self._keeping.cancel()
            with suppress(asyncio.CancelledError):
                await self._keeping
            self._keeping = None
        self._down("the embedding model was closed")

    async def embed(self, texts: Sequence[str], role: Role) -> Vectors:
        """The vectors of some texts, in their order.

        One text goes before many, and does not wait for a process that is being started.

        Raises:
            EmbeddingProblem: none came.
        """
        if not texts:
            return np.empty((0, self.num_dimensions), np.float32)
        cut = [text[:TEXT_CHARS] for text in texts]
        if len(cut) == 1:
            return await self._queued(_Batch(cut, role), self._urgent)
        found = []
        done = 0
        while done < len(cut):
            with suppress(TimeoutError):  # then what is away is said by `_queued`
                async with asyncio.timeout(PATIENT_SECONDS):
                    await self._is_up.wait()
            part = self._part(cut[done : done + _MOST_TEXTS])
            found.append(await self._queued(_Batch(part, role), self._patient))
            done += len(part)
        return np.vstack(found)

    def _part(self, texts: Sequence[str]) -> Sequence[str]:
        """As many as take about as long as a question may wait. They are padded to the longest one."""
        num, longest = 0, 1
        for text in texts:
            longest = max(longest, len(text))
            if num and longest * (num + 1) > self._chars:
                break
            num += 1
        return texts[:num]

    async def _queued(self, batch: _Batch, queue: deque[_Batch]) -> Vectors:
        if not self._is_up.is_set():
            raise EmbeddingProblem(self._note or "the embedding model is away")
        queue.append(batch)
        self._waits.set()
        return await batch.vectors

    async def _keep(self) -> None:
        clock = asyncio.get_running_loop().time
        pause_seconds = _PAUSE_SECONDS
        while True:
            born_at = clock()
            why = "it cannot be started"
            try:
                async with spawned() as child:
                    why = await self._live(child)
            except OSError as error:
                why = f"the embedding process cannot be started: {error.strerror}"
            except asyncio.CancelledError:
                raise
            except Exception:  # a bug here must not end the embedding for good
                log.exception("the embedding process was lost")
            if clock() - born_at > _LIVED_SECONDS:
                pause_seconds = _PAUSE_SECONDS
            self._down(why)
            log.error(
                "no vectors until the embedding model is back", reason=why, again_in_seconds=pause_seconds
            )
            await asyncio.sleep(pause_seconds)
            pause_seconds = min(pause_seconds * 2, _LONGEST_PAUSE_SECONDS)

    async def _live(self, child: Child) -> str:
        """Serve batches until the process dies. Returns why."""
        try:
            async with asyncio.timeout(LOAD_SECONDS):
                name, dimensions = await child.load(self._model.folder, self._threads)
        except TimeoutError:
            return f"the model did not load within {LOAD_SECONDS:g} s"
        except (EmbeddingProblem, Gone) as problem:
            return str(problem)
        if (name, dimensions) != (self.name, self.num_dimensions):
            return "the model's files changed; start the server again to use them"
        self.pid, self._note = child.pid, None
        self._is_up.set()
        log.info("texts are embedded", model=self.name, dimensions=dimensions)
        ending = asyncio.create_task(child.end())
        try:
            while True:
                batches = await self._next(ending)
                if batches is None:
                    return f"the embedding process ended with code {ending.result()}"
                why = await self._do(child, batches)
                if why is not None:
                    return why
        finally:
            ending.cancel()

    async def _next(self, ending: asyncio.Task[int]) -> list[_Batch] | None:
        """What somebody still waits for: all questions that came together, or one part of many texts.

        None when the process is dead.
        """
        while True:
            if together := self._taken(self._urgent, _MOST_TEXTS) or self._taken(self._patient, 1):
                return together
            self._waits.clear()
            waiting = asyncio.create_task(self._waits.wait())
            try:
                await asyncio.wait((waiting, ending), return_when=asyncio.FIRST_COMPLETED)
            finally:
                waiting.cancel()
            if ending.done():
                return None

    def _taken(self, queue: deque[_Batch], most: int) -> list[_Batch]:
        """The first of a queue that somebody waits for, all in one role."""
        taken: list[_Batch] = []
        while queue and len(taken) < most and (not taken or queue[0].role == taken[0].role):
            batch = queue.popleft()
            if not batch.vectors.done():
                taken.append(batch)
        return taken

    async def _do(self, child: Child, batches: list[_Batch]) -> str | None:
        """Embed some batches at once. Returns why the process cannot go on, if it cannot."""
        clock = asyncio.get_running_loop().time
        began, why = clock(), None
        texts = [text for batch in batches for text in batch.texts]
        try:
            async with asyncio.timeout(BATCH_SECONDS):
                vectors = await child.embed(texts, batches[0].role)
        except EmbeddingProblem as problem:  # of these texts alone
            _refuse(batches, str(problem))
            return None
        except TimeoutError:
            why = f"the embedding process gave no sign of life for {BATCH_SECONDS:g} s"
        except Gone as problem:
            why = str(problem)
        except asyncio.CancelledError:
            _refuse(batches, "the embedding model was closed")
            raise
        if why is not None:
            self._is_up.clear()  # before anybody hears of it and asks again
            _refuse(batches, why)
            return why
        done = 0
        for batch in batches:
            if not batch.vectors.done():
                batch.vectors.set_result(vectors[done : done + len(batch.texts)])
            done += len(batch.texts)
        self._learn(texts, clock() - began)
        return None

    def _learn(self, texts: Sequence[str], seconds: float) -> None:
        num_chars = max(map(len, texts)) * len(texts)
        if len(texts) > 1:  # a single one says more about the way than about the work
            aim = num_chars * _AIM_SECONDS / max(seconds, 1e-4)
            self._chars = int(min(max(aim, _LEAST_CHARS, self._chars / 2), _MOST_CHARS, self._chars * 2))

    def _down(self, why: str) -> None:
        self.pid, self._note = None, why
        self._is_up.clear()
        for queue in (self._urgent, self._patient):
            _refuse(queue, why)
            queue.clear()


def _refuse(batches: Iterable[_Batch], why: str) -> None:
    for batch in batches:
        if not batch.vectors.done():
            batch.vectors.set_exception(EmbeddingProblem(why))
