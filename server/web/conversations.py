"""Routes of one's own conversations: listed, searched, really deleted."""

from __future__ import annotations

from dataclasses import asdict

from pydantic import Field
from starlette.responses import Response

from server.presets.label import FIELD, machine_label
from server.web.bodies import Query, answer, read_query
from server.web.messages import problem
from server.web.parts import Call


class SearchQuery(Query):
    """What to look for in titles and texts."""

    q: str = Field("", max_length=200)


async def list_own(call: Call) -> Response:
    """One's own conversations, newest first; someone new has none."""
    query = read_query(call.request, SearchQuery)
    found = await call.parts.chat.conversations(call.who, query.q) if call.who else []
    preset = call.parts.preset
    return answer(
        {
            "conversations": [asdict(conversation) for conversation in found],
            "label": preset.label.get(call.language),
            FIELD: machine_label(preset),
        }
    )


async def delete(call: Call) -> Response:
    """Delete one of one's own conversations with its texts and frames."""
    conversation_id = call.request.path_params["id"]
    if call.who is None or not await call.parts.chat.delete_conversation(call.who, conversation_id):
        raise problem("not_found")
    return Response(status_code=204)
