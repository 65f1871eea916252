"""Puts the pages into the wheel: `static/` of a checkout becomes `server/web/static/` of an installation.

Everything else about the distribution is in pyproject.toml.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from setuptools import setup
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


setup(cmdclass={"build_py": BuildWithPages})
