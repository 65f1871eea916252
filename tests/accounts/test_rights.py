"""Who may do what, and how guessing is slowed down: pure rules, asked directly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.accounts import RIGHTS, Permission, Role, Who, allows, may, require, require_chat
from server.accounts.rights import rights_of, switches
from server.accounts.throttle import Throttle
from server.errors import ClientProblem


def test_rights_of_every_role() -> None:
    """The whole table of rights, as a person would write it down."""
    rights = {role: {each for each in Permission if allows(role, each)} for role in (None, *Role)}
    assert rights == {
        None: set(),
        Role.PUPIL: set(),
        Role.TEACHER: {
            Permission.SEE_STATISTICS,
            Permission.EDIT_TOPICS,
            Permission.SEE_GROUPS,
            Permission.EDIT_GROUPS,
            Permission.ANSWER_THREADS,
            Permission.EDIT_DOCUMENTS,
            Permission.EDIT_ANSWERS,
            Permission.MODERATE,
        },
        Role.COMPLIANCE: {
            Permission.EDIT_WORDS,
            Permission.APPROVE_WORDS,
            Permission.MODERATE,
            Permission.SEE_RECORDS,
        },
        Role.ADMIN: set(Permission) - {Permission.SEE_NAMES, Permission.SEE_TEXT, Permission.SEE_DATES},
    }


def test_rights_are_switched_for_one_person_alone() -> None:
    """What was switched for somebody counts before their role; changing needs seeing."""
    staff = Who("user", "u", role="compliance", rights=(("see_statistics", True),))
    assert may(staff, Permission.SEE_STATISTICS) and not may(staff, Permission.SEE_GROUPS)
    blind = Who("user", "u", role="teacher", rights=(("see_groups", False), ("see_names", True)))
    assert may(blind, Permission.SEE_STATISTICS) and may(blind, Permission.SEE_NAMES)
    assert not may(blind, Permission.SEE_GROUPS) and not may(blind, Permission.EDIT_GROUPS)
    assert not may(None, Permission.SEE_STATISTICS) and not may(Who("visitor", "v"), Permission.SEE_NAMES)


@given(st.sampled_from(list(Role)[1:]), st.dictionaries(st.sampled_from(list(RIGHTS)), st.booleans()))
def test_switching_leads_to_what_was_wanted(role: Role, wanted: dict[Permission, bool]) -> None:
    """Whatever is switched comes out as it was wanted, the rest as the role has it, and no more is kept."""
    kept = {right: on for right, on in switches(role, wanted).items() if on is not None}
    now = rights_of(role, tuple(kept.items()))
    assert now == {**rights_of(role), **wanted}
    assert all(on != allows(role, right) for right, on in kept.items())


def test_each_of_the_five_rights_is_said_in_one_sentence() -> None:
    """Counts, groups, names, text, dates; a pupil gets none of them."""
    assert [sentence.split(":")[0] for sentence in RIGHTS.values()] == [
        "counts", "groups", "names", "text", "dates",
    ]  # fmt: skip
    with pytest.raises(ClientProblem, match="权限"):
        switches(Role.PUPIL, {Permission.SEE_STATISTICS: True})
    with pytest.raises(ClientProblem, match="权限"):
        switches(Role.TEACHER, {Permission.MANAGE_USERS: True})


def test_who_may_not_is_told_whether_a_login_would_help() -> None:
    """No login: 401. The wrong role: 403."""
    codes = []
    for who in (None, Who("visitor", "v"), Who("user", "u", role="teacher")):
        with pytest.raises(ClientProblem) as refused:
            require(who, Permission.EDIT_WORDS)
        codes.append((refused.value.status, refused.value.code))
    assert codes == [(401, "login_needed"), (401, "login_needed"), (403, "not_allowed")]
    admin = Who("user", "u", role="admin")
    assert require(admin, Permission.EDIT_WORDS) is admin


def test_who_may_chat_follows_the_setting() -> None:
    """Open to all, to members of a class, or to users."""
    stranger, member = Who("visitor", "v"), Who("visitor", "v", class_id="c")
    user = Who("user", "u", role="pupil")
    assert (
        require_chat(stranger, "open") and require_chat(member, "class_code") and require_chat(user, "login")
    )
    with pytest.raises(ClientProblem, match="加入码"):
        require_chat(stranger, "class_code")
    for who in (stranger, member):
        with pytest.raises(ClientProblem, match="登录"):
            require_chat(who, "login")


@given(st.lists(st.sampled_from("abc"), max_size=60))
def test_throttle_remembers_a_bounded_number_of_keys(keys: list[str]) -> None:
    """However many names are tried, memory does not grow."""
    throttle = Throttle(free_tries=100, max_keys=2)
    for key in keys:
        throttle.begin(key, 0.0)
    assert len(throttle._tries) <= 2


def test_throttle_doubles_the_wait_and_forgets_in_the_end() -> None:
    """1, 2, 4 seconds … at most the longest; after a quiet quarter of an hour all is forgotten."""
    throttle = Throttle(free_tries=1, longest_wait_seconds=4)
    now_seconds, waits = 0.0, []
    throttle.begin("k", now_seconds)
    for _ in range(4):
        with pytest.raises(ClientProblem) as slowed:
            throttle.begin("k", now_seconds)
        wait = slowed.value.retry_after_seconds
        assert wait is not None
        waits.append(wait)
        now_seconds += wait
        throttle.begin("k", now_seconds)
    assert waits == [1, 2, 4, 4]
    throttle.begin("k", now_seconds + 901)
    with pytest.raises(ClientProblem):
        throttle.begin("k", now_seconds + 901)
