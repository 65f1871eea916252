"""Users, classes, codes, and who may see what."""

from __future__ import annotations

import pytest

from server.accounts import (
    Accounts,
    ClassPatch,
    ClassView,
    NewClass,
    NewUser,
    Permission,
    Role,
    UserPatch,
    Who,
    may,
    pseudonym,
)
from server.accounts.classes import CODE_ALPHABET
from server.accounts.passwords import check_password
from server.errors import ClientProblem
from server.storage import audit, conversations
from server.storage.acts import By
from server.storage.database import Database

NOW_MS = 1_800_000_000_000
PASSWORD = "horse battery staple"


async def _user(accounts: Accounts, name: str, role: Role = Role.TEACHER) -> Who:
    user = await accounts.users.add(NewUser(name=name, role=role, password=PASSWORD), NOW_MS)
    return Who(kind="user", id=user.id, name=user.name, role=user.role)


async def _class(accounts: Accounts, name: str, *teachers: Who) -> ClassView:
    new = NewClass(name=name, enrolled=40, teachers=tuple(who.id for who in teachers))
    return await accounts.classes.add(new, NOW_MS)


async def test_users_are_listed_without_hashes(accounts: Accounts, admin: Who) -> None:
    """What leaves the accounts has no password in it."""
    (view,) = await accounts.users.list_all()
    assert view.model_dump(mode="json") == {
        "id": admin.id,
        "name": "root",
        "role": "admin",
        "disabled": False,
        "created_at_ms": NOW_MS,
        "rights": {
            "see_statistics": True,
            "see_groups": True,
            "see_names": False,
            "see_text": False,
            "see_dates": False,
        },
    }


async def test_name_can_be_taken_once(accounts: Accounts) -> None:
    """The same name in another width is the same name."""
    await _user(accounts, "王老师1")
    with pytest.raises(ClientProblem) as taken:
        await _user(accounts, " 王老师１ ")
    assert (taken.value.code, taken.value.status) == ("name_taken", 409)


async def test_disabling_a_user_ends_every_login_at_once(accounts: Accounts, admin: Who) -> None:
    """Who is disabled is out, and stays out when enabled again until the next login."""
    teacher = await _user(accounts, "teacher")
    login = await accounts.logins.login("teacher", PASSWORD, "a", NOW_MS)
    await accounts.users.change(teacher.id, UserPatch(disabled=True))
    assert await accounts.who(login.token, None, NOW_MS) is None
    await accounts.users.change(teacher.id, UserPatch(disabled=False))
    assert await accounts.who(login.token, None, NOW_MS) is None


async def test_new_role_counts_from_the_next_request(accounts: Accounts, admin: Who) -> None:
    """A login does not carry the role it was made with."""
    teacher = await _user(accounts, "teacher")
    login = await accounts.logins.login("teacher", PASSWORD, "a", NOW_MS)
    await accounts.users.change(teacher.id, UserPatch(role=Role.COMPLIANCE))
    who = await accounts.who(login.token, None, NOW_MS)
    assert who is not None and who.role == "compliance"


@pytest.mark.parametrize("patch", [UserPatch(disabled=True), UserPatch(role=Role.TEACHER)])
async def test_last_administrator_stays(accounts: Accounts, admin: Who, patch: UserPatch) -> None:
    """One can leave when there are two, but not the last."""
    second = await _user(accounts, "second", Role.ADMIN)
    await accounts.users.change(second.id, patch)
    with pytest.raises(ClientProblem) as refused:
        await accounts.users.change(admin.id, patch)
    assert (refused.value.code, refused.value.status) == ("last_admin", 409)
    (root,) = [user for user in await accounts.users.list_all() if user.id == admin.id]
    assert (root.role, root.disabled) == ("admin", False)


async def test_unknown_user_or_class_is_not_found(accounts: Accounts) -> None:
    """Changing what is not there says so."""
    for attempt in (
        accounts.users.change("x", UserPatch(disabled=True)),
        accounts.users.change("x", UserPatch(password=PASSWORD)),
        accounts.classes.change("x", ClassPatch(name="y")),
        accounts.classes.renew_code("x"),
    ):
        with pytest.raises(ClientProblem) as refused:
            await attempt
        assert refused.value.code == "not_found"


@pytest.mark.parametrize(
    "password",
    ["1234567", "password", "PASSWORD", "ｐａｓｓｗｏｒｄ", "aaaaaaaaaa", "Teacher Wang", "x" * 300],
)
def test_weak_passwords_are_refused(password: str) -> None:
    """Too short, too common, too long, or the name itself."""
    with pytest.raises(ClientProblem) as weak:
        check_password(password, "teacher wang")
    assert (weak.value.code, weak.value.status) == ("weak_password", 422)
    assert weak.value.message_in("en") != weak.value.message_in("zh")


async def test_pupil_joins_by_code_however_it_is_typed(accounts: Accounts) -> None:
    """Case, width, spaces and hyphens do not matter."""
    made = await _class(accounts, "七(3)班")
    assert len(made.join_code) == 6 and set(made.join_code) <= set(CODE_ALPHABET)
    token, who = await accounts.classes.new_visitor(NOW_MS)
    typed = f" {made.join_code[:3].lower()}-{made.join_code[3:].lower()} "
    joined = await accounts.classes.join(who, typed, "a", NOW_MS)
    member = await accounts.who(None, token, NOW_MS)
    assert member is not None and member.class_id == joined.id == made.id
    assert await accounts.classes.class_of(member) == joined
    (view,) = await accounts.classes.list_all()
    assert view.num_pupils == 1


async def test_pupil_with_an_account_joins_too(accounts: Accounts) -> None:
    """A login carries the class as a visitor's cookie does."""
    made = await _class(accounts, "七(3)班")
    pupil = await _user(accounts, "pupil", Role.PUPIL)
    await accounts.classes.join(pupil, made.join_code, "a", NOW_MS)
    login = await accounts.logins.login("pupil", PASSWORD, "a", NOW_MS)
    who = await accounts.who(login.token, None, NOW_MS)
    assert who is not None and who.class_id == made.id


async def test_renewed_code_ends_the_old_one_and_keeps_the_members(accounts: Accounts) -> None:
    """Who is in stays in; who has only the old code stays out."""
    made = await _class(accounts, "七(3)班")
    token, who = await accounts.classes.new_visitor(NOW_MS)
    await accounts.classes.join(who, made.join_code, "a", NOW_MS)
    renewed = await accounts.classes.renew_code(made.id)
    assert renewed.join_code != made.join_code
    with pytest.raises(ClientProblem) as refused:
        await accounts.classes.join(who, made.join_code, "a", NOW_MS)
    assert (refused.value.code, refused.value.status) == ("no_such_class", 404)
    member = await accounts.classes.visitor(token)
    assert member is not None and member.class_id == made.id


async def test_guessing_codes_is_slowed_down(accounts: Accounts) -> None:
    """Codes cannot be tried out by the thousand from one address."""
    _, who = await accounts.classes.new_visitor(NOW_MS)
    codes = []
    for _ in range(210):
        with pytest.raises(ClientProblem) as refused:
            await accounts.classes.join(who, "ZZZZZZ", "a", NOW_MS)
        codes.append(refused.value.code)
    assert codes.count("no_such_class") == 200 and codes[-1] == "too_many_tries"


async def test_archived_class_is_joined_by_nobody_and_shown_to_no_teacher(accounts: Accounts) -> None:
    """It stays in the administrator's list."""
    teacher = await _user(accounts, "teacher")
    made = await _class(accounts, "毕业班", teacher)
    await accounts.classes.change(made.id, ClassPatch(archived=True))
    _, who = await accounts.classes.new_visitor(NOW_MS)
    with pytest.raises(ClientProblem, match="加入码"):
        await accounts.classes.join(who, made.join_code, "a", NOW_MS)
    assert await accounts.classes.classes_for(teacher) == []
    assert [view.archived for view in await accounts.classes.list_all()] == [True]


async def test_class_changes_only_what_is_given(accounts: Accounts) -> None:
    """A patch with null for `enrolled` means unknown; a patch without it means unchanged."""
    teacher = await _user(accounts, "teacher")
    made = await _class(accounts, "七(3)班", teacher)
    renamed = await accounts.classes.change(made.id, ClassPatch(name="八(3)班"))
    assert renamed == made.model_copy(update={"name": "八(3)班"})
    changed = await accounts.classes.change(made.id, ClassPatch(enrolled=None, teachers=()))
    assert (changed.enrolled, changed.teachers) == (None, ())


async def test_class_names_are_unique_and_only_teachers_have_classes(accounts: Accounts) -> None:
    """A refused class is not half made."""
    first = await _class(accounts, "一班")
    second = await _class(accounts, "二班")
    with pytest.raises(ClientProblem, match="一班"):
        await _class(accounts, "一班")
    with pytest.raises(ClientProblem, match="一班"):
        await accounts.classes.change(second.id, ClassPatch(name="一班"))
    pupil = await _user(accounts, "pupil", Role.PUPIL)
    for teacher in (pupil, Who(kind="user", id="nobody")):
        with pytest.raises(ClientProblem, match="教师"):
            await _class(accounts, "三班", teacher)
    assert {view.name for view in await accounts.classes.list_all()} == {first.name, second.name}


async def test_teachers_see_their_own_classes_only(accounts: Accounts, admin: Who) -> None:
    """The administrator sees every one; compliance staff, pupils and visitors none."""
    wang, li = await _user(accounts, "wang"), await _user(accounts, "li")
    await _class(accounts, "一班", wang)
    await _class(accounts, "二班", wang, li)
    seen = {
        who.name: [each.name for each in await accounts.classes.classes_for(who)]
        for who in (admin, wang, li, await _user(accounts, "c", Role.COMPLIANCE), Who("visitor", "v"))
    }
    assert seen == {
        "root": ["一班", "二班"],
        "wang": ["一班", "二班"],
        "li": ["二班"],
        "c": ["一班", "二班"],
        None: [],
    }


async def test_pseudonym_is_stable_and_differs_between_classes(accounts: Accounts, admin: Who) -> None:
    """Counted as one person in a class and term, unlinkable to others, meaningless without the secret."""
    name = accounts.pseudonym("v", "c1", NOW_MS)
    assert name == accounts.pseudonym("v", "c1", NOW_MS)
    later = accounts.pseudonym("v", "c1", NOW_MS + 270 * 86_400_000)
    assert (
        len({name, later, accounts.pseudonym("v", "c2", NOW_MS), accounts.pseudonym("v", None, NOW_MS)}) == 4
    )
    assert name != pseudonym("v", "c1", 0, b"another secret") and "v" not in name
    assert {name, later} < accounts.pseudonyms("v", "c1", NOW_MS, NOW_MS + 270 * 86_400_000)


async def test_visitors_who_asked_nothing_are_forgotten_after_a_week(
    accounts: Accounts, database: Database
) -> None:
    """Only they: who joined a class or has a conversation stays known."""
    tokens, people = zip(*[await accounts.classes.new_visitor(NOW_MS) for _ in range(3)], strict=True)
    made = await accounts.classes.add(NewClass(name="七(3)班"), NOW_MS)
    await accounts.classes.join(people[0], made.join_code, "127.0.0.1", NOW_MS)
    async with database.write() as connection:
        await conversations.create(
            connection,
            conversation_id="c1",
            owner_id=people[1].id,
            class_id=None,
            preset="education",
            system_prompt="",
            now_ms=NOW_MS,
        )
    assert await accounts.classes.forget_strangers(NOW_MS + 6 * 86_400_000) == 0
    assert await accounts.classes.forget_strangers(NOW_MS + 8 * 86_400_000, {people[2].id}) == 0
    assert await accounts.classes.forget_strangers(NOW_MS + 8 * 86_400_000) == 1
    known = [await accounts.classes.visitor(token) is not None for token in tokens]
    assert known == [True, True, False]


async def test_rights_follow_the_person_and_not_a_later_role(accounts: Accounts, admin: Who) -> None:
    """What is switched is felt at the next request, is on record, and ends with the role it was meant for."""
    made = await accounts.users.add(NewUser(name="li", role=Role.TEACHER, password=PASSWORD), NOW_MS)
    login = await accounts.logins.login("li", PASSWORD, "", NOW_MS)
    wanted = {Permission.SEE_NAMES: True, Permission.SEE_GROUPS: False}
    changed = await accounts.users.change(made.id, UserPatch(rights=wanted), by=By("root", NOW_MS))
    assert changed.rights == {**made.rights, **wanted}
    who = await accounts.logins.who(login.token, NOW_MS)
    assert may(who, Permission.SEE_NAMES) and not may(who, Permission.SEE_GROUPS)
    again = await accounts.users.change(made.id, UserPatch(role=Role.ADMIN), by=By("root", NOW_MS))
    assert not again.rights[Permission.SEE_NAMES] and again.rights[Permission.SEE_GROUPS]
    async with accounts.users._database.read() as connection:
        every = [entry async for entry in audit.every(connection)]
    entries = [entry for entry in every if entry.what == "edit_user"]
    assert [(entry.who, entry.subject) for entry in entries] == [("root", "li")] * 2
    assert entries[0].detail["rights"] == {"see_names": True, "see_groups": False}
