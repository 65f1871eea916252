"""An embedding model in the whole house: begun with it, measured, told about, ended with it."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import constants

from server.embedding import parse_embedding
from server.errors import SettingsProblem
from server.knowledge.bridge import digest_of_pairs
from server.settings import Settings
from server.storage import wording_vectors
from server.wiring.embedding import FILES, embedding_of
from server.wiring.house import House, wire
from tests.sources.loopback_hub import Hub, serving


def test_a_model_that_is_none_keeps_the_house_shut(tmp_path: Path) -> None:
    """Before anything is written."""

    async def open_it() -> None:
        settings = Settings(data=tmp_path / "data", model="scripted:", embedding=f"dir:{tmp_path}/nowhere")
        async with wire(settings):
            pass

    with pytest.raises(SettingsProblem, match="nowhere"):
        asyncio.run(open_it())
    assert not (tmp_path / "data").exists()


async def test_a_real_model_without_sense_is_measured_and_left_alone(tiny_bert: Path, tmp_path: Path) -> None:
    """Random weights add nothing: the house says so to itself, and stands."""
    settings = Settings(data=tmp_path, model="scripted:", embedding=f"dir:{tiny_bert}")
    before = asyncio.all_tasks()
    async with wire(settings) as house:
        assert house.embedding is not None
        async with asyncio.timeout(200):
            while (row := await _measured(house)) is None:  # noqa: ASYNC110 -- the database tells nobody
                await asyncio.sleep(0.05)
        assert row["threshold"] is None
        assert house.embedding.note is None
    assert asyncio.all_tasks() == before


async def _measured(house: House) -> dict[str, object] | None:
    assert house.embedding is not None
    async with house.database.read() as connection:
        return await wording_vectors.bridge_of(connection, house.embedding.embedder.name, digest_of_pairs())


_FILE_OF_A_MODEL = "{repo_id}/resolve/{revision}/{filename}"


@pytest.fixture
def hub(tiny_bert: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub of this machine that carries the tiny model, and more than is needed."""
    folder = shutil.copytree(tiny_bert, tmp_path / "tiny")
    (folder / "pytorch_model.bin").write_text("not needed")
    (folder / "modules.json").write_text('[{"type": "sentence_transformers.models.Normalize", "path": "2"}]')
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home" / "hf"))
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text('{"pooling_mode_cls_token": true}')
    with serving(folder) as running:
        # The client reads its environment once, and another test may have had it read already.
        monkeypatch.setattr(constants, "ENDPOINT", running.url)
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", f"{running.url}/{_FILE_OF_A_MODEL}")
        monkeypatch.setenv("MODELSCOPE_ENDPOINT", running.url)
        yield running


@pytest.mark.parametrize("kind", ["hub", "modelscope"])
async def test_a_model_of_a_hub_is_fetched_once(hub: Hub, tmp_path: Path, kind: str) -> None:
    """Of its files those that are read; a later start needs no network."""
    settings = Settings(data=tmp_path / "data", embedding=f"{kind}:owner/tiny")
    opened = await embedding_of(settings)
    assert opened is not None
    name = opened.embedder.name
    await opened.embedder.close()
    assert set(hub.sent) == set(FILES) - {"sentence_bert_config.json", "config_sentence_transformers.json"}
    num_requests = len(hub.requests)
    again = await embedding_of(settings)
    assert again is not None
    await again.embedder.close()
    assert again.embedder.name == name
    assert len(hub.requests) == num_requests
    assert parse_embedding(f"{kind}:owner/tiny").value == "owner/tiny"
