"""Every form of a model ends as the same folder, and what the engine cannot run is refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest
from tokenizers import Tokenizer

from server.engine.shape import Dtype, ModelShape, fingerprint
from server.engine.weights import load_weights
from server.errors import SourceProblem
from server.sources.convert import convert
from server.sources.names import parse_name
from tests.sources import tiny_models
from tests.sources.tiny_models import same_weights

# How a template of a thinking model writes that it shall not think.
THOUGHTLESS = "{% if enable_thinking is false %}<think>\n\n</think>\n\n{% endif %}"


def converted(name: str, made: Path, dtype: Dtype = "bf16") -> Path:
    """Convert in this process, without what `prepare` does around it."""
    made.mkdir()
    convert(parse_name(name), made, made / "downloads", dtype, lambda step: None)
    return made


@pytest.mark.parametrize(
    ("dtype", "more"),
    [
        ("bf16", {}),
        ("fp32", {"shards": 3}),
        ("bf16", {"tied": True}),
        ("bf16", {"architecture": "qwen3", "head_dim": 64}),
        ("int8", {"shards": 3}),
        ("int8", {"tied": True}),
        ("int8", {"architecture": "qwen3", "head_dim": 64}),
    ],
)
def test_directory_becomes_a_folder_with_its_weights(
    tmp_path: Path, dtype: Dtype, more: dict[str, object]
) -> None:
    """One file or several, tied or not, Qwen2 or Qwen3, in all types."""
    tiny_models.write_directory(tmp_path / "tiny", **more)  # type: ignore[arg-type]
    made = converted(f"dir:{tmp_path / 'tiny'}", tmp_path / "made", dtype)
    shape = ModelShape.load(made)
    assert (shape.dtype, shape.tied, shape.vocab_size) == (dtype, "tied" in more, len(tiny_models.TOKENS))
    assert shape.tokenizer == fingerprint(made / "tokenizer.json")
    same_weights(made, tied="tied" in more, architecture=str(more.get("architecture", "qwen2")))


def test_gguf_becomes_a_folder_with_a_working_tokenizer(tmp_path: Path) -> None:
    """The tokenizer of a GGUF file cuts, merges and gives back any text."""
    path = tiny_models.write_gguf(tmp_path / "tiny.gguf")
    made = converted(f"gguf:{path}", tmp_path / "made")
    tokenizer = Tokenizer.from_file(str(made / "tokenizer.json"))
    text = "hello 共同\n<|im_end|>"
    encoded = tokenizer.encode(text)
    assert encoded.tokens[0] == "hello"
    assert encoded.ids[-1] == tiny_models.TOKENS.index("<|im_end|>")
    assert tokenizer.decode(encoded.ids, skip_special_tokens=False) == text
    assert load_weights(made, ModelShape.load(made))


def test_truncation_left_by_training_is_taken_out(tmp_path: Path) -> None:
    """A long question must not lose its end because a tokenizer.json says so."""
    tiny_models.write_directory(tmp_path / "tiny")
    made = converted(f"dir:{tmp_path / 'tiny'}", tmp_path / "made")
    assert len(Tokenizer.from_file(str(made / "tokenizer.json")).encode("x" * 100).ids) == 100


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"architecture": "llama"}, "'llama' is not supported"),
        ({"rope_scaling": {"type": "yarn"}}, "stretched rope"),
        ({"use_sliding_window": True}, "sliding window"),
        ({"hidden_act": "gelu"}, "gelu"),
        ({"intermediate_size": 511}, "does not fit the model"),
        ({"num_hidden_layers": 3}, "missing"),
        ({"num_hidden_layers": 10**12}, "layers in"),
        ({"vocab_size": 10}, "do not fit"),
        ({"hidden_size": None}, "hidden_size|wrong"),
        ({"template": "{{ messages[0].content }}"}, "not ChatML"),
        ({"template": "{% for %}"}, "does not run"),
        ({"template": "{{ ''.__class__.__mro__ }}"}, "does not run|not ChatML"),
        ({"template": tiny_models.CHATML + THOUGHTLESS},
         "thinks aloud"),
    ],
)  # fmt: skip
def test_model_that_the_engine_cannot_run_is_refused(
    tmp_path: Path, more: dict[str, object], says: str
) -> None:
    """One sentence says why."""
    tiny = tiny_models.write_directory(tmp_path / "tiny", **more)  # type: ignore[arg-type]
    with pytest.raises(SourceProblem, match=says) as caught:
        converted(f"dir:{tiny}", tmp_path / "made")
    assert caught.value.code == "bad_model"


@pytest.mark.parametrize("file", ["config.json", "tokenizer.json", "model.safetensors"])
@pytest.mark.parametrize("damage", ["missing", "cut"])
def test_missing_and_cut_files_are_named(tmp_path: Path, file: str, damage: str) -> None:
    """The path in question is in the message."""
    path = tiny_models.write_directory(tmp_path / "tiny") / file
    content = path.read_bytes()
    path.unlink()
    if damage == "cut":
        path.write_bytes(content[: len(content) // 2])
    with pytest.raises(SourceProblem, match=file):
        converted(f"dir:{tmp_path / 'tiny'}", tmp_path / "made")
