"""GGUF files are read as their reference library reads them, and damage is named."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import gguf
import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.engine.weights import expected
from server.errors import SourceProblem
from server.sources import gguf as reading
from server.sources.fuse import fused
from server.sources.gguf_header import read_header
from tests.sources import tiny_models


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_models.write_gguf(tmp_path_factory.mktemp("gguf") / "tiny.gguf")


def test_header_agrees_with_the_reference_reader(tiny: Path) -> None:
    """Every field and the place, shape and type of every tensor."""
    header, reference = read_header(tiny), gguf.GGUFReader(tiny)
    for key, field in reference.fields.items():
        if not key.startswith("GGUF."):
            assert header.fields[key] == field.contents(), key
    assert {
        tensor.name: (tuple(reversed(tensor.shape.tolist())), int(tensor.tensor_type), tensor.data_offset)
        for tensor in reference.tensors
    } == {name: (slot.shape, slot.type_number, slot.start_byte) for name, slot in header.slots.items()}


@pytest.mark.parametrize("architecture", ["qwen2", "qwen3"])
def test_names_are_mapped_as_by_the_reference(architecture: str) -> None:
    """The library's own table says which tensor is which."""
    kind = {"qwen2": gguf.MODEL_ARCH.QWEN2, "qwen3": gguf.MODEL_ARCH.QWEN3}[architecture]
    table = gguf.get_tensor_name_map(kind, tiny_models.LAYERS)
    for name in tiny_models.tensors(architecture=architecture):
        assert reading.gguf_name(name) == table.get_name(name, try_suffixes=(".weight", ".bias")), name


@pytest.mark.parametrize("chunk_weights", [1, 1000, 1 << 18])
def test_tensors_are_dequantised_as_by_the_reference(
    tiny: Path, chunk_weights: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However the rows are cut, the values are those of the library to the last bit."""
    monkeypatch.setattr(reading, "_CHUNK_WEIGHTS", chunk_weights)
    reference = {tensor.name: tensor for tensor in gguf.GGUFReader(tiny).tensors}
    with ExitStack() as closing:
        opened = reading.open_gguf(tiny, "tiny", "fp32", closing)
        for name in tiny_models.tensors():
            found = opened.tensor(name)
            there = reference[reading.gguf_name(name)]
            wanted = gguf.quants.dequantize(np.array(there.data), there.tensor_type).reshape(found.shape)
            assert torch.equal(found, torch.from_numpy(wanted)), name


@pytest.mark.parametrize(("architecture", "tied"), [("qwen2", False), ("qwen2", True), ("qwen3", False)])
def test_shape_fits_the_tensors(tmp_path: Path, architecture: str, tied: bool) -> None:
    """Qwen2 and Qwen3, with and without a head of its own, give exactly the expected tensors."""
    path = tiny_models.write_gguf(tmp_path / "m.gguf", architecture=architecture, tied=tied)
    with ExitStack() as closing:
        opened = reading.open_gguf(path, "tiny", "bf16", closing)
        made = {name: tuple(tensor.shape) for name, tensor in fused(opened.shape, opened.tensor)}
    assert made == {name: size for name, (size, _) in expected(opened.shape).items()}
    assert opened.shape.tied is tied
    assert opened.shape.norm_eps == 1e-6
    assert opened.shape.end_ids == (tiny_models.TOKENS.index("<|endoftext|>"), opened.shape.end_id)


def problem(path: Path) -> str:
    with ExitStack() as closing, pytest.raises(SourceProblem) as caught:
        reading.open_gguf(path, "tiny", "bf16", closing)
    assert caught.value.code == "bad_model"
    return str(caught.value)


def test_other_architecture_is_named_with_what_would_do(tmp_path: Path) -> None:
    """The message says what it is and what runs."""
    said = problem(tiny_models.write_gguf(tmp_path / "m.gguf", architecture="llama"))
    assert "'llama' is not supported" in said
    assert "Qwen2.5" in said


def test_unknown_tensors_are_refused(tmp_path: Path) -> None:
    """A variant with more parts than the engine computes would answer nonsense."""
    assert "attn_sinks" in problem(tiny_models.write_gguf(tmp_path / "m.gguf", extra=True))


def test_unknown_tokenizer_is_refused(tmp_path: Path) -> None:
    """Another way to cut text gives other ids."""
    assert "llama-bpe" in problem(tiny_models.write_gguf(tmp_path / "m.gguf", pre="llama-bpe"))


@pytest.mark.parametrize("content", [b"", b"GG", b"PK\x03\x04 no model", b"GGUF\x63\x00\x00\x00" + bytes(40)])
def test_what_is_no_gguf_file_is_refused(tmp_path: Path, content: bytes) -> None:
    """Empty, short, foreign, or of a version from the future."""
    (tmp_path / "m.gguf").write_bytes(content)
    assert "GGUF" in problem(tmp_path / "m.gguf")


def test_file_cut_in_its_tensors_is_truncated(tiny: Path, tmp_path: Path) -> None:
    """One byte less than it should have is noticed before anything is converted."""
    (tmp_path / "m.gguf").write_bytes(tiny.read_bytes()[:-64])
    assert "truncated" in problem(tmp_path / "m.gguf")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1))
def test_file_cut_anywhere_is_refused(tiny: Path, tmp_path: Path, place: float) -> None:
    """Wherever the copy broke off, it is a `bad_model` and nothing else."""
    whole = tiny.read_bytes()
    header_bytes = min(slot.start_byte for slot in read_header(tiny).slots.values())
    (tmp_path / "m.gguf").write_bytes(whole[: int(place * header_bytes)])
    problem(tmp_path / "m.gguf")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1, exclude_max=True), value=st.integers(0, 255))
def test_damaged_header_never_breaks_the_reader(tiny: Path, tmp_path: Path, place: float, value: int) -> None:
    """A changed byte gives another model or a `SourceProblem`, no other exception and no endless reading."""
    whole = bytearray(tiny.read_bytes())
    header_bytes = min(slot.start_byte for slot in read_header(tiny).slots.values())
    whole[int(place * header_bytes)] = value
    (tmp_path / "m.gguf").write_bytes(whole)
    try:
        with ExitStack() as closing:
            reading.open_gguf(tmp_path / "m.gguf", "tiny", "bf16", closing)
    except SourceProblem:
        pass
