"""Errors on the wire: one JSON shape for every status, whatever went wrong.

Only what the sender can mend is told in detail; a bug is `internal`, its traceback is in
the log alone. It does not know what the problems mean.
"""

from __future__ import annotations

import math
from typing import Any

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.types import ExceptionHandler

from server.errors import ClientProblem, SourceProblem, StorageProblem
from server.web.languages import language_of
from server.web.messages import problem

log = structlog.get_logger(__name__)

_CODES = {403: "not_allowed", 404: "not_found", 405: "method_not_allowed", 413: "too_large"}


def problem_response(connection: HTTPConnection, found: ClientProblem) -> JSONResponse:
    """A problem in the one shape, in the language of the request."""
    error: dict[str, Any] = {
        "code": found.code,
        "message": found.message_in(language_of(connection)),
    }
    headers = {"Cache-Control": "no-store"}
    if found.details:
        error["details"] = found.details
    if found.retry_after_seconds is not None:
        error["retry_after_seconds"] = found.retry_after_seconds
        headers["Retry-After"] = str(math.ceil(found.retry_after_seconds))
    return JSONResponse({"error": error}, status_code=found.status, headers=headers)


def internal_response(connection: HTTPConnection) -> JSONResponse:
    """A bug, without a word about what it was."""
    return problem_response(connection, problem("internal"))


async def _client(request: Request, error: Exception) -> Response:
    assert isinstance(error, ClientProblem)
    return problem_response(request, error)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    response = problem_response(request, problem(_CODES.get(error.status_code, "bad_request")))
    response.headers.update(error.headers or {})
    return response


async def _source(request: Request, error: Exception) -> Response:
    assert isinstance(error, SourceProblem)
    log.warning("source problem", code=error.code, reason=error.message)
    return problem_response(request, problem("source_unavailable", retry_after_seconds=5))


async def _storage(request: Request, error: Exception) -> Response:
    log.error("storage problem", reason=str(error))
    return problem_response(request, problem("storage", retry_after_seconds=5))


HANDLERS: dict[Any, ExceptionHandler] = {
    ClientProblem: _client,
    HTTPException: _http,
    SourceProblem: _source,
    StorageProblem: _storage,
}
