"""What a sentence model's folder says is taken as its makers meant it, or refused in words."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from server.embedding.folder import look_at
from server.errors import SettingsProblem

CONFIG = {"model_type": "bert", "hidden_size": 16, "max_position_embeddings": 64}


def model_folder(folder: Path, **files: Any) -> Path:
    """A folder that looks like a sentence model's; `files` are contents by name, `None` takes one away."""
    there: dict[str, Any] = {"config.json": CONFIG, "tokenizer.json": {}, "model.safetensors": "weights"}
    for name, content in (there | files).items():
        if content is not None:
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return folder


def pooled_by(**modes: bool) -> dict[str, Any]:
    return {"1_Pooling/config.json": {f"pooling_mode_{mode}": on for mode, on in modes.items()}}


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"config.json": None}, "no config.json"),
        ({"tokenizer.json": None}, "no tokenizer.json"),
        ({"model.safetensors": None}, "no model.safetensors"),
        ({"config.json": "{half"}, "config.json cannot be read"),
        ({"config.json": {"model_type": "qwen2", "hidden_size": 8}}, "'qwen2' is no encoder"),
        ({"config.json": {"model_type": "bert"}}, "do not say"),
        ({"modules.json": [{"type": "sentence_transformers.models.Dense", "path": "2_Dense"}]}, "Dense"),
        ({"modules.json": {"type": "x"}}, "do not say"),
        (pooled_by(max_tokens=True), "pooling by max_tokens"),
        (pooled_by(mean_tokens=True, max_tokens=True), "pooling by max_tokens, mean_tokens"),
    ],
)
def test_what_is_no_sentence_model_is_refused(tmp_path: Path, files: dict[str, Any], said: str) -> None:
    """One line, in both languages, that names the folder."""
    with pytest.raises(SettingsProblem, match=said) as raised:
        look_at(model_folder(tmp_path, **files))
    assert str(tmp_path) in str(raised.value)
    assert "（" in str(raised.value)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    """The commonest slip."""
    with pytest.raises(SettingsProblem, match="no such folder"):
        look_at(tmp_path / "nowhere")


def test_everything_that_makes_a_vector_is_read(tmp_path: Path) -> None:
    """Pooling, the window and the words that are put before a question."""
    files = pooled_by(cls_token=True, mean_tokens=False) | {
        "sentence_bert_config.json": {"max_seq_length": 32},
        "config_sentence_transformers.json": {"prompts": {"query": "为这个句子生成表示：", "other": "x"}},
    }
    model = look_at(model_folder(tmp_path, **files))
    assert (model.num_dimensions, model.pooling, model.max_tokens) == (16, "cls", 32)
    assert model.prompts == {"question": "为这个句子生成表示：", "passage": ""}
    assert look_at(model_folder(tmp_path / "plain")).pooling == "mean"


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "model.safetensors").write_text("other weights"),
        lambda folder: model_folder(folder, **pooled_by(cls_token=True)),
        lambda folder: model_folder(folder, **{"sentence_bert_config.json": {"max_seq_length": 9}}),
    ],
)
def test_another_way_to_a_vector_is_another_name(tmp_path: Path, change: Callable[[Path], object]) -> None:
    """Vectors of two names are never compared, so a name must not outlive what it stands for."""
    before = look_at(model_folder(tmp_path)).name
    assert look_at(tmp_path).name == before
    change(tmp_path)
    assert look_at(tmp_path).name != before
