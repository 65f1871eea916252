"""Classes: made, taught, joined by a code; and the visitors who chat without an account.

Which numbers a teacher sees of a class is not known here, only which classes are theirs.
"""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Collection

from server.accounts.permissions import Role
from server.accounts.throttle import Throttle
from server.accounts.tokens import new_token, token_hash
from server.accounts.views import (
    ClassPatch,
    ClassRef,
    ClassView,
    NewClass,
    TeacherRef,
    clean_name,
    name_taken,
    not_found,
)
from server.accounts.who import Who
from server.errors import ClientProblem
from server.storage import acts, classes, users
from server.storage.acts import By
from server.storage.database import Database
from server.storage.ids import new_id

CODE_ALPHABET = "34679ACDEFGHJKMNPQRTUVWXY"  # no two of them look alike: 0O 1IL 2Z 5S 8B are left out
CODE_CHARS = 6

STRANGER_DAYS = 7


class Classes:
    """The classes of a school, or the desks of an office."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._by_address = Throttle(free_tries=200)  # several classes may mistype at once behind one address

    async def list_all(self) -> list[ClassView]:
        """Every class by name, archived ones included."""
        async with self._database.read() as connection:
            teachers = await classes.teachers(connection)
            members = await classes.count_members(connection)
            return [_view(row, teachers, members) for row in await classes.list_all(connection)]

    async def classes_for(self, who: Who) -> list[ClassRef]:
        """The classes whose numbers someone may see: a teacher their own, school-wide staff every one."""
        async with self._database.read() as connection:
            if who.role in (Role.ADMIN, Role.COMPLIANCE):
                rows = await classes.list_all(connection)
            elif who.role == Role.TEACHER:
                rows = await classes.list_taught(connection, who.id)
            else:
                rows = []
        return [ClassRef(id=row.id, name=row.name) for row in rows if not row.archived]

    async def enrolled(self, class_ids: list[str]) -> int | None:
        """How many pupils are enrolled in these classes together; None where one of them does not say."""
        async with self._database.read() as connection:
            numbers = [row.enrolled for row in await classes.list_all(connection) if row.id in class_ids]
        known = [number for number in numbers if number is not None]
        return sum(known) if known and len(known) == len(numbers) else None

    async def small_groups(self, fewer_than: int, small_group: int) -> dict[str, int]:
        """`small_group` for every class with fewer people, where it takes less to see who it was."""
        async with self._database.read() as connection:
            rows = await classes.list_all(connection)
        return {row.id: small_group for row in rows if row.enrolled is not None and row.enrolled < fewer_than}

    async def add(self, new: NewClass, now_ms: int, *, by: By | None = None) -> ClassView:
        """Make a class with a new join code; without `by` the command line does it.

        Raises:
            ClientProblem: 409 `name_taken`, 422 `bad_name` or `bad_teachers`.
        """
        row = classes.StoredClass(
            id=new_id(),
            name=clean_name(new.name, "NFC"),
            join_code=_new_code(),
            enrolled=new.enrolled,
            archived=False,
            created_at_ms=now_ms,
        )
        async with self._database.write() as connection:
            if await classes.find_by_name(connection, row.name) is not None:
                raise name_taken(row.name)
            await classes.add(connection, row)
            _check_teachers(await users.roles(connection), new.teachers)
            await classes.set_teachers(connection, row.id, new.teachers)
            await acts.note(connection, by, "add_class", row.name, teachers=list(new.teachers))
        return await self._get(row.id)

    async def change(self, class_id: str, patch: ClassPatch, *, by: By | None = None) -> ClassView:
        """Change name, number of pupils, teachers, or whether the class is archived.

        Without `by` the command line does it.

        Raises:
            ClientProblem: 404 `not_found`, 409 `name_taken`, 422 `bad_name` or `bad_teachers`.
        """
        values = patch.model_dump(exclude_unset=True, exclude={"teachers"})
        if patch.archived is None:
            values.pop("archived", None)
        if patch.name is None:
            values.pop("name", None)
        else:
            values["name"] = clean_name(patch.name, "NFC")
        async with self._database.write() as connection:
            before = await classes.get(connection, class_id)
            if before is None:
                raise not_found("班级", "class")
            if "name" in values:
                holder = await classes.find_by_name(connection, values["name"])
                if holder is not None and holder.id != class_id:
                    raise name_taken(values["name"])
            await classes.change(connection, class_id, values)
            if patch.teachers is not None:
                _check_teachers(await users.roles(connection), patch.teachers)
                await classes.set_teachers(connection, class_id, patch.teachers)
            after = await classes.get(connection, class_id)
            detail = acts.difference(before, after, ("name", "enrolled", "archived"))
            if patch.teachers is not None:
                detail["teachers"] = list(patch.teachers)
            await acts.note(connection, by, "edit_class", before.name, **detail)
        return await self._get(class_id)

    async def renew_code(self, class_id: str, *, by: By | None = None) -> ClassView:
        """Give the class another join code; the old one stops working, members stay members.

        Raises:
            ClientProblem: 404 `not_found`.
        """
        async with self._database.write() as connection:
            row = await classes.get(connection, class_id)
            if row is None:
                raise not_found("班级", "class")
            await classes.change(connection, class_id, {"join_code": _new_code()})
            await acts.note(connection, by, "renew_join_code", row.name)
        return await self._get(class_id)

    # --- members --------------------------------------------------------------------------

    async def join(self, who: Who, code: str, address: str, now_ms: int) -> ClassRef:
        """Put a visitor, or a user, into the class with this code, however it is typed.

        Raises:
            ClientProblem: 404 `no_such_class` (unknown or archived), 429 `too_many_tries`.
        """
        self._by_address.begin(address, now_ms / 1000)
        async with self._database.write() as connection:
            row = await classes.find_by_code(connection, _plain_code(code))
            if row is None or row.archived:
                raise ClientProblem(
                    "no_such_class",
                    "没有这个加入码。",
                    message_en="There is no such join code.",
                    status=404,
                )
            if who.kind == "visitor":
                await classes.put_visitor(connection, who.id, row.id)
            else:
                await users.change(connection, who.id, {"class_id": row.id})
        self._by_address.forgive(address)
        return ClassRef(id=row.id, name=row.name)

    async def class_of(self, who: Who) -> ClassRef | None:
        """The class someone belongs to, or None."""
        if who.class_id is None:
            return None
        async with self._database.read() as connection:
            row = await classes.get(connection, who.class_id)
        return None if row is None else ClassRef(id=row.id, name=row.name)

    async def new_visitor(self, now_ms: int) -> tuple[str, Who]:
        """Someone new without an account: the token for the cookie, and who that is."""
        token = new_token()
        visitor = classes.StoredVisitor(id=new_id(), class_id=None, created_at_ms=now_ms)
        async with self._database.write() as connection:
            await classes.add_visitor(connection, visitor, token_hash(token))
        return token, Who(kind="visitor", id=visitor.id)

    async def visitor(self, token: str | None) -> Who | None:
        """Who is behind a visitor's cookie; None when it is missing or unknown."""
        if not token:
            return None
        async with self._database.read() as connection:
            row = await classes.find_visitor(connection, token_hash(token))
        return None if row is None else Who(kind="visitor", id=row.id, class_id=row.class_id)

    async def _get(self, class_id: str) -> ClassView:
        async with self._database.read() as connection:
            row = await classes.get(connection, class_id)
            assert row is not None
            return _view(row, await classes.teachers(connection), await classes.count_members(connection))

    async def forget_strangers(self, now_ms: int, present: Collection[str] = ()) -> int:
        """Forget visitors of more than a week ago who joined no class and asked nothing; how many.

        Every browser, and every crawler, that opens the chat page becomes a visitor.

        Args:
            now_ms: the time.
            present: ids of those who have a page open: they may be about to ask, and who is forgotten
                then never finds the conversation again.
        """
        async with self._database.write() as connection:
            return await classes.delete_strangers(connection, now_ms - STRANGER_DAYS * 86_400_000, present)


def _check_teachers(roles: dict[str, str], user_ids: tuple[str, ...]) -> None:
    if any(roles.get(user_id) not in (Role.TEACHER, Role.ADMIN) for user_id in user_ids):
        raise ClientProblem(
            "bad_teachers", "只有教师可以带班。", message_en="Only teachers can have classes.", status=422
        )


def _new_code() -> str:
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_CHARS))


def _plain_code(code: str) -> str:
    return "".join(unicodedata.normalize("NFKC", code[:64]).upper().replace("-", "").split())


def _view(
    row: classes.StoredClass, teachers: dict[str, list[tuple[str, str]]], members: dict[str, int]
) -> ClassView:
    return ClassView(
        id=row.id,
        name=row.name,
        join_code=row.join_code,
        enrolled=row.enrolled,
        teachers=tuple(TeacherRef(id=user_id, name=name) for user_id, name in teachers.get(row.id, [])),
        archived=row.archived,
        num_pupils=members.get(row.id, 0),
    )
