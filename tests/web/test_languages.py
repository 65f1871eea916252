"""Which language a request gets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.web.languages import preferred


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "zh"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en;q=0.5, zh;q=0.7", "zh"),
        ("fr,en;q=0.2", "en"),
        ("fr,de", "zh"),
        ("en;q=nonsense", "zh"),
    ],
)
def test_language_follows_the_weights(header: str, language: str) -> None:
    """The better of our two languages wins; Chinese where nothing is said."""
    assert preferred(header) == language


@given(st.text())
def test_language_of_any_header_is_one_of_two(header: str) -> None:
    """No header is too strange."""
    assert preferred(header) in ("zh", "en")
