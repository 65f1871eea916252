"""Routes of privacy for staff: a name for a pseudonym, who was told one, and what was removed."""

from __future__ import annotations

from dataclasses import asdict

from starlette.responses import Response

from server.accounts import NewReveal, Role
from server.web.bodies import answer, read_body
from server.web.messages import problem
from server.web.parts import Call

SHOWN_REVEALS = 100
SHOWN_ROUNDS = 60


async def reveal(call: Call) -> Response:
    """Who is behind one pseudonym of a class that one may see; the person will know."""
    body = await read_body(call.request, NewReveal)
    await own_class(call, body.class_id)
    return answer({"person": await call.parts.accounts.reveals.reveal(body, call.user, call.now_ms)})


async def list_reveals(call: Call) -> Response:
    """Who was told a name lately, and why; not whose."""
    return answer({"reveals": await call.parts.accounts.reveals.newest(SHOWN_REVEALS)})


async def list_removals(call: Call) -> Response:
    """What was removed lately, by age or because somebody wanted it, and what the two dates are."""
    rounds = await call.parts.retention.report(SHOWN_ROUNDS)
    return answer(
        {"rules": asdict(call.parts.retention.rules), "removals": [asdict(each) for each in rounds]}
    )


async def own_class(call: Call, class_id: str | None) -> None:
    """Let pass whoever may see this class.

    Raises:
        ClientProblem: 403 `not_allowed`.
    """
    if class_id is None:
        if call.user.role not in (Role.ADMIN, Role.COMPLIANCE):
            raise problem("not_allowed")
    elif class_id not in [each.id for each in await call.parts.accounts.classes.classes_for(call.user)]:
        raise problem("not_allowed")
