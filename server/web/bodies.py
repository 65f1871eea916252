"""Reading what a request carries, a JSON body or a query, into a typed model; and answering in JSON.

Every wrong field is named. It does not know what the fields mean.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import Response

from server.web.messages import problem

FURTHEST = 1_000_000_000  # no list is so long, and the database could not count much further


class Body(BaseModel):
    """What a JSON body must be: these fields and no others."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Query(BaseModel):
    """What a query may be; its values arrive as text, and unknown ones are left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


_Body = TypeVar("_Body", bound=BaseModel)
_Query = TypeVar("_Query", bound=Query)


async def read_body(request: Request, model: type[_Body]) -> _Body:
    """The JSON body of a request.

    Raises:
        ClientProblem: `bad_body`, with every wrong field.
    """
    body = await request.body()
    try:
        return model.model_validate_json(body, strict=True)
    except ValidationError as error:
        raise problem("bad_body", details=_findings(error)) from None
    except (ValueError, RecursionError):
        raise problem("bad_body") from None


def read_query(request: Request, model: type[_Query]) -> _Query:
    """The query of a request.

    Raises:
        ClientProblem: `bad_query`, with every wrong value.
    """
    values: Mapping[str, Any] = dict(request.query_params)
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise problem("bad_query", details=_findings(error)) from None


def answer(value: Mapping[str, Any], status: int = 200) -> Response:
    """A JSON answer; models of pydantic may stand anywhere in it. Never kept by a browser or a proxy."""
    headers = {"Cache-Control": "no-store"}
    return Response(to_json(value), status_code=status, headers=headers, media_type="application/json")


def _findings(error: ValidationError) -> list[dict[str, object]]:
    # Without the input: a password of the wrong type must not come back in the answer.
    rows = error.errors(include_url=False, include_context=False, include_input=False)
    return [{"field": ".".join(str(part) for part in row["loc"]), "reason": row["msg"]} for row in rows[:100]]
