"""The wheel holds everything that a running server reads beside its code."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The files of a wheel built from a copy of this checkout."""
    if not (ROOT / "static" / "vendor").is_dir():
        pytest.skip("static/vendor is not there: `make vendor`")
    source = tmp_path_factory.mktemp("source")
    for folder in ("server", "filters", "bench", "static"):
        ignored = shutil.ignore_patterns("__pycache__", "node_modules")
        shutil.copytree(ROOT / folder, source / folder, ignore=ignored)
    for file in ("pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE"):
        shutil.copy(ROOT / file, source / file)
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-deps",
        "--no-build-isolation",
        "-q",
        "-w",
        "out",
        ".",
    ]
    subprocess.run(command, cwd=source, check=True, timeout=120)
    (wheel,) = (source / "out").glob("*.whl")
    with zipfile.ZipFile(wheel) as opened:
        return set(opened.namelist())


def test_wheel_has_the_pages_and_their_libraries(names: set[str]) -> None:
    """Every file that a checkout would serve, and nothing of how they are made."""
    from server.web.pages import TYPES, static_folder

    not_served = {"node_modules", "package.json", "package-lock.json"}
    for file in static_folder().rglob("*"):
        relative = file.relative_to(static_folder())
        if file.suffix in TYPES and relative.name != "vendor.mjs" and not not_served & set(relative.parts):
            assert f"server/web/static/{relative.as_posix()}" in names
    assert not [name for name in names if "node_modules" in name or name.endswith("package.json")]


def test_wheel_has_what_the_code_reads(names: set[str]) -> None:
    """Presets, taxonomies, lists, migrations: every data file of the packages."""
    for package in ("server", "filters"):
        for file in (ROOT / package).rglob("*"):
            relative = file.relative_to(ROOT).as_posix()
            is_source = file.suffix in {".c", ".h"}
            is_left_out = "__pycache__" in relative or "web/static" in relative
            if file.is_file() and not is_source and not is_left_out:
                assert relative in names


def test_wheel_has_the_compiled_layers(names: set[str]) -> None:
    """Both builds, where this machine has a compiler for them; their sources stay behind."""
    if not list((ROOT / "server/engine/native").glob("*.so")):
        pytest.skip("nothing was compiled here")
    compiled = {Path(name).name.split(".")[0] for name in names if name.endswith(".so")}
    assert compiled == {"_bf16", "_vnni"}
    assert not [name for name in names if name.endswith((".c", ".h"))]
