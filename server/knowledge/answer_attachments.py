"""Small files beside an approved answer: kept in the database, handed out as what a browser does not run."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from server.knowledge.answer_desk import AnswerDesk, Editor
from server.knowledge.answer_problems import bad_file, no_file
from server.knowledge.answer_views import FileView
from server.storage import answers as storage
from server.storage.answers import StoredFile
from server.storage.database import Database
from server.storage.ids import new_id

FILE_BYTES: Final = 2 * 1024 * 1024
MOST_FILES: Final = 5
_NAME_CHARS: Final = 100
# What may be kept, and as what it is handed out. Nothing that a browser would run.
TYPES: Final = {
    ".csv": "text/csv; charset=utf-8",
    ".doc": "application/msword",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".txt": "text/plain; charset=utf-8",
    ".xls": "application/vnd.ms-excel",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class AnswerAttachments:
    """The files beside answers."""

    def __init__(self, database: Database, desk: AnswerDesk) -> None:
        self._database = database
        self._desk = desk

    async def add(self, answer_id: str, name: str, content: bytes, editor: Editor, now_ms: int) -> FileView:
        """Put a small file beside an answer.

        Raises:
            ClientProblem: `bad_file`, 403 `not_allowed` or 404 `not_found`.
        """
        name = _file_name(name)
        if not content:
            raise bad_file("文件是空的。", "The file is empty.")
        if len(content) > FILE_BYTES:
            raise bad_file("附件不能超过 2 MB。", "A file may have at most 2 MB.")
        file = StoredFile(new_id(), answer_id, name, len(content), now_ms, editor.name)
        async with self._database.write() as connection:
            row = await self._desk.own(connection, answer_id, editor)
            if len(await storage.files_of(connection, [answer_id])) >= MOST_FILES:
                raise bad_file(f"附件最多 {MOST_FILES} 个。", f"There may be at most {MOST_FILES} files.")
            await storage.add_file(connection, file, content)
            await self._desk.note(connection, "add_file", row, row, editor.name, now_ms)
        await self._desk.answers.refresh()
        return FileView.model_validate(file)

    async def remove(self, file_id: str, editor: Editor, now_ms: int) -> None:
        """Take a file away.

        Raises:
            ClientProblem: 403 `not_allowed` or 404 `not_found`.
        """
        async with self._database.write() as connection:
            found = await storage.file_content(connection, file_id)
            if found is None:
                raise no_file()
            row = await self._desk.own(connection, found[0].answer_id, editor)
            await storage.remove_file(connection, file_id)
            await self._desk.note(connection, "delete_file", row, row, editor.name, now_ms)
        await self._desk.answers.refresh()

    async def opened(
        self, file_id: str, class_id: str | None, keeps: frozenset[str | None] = frozenset()
    ) -> tuple[str, str, bytes]:
        """A file for somebody: its name, its type, its content.

        Args:
            file_id: which.
            class_id: of whoever asks: they get what belongs to an answer that counts today.
            keeps: the classes whose answers they look after: of those they get every file.

        Raises:
            ClientProblem: 404 `not_found`, also where it is not for them.
        """
        async with self._database.read() as connection:
            found = await storage.file_content(connection, file_id)
            row = None if found is None else await storage.get(connection, found[0].answer_id)
        if found is None or row is None:
            raise no_file()
        is_served = row.class_id in (None, class_id) and self._desk.counts(row)
        if not is_served and row.class_id not in keeps:
            raise no_file()
        file, content = found
        return file.name, TYPES.get(_ending(file.name), "application/octet-stream"), content


def _file_name(name: str) -> str:
    seen = "".join(
        each for each in unicodedata.normalize("NFC", name) if unicodedata.category(each)[0] != "C"
    )
    name = re.sub(r'[\\/:*?"<>|]+', "_", seen.replace("\\", "/").rsplit("/", 1)[-1]).strip(" .")
    if _ending(name) not in TYPES or len(name) > _NAME_CHARS:
        endings = "、".join(ending[1:] for ending in TYPES)
        raise bad_file(
            f"附件只能是 {endings}，文件名最多 {_NAME_CHARS} 个字符。",
            f"A file may be {endings.replace('、', ', ')}, its name at most {_NAME_CHARS} characters.",
        )
    return name


def _ending(name: str) -> str:
    stem, dot, ending = name.rpartition(".")
    return f".{ending.lower()}" if dot and stem else ""
