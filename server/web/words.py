"""Routes of the word desk: lists, and trying out.

Entries are in `word_entries`, a draft's way in `word_drafts`, versions and the record in `word_versions`.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from starlette.responses import Response

from server.moderation import ListPatch, NewList, NewSample
from server.web.bodies import Body, Query, answer, read_body, read_query
from server.web.parts import Call

TRY_CHARS = 20_000


class TryBody(Body):
    """A text to be held against the filter."""

    text: str = Field(max_length=TRY_CHARS)
    direction: Literal["question", "answer"] = "question"
    use: Literal["draft", "published"] = "draft"
    class_id: str | None = Field(None, max_length=64)


class ListPatchBody(ListPatch):
    """A change names the state of the list that it was made to."""

    based_on: int


class DeleteListQuery(Query):
    """The state of the list that was looked at."""

    based_on: int
    num_words: int | None = None


async def overview(call: Call) -> Response:
    """The lists, the draft and what is in effect."""
    seen = await call.parts.words.lists.overview()
    return answer({**seen.model_dump(), "way": await call.parts.words.approvals.way()})


async def add_list(call: Call) -> Response:
    """Make a list."""
    body = await read_body(call.request, NewList)
    made = await call.parts.words.lists.add(body, who=call.user_name, now_ms=call.now_ms)
    return answer({"list": made}, 201)


async def change_list(call: Call) -> Response:
    """Change a list."""
    body = await read_body(call.request, ListPatchBody)
    list_id = call.request.path_params["id"]
    changed = await call.parts.words.lists.change(list_id, body, who=call.user_name, now_ms=call.now_ms)
    return answer({"list": changed})


async def delete_list(call: Call) -> Response:
    """Delete a list with its entries."""
    list_id = call.request.path_params["id"]
    seen = read_query(call.request, DeleteListQuery)
    await call.parts.words.lists.delete(
        list_id,
        who=call.user_name,
        now_ms=call.now_ms,
        based_on=seen.based_on,
        num_words=seen.num_words,
    )
    return Response(status_code=204)


async def try_text(call: Call) -> Response:
    """What the filter says of a text."""
    body = await read_body(call.request, TryBody)
    said = await call.parts.words.versions.try_text(body.text, body.direction, body.use, body.class_id)
    return answer(said.model_dump())


async def list_samples(call: Call) -> Response:
    """The texts that are kept to try drafts on."""
    return answer({"samples": await call.parts.words.samples.list_all()})


async def add_sample(call: Call) -> Response:
    """Keep a text."""
    body = await read_body(call.request, NewSample)
    made = await call.parts.words.samples.add(body, who=call.user_name, now_ms=call.now_ms)
    return answer({"sample": made}, 201)


async def delete_sample(call: Call) -> Response:
    """Let go of a text."""
    sample_id = call.request.path_params["id"]
    await call.parts.words.samples.delete(sample_id, who=call.user_name, now_ms=call.now_ms)
    return Response(status_code=204)
