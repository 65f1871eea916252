"""Routes of logging in and out, of the first administrator, and of joining a class."""

from __future__ import annotations

from pydantic import Field
from starlette.responses import Response

from server.accounts import NewLogin
from server.web.bodies import Body, answer, read_body
from server.web.cookies import end_login, login_token, set_login, set_visitor
from server.web.parts import Call


class LoginBody(Body):
    """A name and its password."""

    name: str = Field(max_length=200)
    password: str = Field(max_length=1000)


class SetupBody(LoginBody):
    """The first administrator; the token is that of the link."""

    token: str = Field(max_length=200)


class PasswordBody(Body):
    """One's own password, before and after."""

    old: str = Field(max_length=1000)
    new: str = Field(max_length=1000)


class JoinBody(Body):
    """The join code of a class."""

    code: str = Field(max_length=64)


async def login(call: Call) -> Response:
    """A name and a password for a cookie."""
    body = await read_body(call.request, LoginBody)
    new = await call.parts.accounts.logins.login(body.name, body.password, call.address, call.now_ms)
    return _logged_in(call, new, 200)


async def set_up(call: Call) -> Response:
    """Make the first administrator, who is logged in at once."""
    body = await read_body(call.request, SetupBody)
    new = await call.parts.accounts.logins.set_up(body.token, body.name, body.password, call.now_ms)
    return _logged_in(call, new, 201)


async def logout(call: Call) -> Response:
    """End this login, if there is one."""
    if token := login_token(call.request):
        await call.parts.accounts.logins.logout(token)
    response = Response(status_code=204)
    end_login(response, call.request, call.parts)
    return response


async def change_password(call: Call) -> Response:
    """Change one's own password; one's other logins end."""
    body = await read_body(call.request, PasswordBody)
    await call.parts.accounts.logins.change_password(
        call.user, login_token(call.request), body.old, body.new, call.now_ms
    )
    return Response(status_code=204)


async def join(call: Call) -> Response:
    """Put whoever asks into a class; someone new becomes a visitor first."""
    body = await read_body(call.request, JoinBody)
    classes = call.parts.accounts.classes
    token, who = (None, call.who) if call.who else await classes.new_visitor(call.now_ms)
    joined = await classes.join(who, body.code, call.address, call.now_ms)
    call.parts.chat.joined(who, joined.id)
    response = answer({"class": joined})
    if token is not None:
        set_visitor(response, call.request, call.parts, token)
    return response


def _logged_in(call: Call, new: NewLogin, status: int) -> Response:
    response = answer({"login": new.login}, status)
    set_login(response, call.request, call.parts, new)
    return response
