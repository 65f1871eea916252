"""Who is there: a visitor or a user, and the pseudonym under which they are counted."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Who:
    """One person at one moment; read anew for every request, so that a change is felt at once."""

    kind: Literal["visitor", "user"]
    id: str
    name: str | None = None
    role: str | None = None  # None: a visitor
    class_id: str | None = None
    rights: tuple[tuple[str, bool], ...] = ()  # in which they differ from their role


def pseudonym(owner_id: str, class_id: str | None, term: int, salt: bytes) -> str:
    """The name under which a person is counted in a class and a term: the same there, another one elsewhere.

    Args:
        owner_id: a visitor's or a user's id.
        class_id: the class, or None.
        term: the number of the week it began with, see `server.accounts.terms`; 0: before there were any.
        salt: the installation's secret; without it nobody gets from the pseudonym to the person.
    """
    message = f"{owner_id}\n{class_id or ''}" + (f"\n{term}" if term else "")
    return hmac.new(salt, message.encode(), hashlib.sha256).hexdigest()[:16]
