"""Puts the pages into the wheel, and compiles the engine's layers.

`static/` of a checkout becomes `server/web/static/` of an installation.

Everything else about the distribution is in pyproject.toml.
"""

from __future__ import annotations

import platform
import shutil
import sys
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent
NOT_SHIPPED = shutil.ignore_patterns("node_modules", "package.json", "package-lock.json", "vendor.mjs", ".*")


class BuildWithPages(build_py):
    """Copies the pages and the fetched front-end libraries into the build."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:  # a checkout serves its own folder
            return
        if not (ROOT / "static" / "vendor").is_dir():
            raise SystemExit("static/vendor is missing: run `make vendor` before building a wheel")
        target = Path(self.build_lib) / "server" / "web" / "static"
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(ROOT / "static", target, ignore=NOT_SHIPPED)


def native() -> list[Extension]:
    """Twice the same sources: for processors that multiply bf16, and for those that only have VNNI.

    Which of them can run is asked when the engine starts. They are no Python modules; optional, because
    the engine also computes without them.
    """
    if sys.platform != "linux" or platform.machine() not in {"x86_64", "AMD64"}:
        return []
    folder = "server/engine/native"
    vnni = ["-O3", "-mavx512f", "-mavx512bw", "-mavx512vl", "-mavx512dq", "-mavx512vnni", "-mfma"]
    return [
        Extension(
            f"server.engine.native.{name}",
            sources=[f"{folder}/multiply.c", f"{folder}/attend.c", f"{folder}/pool.c"],
            depends=[f"{folder}/native.h", f"{folder}/pool.h"],
            extra_compile_args=flags,
            optional=True,
        )
        for name, flags in (("_vnni", vnni), ("_bf16", [*vnni, "-mavx512bf16"]))
    ]


setup(cmdclass={"build_py": BuildWithPages}, ext_modules=native())
