"""The parts of `dayi bench engine`: each measures one thing of an engine, then the same of a peer.

Only one of the two computes at a time. What a part finds is noted in `Rounds`, by the names of the figures.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import Final

from bench.asking import Answer, Asker, Stream, engine
from bench.guessing import Guesses, replayed
from bench.peer import Peer
from bench.rounds import Rounds
from bench.tasks import ABOUT_LECTURE, ESSAYS, NEW_QUESTION, ONCE_MORE, TASKS
from server.engine.guess import Answers
from server.engine.types import EngineOptions, Sampling

PROBES: Final = 3  # new questions in each round


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured. Tokens are those of the model."""

    rounds: int = 3
    histories: tuple[int, ...] = (128, 512, 1024, 2048)
    prefill_tokens: int = 1024  # the history whose prefill is told as a speed
    conversations: tuple[int, ...] = (4, 8, 16)
    tasks: Sequence[str] = TASKS
    task_tokens: int = 160  # of each answer, at most …
    even_tokens: int = 64  # … and where no guessing makes one step unlike the next
    history_tokens: int = 96  # of each of the conversations that decode together
    window_tokens: int = 48  # that each of them decodes
    streams: int = 8  # beside which a new question is asked
    stream_tokens: int = 800
    long_question_tokens: int = 2000


async def alone(
    options: EngineOptions, sampling: Sampling, sizes: Sizes, peer: Peer | None, rounds: Rounds
) -> dict[str, float]:
    """One conversation: answers to different questions, with and without guessing ahead.

    The engines are new ones, so that nothing is guessed from what other parts asked. Returns how well
    it was guessed.
    """
    counts, answers = Guesses(), Answers()
    plain = replace(options, guess=False)
    async with engine(options, sampling) as guessing, engine(plain, sampling) as not_guessing:
        for task in sizes.tasks:
            request = guessing.request(task, sizes.task_tokens)
            answer = await guessing.send(request).answer()
            without = await not_guessing.ask(task, sizes.even_tokens).answer()
            stopped = answer.end.finish == "stop"
            counts += replayed(guessing.prompt(request), answer.ids, stopped, sizes.task_tokens, answers)
            if min(len(answer.ids), len(without.ids)) < 2:
                continue  # "Yes." has no speed
            theirs = await _decode(peer, 1, answer.end.prompt_tokens, len(without.ids) - 1)
            rounds.note("decode_tokens_per_second", "1", ours=answer.tokens_per_second, theirs=theirs)
            rounds.note(
                "decode_without_guessing_tokens_per_second", ours=without.tokens_per_second, theirs=theirs
            )
    return {
        "accepted_share": counts.right / max(1, counts.guessed),
        "tokens_per_step": counts.tokens / max(1, counts.steps),
    }


async def together(asker: Asker, sizes: Sizes, peer: Peer | None, rounds: Rounds) -> None:
    """Several conversations: tokens of all, while each of them decodes."""
    lectures = [asker.lecture(sizes.history_tokens) for _ in range(max(sizes.conversations))]
    names = [f"together {place}" for place in range(len(lectures))]
    for name, lecture in zip(names, lectures, strict=True):  # cached from now on
        await asker.ask(ABOUT_LECTURE, 1, name, (lecture,)).answer()
    for number_of_round, number in itertools.product(range(sizes.rounds), sizes.conversations):
        essays = [ESSAYS[(place + number_of_round) % len(ESSAYS)] for place in range(number)]
        streams = [
            asker.ask(essay, sizes.window_tokens, name, (lecture,))
            for essay, name, lecture in zip(essays, names, lectures, strict=False)
        ]
        answers = [await stream.answer() for stream in streams]
        speed, steps = window([answer.arrivals for answer in answers])
        cached = round(median(answer.end.prompt_tokens for answer in answers))
        theirs = await _decode(peer, number, cached, steps)
        rounds.note("decode_tokens_per_second", str(number), ours=speed, theirs=theirs)
    for name in names:
        asker.forget(name)


def window(arrivals: Sequence[Sequence[float]]) -> tuple[float, int]:
    """Tokens a second of all answers while all decode, and how many steps that were.

    Raises:
        RuntimeError: one ended before another began.
    """
    begin, end = max(times[0] for times in arrivals), min(times[-1] for times in arrivals)
    count = sum(begin < at <= end for times in arrivals for at in times)
    steps = count // len(arrivals)
    if steps < 1:
        raise RuntimeError("an answer was too short to measure by")
    return count / (end - begin), steps


async def first_token(asker: Asker, sizes: Sizes, size: int, peer: Peer | None, rounds: Rounds) -> None:
    """The first token after a history, computed anew and then reused; at one size, the speed of prefills."""
    lecture = asker.lecture(size)
    name = f"history {lecture.answer_ids}"
    full = await asker.ask(ABOUT_LECTURE, 1, name, (lecture,)).answer()
    theirs = await _prefill(peer, full)
    rounds.note("first_token_ms", str(size), "full", ours=full.first_seconds * 1e3, theirs=_ms(theirs))
    if size == sizes.prefill_tokens:
        rounds.note(
            "prefill_tokens_per_second",
            ours=full.prefilled / full.first_seconds,
            theirs=full.prefilled / theirs if theirs else None,
        )
    turns = (lecture, asker.answered(ABOUT_LECTURE, full))
    reused = await asker.ask(ONCE_MORE, 1, name, turns).answer()
    if reused.end.reused_tokens < size:
        raise RuntimeError(f"nothing was reused: {reused.end}")
    theirs = await _prefill(peer, reused)
    rounds.note("first_token_ms", str(size), "reused", ours=reused.first_seconds * 1e3, theirs=_ms(theirs))
    asker.forget(name)


async def beside(asker: Asker, sizes: Sizes, rounds: Rounds) -> None:
    """The first token of a new question, alone and while others stream."""
    for _ in range(PROBES):
        answer = await asker.ask(NEW_QUESTION, 1).answer()
        rounds.note("first_token_beside_8_streams", "alone_ms", ours=answer.first_seconds * 1e3)
    async with streaming(asker, sizes.streams, sizes.stream_tokens) as readers:
        await all_decode(readers)
        for _ in range(PROBES):
            answer = await asker.ask(NEW_QUESTION, 1).answer()
            rounds.note("first_token_beside_8_streams", "beside_ms", ours=answer.first_seconds * 1e3)


async def pause(asker: Asker, sizes: Sizes, rounds: Rounds) -> None:
    """How long a stream rests while a long question of someone else is prefilled."""
    async with streaming(asker, 1, sizes.stream_tokens) as readers:
        await all_decode(readers)
        question = asker.text.decode(asker.lesson(sizes.long_question_tokens))
        answer = await asker.ask(question, 1).answer()
        until = answer.asked_at + answer.first_seconds
        gaps = [longest_gap(stream.arrivals, answer.asked_at, until) for stream in readers[0].streams]
    rounds.note("longest_pause_ms", ours=max(gaps) * 1e3)


def longest_gap(arrivals: Sequence[float], begin: float, end: float) -> float:
    """The longest time between two arrivals of which a part lies between begin and end."""
    return max((after - at for at, after in pairwise(arrivals) if after > begin and at < end), default=0.0)


class Reader:
    """Someone whose answers never end: after each comes the next."""

    def __init__(self, asker: Asker, place: int, max_tokens: int) -> None:
        self.streams: list[Stream] = []
        self._asker = asker
        self._questions = itertools.islice(itertools.cycle(ESSAYS), place, None)
        self._max_tokens = max_tokens

    async def read(self) -> None:
        """Ask and read until this is cancelled."""
        try:
            while True:
                self.streams.append(self._asker.ask(next(self._questions), self._max_tokens))
                await self.streams[-1].answer()
        finally:
            await self.streams[-1].stop()


@asynccontextmanager
async def streaming(asker: Asker, number: int, max_tokens: int) -> AsyncIterator[list[Reader]]:
    """So many readers at once, each in conversations of its own."""
    readers = [Reader(asker, place, max_tokens) for place in range(number)]
    tasks = [asyncio.create_task(reader.read()) for reader in readers]
    try:
        yield readers
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def all_decode(readers: Sequence[Reader]) -> None:
    """Wait until each reader has something to read."""
    while not all(reader.streams and reader.streams[0].arrivals for reader in readers):  # noqa: ASYNC110
        await asyncio.sleep(0.01)


async def _decode(peer: Peer | None, number: int, cached: int, steps: int) -> float | None:
    return await asyncio.to_thread(peer.decode, number, cached, steps) if peer else None


async def _prefill(peer: Peer | None, answer: Answer) -> float | None:
    cached = answer.end.reused_tokens
    return await asyncio.to_thread(peer.prefill, cached, answer.prefilled) if peer else None


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else seconds * 1e3
