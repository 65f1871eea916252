"""The reading process: it limits itself, reads one file, and says on standard output what it found.

It does not know who asked, nor what becomes of the text. The time on the clock is limited by whoever started
it. Standard output must be a pipe: it may write no file.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TextIO

from server.reading.blocks import Block
from server.reading.kinds import kind_of
from server.reading.problems import Unreadable
from server.reading.words import clean

MEMORY_BYTES = 2 << 30  # of addresses, libraries included
CPU_SECONDS = 90
TEXT_CHARS = 5_000_000
NUM_BLOCKS = 400_000


def main(file: Path, out: TextIO) -> None:
    """Read the file and tell."""
    _limit()
    try:
        kind, blocks = _open(file)
        out.write(json.dumps(["kind", kind]) + "\n")
        _tell(blocks, out)
        last = ["end"]
    except Unreadable as problem:
        last = ["problem", problem.code]
    except MemoryError:
        last = ["problem", "document_too_large"]
    except RecursionError:
        last = ["problem", "document_damaged"]
    except Exception as error:  # a parser met what it was not made for
        print(f"{type(error).__name__}: {error}"[:500], file=sys.stderr)
        last = ["problem", "document_damaged"]
    out.write(json.dumps(last) + "\n")
    out.flush()


def _open(file: Path) -> tuple[str, Iterator[Block | tuple[int, int]]]:
    content = file.read_bytes()
    kind = kind_of(content)
    # Each parser is imported for its own kind only: what is not loaded cannot be attacked.
    if kind == "pdf":
        from server.reading.pdf import read_pdf

        return kind, read_pdf(content)
    if kind == "docx":
        from server.reading.docx import read_docx

        return kind, iter(read_docx(content))
    if kind == "html":
        from server.reading.html import read_html

        return kind, iter(read_html(content))
    from server.reading.plain import read_markdown, read_text

    return kind, iter(read_markdown(content) if kind == "markdown" else read_text(content))


def _tell(blocks: Iterable[Block | tuple[int, int]], out: TextIO) -> None:
    num_chars = num_blocks = 0
    for block in blocks:
        if isinstance(block, tuple):
            out.write(json.dumps(["progress", *block]) + "\n")
            out.flush()
            continue
        text = clean(block.text)
        if not text:
            continue
        num_chars += len(text)
        num_blocks += 1
        if num_chars > TEXT_CHARS or num_blocks > NUM_BLOCKS:
            raise Unreadable("document_too_large")
        out.write(json.dumps(["block", text, block.level, block.page], ensure_ascii=True) + "\n")
    if not num_chars:
        raise Unreadable("document_empty")


def _limit() -> None:
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),  # it has nothing to write to a disk
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        try:
            _, hard = resource.getrlimit(what)
            limit = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(what, (limit, limit))
        except (ValueError, OSError):  # a system that does not know this limit: the clock still holds
            continue


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.stdout)
