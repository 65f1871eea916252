"""What the chat's tests share: a desk with its parts, and a page that talks to it."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from filters import Action, Direction, Pipeline, Word, WordList, compile_pipeline
from server.accounts import ClassRef, Stages, Who
from server.chat import ChatDesk, ChatRules, Connection, Parts, texts_of
from server.chat.parts import Knowledge, Private
from server.errors import ClientProblem, StorageProblem
from server.metrics import Metrics
from server.presets import Preset, load_preset
from server.sources.scripted import ScriptedSource
from server.sources.types import Source
from server.storage.database import Database

_ask_numbers = itertools.count(1)
PRESET = load_preset("education")
TEXTS = texts_of(PRESET)
PUPIL = Who("visitor", "pupil")
QUICK = ChatRules(join_ms=2, grace_seconds=5, idle_seconds=60, drain_seconds=0.5, closing_seconds=0.3)


def word(text: str, answer: Action | None, question: Action | None = None, **more: Any) -> Word:
    """A made-up word with its actions."""
    actions = {
        direction: action
        for direction, action in ((Direction.ANSWER, answer), (Direction.QUESTION, question))
        if action is not None
    }
    return Word(f"w-{text}", text, "test", actions, **more)


def words(*entries: Word, version: int = 1) -> Pipeline:
    """A compiled list."""
    return compile_pipeline(WordList(version, entries))


DEFAULT = words(
    word("坏蛋词", Action.BLOCK, Action.BLOCK),
    word("遮住词", Action.MASK, Action.MASK),
)


@dataclass
class Publication:
    """The filter in effect, to be swapped by a test; None: there is none."""

    pipeline: Pipeline | None = DEFAULT
    classes: dict[str, Pipeline] = field(default_factory=dict)

    def of(self, class_id: str | None) -> Pipeline:
        if self.pipeline is None:
            raise StorageProblem("no word list is loaded")
        return self.classes.get(class_id or "", self.pipeline)

    def refusals(self, lang: str, class_id: str | None = None) -> dict[str, str]:
        return {}


@dataclass
class Notebook:
    """A recorder that keeps what it is told."""

    questions: list[dict[str, Any]] = field(default_factory=list)
    ratings: list[tuple[str, int | None]] = field(default_factory=list)

    async def question(self, **fact: Any) -> None:
        self.questions.append(fact)

    async def rated(self, turn_id: str, value: int | None) -> None:
        self.ratings.append((turn_id, value))


class Page:
    """A chat page: remembers what it was shown, as a browser would."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.frames: list[dict[str, Any]] = []
        self.texts: list[str] = []
        self._news = asyncio.Event()
        self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for text in self.connection.outbox:
            self.texts.append(text)
            self.frames.append(json.loads(text))
            self._news.set()

    async def send(self, **frame: Any) -> None:
        """Send a frame."""
        await self.connection.receive(json.dumps(frame))

    async def hello(self, **more: Any) -> dict[str, Any]:
        """Say hello; the welcome (or the error)."""
        await self.send(type="hello", v=1, **more)
        return await self.get(lambda frame: frame["type"] in ("welcome", "error"))

    async def get(
        self, wanted: Callable[[dict[str, Any]], bool], after: int = 0, seconds: float = 60
    ) -> dict[str, Any]:
        """The first such frame (among those after the first `after`), as soon as it is there."""
        async with asyncio.timeout(seconds):
            while True:
                for frame in self.frames[after:]:
                    if wanted(frame):
                        return frame
                self._news.clear()
                await self._news.wait()

    async def kind(self, *types: str, after: int = 0, seconds: float = 60) -> dict[str, Any]:
        """The first frame of one of these types."""
        return await self.get(lambda frame: frame["type"] in types, after, seconds)

    async def ask(self, text: str, ask_id: str | None = None, **more: Any) -> dict[str, Any]:
        """Ask and wait for `accepted` or `refused`."""
        ask_id = ask_id or f"ask-{next(_ask_numbers)}"
        await self.send(type="ask", id=ask_id, text=text, **more)
        return await self.get(lambda frame: frame.get("id") == ask_id)

    async def answer(self, text: str, ask_id: str | None = None, **more: Any) -> dict[str, Any]:
        """Ask and wait for the end; `done` with the shown text under `text`."""
        accepted = await self.ask(text, ask_id, **more)
        assert accepted["type"] == "accepted", accepted
        return await self.done(accepted["turn"])

    async def done(self, turn: str) -> dict[str, Any]:
        """The end of a turn, with the shown text under `text`."""
        done = await self.get(lambda frame: frame["type"] == "done" and frame["turn"] == turn)
        return {**done, "text": self.shown(turn)}

    def shown(self, turn: str) -> str:
        """The text of a turn as far as this page has it."""
        return "".join(
            frame["text"] for frame in self.frames if frame["type"] == "delta" and frame["turn"] == turn
        )

    @property
    def last_seq(self) -> int:
        """The number of the newest frame."""
        return max((frame["seq"] for frame in self.frames if "seq" in frame), default=0)

    @property
    def conversation(self) -> str:
        """The conversation this page is in."""
        return next(frame["conversation"] for frame in self.frames if frame["type"] == "welcome")

    async def leave(self) -> None:
        """The socket breaks."""
        await self.connection.closed()
        await self._reader


class House:
    """A desk and everything it is built from."""

    def __init__(
        self,
        database: Database,
        source: Source | None = None,
        *,
        rules: ChatRules = QUICK,
        knowledge: Knowledge | None = None,
        preset: Preset = PRESET,
        stages: Stages | None = None,
        private: Private | None = None,
        **changed: Any,
    ) -> None:
        self.database = database
        self.source = source or ScriptedSource()
        self.publication = Publication()
        self.notebook = Notebook()
        self.metrics = Metrics()
        self.parts = Parts(
            database=database,
            source=self.source,
            published=self.publication,
            preset=preset,
            rules=replace(rules, **changed),
            recorder=self.notebook,
            metrics=self.metrics,
            pseudonym=lambda owner_id, class_id, at_ms: f"p-{owner_id}-{class_id}",
            join_class=join_class,
            texts=TEXTS,
            knowledge=knowledge,
            stages=stages,
            private=private,
        )
        self.desk = ChatDesk(self.parts)
        self._pages: list[Page] = []

    async def open(self) -> None:
        """Open the desk."""
        await self.desk.start()

    async def close(self) -> None:
        """Close the desk and every page."""
        await self.desk.close()
        for page in self._pages:
            await page.leave()

    def page(self, who: Who = PUPIL, address: str = "10.0.0.1") -> Page:
        """A page opens."""
        page = Page(self.desk.connect(who, address))
        self._pages.append(page)
        return page

    async def at_desk(self, who: Who = PUPIL, **hello: Any) -> Page:
        """A page that has said hello."""
        page = self.page(who)
        await page.hello(**hello)
        return page


async def join_class(who: Who, code: str, address: str, now_ms: int) -> ClassRef:
    """One class, with the code 7A."""
    if code != "7A":
        raise ClientProblem("no_such_class", "没有这个加入码。", message_en="There is no such join code.")
    return ClassRef(id="class-7a", name="七年级一班")


async def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for something that nobody announces."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def texts_by_turn(frames: list[dict[str, Any]]) -> dict[str, str]:
    """What a page shows, turn by turn."""
    shown: dict[str, str] = {}
    for frame in frames:
        if frame["type"] == "delta":
            shown[frame["turn"]] = shown.get(frame["turn"], "") + frame["text"]
    return shown


def without_deltas(frames: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Everything else a page was sent about the conversation."""
    return [frame for frame in frames if "seq" in frame and frame["type"] not in ("welcome", "delta")]
