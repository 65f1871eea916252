"""The embedding model that the settings name, if they name one, and what becomes of vectors without one.

Of a hub, its files are fetched first. What vectors are for is not known here.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import structlog

from server.embedding import EmbeddingName, QuestionVectors, open_embedder, parse_embedding
from server.errors import SettingsProblem, SourceProblem, StorageProblem
from server.knowledge import ApprovedAnswers, WordingVectors
from server.settings import Settings
from server.sources import hub
from server.sources.names import parse_name
from server.sources.progress import Progress, Step
from server.storage import wording_vectors
from server.storage.database import Database

log = structlog.get_logger(__name__)

# All that a sentence model's folder is read for; of the weights the safe form alone.
FILES = (
    "config.json",
    "tokenizer.json",
    "model.safetensors",
    "modules.json",
    "1_Pooling/config.json",
    "sentence_bert_config.json",
    "config_sentence_transformers.json",
)
_COMPLETE = "complete"
_TELL_PERCENT = 10


async def embedding_of(settings: Settings) -> QuestionVectors | None:
    """The model, begun to load, as questions meet it; None where none is set. Close its embedder.

    Raises:
        SettingsProblem: there is no such model, or a hub does not give it.
    """
    if not settings.embedding:
        return None
    name = parse_embedding(settings.embedding)
    if name.kind in ("hub", "modelscope"):
        name = await asyncio.to_thread(_fetched, name, settings.models_folder.absolute())
    key = settings.embedding_key.get_secret_value() if settings.embedding_key else None
    return QuestionVectors(await open_embedder(name, threads=settings.embedding_threads, key=key))


async def keep_vectors(
    database: Database, embedding: QuestionVectors | None, approved: ApprovedAnswers
) -> None:
    """Find approved answers by vectors, too, as long as the house stands.

    Where no model is set any more, those of an earlier one go: nobody would delete them with their answers.
    """
    if embedding is not None:
        vectors = WordingVectors(database, embedding, approved)
        approved.look_near(vectors)
        await vectors.keep_up()
        return
    try:
        async with database.write() as connection:
            await wording_vectors.forget_vectors_but_of(connection, None)
    except StorageProblem as problem:  # the next start does
        log.error("vectors of approved answers could not be deleted", reason=str(problem))


def _fetched(name: EmbeddingName, models_folder: Path) -> EmbeddingName:
    """The folder of a hub's model; fetched once, and never asked for again."""
    wanted = parse_name(str(name))
    folder = models_folder / f"embedding-{wanted.slug}"
    if not (folder / _COMPLETE).exists():
        log.info("the embedding model is fetched", model=str(name))
        try:
            hub.fetch(wanted, folder, _telling(), files=FILES, but=())
        except (SourceProblem, OSError) as problem:
            raise SettingsProblem(f"embedding {name}: {problem}（下载失败）") from None
        (folder / _COMPLETE).write_text(str(name), encoding="utf-8")
    return replace(name, kind="dir", value=str(folder))


def _telling() -> Progress:
    """Tells every tenth of the way."""
    last = 0

    def tell(step: Step) -> None:
        nonlocal last
        percent = 100 * step.done_bytes // (step.total_bytes or 1)
        if percent >= last + _TELL_PERCENT:
            last = percent
            log.info("the embedding model is being fetched", percent=percent)

    return tell
