"""Asks one engine as the server does, through its client, and notes when each id of an answer came."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from bench.tasks import LECTURE, LESSON
from server.engine.client import EngineClient
from server.engine.job import Job
from server.engine.prompt import PromptBuilder
from server.engine.shape import ModelShape
from server.engine.text import Text
from server.engine.types import Ended, EngineOptions, EngineRequest, Sampling, Tokens, Turn


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; times are those of `time.perf_counter`, in seconds."""

    asked_at: float
    arrivals: tuple[float, ...]  # of each id
    ids: tuple[int, ...]
    end: Ended

    @property
    def first_seconds(self) -> float:
        """From the question to the first id."""
        return self.arrivals[0] - self.asked_at

    @property
    def prefilled(self) -> int:
        """Ids of the prompt that were computed."""
        return self.end.prompt_tokens - self.end.reused_tokens

    @property
    def tokens_per_second(self) -> float:
        """Of the ids after the first."""
        return (len(self.arrivals) - 1) / (self.arrivals[-1] - self.arrivals[0])


class Stream:
    """An answer that is being read in the background."""

    def __init__(self, job: Job) -> None:
        self.arrivals: list[float] = []
        self._asked_at = time.perf_counter()
        self._job = job
        self._task = asyncio.create_task(self._read())

    async def answer(self) -> Answer:
        """The whole of it.

        Raises:
            RuntimeError: there is none.
        """
        return await asyncio.shield(self._task)  # who no longer waits has not yet stopped it

    async def stop(self) -> None:
        """End it now."""
        self._job.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _read(self) -> Answer:
        ids: list[int] = []
        async for event in self._job:
            if isinstance(event, Tokens):
                self.arrivals += [time.perf_counter()] * len(event.ids)
                ids += event.ids
            elif isinstance(event, Ended):
                if event.finish == "failed" or not ids:
                    raise RuntimeError(f"no answer: {event.finish} {event.message}")
                return Answer(self._asked_at, tuple(self.arrivals), tuple(ids), event)
        raise AssertionError("a job without an end")


class Asker:
    """Asks an engine that runs, with what a preset says of system prompt and sampling."""

    def __init__(self, client: EngineClient, options: EngineOptions, sampling: Sampling) -> None:
        shape, self.text = ModelShape.load(options.folder), Text(options.folder)
        self._client = client
        self._options = options
        self._sampling = sampling
        self._tokenizer = shape.tokenizer
        self._prompts = PromptBuilder(shape, self.text, options.window_tokens)
        self._num_asked = 0

    def ask(
        self, question: str, max_tokens: int, conversation: str = "", turns: tuple[Turn, ...] = ()
    ) -> Stream:
        """Begin a reply, in a new conversation unless one is named."""
        return self.send(self.request(question, max_tokens, conversation, turns))

    def send(self, request: EngineRequest) -> Stream:
        """Begin the reply to a request."""
        return Stream(self._client.submit(request))

    def request(
        self, question: str, max_tokens: int, conversation: str = "", turns: tuple[Turn, ...] = ()
    ) -> EngineRequest:
        """The next request: its seed is its number, so that a second run draws the same."""
        self._num_asked += 1
        name = f"request {self._num_asked}"
        sampling = replace(self._sampling, max_tokens=max_tokens, seed=self._num_asked)
        conversation = conversation or name
        return EngineRequest(
            name, conversation, conversation, self._options.system, question, turns, sampling
        )

    def prompt(self, request: EngineRequest) -> tuple[int, ...]:
        """The ids that the engine makes of a request."""
        return self._prompts.build(request).ids

    def lecture(self, tokens: int) -> Turn:
        """A past turn that takes exactly so many ids of a prompt, and is like none before."""
        self._num_asked += 1
        asked = tuple(self.text.encode(LECTURE))
        marks = len(self._long((Turn(LECTURE, "", asked, (), self._tokenizer),))) - len(self._long(()))
        return Turn(LECTURE, "", asked, self.lesson(tokens - marks), self._tokenizer)

    def lesson(self, tokens: int) -> tuple[int, ...]:
        """So many ids of lessons; the first are the number of what was asked so far."""
        ids = self.text.encode(f"{self._num_asked}：{LESSON}")
        lesson = self.text.encode(LESSON)
        return tuple((ids + lesson * (tokens // len(lesson) + 1))[: max(0, tokens)])

    def answered(self, question: str, answer: Answer) -> Turn:
        """The past turn that an answer leaves behind."""
        return Turn(question, "", answer.end.question_ids, answer.end.answer_ids, self._tokenizer)

    def forget(self, conversation: str) -> None:
        """Drop what is cached of a conversation."""
        self._client.forget(conversation)

    def _long(self, turns: Sequence[Turn]) -> tuple[int, ...]:
        return self.prompt(EngineRequest("", "", "", self._options.system, LECTURE, tuple(turns)))


@asynccontextmanager
async def engine(options: EngineOptions, sampling: Sampling) -> AsyncIterator[Asker]:
    """An engine process of its own, ready."""
    client = EngineClient(options)
    await client.start()
    try:
        await client.ready()
        yield Asker(client, options, sampling)
    finally:
        await client.close()
