"""A tiny encoder, made once for all tests of the package."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.embedding.tiny_bert import make_tiny_bert


@pytest.fixture(scope="session")
def tiny_bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a BERT with random weights."""
    return make_tiny_bert(tmp_path_factory.mktemp("models") / "tiny")
