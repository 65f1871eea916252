"""What administrators do with users: make, change, disable. The last administrator stays."""

from __future__ import annotations

from typing import Any

from server.accounts.passwords import Passwords, check_password
from server.accounts.permissions import Role
from server.accounts.rights import rights_of, switches
from server.accounts.views import NewUser, UserPatch, UserView, clean_name, name_taken, not_found
from server.errors import ClientProblem
from server.storage import acts, rights, users
from server.storage.acts import By
from server.storage.database import Database
from server.storage.ids import new_id


class Users:
    """Everyone with a password."""

    def __init__(self, database: Database, passwords: Passwords) -> None:
        self._database = database
        self._passwords = passwords

    async def list_all(self) -> list[UserView]:
        """Every user by name."""
        async with self._database.read() as connection:
            switched = await rights.of_all(connection)
            return [_view(user, switched.get(user.id, ())) for user in await users.list_all(connection)]

    async def add(self, new: NewUser, now_ms: int, *, by: By | None = None) -> UserView:
        """Make a user; without `by` the command line does it.

        Raises:
            ClientProblem: 409 `name_taken`, 422 `weak_password` or `bad_name`.
        """
        name = clean_name(new.name)
        check_password(new.password, name)
        user = users.StoredUser(
            id=new_id(),
            name=name,
            password_hash=await self._passwords.hash(new.password),
            role=new.role,
            disabled=False,
            class_id=None,
            created_at_ms=now_ms,
        )
        async with self._database.write() as connection:
            if await users.find_by_name(connection, name) is not None:
                raise name_taken(name)
            await users.add(connection, user)
            await acts.note(connection, by, "add_user", name, role=str(new.role))
        return _view(user)

    async def change(self, user_id: str, patch: UserPatch, *, by: By | None = None) -> UserView:
        """Change role, password, rights or whether one may log in; without `by` the command line does it.

        A user who is disabled or gets a new password is logged out everywhere at once. With another role,
        what was switched for the user is forgotten: it was meant for the old one.

        Args:
            user_id: whom.
            patch: what to change.
            by: who changes it, and when; None: the command line.

        Raises:
            ClientProblem: 404 `not_found`, 409 `last_admin`, 422 `weak_password` or `bad_right`.
        """
        values: dict[str, Any] = {}
        if patch.role is not None:
            values["role"] = patch.role
        if patch.disabled is not None:
            values["disabled"] = patch.disabled
        if patch.password is not None:
            async with self._database.read() as connection:
                user = await users.get(connection, user_id)
            if user is None:
                raise not_found("用户", "user")
            check_password(patch.password, user.name)
            values["password_hash"] = await self._passwords.hash(patch.password)
        async with self._database.write() as connection:
            before = await users.get(connection, user_id)
            if before is None:
                raise not_found("用户", "user")
            await users.change(connection, user_id, values)
            after = await users.get(connection, user_id)
            assert after is not None
            was_admin = before.role == Role.ADMIN and not before.disabled
            if was_admin and await users.count_active(connection, Role.ADMIN) == 0:
                raise ClientProblem(
                    "last_admin",
                    "这是最后一位管理员，必须保留。",
                    message_en="This is the last administrator, who must stay.",
                    status=409,
                )
            if after.disabled or patch.password is not None:
                await users.end_logins(connection, user_id)
            old = rights_of(before.role, await rights.of_user(connection, user_id))
            if after.role != before.role:
                await rights.clear(connection, user_id)
            for right, allowed in switches(after.role, patch.rights or {}).items() if patch.rights else ():
                await rights.switch(connection, user_id, right, allowed)
            switched = await rights.of_user(connection, user_id)
            new = rights_of(after.role, switched)
            if after != before or new != old:
                detail = acts.difference(before, after, ("role", "disabled"))
                if new != old:
                    detail["rights"] = {right: on for right, on in new.items() if on != old[right]}
                if patch.password is not None:
                    detail["password"] = "new"  # noqa: S105 -- that there is one, not which
                await acts.note(connection, by, "edit_user", after.name, **detail)
        return _view(after, switched)


def _view(user: users.StoredUser, switched: tuple[tuple[str, bool], ...] = ()) -> UserView:
    return UserView(
        id=user.id,
        name=user.name,
        role=Role(user.role),
        disabled=user.disabled,
        created_at_ms=user.created_at_ms,
        rights=rights_of(user.role, switched),
    )
