"""The engine proper: replies in, one step at a time, events out.

A step computes a row for every reply that decodes and at most one chunk of one that prefills, so that a
long question never freezes the others. This module does not know about processes or sockets.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from itertools import accumulate

import torch

from server.engine.guess import Answers, Guesser
from server.engine.ledger import Ledger, Ledgers
from server.engine.model import Model, Run
from server.engine.pace import Pace
from server.engine.practice import practise, sizes
from server.engine.prompt import PromptBuilder, TooLong
from server.engine.reply import Reply
from server.engine.sampler import Chooser, choose
from server.engine.scheduler import Queue, next_prefill
from server.engine.spill import Spill
from server.engine.text import Text
from server.engine.types import (
    Begun,
    Ended,
    EngineOptions,
    EngineRequest,
    Event,
    Finish,
    Memory,
    Tokens,
)

_WEIGHTY_IDS = 1000  # after which an id of a prefill costs twice as much as after none
_CHEAP_ROWS = 8  # so many cost little more than one: reading the weights is what takes the time
_REMIND_SECONDS = 0.5  # between two looks at the estimates of those who wait


class Batch:
    """All replies of one model. Every method returns the events it caused, in order."""

    def __init__(
        self, model: Model, text: Text, options: EngineOptions, clock: Callable[[], float] = time.monotonic
    ) -> None:
        spill = Spill(options.spill_folder, options.spill_bytes)
        self.ledgers = Ledgers(model.slots, model.shape.kv_bytes_per_token, options.kv_budget_bytes, spill)
        self.pace = Pace(chunk_tokens=options.chunk_tokens)
        self.fingerprint = model.shape.tokenizer
        self._model = model
        self._text = text
        self._options = options
        self._clock = clock
        self._prompts = PromptBuilder(model.shape, text, options.window_tokens)
        self._answers = Answers()
        self._end_ids = frozenset(model.shape.end_ids)
        self._queue = Queue()
        self._running: list[Reply] = []
        self._num_places = options.max_running
        self._placed_at = 0.0

    @property
    def idle(self) -> bool:
        """Nothing to do until someone asks."""
        return not self._running and not len(self._queue)

    def memory(self, resident_bytes: int = 0) -> Memory:
        """What is held."""
        return Memory(resident_bytes, self.ledgers.num_bytes, len(self.ledgers))

    def practice(self) -> list[int]:
        """The rows of the steps that `practise` should compute, in order."""
        return sizes(self._options.max_running)

    def practise(self, num_rows: int) -> None:
        """Compute a step for nobody (`practice`); only while idle."""
        assert self.idle, "all slots are free"
        practise(self._model, self.pace, num_rows, self._options.shared_chunk_tokens, self._clock)

    def ask(self, request: EngineRequest) -> list[Event]:
        """A request arrives. The next step takes it, or it is told how long it waits."""
        try:
            prompt = self._prompts.build(request)
        except TooLong as problem:
            return [Ended(request.id, "failed", None, (), 0, 0, 0, f"too long: {problem}")]
        self._queue.add(Reply(request, prompt, self._text))
        return self._admit()

    def cancel(self, request_id: str) -> list[Event]:
        """End a reply, wherever it stands. Unknown ids are those that have just ended."""
        waiting = self._queue.remove(request_id)
        if waiting is not None:
            return [_ended(waiting, "cancelled"), *self._places()]
        for reply in self._running:
            if reply.request.id == request_id:
                return [self._end(reply, "cancelled"), *self._admit()]
        return []

    def remind(self) -> list[Event]:
        """Tell the waiting when their estimate has changed; called after every step, looks now and then."""
        return self._places() if self._clock() - self._placed_at >= _REMIND_SECONDS else []

    def forget(self, conversation: str) -> list[Event]:
        """Drop what is cached of a conversation."""
        self.ledgers.forget(conversation)
        self._answers.forget(conversation)
        return []

    def step(self) -> list[Event]:
        """Compute one step."""
        begin = self._clock()
        decoding = [reply for reply in self._running if reply.num_pending == 1]
        decoding.sort(key=lambda reply: _ledger(reply).slot or 0)
        runs = [self._run(reply, 1) for reply in decoding]
        prefilling = self._prefills(bool(decoding))
        runs += [self._run(reply, count) for reply, count in prefilling]
        replies = [*decoding, *(reply for reply, _ in prefilling)]
        if not replies:
            return []
        guesses: list[list[int]] = [[] for _ in runs] if prefilling else self._guesses(decoding)
        runs = [
            replace(run, ids=[*run.ids, *ids], logits="all") if ids else run
            for run, ids in zip(runs, guesses, strict=True)
        ]
        logits = self._model.step(runs)
        for reply, run, ids in zip(replies, runs, guesses, strict=True):
            _ledger(reply).ids.extend(run.ids[: len(run.ids) - len(ids)])
        wanting = [place for place, run in enumerate(runs) if run.logits != "none"]
        events = self._chosen(
            [replies[place] for place in wanting], [guesses[place] for place in wanting], logits
        )
        self.pace.stepped(self._clock() - begin, len(decoding), sum(count for _, count in prefilling))
        for reply, _ in prefilling:
            if reply.ledger:
                self.ledgers.share_prefix(reply.ledger, reply.prompt.num_system)
        if any(isinstance(event, Ended) for event in events):
            events += self._admit()
        return events

    def _prefills(self, is_shared: bool) -> list[tuple[Reply, int]]:
        """The prefills that get a part of this step, and how many ids each: together one chunk."""
        room = self._options.shared_chunk_tokens if is_shared else self._options.chunk_tokens
        left = [reply for reply in self._running if reply.num_pending > 1]
        chosen: list[tuple[Reply, int]] = []
        while room > 0 and (reply := next_prefill(left)):
            # After a thousand ids attention takes as long as everything else: a stream would pause longer.
            weight = 1 + len(_ledger(reply).ids) / _WEIGHTY_IDS if is_shared else 1.0
            count = min(max(1, int(room / weight)), reply.num_pending)
            chosen.append((reply, count))
            left.remove(reply)
            room -= int(count * weight) or 1
        return chosen

    def _run(self, reply: Reply, count: int) -> Run:
        ledger = _ledger(reply)
        done = len(ledger.ids)
        assert ledger.slot is not None, "running replies have a slot"
        is_last = done + count == len(reply.ids)
        return Run(ledger.slot, done, reply.ids[done : done + count], "last" if is_last else "none")

    def _guesses(self, decoding: list[Reply]) -> list[list[int]]:
        """For each reply the ids to check ahead; none when their rows would cost more than they gain."""
        most = _CHEAP_ROWS // len(decoding) - 1
        if most < 1 or not self._options.guess:
            return [[] for _ in decoding]
        guesses = []
        for reply in decoding:
            if reply.guesser is None:
                reply.guesser = Guesser(reply.ids, self._answers)
            guesses.append(reply.guesser.guess(min(most, reply.max_tokens - len(reply.generated) - 1)))
        return guesses

    def _chosen(self, replies: list[Reply], guesses: list[list[int]], logits: torch.Tensor) -> list[Event]:
        """Choose the next token of every reply; where it is the one that was guessed, the one after it, too.

        `logits` has a row for each reply, and one more for each id that was guessed for it.
        """
        rows = [0, *accumulate(1 + len(ids) for ids in guesses)]
        active = list(range(len(replies)))
        events: list[Event] = []
        depth = 0
        while active:
            places = [rows[place] + depth for place in active]
            choosers = [chooser for place in active if (chooser := replies[place].chooser) is not None]
            whole = len(places) == len(logits)
            tokens = choose(logits if whole else logits[places], choosers)
            going_on = []
            for place, token in zip(active, tokens, strict=True):
                reply, guessed = replies[place], guesses[place]
                events += self._take(reply, token)
                is_right = depth < len(guessed) and guessed[depth] == token and reply in self._running
                if is_right:
                    _ledger(reply).ids.append(token)
                    going_on.append(place)
                elif reply.guesser is not None and guessed:
                    reply.guesser.checked(len(guessed), depth)
            active, depth = going_on, depth + 1
        return events

    def _take(self, reply: Reply, token: int) -> list[Event]:
        """A token was chosen."""
        if token in self._end_ids:  # sampled, never fed: the next prompt brings it
            return [self._end(reply, "stop")]
        events: list[Event] = [Tokens(reply.request.id, (token,), reply.add(token))]
        if len(reply.generated) >= reply.max_tokens:
            events.append(self._end(reply, "length"))
        return events

    def _admit(self) -> list[Event]:
        """Give free places to those whose turn it is, and tell the others where they stand."""
        events: list[Event] = []
        self._num_places = self._options.max_running
        while len(self._running) < self._num_places:
            reply = self._queue.first(self._running)
            if reply is None:
                break
            if self._running and not self.ledgers.fits(len(reply.prompt.ids) + reply.max_tokens):
                self._num_places = len(self._running)  # no memory for more
                break
            self._queue.take(reply)
            events += self._begin(reply)
        return events + self._places()

    def _begin(self, reply: Reply) -> list[Event]:
        request = reply.request
        opening = self.ledgers.open(
            request, reply.prompt, reply.ids, len(reply.prompt.ids) + reply.max_tokens
        )
        reply.ledger, reply.reused = opening.ledger, opening.reused
        reply.chooser = Chooser(request.sampling, reply.ids, len(reply.generated), self._model.device)
        self._running.append(reply)
        begun = Begun(
            request.id,
            opening.reused,
            len(reply.ids) - opening.reused,
            opening.reason,
            reply.prompt.question_ids,
        )
        if len(reply.generated) >= reply.max_tokens:  # the process before this one died at the last moment
            return [begun, self._end(reply, "length")]
        return [begun]

    def _end(self, reply: Reply, finish: Finish) -> Event:
        self._running.remove(reply)
        ledger = _ledger(reply)
        # A character that never became whole was not shown: it is not remembered either.
        ledger.crop(len(reply.prompt.ids) + len(reply.answer_ids()))
        is_kept = self.ledgers.close(ledger)
        if is_kept and self._options.guess:
            self._answers.add(reply.generated, reply.request.conversation)
        if finish != "cancelled":
            self.pace.answered(len(reply.generated))
        return _ended(reply, finish)

    def _places(self) -> list[Event]:
        """Where the waiting stand, for those to whom it is news."""
        if not len(self._queue):
            return []
        now = self._placed_at = self._clock()
        order = self._queue.order()
        running, waiting = [reply.work for reply in self._running], [reply.work for reply in order]
        waits = self.pace.waits(running, waiting, self._num_places)
        events: list[Event] = []
        for position, (reply, seconds) in enumerate(zip(order, waits, strict=True)):
            if reply.is_news(position, seconds, now):
                events.append(reply.told(position, seconds, now))
        return events


def _ledger(reply: Reply) -> Ledger:
    assert reply.ledger is not None, "only running replies have a ledger"
    return reply.ledger


def _ended(reply: Reply, finish: Finish) -> Ended:
    return Ended(
        id=reply.request.id,
        finish=finish,
        question_ids=reply.prompt.question_ids,
        answer_ids=reply.answer_ids(),
        prompt_tokens=len(reply.prompt.ids),
        reused_tokens=reply.reused,
        generated_tokens=len(reply.generated),
    )
