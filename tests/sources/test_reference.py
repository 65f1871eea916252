"""The real light model: what was prepared is what the reference libraries read from the same file."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest
import torch
from gguf.quants import dequantize
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from server.engine.shape import ModelShape
from server.engine.weights import load_weights
from server.sources import bundled
from server.sources.fuse import fused
from server.sources.gguf import gguf_name

pytestmark = pytest.mark.model

TEXTS = [
    "你好，世界！请用一句话解释勾股定理。",
    "<|im_start|>user\nhi<|im_end|>\n<|endoftext|><tool_call>{}</tool_call>",
    "  def f(x):\n\treturn x ** 2  # 平方\n\n\n",
    "ａｂｃ１２３　全角 ①② Ⅳ 👩‍👩‍👧 é ñ 共同发展 12345678",
    "I'll don't WE'RE 'tis \r\n \u200b\ufeff end",
]


@pytest.fixture(scope="module")
def joined(prepared_05b_fp32: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The official file, joined from its parts."""
    path = tmp_path_factory.mktemp("joined") / "model.gguf"
    bundled.assemble(bundled.BUNDLES["0.5b"], path, lambda step: None)
    yield path
    path.unlink()


@pytest.fixture(scope="module")
def reference(joined: Path) -> Any:
    """transformers' tokenizer of the same file."""
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(joined.parent, gguf_file=joined.name)


@pytest.fixture(scope="module")
def tokenizer(prepared_05b_fp32: Path) -> Tokenizer:
    return Tokenizer.from_file(str(prepared_05b_fp32 / "tokenizer.json"))


def test_tokenizer_encodes_and_decodes_as_transformers_does(tokenizer: Tokenizer, reference: Any) -> None:
    """Ids, special tokens and the way back."""
    for text in TEXTS:
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        assert ids == reference(text, add_special_tokens=False).input_ids, text
        for skip in (True, False):
            there = reference.decode(ids, skip_special_tokens=skip, clean_up_tokenization_spaces=False)
            assert tokenizer.decode(ids, skip_special_tokens=skip) == there


@settings(max_examples=300, deadline=None)
@given(text=st.text(max_size=60).map(lambda text: unicodedata.normalize("NFC", text)))
def test_tokenizer_agrees_on_any_composed_text(tokenizer: Tokenizer, reference: Any, text: str) -> None:
    """The same ids, and the same text back."""
    ids = tokenizer.encode(text, add_special_tokens=False).ids
    assert ids == reference(text, add_special_tokens=False).input_ids
    assert tokenizer.decode(ids, skip_special_tokens=False) == text


def test_tokenizer_composes_characters_as_its_publisher_does(tokenizer: Tokenizer) -> None:
    """A decomposed é is the é that the model was trained on."""
    assert tokenizer.encode("e\u0301").ids == tokenizer.encode("\u00e9").ids


def test_weights_are_those_of_the_reference_reader(joined: Path, prepared_05b_fp32: Path) -> None:
    """Every tensor, to the last bit."""
    stored = {tensor.name: tensor for tensor in gguf.GGUFReader(joined).tensors}

    def tensor(name: str) -> torch.Tensor:
        found = stored[gguf_name(name)]
        values = dequantize(np.array(found.data), found.tensor_type)
        return torch.from_numpy(values).reshape(*map(int, reversed(found.shape)))

    shape = ModelShape.load(prepared_05b_fp32)
    made = load_weights(prepared_05b_fp32, shape)
    names = []
    for name, wanted in fused(shape, tensor):
        assert torch.equal(made[name], wanted), name
        names.append(name)
    assert sorted(names) == sorted(made)
