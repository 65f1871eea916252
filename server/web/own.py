"""Routes of what is one's own: who may see it and for how long, taken along as a file, deleted for good."""

from __future__ import annotations

from starlette.responses import Response

from server.chat import nothing_there
from server.web.bodies import answer
from server.web.cookies import set_visitor
from server.web.parts import Call
from server.web.word_entries import file_answer


async def view(call: Call) -> Response:
    """What is kept of whoever asks, and who may see what of it."""
    return answer((await call.parts.own.view(call.who)).model_dump(mode="json"))


async def download(call: Call) -> Response:
    """Everything of whoever asks, as a ZIP."""
    if call.who is None:
        raise nothing_there()
    content = await call.parts.own.archive(call.who, call.now_ms, call.language)
    return file_answer(content, "dayi-my-data.zip", "application/zip")


async def delete(call: Call) -> Response:
    """Delete everything of whoever asks; a visitor goes on as a new one in the same class."""
    if call.who is None:
        raise nothing_there()
    done = await call.parts.own.delete(call.who, call.now_ms)
    response = answer({"removed": done.counts})
    if done.visitor_token is not None:
        set_visitor(response, call.request, call.parts, done.visitor_token)
    return response
