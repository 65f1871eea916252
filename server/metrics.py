"""What the server counts, and its Prometheus text.

One object, made in the wiring and handed to whoever counts; nothing here is global.
It does not know who scrapes it, nor what the numbers are good for.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

FIRST_TOKEN_SECONDS = (0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3.0, 6.0, 12.0, 25.0, 60.0)
LATE_SECONDS = (
    *(
        0.002,
        0.005,
        0.01,
        0.015,
        0.02,
        0.025,
        0.03,
        0.04,
        0.05,
        0.075,
        0.1,
        0.15,
        0.2,
        0.3,
        0.5,
        1.0,
        2.0,
        5.0,
    ),
)
TOLD_TO_REAL = (0.25, 0.5, 0.7, 0.85, 1.0, 1.15, 1.3, 1.6, 2.0, 4.0)
COMMIT_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0, 5.0)


class Metrics:
    """Every counter, gauge and histogram of one server."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.stalls = LongestStall()
        ProcessCollector(registry=self.registry)
        self._questions = Counter(
            "dayi_questions", "Questions by how they ended.", ["outcome"], registry=self.registry
        )
        self._first_token = Histogram(
            "dayi_first_token_seconds",
            "From accepting a question to the first text of its answer.",
            buckets=FIRST_TOKEN_SECONDS,
            registry=self.registry,
        )
        self._tokens = Counter(
            "dayi_tokens", "Tokens of prompts, reused from the cache, and generated.", ["kind"],
            registry=self.registry,
        )  # fmt: skip
        # Apart from the others because it is what costs: prompts without what was reused.
        self._prefilled = Counter(
            "dayi_prefilled_tokens", "Tokens of prompts that were computed.", registry=self.registry
        )
        self._verdicts = Counter(
            "dayi_verdicts", "Matches of the word filter.", ["action", "direction"], registry=self.registry
        )
        self._filter_failures = Counter(
            "dayi_filter_failures",
            "Texts that did not pass because the word filter itself failed: look into the log.",
            registry=self.registry,
        )
        self._commits = Histogram(
            "dayi_journal_commit_seconds",
            "Time to make a batch of frames durable.",
            buckets=COMMIT_SECONDS,
            registry=self.registry,
        )
        self._frames = Counter("dayi_journal_frames", "Frames journalled.", registry=self.registry)
        self._requests = Counter(
            "dayi_http_requests", "HTTP requests by status class.", ["status"], registry=self.registry
        )
        self._refused = Counter(
            "dayi_connections_refused", "Chat connections refused at the door.", ["reason"],
            registry=self.registry,
        )  # fmt: skip
        self._late = Histogram(
            "dayi_event_loop_late_seconds",
            "How late the event loop came to what was due, looked at a hundred times a second.",
            buckets=LATE_SECONDS,
            registry=self.registry,
        )
        self._wait_estimates = Histogram(
            "dayi_wait_told_to_real",
            "The wait that was told first, divided by the real one.",
            buckets=TOLD_TO_REAL,
            registry=self.registry,
        )
        stall = Gauge(
            "dayi_event_loop_stall_seconds", "Longest stall of the event loop in the last minute.",
            registry=self.registry,
        )  # fmt: skip
        stall.set_function(lambda: self.stalls.longest_seconds)

    def question_ended(self, outcome: str) -> None:
        """A question came to its end: answered, blocked, filtered, stopped, failed, refused, …"""
        self._questions.labels(outcome).inc()

    def first_token(self, seconds: float) -> None:
        """The first text of an answer came `seconds` after its question was accepted."""
        self._first_token.observe(seconds)

    def tokens(self, *, prompt: int = 0, reused: int = 0, generated: int = 0) -> None:
        """A reply ended that cost so many tokens."""
        for kind, num in (("prompt", prompt), ("reused", reused), ("generated", generated)):
            self._tokens.labels(kind).inc(num)
        self._prefilled.inc(max(0, prompt - reused))

    def verdict(self, action: str, direction: str) -> None:
        """A word of the lists matched."""
        self._verdicts.labels(action, direction).inc()

    def filter_failed(self) -> None:
        """The word filter itself broke, and nothing passed."""
        self._filter_failures.inc()

    def journal_committed(self, seconds: float, num_frames: int) -> None:
        """A batch of frames is durable."""
        self._commits.observe(seconds)
        self._frames.inc(num_frames)

    def request_answered(self, status: int) -> None:
        """An HTTP request got its answer."""
        self._requests.labels(f"{status // 100}xx").inc()

    def event_loop_late(self, now_seconds: float, late_seconds: float) -> None:
        """The event loop came `late_seconds` too late to something, at `now_seconds`."""
        self._late.observe(late_seconds)
        self.stalls.note(now_seconds, late_seconds)

    def waited(self, told_seconds: float, real_seconds: float) -> None:
        """A question that was told to wait so long got its place after so long."""
        self._wait_estimates.observe(told_seconds / max(0.1, real_seconds))

    def connection_refused(self, reason: str) -> None:
        """A chat connection was turned away at the handshake."""
        self._refused.labels(reason).inc()

    def watch(
        self,
        name: str,
        description: str,
        read: Callable[[], float],
        kind: Literal["gauge", "counter"] = "gauge",
    ) -> None:
        """Show a number that another part keeps; it is read at each scrape."""
        self.registry.register(_Reading(name, description, read, kind))

    def build(self, **labels: str) -> None:
        """Show what runs here (version, model, preset) as labels of a constant 1."""
        gauge = Gauge("dayi_build", "What runs here.", list(labels), registry=self.registry)
        gauge.labels(**labels).set(1)

    def text(self) -> bytes:
        """Everything as Prometheus text."""
        return generate_latest(self.registry)


class LongestStall:
    """The longest stall of the event loop in a window of the recent past. The time is an argument."""

    def __init__(self, window_seconds: float = 60.0) -> None:
        self._window_seconds = window_seconds
        # (at, stall) with falling stalls: the first is the longest.
        self._falling: deque[tuple[float, float]] = deque()

    def note(self, now_seconds: float, stall_seconds: float) -> None:
        """The loop answered `stall_seconds` late at `now_seconds`."""
        while self._falling and self._falling[-1][1] <= stall_seconds:
            self._falling.pop()
        self._falling.append((now_seconds, stall_seconds))
        while self._falling[0][0] < now_seconds - self._window_seconds:
            self._falling.popleft()

    @property
    def longest_seconds(self) -> float:
        """The longest stall of the window that ends at the last note."""
        return self._falling[0][1] if self._falling else 0.0


class _Reading:
    """A number read from its owner when the registry is collected."""

    def __init__(self, name: str, description: str, read: Callable[[], float], kind: str) -> None:
        self._family = CounterMetricFamily if kind == "counter" else GaugeMetricFamily
        self._name = name
        self._description = description
        self._read = read

    def describe(self) -> list[Metric]:
        return [self._family(self._name, self._description)]

    def collect(self) -> Iterator[Metric]:
        yield self._family(self._name, self._description, value=self._read())
