"""Reading what a request carries: a JSON body or a query, into a typed model.

Every wrong field is named. It does not know what the fields mean.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.requests import Request

from server.errors import ClientProblem


class Body(BaseModel):
    """What a JSON body must be: these fields and no others, of exactly these types."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Query(BaseModel):
    """What a query may be; its values arrive as text, and unknown ones are left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


_Body = TypeVar("_Body", bound=Body)
_Query = TypeVar("_Query", bound=Query)


async def read_body(request: Request, model: type[_Body]) -> _Body:
    """The JSON body of a request.

    Raises:
        ClientProblem: `bad_body`, with every wrong field.
    """
    body = await request.body()
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise ClientProblem("bad_body", "bad body", status=422, details=_findings(error)) from None
    except (ValueError, RecursionError):
        raise ClientProblem("bad_body", "not JSON", status=422) from None


def read_query(request: Request, model: type[_Query]) -> _Query:
    """The query of a request.

    Raises:
        ClientProblem: `bad_query`, with every wrong value.
    """
    values: Mapping[str, Any] = dict(request.query_params)
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise ClientProblem("bad_query", "bad query", status=422, details=_findings(error)) from None


def _findings(error: ValidationError) -> list[dict[str, object]]:
    # Without the input: a password of the wrong type must not come back in the answer.
    rows = error.errors(include_url=False, include_context=False, include_input=False)
    return [{"field": ".".join(str(part) for part in row["loc"]), "reason": row["msg"]} for row in rows[:100]]
