"""The log keeps neither what people wrote nor what opens doors."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from server.logs import HIDDEN, configure_logs


@pytest.fixture(autouse=True)
def _restore_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


def test_log_line_is_one_json_object_without_contents() -> None:
    """Texts, passwords and tokens are replaced by a mark, whoever logs them."""
    stream = io.StringIO()
    configure_logs("json", "info", stream)
    structlog.get_logger("one").info("asked", conversation="c1", text="我的秘密", password="hunter2")
    logging.getLogger("other").warning("plain %s", "line", extra={"token": "t0ken"})
    first, second = (json.loads(line) for line in stream.getvalue().splitlines())
    assert first["event"] == "asked" and first["conversation"] == "c1" and first["level"] == "info"
    assert first["text"] == first["password"] == HIDDEN
    assert second["event"] == "plain line" and second["token"] == HIDDEN


def test_log_shows_tracebacks_without_values() -> None:
    """A traceback names the lines, not what the variables held."""
    stream = io.StringIO()
    configure_logs("json", "info", stream)

    def fail(contents: str) -> None:
        raise RuntimeError("broken")

    try:
        fail("我的" + "秘密")
    except RuntimeError:
        structlog.get_logger("one").exception("bug")
    line = json.loads(stream.getvalue())
    assert "RuntimeError: broken" in line["exception"]
    assert "秘密" not in line["exception"].replace('fail("我的" + "秘密")', "")


def test_log_leaves_out_what_is_below_its_level() -> None:
    """`warning` keeps quiet about information."""
    stream = io.StringIO()
    configure_logs("text", "warning", stream)
    structlog.get_logger("one").info("unimportant")
    structlog.get_logger("one").warning("important", number=3)
    assert "unimportant" not in stream.getvalue()
    assert "important" in stream.getvalue() and "number=3" in stream.getvalue()
