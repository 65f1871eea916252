"""Keys with which other systems come in: made by administrators, shown once, revocable, limited.

A key has a role, and may what the role may. It does not know what is asked with it.
"""

from __future__ import annotations

from server.accounts.permissions import Permission, Role, allows
from server.accounts.tokens import new_token, token_hash
from server.accounts.views import KeyView, MadeKey, NewKey, clean_name, not_found
from server.errors import ClientProblem
from server.protocol.rates import TokenBucket
from server.storage import acts, keys
from server.storage.acts import By
from server.storage.database import Database
from server.storage.ids import new_id
from server.storage.keys import StoredKey

PREFIX = "dayi-"
SHOWN_CHARS = len(PREFIX) + 6


class Keys:
    """All keys, and how fast each of them may ask."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._buckets: dict[str, TokenBucket] = {}  # by key: as many as administrators made

    async def add(self, new: NewKey, *, who: str, now_ms: int) -> MadeKey:
        """Make a key. This answer is the only one that has it in full.

        Raises:
            ClientProblem: 422 `bad_name`, or `bad_role` for a role that has no use of a key.
        """
        if not allows(new.role, Permission.MODERATE):
            raise ClientProblem(
                "bad_role",
                "这个角色用不上密钥，可选教师、合规人员或管理员。",
                message_en="This role has no use of a key; choose teacher, compliance or admin.",
                status=422,
            )
        key = PREFIX + new_token()
        row = StoredKey(
            id=new_id(),
            name=clean_name(new.name, "NFC"),
            key_hash=token_hash(key),
            shown=key[:SHOWN_CHARS],
            role=new.role,
            per_minute=new.per_minute,
            created_at_ms=now_ms,
            created_by=who,
        )
        async with self._database.write() as connection:
            await keys.add(connection, row)
            detail = {"shown": row.shown, "role": str(row.role), "per_minute": row.per_minute}
            await acts.note(connection, By(who, now_ms), "add_key", row.name, **detail)
        return MadeKey(**_view(row).model_dump(), key=key)

    async def list_all(self) -> list[KeyView]:
        """Every key, newest first, without what opens anything."""
        async with self._database.read() as connection:
            return [_view(row) for row in await keys.list_all(connection)]

    async def revoke(self, key_id: str, now_ms: int, *, who: str = "dayi keys") -> None:
        """From now on the key opens nothing.

        Raises:
            ClientProblem: 404 `not_found`.
        """
        async with self._database.write() as connection:
            if not await keys.revoke(connection, key_id, now_ms):
                raise not_found("密钥", "key")
            await acts.note(connection, By(who, now_ms), "revoke_key", key_id)
        self._buckets.pop(key_id, None)

    async def enter(self, key: str | None, permission: Permission, now_ms: int) -> KeyView:
        """Whose key this is, if it may do this, and now.

        Raises:
            ClientProblem: 401 `bad_key`, 403 `not_allowed`, 429 `too_fast` with the seconds to wait.
        """
        row = None
        if key and key.startswith(PREFIX):
            async with self._database.read() as connection:
                row = await keys.find(connection, token_hash(key))
        if row is None or row.revoked_at_ms is not None:
            raise ClientProblem(
                "bad_key",
                "密钥无效或已被吊销。请在 Authorization 头中以 Bearer 给出有效的密钥。",
                message_en="No such key, or it was revoked. Give a valid one as a Bearer token.",
                status=401,
            )
        if not allows(row.role, permission):
            raise ClientProblem(
                "not_allowed",
                "这个密钥没有这项权限。",
                message_en="This key does not have this right.",
                status=403,
            )
        bucket = self._buckets.setdefault(row.id, TokenBucket(row.per_minute))
        wait_seconds = bucket.wait_seconds(now_ms)
        if not bucket.take(now_ms):
            raise ClientProblem(
                "too_fast",
                f"这个密钥每分钟最多请求 {row.per_minute} 次，请稍后再试。",
                message_en=f"This key may ask {row.per_minute} times a minute; please wait.",
                status=429,
                retry_after_seconds=round(wait_seconds, 1),
            )
        return _view(row)


def _view(row: StoredKey) -> KeyView:
    return KeyView(
        id=row.id,
        name=row.name,
        shown=row.shown,
        role=Role(row.role),
        per_minute=row.per_minute,
        created_at_ms=row.created_at_ms,
        created_by=row.created_by,
        revoked_at_ms=row.revoked_at_ms,
    )
