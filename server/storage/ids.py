"""Short random names for rows: unguessable, fit for an address, without a meaning."""

from __future__ import annotations

import secrets


def new_id() -> str:
    """Sixteen characters that are safe in an address (96 random bits)."""
    return secrets.token_urlsafe(12)
