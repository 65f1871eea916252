"""What goes in and out of the desk of approved answers, checked."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from server.knowledge.answer_problems import bad_answer
from server.knowledge.answer_shelf import Shelved
from server.knowledge.types import ApprovedAnswer, Attachment
from server.likeness import read
from server.storage.answers import StoredAnswer, StoredFile

MOST_WORDINGS: Final = 30
WORDING_CHARS: Final = 200
TEXT_CHARS: Final = 4000
LINE_CHARS: Final = 120  # of a source, an author, the name of a link
MOST_LINKS: Final = 10
URL_CHARS: Final = 1000
_URL: Final = re.compile(r"https?://[^\s<>\"']+|/(?!/)[^\s<>\"'\\]*")


class Link(BaseModel):
    """Something to open beside an answer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field("", max_length=LINE_CHARS)
    url: str = Field(max_length=URL_CHARS)


class Written(BaseModel):
    """An answer as somebody wrote it. Days are `2026-12-31`, or null for no limit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    wordings: tuple[str, ...] = Field(max_length=MOST_WORDINGS * 2)
    text: str
    source: str = Field("", max_length=LINE_CHARS)
    author: str = Field("", max_length=LINE_CHARS)
    valid_from: str | None = Field(None, max_length=10)
    last_day: str | None = Field(None, max_length=10)
    class_id: str | None = Field(None, max_length=64)
    enabled: bool = True
    links: tuple[Link, ...] = ()
    group_id: str | None = Field(None, max_length=64)


class FileView(BaseModel):
    """A file beside an answer."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: str
    name: str
    num_bytes: int


class AnswerView(BaseModel):
    """An answer for those who keep it."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: str
    wordings: tuple[str, ...]
    text: str
    source: str
    author: str
    approved_by: str
    approved_at_ms: int
    valid_from: str | None
    last_day: str | None
    class_id: str | None
    enabled: bool
    links: tuple[Link, ...]
    group_id: str | None
    revision: int
    updated_at_ms: int
    updated_by: str
    files: tuple[FileView, ...] = ()
    hits: int = 0  # in steps of the smallest group that is shown
    saved_ms: int | None = None  # of model time; None while no model has answered yet
    may_edit: bool = True


def checked(written: Written) -> Written:
    """The same without blanks and doubles.

    Raises:
        ClientProblem: `bad_answer`: a wording that says nothing, a day that is none, a link to nowhere.
    """
    wordings = list(dict.fromkeys(filter(None, (_line(each) for each in written.wordings))))
    if not wordings:
        raise bad_answer("请至少写一种问法。", "Please write at least one way to ask it.")
    if len(wordings) > MOST_WORDINGS:
        raise bad_answer(f"最多 {MOST_WORDINGS} 种问法。", f"There may be at most {MOST_WORDINGS} wordings.")
    for wording in wordings:
        if len(wording) > WORDING_CHARS:
            raise bad_answer(
                f"问法「{wording[:20]}…」超过 {WORDING_CHARS} 个字。",
                f"The wording “{wording[:20]}…” is longer than {WORDING_CHARS} characters.",
            )
        if read(wording).is_empty:
            raise bad_answer(
                f"问法「{wording}」太笼统，认不出在问什么。",
                f"The wording “{wording}” says too little to be recognised.",
            )
    text = _text(written.text)
    if not text:
        raise bad_answer("请写答案。", "Please write the answer.")
    if len(text) > TEXT_CHARS:
        raise bad_answer(
            f"答案超过 {TEXT_CHARS} 个字。", f"The answer is longer than {TEXT_CHARS} characters."
        )
    first, last = day_of(written.valid_from), day_of(written.last_day)
    if first is not None and last is not None and last < first:
        raise bad_answer("失效日期早于生效日期。", "The last day is before the first one.")
    if len(written.links) > MOST_LINKS:
        raise bad_answer(f"最多 {MOST_LINKS} 个链接。", f"There may be at most {MOST_LINKS} links.")
    return written.model_copy(
        update={
            "wordings": tuple(wordings),
            "text": text,
            "source": _line(written.source),
            "author": _line(written.author),
            "valid_from": None if first is None else first.isoformat(),
            "last_day": None if last is None else last.isoformat(),
            "links": tuple(_link(each) for each in written.links),
        }
    )


def day_of(text: str | None) -> date | None:
    """A day from `2026-12-31`, `2026/12/31` or nothing.

    Raises:
        ClientProblem: `bad_answer`: it is no day.
    """
    if text is None or not text.strip():
        return None
    try:
        return date.fromisoformat("-".join(part.zfill(2) for part in re.split(r"[-/.]", text.strip())))
    except ValueError:
        raise bad_answer(
            f"「{text}」不是日期，请写成 2026-12-31。",
            f"“{text}” is no day; please write it like 2026-12-31.",
        ) from None


def shelved(row: StoredAnswer, files: tuple[StoredFile, ...], zone: ZoneInfo) -> Shelved:
    """An answer as it is found and served."""
    attachments = [Attachment(link["name"] or link["url"], link["url"]) for link in row.links]
    attachments += [Attachment(file.name, file_address(file.id)) for file in files]
    return Shelved(
        answer=ApprovedAnswer(
            id=row.id,
            question=row.wordings[0],
            text=row.text,
            source=row.source,
            author=row.author,
            approved=datetime.fromtimestamp(row.approved_at_ms / 1000, zone).date(),
            expires=None if row.last_day is None else date.fromisoformat(row.last_day),
            attachments=tuple(attachments),
        ),
        wordings=tuple(row.wordings),
        class_id=row.class_id,
        valid_from=None if row.valid_from is None else date.fromisoformat(row.valid_from),
        enabled=row.enabled,
        changed_at_ms=row.updated_at_ms,
    )


def file_address(file_id: str) -> str:
    """Where a file is opened."""
    return f"/api/attachments/{file_id}"


def for_record(row: StoredAnswer) -> dict[str, Any]:
    """An answer as it stands in its history."""
    names = ("wordings", "text", "source", "author", "valid_from", "last_day", "class_id", "enabled", "links")
    return {name: getattr(row, name) for name in names}


def _link(link: Link) -> Link:
    url = link.url.strip()
    if not _URL.fullmatch(url):
        raise bad_answer(
            f"「{url[:50]}」不是网址，须以 https:// 或 / 开头。",
            f"“{url[:50]}” is no address; it must begin with https:// or /.",
        )
    return Link(name=_line(link.name), url=url)


def _line(text: str) -> str:
    return " ".join(_text(text).split())


def _text(text: str) -> str:
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        each for each in text if each in "\n\t" or unicodedata.category(each) not in _UNSEEN
    ).strip()


_UNSEEN: Final = ("Cc", "Cs", "Co")
