"""`dayi model info`: what a model takes and what the machine has."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.errors import SettingsProblem
from server.sources.describe import as_text, describe, describe_remote
from server.sources.machine import this_machine
from server.sources.names import parse_name
from server.sources.prepare import prepare
from tests.sources import tiny_models


def test_prepared_model_is_described_from_its_folder(tmp_path: Path) -> None:
    """Folder, window and the room for conversations are known."""
    name = f"dir:{tiny_models.write_directory(tmp_path / 'tiny')}"
    before = describe(name, tmp_path / "models")
    assert (before.folder, before.problem) == (None, "")
    made = prepare(name, tmp_path / "models")
    found = describe(name, tmp_path / "models", kv_budget_mib=16, threads=3)
    assert (found.folder, found.window_tokens, found.num_threads) == (made, 512, 3)
    assert found.weights_bytes == (made / "weights.safetensors").stat().st_size
    assert found.fits is not False
    text = as_text(found)
    assert str(made) in text
    assert "16 MiB for keys and values" in text


def test_bundled_model_is_described_before_it_is_there(tmp_path: Path) -> None:
    """Its sizes are known beforehand: both are told, the larger one needs more."""
    small, large = describe("bundled:0.5b", tmp_path), describe("bundled:1.5b", tmp_path)
    assert small.needed_memory_bytes is not None
    assert large.needed_memory_bytes is not None
    assert small.needed_memory_bytes < large.needed_memory_bytes
    assert "1.54 billion" in as_text(large)


def test_gguf_file_is_described_from_its_head(tmp_path: Path) -> None:
    """Sizes without reading a tensor; a damaged file is told, not raised."""
    path = tiny_models.write_gguf(tmp_path / "tiny.gguf")
    assert describe(f"gguf:{path}", tmp_path).weights_bytes == 2 * sum(
        tensor.numel() for tensor in tiny_models.tensors().values()
    )
    path.write_bytes(b"nothing")
    assert "GGUF" in describe(f"gguf:{path}", tmp_path).problem


def test_missing_model_is_told_and_a_wrong_name_refused(tmp_path: Path) -> None:
    """The text says why it cannot be had."""
    assert "no folder" in as_text(describe(f"dir:{tmp_path / 'none'}", tmp_path))
    assert "scripted:" in as_text(describe("scripted:", tmp_path))
    with pytest.raises(SettingsProblem):
        describe("nonsense", tmp_path)


def test_model_of_another_server_is_described_without_asking_it() -> None:
    """Where questions go and whether there is a key: never the key, and no network."""
    text = describe_remote(
        parse_name("openai:http://models.invalid/v1#qwen"), has_key=True, window_tokens=2048
    )
    assert "qwen" in text and "http://models.invalid/v1" in text and "2,048 tokens" in text
    assert "leave this machine unencrypted" in text
    here = describe_remote(parse_name("openai:http://127.0.0.1:1/v1#qwen"), has_key=False, window_tokens=2048)
    assert "leave" not in here and "none (DAYI_OPENAI_KEY)" in here


def test_machine_of_this_test_is_plausible() -> None:
    """At least a core and some memory."""
    machine = this_machine()
    assert machine.num_cores >= 1
    assert machine.processor


def test_container_limits_count_as_the_machine(tmp_path: Path) -> None:
    """What a container may use is what there is."""
    (tmp_path / "proc").mkdir()
    (tmp_path / "sys/fs/cgroup").mkdir(parents=True)
    (tmp_path / "proc/cpuinfo").write_text(
        "model name\t: Some CPU\nflags\t\t: avx2 avx512f avx512_vnni\n\nflags: x\n"
    )
    (tmp_path / "proc/meminfo").write_text("MemTotal:  8000000 kB\nMemAvailable: 7000000 kB\n")
    machine = this_machine(tmp_path)
    assert (machine.memory_bytes, machine.free_memory_bytes) == (8000000 * 1024, 7000000 * 1024)
    assert machine.capabilities == ("AVX2", "AVX-512", "AVX-512 VNNI (int8)")
    (tmp_path / "sys/fs/cgroup/memory.max").write_text("1000000\n")
    (tmp_path / "sys/fs/cgroup/memory.current").write_text("400000\n")
    (tmp_path / "sys/fs/cgroup/cpu.max").write_text("50000 100000\n")
    limited = this_machine(tmp_path)
    assert (limited.memory_bytes, limited.free_memory_bytes, limited.num_cores) == (1000000, 600000, 1)
    (tmp_path / "sys/fs/cgroup/memory.max").write_text("max\n")
    assert this_machine(tmp_path).memory_bytes == 8000000 * 1024


def test_machine_without_linux_files_is_described_all_the_same(tmp_path: Path) -> None:
    """Elsewhere memory is unknown, and nothing fails."""
    machine = this_machine(tmp_path)
    assert machine.memory_bytes is None
    assert machine.num_cores >= 1
