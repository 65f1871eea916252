"""The house: every part, opened in order and closed in reverse, also when opening fails half-way."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from filters import fold
from server import __version__
from server.accounts import Accounts, Stages
from server.chat import ChatDesk, ChatRules, OwnData, Parts, Quotes, Retention, RetentionRules, texts_of
from server.embedding import QuestionVectors
from server.knowledge import (
    AnswerAttachments,
    AnswerDesk,
    AnswerFiles,
    ApprovedAnswers,
    DocumentDesk,
    Library,
)
from server.metrics import Metrics
from server.moderation import PublishedFilter, WordDesk
from server.office import ExampleDesk, PresetDesk
from server.presets import Preset, check_kept, load_preset
from server.records import Records
from server.settings import Settings
from server.sources.types import Source
from server.storage import audit
from server.storage.database import Database
from server.topics import (
    GroupDesk,
    GroupStatistics,
    PrivateFilter,
    Recorder,
    SafetyStatistics,
    Statistics,
    TopicDesk,
)
from server.wiring.embedding import embedding_of, keep_vectors
from server.wiring.example_shelves import example_shelves
from server.wiring.preset_settings import with_preset
from server.wiring.record_keeping import keep_records
from server.wiring.recording import hit_notes_of, records_of
from server.wiring.sourcing import source_of
from server.wiring.upkeep import (
    calm_collector,
    follow,
    follow_answers,
    keep_sheets,
    publish_on_time,
    sweep,
    tell_readiness,
    watch_stalls,
)


@dataclass
class House:
    """Every part of a running server."""

    settings: Settings
    preset: Preset
    presets: PresetDesk
    examples: ExampleDesk
    metrics: Metrics
    database: Database
    source: Source
    accounts: Accounts
    stages: Stages
    words: WordDesk
    records: Records
    published: PublishedFilter
    topics: TopicDesk
    statistics: Statistics
    safety: SafetyStatistics
    groups: GroupDesk
    documents: DocumentDesk
    group_statistics: GroupStatistics
    private: PrivateFilter | None
    answers: AnswerDesk
    answer_files: AnswerFiles
    attachments: AnswerAttachments
    embedding: QuestionVectors | None
    chat: ChatDesk
    retention: Retention
    own: OwnData
    started_at_ms: int
    _has_left: bool = field(default=False, repr=False)

    def use_preset(self, preset: Preset) -> None:
        """Another preset is in effect: for pages that open and conversations that begin from now on."""
        self.preset = preset
        self.chat.use_preset(preset, texts_of(preset))
        self.own.use_preset(preset)

    async def record(
        self, *, at_ms: int, who: str, what: str, subject: str, detail: dict[str, Any] | None = None
    ) -> None:
        """Put an act on the audit log.

        Raises:
            StorageProblem: the database refused, and the act must not be done.
        """
        async with self.database.write() as connection:
            await audit.append(connection, at_ms=at_ms, who=who, what=what, subject=subject, detail=detail)

    async def leave(self) -> None:
        """End the answers under way honestly and close the chat; once."""
        if not self._has_left:
            self._has_left = True
            await self.chat.close()


@asynccontextmanager
async def wire(settings: Settings, source: Source | None = None) -> AsyncIterator[House]:
    """Open the house. The source begins to become ready; whether it is, its `status` tells.

    Args:
        settings: everything that can be chosen.
        source: where replies come from, instead of what the settings name: already started, closed here.

    Raises:
        SettingsProblem: a preset or model that is not there.
        StorageProblem: the data folder cannot be used.
    """
    started_at_ms = time.time_ns() // 1_000_000
    preset = load_preset(settings.preset)
    settings = with_preset(settings, preset)
    check_kept(preset, settings.hit_text)
    metrics = Metrics()
    async with AsyncExitStack() as stack:
        if source is None:
            source = source_of(settings, preset)
            await source.start()  # first: a model is loaded while the rest is opened
        stack.push_async_callback(source.close)
        embedding = await embedding_of(settings)
        if embedding is not None:
            stack.push_async_callback(embedding.embedder.close)
        database = await Database.open(settings.database_file)
        stack.push_async_callback(database.close)
        presets = PresetDesk(database, preset)
        await presets.load()
        preset = presets.current
        accounts = await Accounts.open(
            database,
            login_hours=settings.login_hours,
            term_starts=settings.term_starts,
            timezone=settings.timezone,
        )
        stages = Stages(database, settings.timezone)
        zone = ZoneInfo(settings.timezone)
        published = PublishedFilter(database, lambda: datetime.now(zone).date())
        await published.load(started_at_ms)
        # The first long text makes tables and imports numpy: not on the event loop, with pupils waiting.
        await asyncio.to_thread(fold, "第一句话" * 100)
        topics = TopicDesk(database, preset.topics or preset.name)
        await topics.load()
        groups = GroupDesk(database)
        await groups.load()
        document_desk = DocumentDesk(database, settings.data, embedding)
        stack.push_async_callback(document_desk.close)
        await document_desk.open()
        own_groups = partial(accounts.classes.small_groups, settings.small_class, settings.small_class_group)
        statistics = Statistics(
            database,
            lambda: topics.taxonomy,
            small_group=settings.small_group,
            timezone=settings.timezone,
            is_told=True,
            own_groups=own_groups,
        )
        private = PrivateFilter(database) if settings.mask_private else None
        if private is not None:
            await private.refresh()
        approved = ApprovedAnswers(database, zone)
        await approved.load()
        stack.push_async_callback(approved.close)
        answers = AnswerDesk(database, approved, small_group=settings.small_group)
        chat = ChatDesk(
            Parts(
                database=database,
                source=source,
                published=published,
                preset=preset,
                rules=ChatRules.of(settings),
                recorder=Recorder(
                    database, topics, groups, timezone=settings.timezone, statistics=statistics
                ),
                metrics=metrics,
                pseudonym=accounts.pseudonym,
                join_class=accounts.classes.join,
                texts=texts_of(preset),
                stages=stages,
                knowledge=Library(answers=approved, documents=document_desk.finder),
                hit_notes=hit_notes_of(settings, published, private),
                private=private,
            )
        )
        await chat.start()
        retention = Retention(database, chat, groups, statistics, RetentionRules.of(settings))
        house = House(
            settings=settings,
            preset=preset,
            presets=presets,
            examples=ExampleDesk(database, preset.name, example_shelves(database, answers, document_desk)),
            metrics=metrics,
            database=database,
            source=source,
            accounts=accounts,
            stages=stages,
            words=WordDesk(database, published, settings.timezone),
            records=records_of(database, settings),
            published=published,
            topics=topics,
            statistics=statistics,
            safety=SafetyStatistics(
                database,
                small_group=settings.small_group,
                timezone=settings.timezone,
                own_groups=own_groups,
            ),
            groups=groups,
            documents=document_desk,
            group_statistics=GroupStatistics(statistics, groups, lambda text: topics.matcher.topics_of(text)),
            private=private,
            answers=answers,
            answer_files=AnswerFiles(database, answers),
            attachments=AnswerAttachments(database, answers),
            embedding=embedding,
            chat=chat,
            retention=retention,
            own=OwnData(database, accounts, chat, groups, retention, preset, settings.timezone),
            started_at_ms=started_at_ms,
        )
        stack.push_async_callback(house.words.close)
        stack.push_async_callback(house.leave)
        presets.on_change(house.use_preset)
        _watch(house)
        _run(stack, watch_stalls(metrics.event_loop_late))
        _run(stack, follow(published, "word list version"))
        if private is not None:
            _run(stack, follow(private, "list of names"))
        _run(stack, publish_on_time(house.words.schedule))
        _run(stack, follow_answers(approved))
        _run(stack, follow(document_desk.shelf, "document"))
        _run(stack, keep_vectors(database, embedding, approved))
        _run(stack, follow(presets, "text of the preset"))
        _run(stack, tell_readiness(source))
        _run(stack, keep_sheets(statistics.keep_up))
        _run(stack, sweep(lambda now_ms: accounts.classes.forget_strangers(now_ms, chat.present)))
        _run(stack, retention.keep_running())
        _run(stack, Quotes(database, forget_ids=chat.removing.forget_ids).keep_running())
        for doing in keep_records(house.records, settings):
            _run(stack, doing)
        calm_collector()
        yield house


def _run(stack: AsyncExitStack, doing: Coroutine[None, None, None]) -> None:
    """Keep a task for as long as the house stands."""
    task = asyncio.create_task(doing)

    async def end() -> None:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    stack.push_async_callback(end)


def _watch(house: House) -> None:
    """Show the numbers that the parts keep themselves."""
    metrics, chat, status = house.metrics, house.chat, house.source.status
    metrics.build(version=__version__, model=house.settings.model, preset=house.preset.name)
    metrics.watch("dayi_connections", "Open chat pages.", lambda: chat.num_connections)
    metrics.watch("dayi_conversations_in_memory", "Conversations in memory.", lambda: chat.num_in_memory)
    metrics.watch("dayi_running", "Answers that the source computes.", lambda: status().running)
    metrics.watch("dayi_waiting", "Questions that wait for the source.", lambda: status().waiting)
    metrics.watch("dayi_ready", "1 when questions can be answered.", lambda: status().ready)
    metrics.watch("dayi_engine_resident_bytes", "Memory of the engine.", lambda: status().resident_bytes)
    metrics.watch("dayi_engine_kv_bytes", "Memory for keys and values.", lambda: status().kv_bytes)
    metrics.watch("dayi_engine_steps", "Steps that the engine computed.", lambda: status().steps, "counter")
    metrics.watch(
        "dayi_engine_restarts", "How often the engine was started anew.", lambda: status().restarts, "counter"
    )
    metrics.watch(
        "dayi_lists_version", "Version of the word lists in effect.", lambda: house.published.version
    )
