"""A server with the real 0.5 B model, shared by the end-to-end tests of a module."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serving import ROOT, Serving, serving


def models_folder() -> Path:
    """Where the prepared 0.5 B model lies; `make test` has prepared it before the tests begin."""
    return Path(os.environ.get("DAYI_MODELS", ROOT / ".cache" / "models"))


@pytest.fixture(scope="module")
def real_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """`dayi serve --model bundled:0.5b`, with many questions a minute allowed."""
    with serving(
        tmp_path_factory.mktemp("house"),
        model="bundled:0.5b",
        models=models_folder(),
        asks_per_minute=600,
        max_answer_tokens=160,  # long enough to be interrupted, short enough for a slow machine
    ) as server:
        yield server
