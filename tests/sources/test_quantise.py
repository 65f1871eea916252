"""An int8 model: every tensor that the engine expects, each weight within half a step, fit for its rows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from server.engine.weights import Stored, expected, load_weights, save_weights
from server.errors import SourceProblem
from server.sources.quantise import rounded
from server.sources.sample import Sample, sample_ids
from server.sources.smoothing import find_smooth
from tests.engine.tiny import KINDS, in_transformers, random_weights, tiny_shape, write_tokenizer


def error(weight: torch.Tensor, rows: torch.Tensor, smooth: torch.Tensor) -> float:
    """The relative error of the products, weights and rows rounded to 8 bits."""
    whole, scale = rounded(weight, smooth)
    scaled = rows * smooth
    steps = scaled.abs().amax(1, keepdim=True) / 127
    found = F.linear((scaled / steps).round() * steps, whole * scale.unsqueeze(1))
    wanted = F.linear(rows, weight)
    return float((found - wanted).norm() / wanted.norm())


def sharp_rows(seed: int, columns: int = 64) -> torch.Tensor:
    """Rows some channels of which are much larger than the others."""
    random = torch.Generator().manual_seed(seed)
    return torch.randn(80, columns, generator=random) * torch.randn(columns, generator=random).mul(1.5).exp()


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_smooth_rows_lose_less_to_rounding(seed: int) -> None:
    """With channels of very different size the products come out better, also of rows never seen."""
    rows = sharp_rows(seed)
    weight = torch.randn(48, 64, generator=torch.Generator().manual_seed(seed + 1))
    smooth = find_smooth(weight, rows[:60], torch.ones(60))
    assert (smooth > 0).all()
    assert error(weight, rows[60:], smooth) < error(weight, rows[60:], torch.ones(64))


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), rows=st.integers(1, 9))
def test_rounded_weights_are_within_half_a_step(seed: int, rows: int) -> None:
    """And each output uses all of its 8 bits."""
    random = torch.Generator().manual_seed(seed)
    weight, smooth = torch.randn(rows, 24, generator=random), torch.rand(24, generator=random) + 0.1
    whole, scale = rounded(weight, smooth)
    assert (whole.abs().amax(1) == 127).all()
    off = (whole * scale.unsqueeze(1) - weight / smooth).abs()
    assert (off <= 0.5001 * scale.unsqueeze(1)).all()


def test_output_of_nothing_but_zeros_stays_so() -> None:
    """A row of the vocabulary that was never trained, say."""
    whole, scale = rounded(torch.zeros(2, 8), torch.ones(8))
    assert not whole.any()
    assert torch.isfinite(scale).all()


@pytest.mark.parametrize("kind", KINDS)
def test_int8_model_has_what_is_expected(tmp_path: Path, kind: str) -> None:
    """Names, sizes and types, of every family; the file opens, and is refused where one differs."""
    write_tokenizer(tmp_path)
    shape = replace(tiny_shape(tmp_path, kind), dtype="int8")
    weights = random_weights(shape)
    assert list(weights) == list(expected(shape))
    assert {name: Stored(tuple(t.shape), t.dtype) for name, t in weights.items()} == expected(shape)
    save_weights(tmp_path, weights.items())
    assert load_weights(tmp_path, shape).keys() == weights.keys()
    with pytest.raises(SourceProblem, match=r"head.scale is torch.float64"):
        save_weights(tmp_path, {**weights, "head.scale": weights["head.scale"].double()}.items())
        load_weights(tmp_path, shape)
    with pytest.raises(SourceProblem, match=r"down.q4 is missing"):
        load_weights(tmp_path, replace(shape, twins=("layers.0.down",)))


@pytest.mark.parametrize("kind", KINDS)
def test_sample_goes_through_the_network_as_in_transformers(tmp_path: Path, kind: str) -> None:
    """What the head is given is what transformers gives it, for every text by itself."""
    write_tokenizer(tmp_path)
    shape = tiny_shape(tmp_path, kind)
    weights = random_weights(shape)
    texts = [list(range(10, 40)), [5], list(range(60, 20, -3))]
    sample = Sample(shape, texts, weights["embed"])
    for i in range(shape.num_layers):
        layer = {name.removeprefix(f"layers.{i}."): tensor for name, tensor in weights.items()}
        assert [part for part, _, _ in sample.layer(layer)] == ["qkv", "o", "gate_up", "down"]
    found, _ = sample.last(weights["norm"])
    body = in_transformers(shape, weights).model
    with torch.inference_mode():
        wanted = torch.cat([body(torch.tensor([text])).last_hidden_state[0] for text in texts])
    torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-4)


def test_sample_has_marks_and_ends(tmp_path: Path) -> None:
    """Conversations in the model's own marks are among its texts, and none is empty."""
    tokenizer = Tokenizer.from_file(str(write_tokenizer(tmp_path)))
    texts = sample_ids(tokenizer)
    assert all(texts)
    assert tokenizer.token_to_id("<|im_start|>") in texts[0]
