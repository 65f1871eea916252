"""Fixtures for tests of sources."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.sources.scripted_openai import ScriptedServer, scripted_server


@pytest.fixture
async def fake() -> AsyncIterator[ScriptedServer]:
    """A fake that answers well until it is told otherwise."""
    async with scripted_server() as server:
        yield server
