"""Routes of users and classes, for administrators."""

from __future__ import annotations

from pydantic import Field
from starlette.responses import Response

from server.accounts import ClassPatch, NewClass, NewUser, UserPatch
from server.web.bodies import Body, answer, read_body
from server.web.parts import Call

NAMES_CHARS = 100_000


class NamesBody(Body):
    """Names, one a line."""

    text: str = Field(max_length=NAMES_CHARS)


async def list_users(call: Call) -> Response:
    """Every user."""
    return answer({"users": await call.parts.accounts.users.list_all()})


async def add_user(call: Call) -> Response:
    """Make a user."""
    body = await read_body(call.request, NewUser)
    return answer({"user": await call.parts.accounts.users.add(body, call.now_ms, by=call.by)}, 201)


async def change_user(call: Call) -> Response:
    """Change a user."""
    body = await read_body(call.request, UserPatch)
    user_id = call.request.path_params["id"]
    return answer({"user": await call.parts.accounts.users.change(user_id, body, by=call.by)})


async def list_classes(call: Call) -> Response:
    """Every class."""
    return answer({"classes": await call.parts.accounts.classes.list_all()})


async def add_class(call: Call) -> Response:
    """Make a class."""
    body = await read_body(call.request, NewClass)
    return answer({"class": await call.parts.accounts.classes.add(body, call.now_ms, by=call.by)}, 201)


async def change_class(call: Call) -> Response:
    """Change a class."""
    body = await read_body(call.request, ClassPatch)
    class_id = call.request.path_params["id"]
    return answer({"class": await call.parts.accounts.classes.change(class_id, body, by=call.by)})


async def renew_code(call: Call) -> Response:
    """Give a class another join code."""
    class_id = call.request.path_params["id"]
    return answer({"class": await call.parts.accounts.classes.renew_code(class_id, by=call.by)})


async def names(call: Call) -> Response:
    """The names that are masked in the questions of a class."""
    names = await call.parts.accounts.names.of(call.request.path_params["id"])
    return answer({"names": names, "masked": call.parts.private is not None})


async def put_names(call: Call) -> Response:
    """Set these names; questions of the class from now on are without them."""
    body = await read_body(call.request, NamesBody)
    kept = await call.parts.accounts.names.put(call.request.path_params["id"], body.text, by=call.by)
    if call.parts.private is not None:
        await call.parts.private.refresh()
    return answer({"names": kept, "masked": call.parts.private is not None})
