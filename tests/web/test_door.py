"""What happens at the door when something behind it breaks."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import httpx
import pytest
import structlog
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from server.errors import SourceProblem, StorageProblem
from server.logs import configure_logs
from server.metrics import Metrics
from server.web.door import Door
from server.web.origins import Origins
from server.web.problems import HANDLERS
from tests.web.conftest import problem_of


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What is logged during a test."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    stream = io.StringIO()
    configure_logs("json", "info", stream)
    yield stream
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


def broken(error: Exception) -> httpx.AsyncClient:
    """A client of an application whose only route breaks."""

    async def endpoint(request: Request) -> Response:
        raise error

    async def half(request: Request) -> Response:
        async def pieces() -> object:
            yield b"half"
            raise error

        return StreamingResponse(pieces())  # type: ignore[arg-type]

    door = Middleware(Door, origins=Origins(None, ()), metrics=Metrics())
    app = Starlette(
        routes=[Route("/", endpoint), Route("/half", half)], middleware=[door], exception_handlers=HANDLERS
    )
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")


async def test_bug_is_internal_outside_and_a_traceback_in_the_log(log: io.StringIO) -> None:
    """Not a word of what went wrong leaves the house; the log has all of it, without the query."""
    async with broken(RuntimeError("the secret recipe")) as client:
        answer = await client.get("/?q=geheimnis")
    assert (answer.status_code, problem_of(answer)) == (500, "internal")
    assert "recipe" not in answer.text and "default-src 'none'" in answer.headers["content-security-policy"]
    (line,) = log.getvalue().splitlines()
    event = json.loads(line)
    assert "RuntimeError: the secret recipe" in event["exception"] and event["path"] == "/"
    assert "geheimnis" not in line


@pytest.mark.parametrize(
    ("error", "code"),
    [(StorageProblem("disk full"), "storage"), (SourceProblem("unavailable", "gone"), "source_unavailable")],
)
async def test_trouble_behind_the_door_asks_to_come_again(
    log: io.StringIO, error: Exception, code: str
) -> None:
    """503 with a time to wait, and the reason in the log alone."""
    async with broken(error) as client:
        answer = await client.get("/")
    assert (answer.status_code, problem_of(answer)) == (503, code)
    assert answer.headers["retry-after"] == "5" and str(error) not in answer.text
    assert str(error) in log.getvalue()


async def test_answer_that_breaks_half_way_is_not_made_to_look_whole(log: io.StringIO) -> None:
    """Too late for another status: the connection breaks, which a client can see."""
    async with broken(RuntimeError("late")) as client:
        with pytest.raises(RuntimeError, match="late"):
            await client.get("/half")
