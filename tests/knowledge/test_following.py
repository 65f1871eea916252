"""Two processes on one folder: each finds what the other put in, renamed or deleted."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from textwrap import dedent

import pytest

from server.knowledge import DocumentDesk, Grounded
from server.storage.database import Database
from tests.knowledge.conftest import put

ROOT = Path(__file__).parents[2]

# Does what it is told, one line each, and says when it is done.
OTHER = """
    import asyncio, sys
    from pathlib import Path
    from server.knowledge import DocumentDesk, Grounded
    from server.storage.database import Database

    async def main(folder: Path) -> None:
        database = await Database.open(folder / "dayi.sqlite3")
        desk = DocumentDesk(database, folder)
        await desk.open()
        while line := (await asyncio.to_thread(sys.stdin.readline)).strip():
            what, _, rest = line.partition(" ")
            said = "done"
            if what == "add":
                added = await desk.add(
                    rest.encode(), "云州春游.txt", class_id=None, classes=None, who="t", now_ms=1
                )
                await desk.shelf.settle()
                said = added.document.id
            elif what == "rename":
                await desk.rename(*rest.split(), None, who="t", now_ms=2)
            elif what == "delete":
                await desk.delete(rest, None, who="t", now_ms=3)
            elif what == "find":
                await desk.shelf.refresh()
                found = await desk.finder.find(rest, None)
                said = found.passages[0].title if isinstance(found, Grounded) else "nothing"
            print(said, flush=True)
        await desk.close()
        await database.close()

    asyncio.run(main(Path(sys.argv[1])))
"""


class Other:
    """The other process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def do(self, line: str) -> str:
        """Tell it something, and wait for what it says."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(f"{line}\n".encode())
        while True:
            said = (await self._process.stdout.readline()).decode().strip()
            if not said.startswith("20"):  # a line of its log begins with the year
                return said


@asynccontextmanager
async def other_process(folder: Path) -> AsyncIterator[Other]:
    """It runs until the block ends."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        dedent(OTHER),
        str(folder),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield Other(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()


async def title_found(desk: DocumentDesk, question: str) -> str | None:
    """The title of the best passage, after a look at what others did."""
    await desk.shelf.refresh()
    finding = await desk.finder.find(question, None)
    return finding.passages[0].title if isinstance(finding, Grounded) else None


async def test_documents_of_another_process_are_followed(
    desk: DocumentDesk, database: Database, tmp_path: Path
) -> None:
    """Added, renamed and deleted there; and what is here is found there, before it came and since."""
    await put(desk, "图书馆借书期限是二十一天。", "借书规定.txt")
    async with other_process(tmp_path) as other:
        assert await other.do("find 图书馆借书期限是多久") == "借书规定"
        added = await other.do("add 春游集合时间是早上七点半，地点在学校东门。")
        assert await title_found(desk, "春游集合地点在哪里") == "云州春游"
        await other.do(f"rename {added} 秋游安排")
        assert await title_found(desk, "秋游安排") == "秋游安排"
        assert not await desk.shelf.refresh()  # nothing more
        await other.do(f"delete {added}")
        assert await title_found(desk, "春游集合地点在哪里") is None
        assert desk.shelf.num_documents == 1
        await put(desk, "校服每套一百二十元，在总务处领取。", "校服.txt")
        assert await other.do("find 校服每套多少钱") == "校服"
    # The folder of the index was this process's all the time: it is whole when it is opened anew.
    await desk.close()
    again = DocumentDesk(database, tmp_path)
    await again.open()
    assert await title_found(again, "校服每套多少钱") == "校服"
    await again.close()


async def test_one_process_reads_at_a_time(desk: DocumentDesk, tmp_path: Path) -> None:
    """Many documents at both at once: each is there whole, at both."""
    async with other_process(tmp_path) as other:
        await other.do("find 等它打开")
        async with asyncio.timeout(30):
            for number in range(3):
                text = f"第{number}号规定：" + "条文内容各不相同。" * (number + 1)
                await asyncio.gather(
                    put(desk, f"这里的{text}", f"这里{number}.txt"), other.do(f"add 那里的{text}")
                )
        await desk.shelf.refresh()
        views, total = await desk.list_for(None)
        assert (total, {view.document.state for view in views}) == (6, {"ready"})
        assert len(desk.finder._index) == sum(view.document.num_passages for view in views)


async def test_lock_that_cannot_be_had_only_makes_documents_wait(
    desk: DocumentDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that cannot be written for a while stops neither the reading for good nor a document."""
    monkeypatch.setattr("server.knowledge.shelf._RETRY_SECONDS", 0.01)
    await desk.shelf.settle()
    lock = tmp_path / "documents.lock"
    lock.unlink()
    lock.mkdir()
    added = await desk.add(b"...", "a.txt", class_id=None, classes=None, who="t", now_ms=1)
    await desk.shelf.settle()
    assert (await desk.get(added.document.id, None)).document.state == "waiting"
    lock.rmdir()
    async with asyncio.timeout(30):
        while (await desk.get(added.document.id, None)).document.state == "waiting":  # noqa: ASYNC110
            await asyncio.sleep(0.01)
