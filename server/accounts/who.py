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


def pseudonym(owner_id: str, class_id: str | None, salt: bytes) -> str:
    """The name under which a person is counted in a class: always the same there, another one elsewhere.

    Args:
        owner_id: a visitor's or a user's id.
        class_id: the class, or None.
        salt: the installation's secret; without it nobody gets from the pseudonym to the person.
    """
    message = f"{owner_id}\n{class_id or ''}".encode()
    return hmac.new(salt, message, hashlib.sha256).hexdigest()[:16]
