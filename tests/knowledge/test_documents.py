"""Documents come, are found, and go; nothing is half there, whenever the server ends."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from server.errors import ClientProblem
from server.knowledge import DocumentDesk, Grounded, Nothing
from server.storage import audit
from server.storage.database import Database
from tests.knowledge.conftest import FILES, put

GUIDE = (FILES / "residence_permit.docx").read_bytes()
INSURANCE = (FILES / "social_insurance.pdf").read_bytes()
ROOT = Path(__file__).parents[2]


async def found(desk: DocumentDesk, question: str, class_id: str | None = None) -> list[str]:
    """The headings of what is found."""
    finding = await desk.finder.find(question, class_id)
    return [each.heading for each in finding.passages] if isinstance(finding, Grounded) else []


@pytest.mark.parametrize(
    "question", ["办居住证要带什么材料？", "申请居住证需要提交哪些东西", "居住證申請材料"]
)
async def test_uploaded_document_is_found(desk: DocumentDesk, question: str) -> None:
    """In several wordings, with its title, its heading and its place in the text."""
    view = await put(desk, GUIDE, "居住证办理指南.docx")
    assert (view.document.state, view.document.kind) == ("ready", "docx")
    await put(desk, INSURANCE, "灵活就业社保说明.pdf")
    finding = await desk.finder.find(question, None)
    assert isinstance(finding, Grounded)
    best = finding.passages[0]
    assert (best.title, best.heading) == ("居住证办理指南", "居住证办理指南（示例） › 二、申请材料")
    document_id, start, end = best.id.rsplit(".", 2)
    opened = await desk.read(document_id, None)
    assert opened.text[int(start) : int(end)] == best.text
    assert (int(start), int(end)) in [place[:2] for place in opened.places]


async def test_page_of_a_pdf_is_known(desk: DocumentDesk) -> None:
    """So that the source can say where to look."""
    await put(desk, INSURANCE, "灵活就业社保说明.pdf")
    finding = await desk.finder.find("养老保险中断以后能补缴吗？", None)
    assert isinstance(finding, Grounded) and finding.passages[0].page == 2


@pytest.mark.parametrize(
    "question", ["勾股定理怎么证明？", "今天天气怎么样", "How do I bake bread?", "护照丢了怎么补办？"]
)
async def test_question_outside_the_documents_finds_nothing(desk: DocumentDesk, question: str) -> None:
    """Rather nothing than something that does not fit."""
    assert await desk.finder.find(question, None) == Nothing(is_empty=True)
    await put(desk, GUIDE, "居住证办理指南.docx")
    assert await desk.finder.find(question, None) == Nothing(is_empty=False)


async def test_document_of_a_class_is_found_by_this_class_only(desk: DocumentDesk) -> None:
    """Others do not even learn that it exists."""
    view = await put(desk, "春游集合时间是早上七点半，地点在学校东门。", class_id="c1")
    assert await found(desk, "春游集合地点", "c1") == [""]
    assert await found(desk, "春游集合地点", "c2") == await found(desk, "春游集合地点") == []
    with pytest.raises(ClientProblem) as caught:
        await desk.read(view.document.id, {"c2"})
    assert caught.value.code == "no_such_document"


async def test_same_file_twice_is_said(desk: DocumentDesk) -> None:
    """Not doubled; for another class it may come again."""
    first = await put(desk, GUIDE, "指南.docx", class_id="c1")
    with pytest.raises(ClientProblem) as caught:
        await put(desk, GUIDE, "又一次.docx", class_id="c1")
    assert caught.value.code == "document_known"
    assert caught.value.details == [{"id": first.document.id, "title": "指南"}]
    await put(desk, GUIDE, "指南.docx", class_id="c2")
    assert (await desk.list_for(None))[1] == 2


async def test_deleted_document_is_gone(desk: DocumentDesk, tmp_path: Path, database: Database) -> None:
    """With its passages and its file, which stays while another document rests on it."""
    one = await put(desk, GUIDE, "指南.docx", class_id="c1")
    two = await put(desk, GUIDE, "指南.docx", class_id="c2")
    file = tmp_path / "documents" / one.document.sha256
    await desk.delete(one.document.id, None, who="admin", now_ms=5)
    assert file.exists() and await found(desk, "居住证签注", "c1") == []
    assert await found(desk, "居住证签注", "c2")
    await desk.delete(two.document.id, None, who="admin", now_ms=6)
    assert not file.exists() and (await desk.list_for(None))[0] == []
    async with database.read() as connection:
        acts, _ = await audit.list_page(connection)
    assert [(act.what, act.subject) for act in acts] == [
        ("document_deleted", "指南"),
        ("document_deleted", "指南"),
        ("document_added", "指南"),
        ("document_added", "指南"),
    ]


async def test_renamed_document_is_found_by_its_title(desk: DocumentDesk) -> None:
    """A title is found with every passage."""
    view = await put(desk, "每天上午九点到下午五点。周末不上班。", "a.txt")
    assert await found(desk, "图书馆开放时间") == []
    renamed = await desk.rename(view.document.id, " 图书馆\n开放时间 ", None, who="t", now_ms=2)
    assert renamed.document.title == "图书馆 开放时间"
    assert await found(desk, "图书馆开放时间") == [""]
    with pytest.raises(ClientProblem, match="标题"):
        await desk.rename(view.document.id, "题" * 121, None, who="t", now_ms=2)


async def test_document_is_found_while_it_is_read_anew(desk: DocumentDesk) -> None:
    """The earlier edition serves until the next one is whole, and places stay what they were."""
    view = await put(desk, GUIDE, "指南.docx")
    before = await desk.finder.find("居住证签注", None)
    again = await desk.read_anew(view.document.id, None, who="t", now_ms=3)
    assert again.document.state == "waiting"
    assert await found(desk, "居住证签注")
    await desk.shelf.settle()
    after = await desk.finder.find("居住证签注", None)
    assert isinstance(before, Grounded) and isinstance(after, Grounded)
    assert [each.id for each in after.passages] == [each.id for each in before.passages]
    assert len(desk.finder._index) == (await desk.get(view.document.id, None)).document.num_passages


async def test_file_that_cannot_be_read_says_why(desk: DocumentDesk) -> None:
    """It stays in the list with its reason, and can be deleted."""
    view = await put(desk, b"%PDF-1.4 broken", "坏.pdf")
    assert (view.document.state, view.document.problem) == ("failed", "document_damaged")
    await desk.delete(view.document.id, None, who="t", now_ms=3)


async def test_damaged_index_is_made_anew(desk: DocumentDesk, database: Database, tmp_path: Path) -> None:
    """From the database, in the background, without reading the file again."""
    await put(desk, GUIDE, "指南.docx")
    await desk.close()
    for file in (tmp_path / "index").glob("*.segment"):
        file.write_bytes(b"broken")
    again = DocumentDesk(database, tmp_path)
    await again.open()
    async with asyncio.timeout(10):
        await again.shelf.settle()
    assert await found(again, "居住证签注")
    await again.close()


KILLED = """
    import asyncio, os, signal, sys
    from pathlib import Path
    from server.knowledge import DocumentDesk
    from server.storage.database import Database

    async def main(folder: Path, stage: str) -> None:
        database = await Database.open(folder / "dayi.sqlite3")
        desk = DocumentDesk(database, folder)
        await desk.open()
        text = "\\n".join(f"第{n}条 居住证编号{n}的签注规定，" + "说明文字" * 60 + "。" for n in range(3000))
        added = await desk.add(text.encode(), "长.txt", class_id=None, classes=None, who="t", now_ms=1)
        while True:
            await asyncio.sleep(0)
            progress = desk.shelf.progress(added.document.id)
            if progress is not None and progress.stage == stage and (progress.done or stage == "reading"):
                os.kill(os.getpid(), signal.SIGKILL)

    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
"""


@pytest.mark.parametrize("stage", ["reading", "storing", "indexing"])
async def test_server_killed_in_mid_index_loses_nothing(tmp_path: Path, stage: str) -> None:
    """After kill -9 the document is whole, or waits and is indexed again; nothing is there by half."""
    killed = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", dedent(KILLED), str(tmp_path), stage],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    database = await Database.open(tmp_path / "dayi.sqlite3")
    desk = DocumentDesk(database, tmp_path)
    await desk.open()
    async with asyncio.timeout(60):
        await desk.shelf.settle()
    [view], _ = await desk.list_for(None)
    assert len(desk.finder._index) == view.document.num_passages
    assert view.document.state == "ready" and view.document.num_passages > 1000
    async with database.read() as connection:
        num_rows = (await connection.exec_driver_sql("SELECT count(*) FROM passages")).scalar_one()
    assert num_rows == view.document.num_passages
    await desk.close()
    await database.close()
