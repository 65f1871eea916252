"""What it means to switch a right for one user. Pure: rows and requests are not known here."""

from __future__ import annotations

from collections.abc import Mapping

from server.accounts.permissions import RIGHTS, Permission, Role, may
from server.accounts.who import Who
from server.errors import ClientProblem

Switched = tuple[tuple[str, bool], ...]  # in which a user differs from their role


def rights_of(role: str, switched: Switched = ()) -> dict[Permission, bool]:
    """The five rights of somebody of this role for whom this was switched."""
    who = Who("user", "", role=role, rights=switched)
    return {right: may(who, right) for right in RIGHTS}


def switches(role: str, wanted: Mapping[Permission, bool]) -> dict[Permission, bool | None]:
    """What to keep for each wanted right; None where it is the role's own.

    Raises:
        ClientProblem: 422 `bad_right`: none of the five, or somebody who sees no statistics at all.
    """
    if role == Role.PUPIL or not wanted.keys() <= RIGHTS.keys():
        raise ClientProblem(
            "bad_right",
            "这项权限不能为这位用户单独开关。",
            message_en="This right cannot be switched for this user.",
            status=422,
        )
    usual = rights_of(role)
    return {right: None if allowed == usual[right] else allowed for right, allowed in wanted.items()}
