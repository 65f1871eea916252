"""The engine proper: replies in, one step at a time, events out.

A step computes a row for every reply that decodes and at most one chunk of one that prefills, so that a
long question never freezes the others. This module does not know about processes or sockets.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import torch

from server.engine.ledger import Ledger, Ledgers
from server.engine.model import Model, Run
from server.engine.pace import Pace
from server.engine.prompt import PromptBuilder, TooLong
from server.engine.reply import Reply
from server.engine.sampler import Chooser, choose
from server.engine.scheduler import Queue, next_prefill
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

_REMIND_SECONDS = 0.5  # between two looks at the estimates of those who wait


class Batch:
    """All replies of one model. Every method returns the events it caused, in order."""

    def __init__(
        self, model: Model, text: Text, options: EngineOptions, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.ledgers = Ledgers(model.shape, model.device, options.kv_budget_bytes)
        self.pace = Pace(chunk_tokens=options.chunk_tokens)
        self.fingerprint = model.shape.tokenizer
        self._model = model
        self._text = text
        self._options = options
        self._clock = clock
        self._prompts = PromptBuilder(model.shape, text, options.window_tokens)
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
        return []

    def step(self) -> list[Event]:
        """Compute one step."""
        begin = self._clock()
        decoding = [reply for reply in self._running if reply.num_pending == 1]
        chosen = next_prefill([reply for reply in self._running if reply.num_pending > 1])
        replies = [*decoding, chosen] if chosen else decoding
        if not replies:
            return []
        runs = [self._run(reply) for reply in replies]
        logits = self._model.step(runs)
        for reply, run in zip(replies, runs, strict=True):
            _ledger(reply).extend(run.ids)
        events = self._chosen([r for r, run in zip(replies, runs, strict=True) if run.wants_logits], logits)
        self.pace.stepped(self._clock() - begin, len(decoding), len(runs[-1].ids) if chosen else 0)
        if chosen and chosen.ledger:
            self.ledgers.share_prefix(chosen.ledger, chosen.prompt.num_system)
        if any(isinstance(event, Ended) for event in events):
            events += self._admit()
        return events

    def _run(self, reply: Reply) -> Run:
        ledger = _ledger(reply)
        done = len(ledger.ids)
        ids = reply.ids[done : done + self._options.chunk_tokens]
        self.ledgers.reserve(ledger, done + len(ids))
        return Run(ledger.cache, ids, wants_logits=done + len(ids) == len(reply.ids))

    def _chosen(self, replies: list[Reply], logits: torch.Tensor) -> list[Event]:
        if not replies:
            return []
        choosers = [reply.chooser for reply in replies if reply.chooser is not None]
        events: list[Event] = []
        for reply, token in zip(replies, choose(logits, choosers), strict=True):
            if token in self._end_ids:  # sampled, never fed: the next prompt brings it
                events.append(self._end(reply, "stop"))
                continue
            events.append(Tokens(reply.request.id, (token,), reply.add(token)))
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
            sizes = [len(one.prompt.ids) + one.max_tokens for one in (*self._running, reply)]
            if self._running and not self.ledgers.fits(sizes):
                self._num_places = len(self._running)  # no memory for more
                break
            self._queue.take(reply)
            events += self._begin(reply)
        return events + self._places()

    def _begin(self, reply: Reply) -> list[Event]:
        request = reply.request
        opening = self.ledgers.open(request, reply.prompt, reply.ids)
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
        self.ledgers.close(ledger)
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
