"""Has an uploaded file read by a process of its own, and limits the time and the output that it may take.

Whatever the file does to the parsers, the server gets blocks or one clear sentence. It does not know the
formats.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import structlog

import server
from server.errors import ClientProblem
from server.reading.blocks import Block

log = structlog.get_logger(__name__)

READ_SECONDS: Final = 120.0
OUTPUT_BYTES: Final = 96 * 1024 * 1024
LINE_BYTES: Final = 48 * 1024 * 1024

SENTENCES: Final = {
    "document_empty": ("文件里没有文字。", "The file has no text in it."),
    "document_scanned": (
        "这个 PDF 只有图片，没有文字。请先做文字识别（OCR），再上传。",
        "This PDF has pictures only and no text. Please run text recognition (OCR) first.",
    ),
    "document_encrypted": (
        "文件设有密码，无法读取。请去掉密码后再上传。",
        "The file is protected by a password. Please remove it and upload the file again.",
    ),
    "document_damaged": (
        "文件已损坏或不完整，无法读取。",
        "The file is damaged or incomplete and cannot be read.",
    ),
    "document_old_word": (
        "这是旧版 Office 文件（.doc 等）。请另存为 .docx 后再上传。",
        "This is a file of an old Office (.doc and the like). Please save it as .docx and upload that.",
    ),
    "document_unknown": (
        "无法识别的文件。可以上传文本、Markdown、PDF、Word（.docx）和网页（HTML）。",
        "This kind of file is not known. Text, Markdown, PDF, Word (.docx) and HTML can be uploaded.",
    ),
    "document_too_large": (
        "文件展开后太大，已停止读取。请拆成几个文件再上传。",
        "The file unpacks to too much and was not read on. Please split it into several files.",
    ),
    "document_too_slow": (
        "读取这个文件用时太长，已停止。请拆成几个文件或换一种格式再上传。",
        "Reading this file took too long and was stopped. Please split it, or use another format.",
    ),
}


@dataclass(frozen=True, slots=True)
class Read:
    """What a file says.

    Args:
        kind: `pdf`, `docx`, `html`, `markdown` or `text`.
        blocks: at least one.
    """

    kind: str
    blocks: list[Block]


def unreadable(code: str) -> ClientProblem:
    """The problem that a code stands for."""
    zh, en = SENTENCES.get(code, SENTENCES["document_damaged"])
    return ClientProblem(code, zh, message_en=en, status=422)


async def read_document(
    file: Path,
    *,
    progress: Callable[[int, int], None] = lambda done, total: None,
    limit_seconds: float = READ_SECONDS,
) -> Read:
    """Read a file.

    Args:
        file: what was uploaded; an absolute path.
        progress: told now and then how much is done of how much, where that is known.
        limit_seconds: when the process is killed.

    Raises:
        ClientProblem: it cannot be read, and why.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "server.reading",
        str(file),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=_environment(),
        cwd="/",
        limit=LINE_BYTES,
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(limit_seconds):
            told, said = await asyncio.gather(_listen(process, progress), _last_words(process))
            await process.wait()
    except TimeoutError:
        log.warning("reading a document took too long", seconds=limit_seconds)
        raise unreadable("document_too_slow") from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if told.problem is None and not told.has_ended:  # killed by its limits, or crashed in native code
        log.warning("the reading process died", status=process.returncode, said=said)
        raise unreadable("document_too_slow" if process.returncode in (-24, -9) else "document_damaged")
    if told.problem is not None:
        log.info("a document could not be read", code=told.problem, said=said)
        raise unreadable(told.problem)
    return Read(told.kind, told.blocks)


class _Told:
    """What the process has said so far."""

    def __init__(self) -> None:
        self.kind = ""
        self.blocks: list[Block] = []
        self.problem: str | None = None
        self.has_ended = False


async def _listen(process: asyncio.subprocess.Process, progress: Callable[[int, int], None]) -> _Told:
    assert process.stdout is not None
    told, num_bytes = _Told(), 0
    while True:
        try:
            line = await process.stdout.readline()
        except ValueError:  # a line beyond all limits
            line, num_bytes = b"", OUTPUT_BYTES + 1
        num_bytes += len(line)
        if num_bytes > OUTPUT_BYTES:
            process.kill()
            told.problem = "document_too_large"
            return told
        if not line:
            return told
        row: list[Any] = json.loads(line)
        match row:
            case ["block", text, level, page]:
                told.blocks.append(Block(text, level, page))
            case ["progress", done, total]:
                progress(done, total)
            case ["kind", kind]:
                told.kind = kind
            case ["end"]:
                told.has_ended = True
            case ["problem", code]:
                told.problem = code


async def _last_words(process: asyncio.subprocess.Process) -> str:
    assert process.stderr is not None
    words = b""
    while part := await process.stderr.read(4096):
        words = (words + part)[-500:]
    return words.decode("utf-8", "replace")


def _environment() -> dict[str, str]:
    # Nothing of ours: no key, no password. The package is found where this one lies.
    return {
        "PATH": os.defpath,
        "PYTHONPATH": str(Path(server.__file__).parents[1]),
        "PYTHONIOENCODING": "utf-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
