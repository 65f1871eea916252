"""Which of the two languages a request wants: `?lang`, else `Accept-Language`, else Chinese."""

from __future__ import annotations

from typing import Literal

from starlette.requests import HTTPConnection

Language = Literal["zh", "en"]


def language_of(connection: HTTPConnection) -> Language:
    """The language for the people at the other end."""
    asked = connection.query_params.get("lang")
    if asked in ("zh", "en"):
        return "en" if asked == "en" else "zh"
    return preferred(connection.headers.get("accept-language", ""))


def preferred(accept_language: str) -> Language:
    """The better of our two languages for an `Accept-Language` header; Chinese on a draw."""
    best: Language = "zh"
    best_weight = 0.0
    for part in accept_language[:500].split(","):
        tag, _, parameter = part.strip().partition(";")
        primary = tag.partition("-")[0].lower()
        if primary not in ("zh", "en"):
            continue
        weight = _weight(parameter)
        if weight > best_weight:
            best, best_weight = ("en" if primary == "en" else "zh"), weight
    return best


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
