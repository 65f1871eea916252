"""Fixtures for tests of every package."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.serving import Serving, serving


@pytest.fixture(scope="module")
def running_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A real `dayi serve` with a scripted source, shared by the tests of a module."""
    with serving(tmp_path_factory.mktemp("server")) as server:
        yield server
