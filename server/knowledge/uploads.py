"""Uploaded files in their folder, each under the hash of its content; and what is said of them.

It does not know the database: which files are wanted, it is told.
"""

from __future__ import annotations

import os
import re
import time
import unicodedata
from pathlib import Path
from typing import Final

from server.errors import ClientProblem
from server.knowledge.reader import SENTENCES

TITLE_CHARS: Final = 120
_HASH: Final = re.compile("[0-9a-f]{64}")
_ENDING: Final = re.compile(r"\.[A-Za-z0-9]{1,8}$")
_INTERRUPTED: Final = (
    "读取这个文件时服务器多次中断，已不再自动重试。可以点“重新索引”。",
    "The server was interrupted several times while reading this file and does not try again by itself.",
)
_SENTENCES: Final = {
    "bad_title": (
        422,
        f"标题需要 1 到 {TITLE_CHARS} 个字。",
        f"A title has 1 to {TITLE_CHARS} characters.",
    ),
    "document_empty": (422, *SENTENCES["document_empty"]),
    "no_such_document": (
        404,
        "没有这份文档，可能已被删除。",
        "There is no such document; it may have been deleted.",
    ),
    "not_read_yet": (409, "这份文档还没有读完。", "This document has not been read yet."),
    "not_for_everyone": (
        403,
        "给所有人的文档只有管理员可以上传、修改或删除。",
        "Documents for everyone are uploaded, changed and deleted by administrators only.",
    ),
    "not_your_class": (403, "这不是您的班级。", "This is not one of your classes."),
    "too_many_waiting": (
        429,
        "等待读取的文件太多，请稍后再传。",
        "Too many files wait to be read; please upload this one later.",
    ),
    "document_too_heavy": (413, "文件超过 50 MB。", "The file is larger than 50 MB."),
}
FILE_BYTES: Final = 50 * 1024 * 1024


def problem(code: str) -> ClientProblem:
    """The problem that a code stands for."""
    status, zh, en = _SENTENCES[code]
    return ClientProblem(code, zh, message_en=en, status=status)


def sentence_of(code: str, lang: str) -> str:
    """Why a document could not be read."""
    zh, en = SENTENCES.get(code, SENTENCES["document_damaged"])
    if code == "document_interrupted":
        zh, en = _INTERRUPTED
    return en if lang == "en" else zh


def title_of(file_name: str) -> str:
    """A title from the name of a file: without its folder and its ending."""
    name = _ENDING.sub("", one_line(file_name.replace("\\", "/").rsplit("/", 1)[-1]))
    return name.replace("_", " ").strip()[:TITLE_CHARS] or "未命名"


def one_line(text: str) -> str:
    """Without what a line of a table cannot show."""
    kept = "".join(char if unicodedata.category(char)[0] != "C" else " " for char in text)
    return " ".join(kept.split())


def keep(file: Path, content: bytes) -> None:
    """Write a file so that it has its name only when it is whole and on the disk."""
    if file.exists() and file.stat().st_size == len(content):
        return
    being_written = file.with_name(f"{file.name}.{time.monotonic_ns()}.part")
    with being_written.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    being_written.replace(file)


def tidy(folder: Path, wanted: set[str]) -> None:
    """Delete what an interrupted upload or deletion left; but where nothing is wanted, whole files stay: the
    database may be a new one by mistake."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for file in folder.iterdir():
        is_left_over = file.suffix == ".part" or bool(wanted and _HASH.fullmatch(file.name))
        if is_left_over and file.name not in wanted:
            file.unlink()
