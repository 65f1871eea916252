"""What goes in and out of the accounts: frozen models, ready for JSON, without a single hash."""

from __future__ import annotations

import unicodedata
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from server.accounts.permissions import Permission, Role
from server.errors import ClientProblem

NAME_CHARS = 64


class _View(BaseModel):
    model_config = ConfigDict(frozen=True)


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LoginView(_View):
    """Who is logged in."""

    id: str
    name: str
    role: Role


class UserView(_View):
    """A user, as administrators see one."""

    id: str
    name: str
    role: Role
    disabled: bool
    created_at_ms: int
    rights: dict[Permission, bool]  # the five that can be switched, as they are now


class NewUser(_Body):
    """A user to be made."""

    name: str
    role: Role
    password: str


class UserPatch(_Body):
    """What to change of a user; what is not given stays."""

    role: Role | None = None
    disabled: bool | None = None
    password: str | None = None
    rights: dict[Permission, bool] | None = None


class KeyView(_View):
    """A key of another system, as administrators see it: by its beginning."""

    id: str
    name: str
    shown: str
    role: Role
    per_minute: int
    created_at_ms: int
    created_by: str
    revoked_at_ms: int | None


class MadeKey(KeyView):
    """A key that was just made, in full."""

    key: str


class NewKey(_Body):
    """A key to be made."""

    name: str
    role: Role = Role.TEACHER
    per_minute: int = Field(600, ge=1, le=60_000)


class ClassRef(_View):
    """A class, as its members and teachers see it."""

    id: str
    name: str


class TeacherRef(_View):
    """A teacher of a class."""

    id: str
    name: str


class ClassView(_View):
    """A class, as administrators see it."""

    id: str
    name: str
    join_code: str
    enrolled: int | None
    teachers: tuple[TeacherRef, ...]
    archived: bool
    num_pupils: int


class NewClass(_Body):
    """A class to be made; `teachers` are user ids."""

    name: str
    enrolled: int | None = Field(None, ge=0, le=100_000)
    teachers: tuple[str, ...] = ()


class ClassPatch(_Body):
    """What to change of a class; what is not given stays (`enrolled` may be given as null)."""

    name: str | None = None
    enrolled: int | None = Field(None, ge=0, le=100_000)
    teachers: tuple[str, ...] | None = None
    archived: bool | None = None


class RevealReason(StrEnum):
    """Why somebody has to know a name."""

    SAFETY = "safety"  # somebody may come to harm
    LAW = "law"  # an authority asks, and has the right to
    ABUSE = "abuse"  # the desk is being misused
    ASKED = "asked"  # the person wants it


class NewReveal(_Body):
    """Whose name is wanted, and why."""

    class_id: str | None = Field(None, max_length=64)
    asker: str = Field(pattern=r"^[0-9a-f]{16}$")
    about: str = Field("", max_length=64, pattern=r"^[a-z]*(:[A-Za-z0-9_-]*)?$")  # hit:17, thread:abc
    reason: RevealReason
    note: str = Field(max_length=500)


class RevealedName(_View):
    """Who is behind a pseudonym; a visitor without an account has no name."""

    kind: Literal["user", "visitor"]
    name: str | None
    since_ms: int


class RevealView(_View):
    """A reveal, as the person it was about sees it, and as administrators do: without the person."""

    at_ms: int
    by_name: str
    by_role: Role
    class_id: str | None
    about: str
    reason: RevealReason
    note: str


def clean_name(name: str, form: Literal["NFC", "NFKC"] = "NFKC") -> str:
    """A name as it is stored and compared: one form of each character, no stray spaces.

    Args:
        name: as it was written.
        form: NFKC for what somebody types to log in, where a full-width letter is the same letter; NFC for
            titles that are only read, as NFKC would turn 七年级（三）班 into 七年级(三)班.

    Raises:
        ClientProblem: 422 `bad_name`, when nothing or too much is left, or it holds invisible characters.
    """
    cleaned = " ".join(unicodedata.normalize(form, name).split())
    if not 1 <= len(cleaned) <= NAME_CHARS or not cleaned.isprintable():
        raise ClientProblem(
            "bad_name",
            f"名称须为 1 到 {NAME_CHARS} 个可见字符。",
            message_en=f"A name has 1 to {NAME_CHARS} visible characters.",
            status=422,
        )
    return cleaned


def name_taken(name: str) -> ClientProblem:
    """The name is someone else's."""
    return ClientProblem(
        "name_taken", f"名称「{name}」已被使用。", message_en=f"The name “{name}” is taken.", status=409
    )


def not_found(zh: str, en: str) -> ClientProblem:
    """There is no such thing."""
    return ClientProblem("not_found", f"没有这个{zh}。", message_en=f"There is no such {en}.", status=404)
