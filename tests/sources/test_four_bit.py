"""A 4-bit twin is the file's own: taken apart without rounding, stored with its scales rounded once."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import gguf
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from server.engine.shape import ModelShape
from server.engine.weights import GROUP, load_weights, nibbles
from server.sources.convert import convert
from server.sources.four_bit import open_blocks
from server.sources.fuse import joined, sources
from server.sources.gguf import open_gguf
from server.sources.names import parse_name
from tests.sources import tiny_models

WHOLE = ("blk.0.ffn_down.weight", "blk.1.attn_q.weight", "blk.1.attn_k.weight", "blk.1.attn_v.weight")
IN_PART = ("blk.0.ffn_up.weight", "blk.0.attn_q.weight")


def values(quants: torch.Tensor, scales: torch.Tensor) -> torch.Tensor:
    """Weights `[rows, columns]` of nibbles and of scales and zeros `[rows, groups, 2]`."""
    grouped = quants.unflatten(1, (-1, GROUP)).float() - 8
    return (grouped * scales[..., :1] + scales[..., 1:]).flatten(1)


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 10**6), rows=st.integers(1, 5), blocks=st.integers(1, 3))
def test_blocks_are_read_as_by_the_reference(seed: int, rows: int, blocks: int) -> None:
    """Any bytes give the weights that the format's own library gives, but for the last digits of fp32."""
    raw = tiny_models.four_bit_blocks(rows, 256 * blocks, seed)
    wanted = torch.from_numpy(gguf.quants.dequantize(raw, gguf.GGMLQuantizationType.Q4_K))
    found = open_blocks(np.ascontiguousarray(raw).reshape(-1), rows, 256 * blocks)
    torch.testing.assert_close(values(found.nibbles, found.scales), wanted, rtol=1e-5, atol=1e-6)


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file in which some tensors are stored in 4 bits."""
    return tiny_models.write_gguf(
        tmp_path_factory.mktemp("four_bit") / "tiny.gguf", four_bit=(*WHOLE, *IN_PART)
    )


@pytest.fixture(scope="module")
def made(origin: Path) -> Path:
    """The int8 model made of it."""
    folder = origin.parent / "made"
    folder.mkdir()
    convert(parse_name(f"gguf:{origin}"), folder, folder / "downloads", "int8", lambda step: None)
    return folder


def test_projections_stored_wholly_in_four_bits_have_a_twin(made: Path) -> None:
    """One part in another type, and there is none."""
    assert ModelShape.load(made).twins == ("layers.0.down", "layers.1.qkv")


def test_twin_is_the_file_with_its_scales_rounded(origin: Path, made: Path) -> None:
    """Rows in the engine's order; no weight is further off than its rounded scale and zero make it."""
    shape = ModelShape.load(made)
    weights = load_weights(made, shape)
    with ExitStack() as closing:
        opened = open_gguf(origin, "tiny", "fp32", closing)
        for name in shape.twins:
            wanted = joined(name, [opened.tensor(f"{part}.weight") for part in sources(name)], shape.head_dim)
            scales = weights[f"{name}.q4_scales"].transpose(0, 1).float()
            found = values(nibbles(weights[f"{name}.q4"]), scales)
            allowed = (8 * scales[..., :1].abs() + scales[..., 1:].abs()) * 2**-8
            assert ((found - wanted).abs() <= allowed.repeat_interleave(GROUP, 1).flatten(1)).all(), name


def test_twin_is_multiplied_by_the_operator_as_it_is_stored(made: Path) -> None:
    """The values mean to the operator what they mean here."""
    shape = ModelShape.load(made)
    weights = load_weights(made, shape)
    rows = torch.randn(3, shape.intermediate_size, generator=torch.Generator().manual_seed(0)).bfloat16()
    quants, scales = nibbles(weights["layers.0.down.q4"]), weights["layers.0.down.q4_scales"]
    packed = torch.ops.aten._convert_weight_to_int4pack_for_cpu(quants, 1)
    found = torch.ops.aten._weight_int4pack_mm_for_cpu(rows, packed, GROUP, scales)
    wanted = rows.float() @ values(quants, scales.transpose(0, 1).float()).T
    assert (found.float() - wanted).norm() / wanted.norm() < 0.01
