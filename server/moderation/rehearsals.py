"""Rehearses the draft on the last messages, on harmless text and on the saved texts, beside everything else.

What is kept of messages are places in turns, never their text: what a pupil deletes is gone from here, too.
Who asked is not known here.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from filters import Direction, harmless_texts
from server.errors import ClientProblem, DayiProblem
from server.moderation import problems
from server.moderation.draft import Draft, DraftState
from server.moderation.published import PublishedFilter
from server.moderation.quoting import quote
from server.moderation.record import record_act
from server.moderation.rehearse import TURNS, Side, Subject, rehearse
from server.moderation.views_way import RehearsalView
from server.storage import recent_turns, word_desk
from server.storage.database import Database
from server.storage.recent_turns import TurnTexts
from server.storage.word_desk import StoredRehearsal, StoredSample

log = structlog.get_logger(__name__)

MOST_TURNS = 2000
PARTS = ("messages", "harmless", "samples")
_DAY_MS = 86_400_000


class _Stopped(Exception):
    """The house closes."""


@dataclass
class _Progress:
    """Counted in the thread that rehearses, read on the event loop."""

    num_total: int = 0
    num_done: int = 0
    stop: threading.Event = field(default_factory=threading.Event)

    def step(self) -> None:
        self.num_done += 1
        if self.stop.is_set():
            raise _Stopped


class Rehearsals:
    """The rehearsal that is running, and the last one that ended."""

    def __init__(self, database: Database, published: PublishedFilter, draft: Draft) -> None:
        self._database = database
        self._published = published
        self._draft = draft
        self._task: asyncio.Task[None] | None = None
        self._progress = _Progress()
        self._problem: ClientProblem | None = None

    async def start(self, days: int, *, who: str, now_ms: int) -> None:
        """Begin to rehearse the draft as it is now; `view` tells how far it is.

        Args:
            days: the messages of so many days count, and never more than the last 2,000 turns.
            who: asks for it.
            now_ms: when.

        Raises:
            ClientProblem: 409 `rehearsing` or `nothing_to_publish`.
        """
        if (await self._draft.key())[0] == 0:
            raise problems.nothing_to_publish()
        if self._task is not None and not self._task.done():
            raise problems.rehearsing()
        self._progress, self._problem = _Progress(), None
        self._task = asyncio.create_task(self._run(days, who, now_ms, self._progress))

    async def wait(self) -> None:
        """Until the rehearsal under way has ended."""
        if self._task is not None:
            await asyncio.wait([self._task])

    async def close(self) -> None:
        """End the rehearsal under way; it leaves nothing."""
        self._progress.stop.set()
        await self.wait()

    async def view(self, lang: str = "zh") -> RehearsalView:
        """How far it is, or what was found out last."""
        if self._task is not None and not self._task.done():
            return RehearsalView(
                state="running", num_done=self._progress.num_done, num_total=self._progress.num_total
            )
        if self._problem is not None:
            return RehearsalView(state="failed", problem=self._problem.message_in(lang))
        async with self._database.read() as connection:
            last = await word_desk.rehearsal(connection)
            if last is None:
                return RehearsalView(state="none")
            result = last.result
            examples = [
                each for turn in TURNS for each in result["messages"][turn]["examples"]
            ]  # at most a few dozen
            texts = await recent_turns.by_ids(connection, {each["key"] for each in examples})
        return RehearsalView(
            state="done",
            at_ms=last.at_ms,
            who=last.who,
            is_stale=(last.draft_id, last.base_version) != await self._draft.key(),
            result=await asyncio.to_thread(_quoted, result, texts),
        )

    async def _run(self, days: int, who: str, now_ms: int, progress: _Progress) -> None:
        try:
            state = await self._draft.read()
            if state.pending.num_changes:
                await self._rehearse(state, days, who, now_ms, progress)
        except _Stopped:
            pass
        except ClientProblem as problem:
            self._problem = problem
        except DayiProblem as problem:
            log.error("a rehearsal failed", reason=str(problem))
            self._problem = problems.rehearsal_failed()

    async def _rehearse(
        self, state: DraftState, days: int, who: str, now_ms: int, progress: _Progress
    ) -> None:
        async with self._database.read() as connection:
            since_ms = now_ms - days * _DAY_MS
            turns = await recent_turns.newest(connection, since_ms=since_ms, limit=MOST_TURNS)
            samples = await word_desk.samples(connection)
        _, compiled = await self._draft.compile(state)
        effective = self._published.compiled
        whose = self._published.whose_layer
        now = Side(lambda class_id: effective.of(whose(class_id)).pipeline, effective.list_names)
        then = Side(lambda class_id: compiled.of(whose(class_id)).pipeline, compiled.list_names)
        result = await asyncio.to_thread(_all_parts, now, then, turns, samples, progress)
        result["days"] = days
        draft_id, base_version = state.key
        row = StoredRehearsal(draft_id, base_version, now_ms, who, result)
        counts = {part: {turn: result[part][turn]["num_texts"] for turn in TURNS} for part in PARTS}
        async with self._database.write() as connection:
            await word_desk.keep_rehearsal(connection, row)
            await record_act(connection, "rehearse", str(base_version), who=who, now_ms=now_ms, **counts)


def _all_parts(
    now: Side,
    then: Side,
    turns: Sequence[TurnTexts],
    samples: Sequence[StoredSample],
    progress: _Progress,
) -> dict[str, Any]:
    parts: dict[str, list[Subject]] = {
        "messages": [
            Subject(turn.id, text, direction, turn.class_id)
            for turn in turns
            for text, direction in ((turn.question, Direction.QUESTION), (turn.answer, Direction.ANSWER))
            if text
        ],
        "harmless": [
            Subject(str(number), text, direction)
            for number, text in enumerate(harmless_texts())
            for direction in (Direction.QUESTION, Direction.ANSWER)
        ],
        "samples": [Subject(each.id, each.text, Direction(each.direction)) for each in samples],
    }
    progress.num_total = sum(map(len, parts.values()))
    result = {name: rehearse(now, then, subjects, progress.step) for name, subjects in parts.items()}
    result["samples"]["texts"] = {each.id: [each.name, each.text] for each in samples}
    result["samples"]["wrong"] = [told for each in samples if (told := _unexpected(then, each))]
    return result


def _unexpected(then: Side, sample: StoredSample) -> dict[str, Any] | None:
    """What a saved text meets that it should not; None where all is well."""
    if sample.expected is None:
        return None
    action = then.pipeline_of(None).check(sample.text, Direction(sample.direction)).action or "pass"
    if action == sample.expected:
        return None
    return {"name": sample.name, "expected": sample.expected, "action": str(action)}


def _quoted(result: dict[str, Any], turns: dict[str, TurnTexts]) -> dict[str, Any]:
    """The result with a masked quotation for each place; what is deleted meanwhile has none."""
    harmless = harmless_texts()
    samples = result["samples"]["texts"]

    def text_of(part: str, example: dict[str, Any]) -> str | None:
        key = example["key"]
        if part == "messages":
            turn = turns.get(key)
            return turn and (turn.question if example["direction"] == "question" else turn.answer)
        if part == "samples":
            return str(samples[key][1]) if key in samples else None
        return harmless[int(key)] if int(key) < len(harmless) else None

    def shown(part: str, example: dict[str, Any]) -> dict[str, Any]:
        text = text_of(part, example)
        told = {name: value for name, value in example.items() if name not in ("key", "start", "end")}
        told["quote"] = None if text is None else quote(text, example["start"], example["end"])
        told["name"] = samples[example["key"]][0] if part == "samples" else None
        return told

    quoted: dict[str, Any] = {"days": result["days"]}
    for part in PARTS:
        quoted[part] = {
            turn: {
                **result[part][turn],
                "examples": [shown(part, each) for each in result[part][turn]["examples"]],
            }
            for turn in TURNS
        }
        quoted[part]["num_texts"] = result[part]["num_texts"]
    quoted["samples"]["wrong"] = result["samples"]["wrong"]
    return quoted
