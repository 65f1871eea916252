"""Tiny models, made once a run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from tests.engine.tiny import KINDS, Tiny, write_prepared


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> Iterator[None]:
    """Tiny models gain nothing from threads, and a machine that runs tests has other work."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    """A tiny model of the Qwen2.5 shape."""
    return Tiny(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="session", params=KINDS)
def each_tiny(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    """A tiny model of each shape."""
    return Tiny(tmp_path_factory.mktemp("tiny"), request.param, seed=3)


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A prepared folder of a tiny model, for engine processes."""
    folder = tmp_path_factory.mktemp("prepared")
    write_prepared(folder)
    return folder
