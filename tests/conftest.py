"""Fixtures for tests of every package."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import settings

from server.errors import SettingsProblem
from server.sources import bundled
from server.sources.prepare import prepare
from tests.serving import Serving, serving

settings.register_profile("dayi", deadline=None)  # no test is timed: a busy machine is slow
settings.load_profile("dayi")


@pytest.fixture(scope="session", autouse=True)
def plain_tracebacks() -> None:
    """Log as the server does: structlog's default paints tracebacks, which blocks the loop for seconds."""
    renderer = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], renderer])


@pytest.fixture(scope="module")
def running_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A real `dayi serve` with a scripted source, shared by the tests of a module."""
    with serving(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture(scope="session")
def prepared_05b_fp32() -> Path:
    """The prepared folder of `bundled:0.5b` in fp32, for what must be equal to the last bit."""
    try:
        bundled.find_parts(bundled.BUNDLES["0.5b"])
    except SettingsProblem as problem:
        pytest.skip(str(problem))
    models = os.environ.get("DAYI_MODELS") or Path(__file__).parents[1] / ".cache" / "models"
    return prepare("bundled:0.5b", Path(models), "fp32")
