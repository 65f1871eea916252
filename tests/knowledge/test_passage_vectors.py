"""Documents found by vectors: in other words, by whoever may see them, and words go on without them."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest

from server.embedding import QuestionVectors
from server.knowledge import DocumentDesk, Grounded
from server.knowledge.vector_scale import Scale, measure, read_scale, write_scale
from server.storage.database import Database
from tests.knowledge.conftest import put
from tests.knowledge.scripted_embedder import DIMENSIONS, ScriptedEmbedder

ROOT = Path(__file__).parents[2]
LIBRARY = "# 图书馆须知\n\n## 开放\n\n周末闭馆，平日九点开门。\n\n## 遗失\n\n书籍遗失按原价两倍赔偿。\n"
LOST = "小说丢了按原价赔吗"
SAME = {"丢了": "遗失", "赔吗": "两倍赔偿", "弄没了": "遗失按原价两倍赔偿", "小说": "书籍"}

Opened = Callable[..., Awaitable[DocumentDesk]]


def scale(folder: Path, model: str = "scripted") -> None:
    """As if this model had been measured before."""
    folder.mkdir(exist_ok=True)
    write_scale(Scale(model, np.zeros(DIMENSIONS, np.float32), 0.5, 1.0), folder / "scale.json")


@pytest.fixture
async def opened(database: Database, tmp_path: Path) -> AsyncIterator[Opened]:
    """Opens desks of documents that are searched by a scripted model, too."""
    desks: list[DocumentDesk] = []

    async def open_desk(embedder: ScriptedEmbedder | None, limit_seconds: float = 5.0) -> DocumentDesk:
        if desks:
            await desks[-1].close()
        questions = None if embedder is None else QuestionVectors(embedder, limit_seconds)
        if embedder is not None and not (tmp_path / "vectors").exists():
            scale(tmp_path / "vectors", embedder.name)
        desks.append(DocumentDesk(database, tmp_path, questions))
        await desks[-1].open()
        return desks[-1]

    yield open_desk
    for desk in desks:
        await desk.close()


async def headings(desk: DocumentDesk, question: str, class_id: str | None = None) -> list[str]:
    """The headings of what comes closest, best first."""
    candidates = await desk.finder.candidates(question, class_id)
    return [each.passage.heading.rpartition(" › ")[2] for each in candidates]


async def test_question_in_other_words_is_found(opened: Opened) -> None:
    """By a model that knows that they mean the same; and what has less of the words may fit."""
    desk = await opened(None)
    await put(desk, LIBRARY, "须知.md")
    assert "遗失" not in await headings(desk, "小说弄没了")
    assert not isinstance(await desk.finder.find(LOST, None), Grounded)
    desk = await opened(ScriptedEmbedder(same=SAME))
    await desk.shelf.settle()
    assert (await headings(desk, "小说弄没了"))[0] == "遗失"
    assert isinstance(await desk.finder.find(LOST, None), Grounded)
    assert not isinstance(await desk.finder.find("护照丢了怎么补办", None), Grounded)


async def test_document_is_found_by_words_at_once(opened: Opened, tmp_path: Path) -> None:
    """Its vectors come when the model does; the list says how far they are."""
    tried = asyncio.Event()
    embedder = ScriptedEmbedder(same=SAME, asked=lambda texts: tried.set())
    embedder.is_away = True
    desk = await opened(embedder)
    added = await desk.add(LIBRARY.encode(), "须知.md", class_id=None, classes=None, who="t", now_ms=1)
    async with asyncio.timeout(20):
        await tried.wait()
    assert (await desk.get(added.document.id, None)).vectors_share == 0
    assert isinstance(await desk.finder.find("图书馆周末开门吗", None), Grounded)
    embedder.is_away = False
    desk = await opened(embedder)
    await desk.shelf.settle()
    assert (await desk.get(added.document.id, None)).vectors_share is None
    assert (await headings(desk, "小说弄没了"))[0] == "遗失"


async def test_slow_or_absent_model_costs_no_question_its_passages(opened: Opened) -> None:
    """Words go on alone."""
    embedder = ScriptedEmbedder(same=SAME)
    desk = await opened(embedder, 0.05)
    await put(desk, LIBRARY, "须知.md")
    embedder.delay_seconds = 60
    async with asyncio.timeout(20):
        assert isinstance(await desk.finder.find("图书馆周末开门吗", None), Grounded)
    embedder.delay_seconds, embedder.is_away = 0, True
    assert isinstance(await desk.finder.find("图书馆平日几点开门", None), Grounded)


async def test_nobody_sees_by_vectors_what_is_not_for_them(opened: Opened) -> None:
    """A document of another class is not even told of."""
    desk = await opened(ScriptedEmbedder(same=SAME))
    await put(desk, LIBRARY, "甲.md", class_id="c1")
    await put(desk, LIBRARY.replace("两倍", "三倍"), "乙.md", class_id="c2")
    for question in ("小说弄没了", LOST, "图书馆"):
        for class_id, title in (("c1", "甲"), ("c2", "乙")):
            found = await desk.finder.candidates(question, class_id)
            assert found and {each.passage.title for each in found} == {title}
        assert await desk.finder.candidates(question, None) == []


async def test_deleted_document_leaves_no_vector(opened: Opened, tmp_path: Path) -> None:
    """Neither in memory nor on the disk; the others stay."""
    desk = await opened(ScriptedEmbedder(same=SAME))
    one = await put(desk, LIBRARY, "甲.md")
    two = await put(desk, "# 乙\n\n食堂十二点开饭。", "乙.md")
    files = set((tmp_path / "vectors").glob("*.vectors"))
    await desk.delete(one.document.id, None, who="t", now_ms=2)
    left = set((tmp_path / "vectors").glob("*.vectors"))
    assert len(files) == 2 and len(left) == 1
    assert "遗失" not in await headings(desk, "小说弄没了")
    await desk.read_anew(two.document.id, None, who="t", now_ms=3)
    await desk.shelf.settle()
    assert len(again := set((tmp_path / "vectors").glob("*.vectors"))) == 1 and again != left
    await opened(None)  # no model is set any more
    assert not (tmp_path / "vectors").exists()


async def test_vectors_follow_the_title(opened: Opened) -> None:
    """A title is found with each passage, by vectors, too."""
    asked: list[str] = []
    desk = await opened(ScriptedEmbedder(asked=asked.extend))
    view = await put(desk, "每天上午九点到下午五点。", "旧题.txt")
    await desk.rename(view.document.id, "新题", None, who="t", now_ms=2)
    await desk.shelf.settle()
    assert [text.partition("\n")[0] for text in asked] == ["旧题", "新题"]


async def test_another_model_makes_everything_anew(opened: Opened, tmp_path: Path) -> None:
    """What the one before made is deleted; a model that was seen before makes nothing twice."""
    asked: list[str] = []
    desk = await opened(ScriptedEmbedder(same=SAME))
    view = await put(desk, LIBRARY, "须知.md")
    desk = await opened(ScriptedEmbedder(asked=asked.extend))
    await desk.shelf.settle()
    assert asked == []
    scale(tmp_path / "vectors", "other")
    desk = await opened(ScriptedEmbedder("other", asked=asked.extend))
    await desk.shelf.settle()
    assert len(asked) == view.document.num_passages
    [file] = (tmp_path / "vectors").glob("*.vectors")
    assert b'"other"' in file.read_bytes()


async def test_model_that_tells_too_little_apart_is_not_used(opened: Opened, tmp_path: Path) -> None:
    """It is measured on shipped questions and answers, once; then words decide alone."""
    asked: list[str] = []
    desk = await opened(None)
    await put(desk, LIBRARY, "须知.md")
    (tmp_path / "vectors").mkdir()
    desk = await opened(embedder := ScriptedEmbedder(asked=asked.extend))
    await desk.shelf.settle()
    num_asked = len(asked)
    assert num_asked > 100 and list((tmp_path / "vectors").glob("*.vectors")) == []
    assert (await desk.list_for(None))[0][0].vectors_share is None
    kept = read_scale(tmp_path / "vectors" / "scale.json", "scripted")
    measured = await measure(embedder)
    assert kept is not None and kept.share_told == measured.share_told < 0.6
    assert kept.spread == measured.spread and np.allclose(kept.middle, measured.middle)
    del asked[:]
    desk = await opened(embedder)
    await desk.shelf.settle()
    assert asked == []


KILLED = """
    import asyncio, os, signal, sys
    from pathlib import Path
    from server.embedding import QuestionVectors
    from server.knowledge import DocumentDesk
    from server.storage.database import Database
    from tests.knowledge.scripted_embedder import ScriptedEmbedder

    async def main(folder: Path) -> None:
        num = 0

        def asked(texts):
            nonlocal num
            num += len(texts)
            if num > 100:
                (folder / "vectors" / "half.part").write_bytes(b"half")
                os.kill(os.getpid(), signal.SIGKILL)

        database = await Database.open(folder / "dayi.sqlite3")
        desk = DocumentDesk(database, folder, QuestionVectors(ScriptedEmbedder(asked=asked)))
        await desk.open()
        text = "\\n".join(f"第{n}条 居住证编号{n}的签注规定，" + "说明文字" * 60 + "。" for n in range(200))
        await desk.add(text.encode(), "长.txt", class_id=None, classes=None, who="t", now_ms=1)
        await desk.shelf.settle()

    asyncio.run(main(Path(sys.argv[1])))
"""


async def test_vectors_go_on_behind_the_last_whole_block_after_a_kill(tmp_path: Path) -> None:
    """Nothing half is left, and what was made is not made twice."""
    scale(tmp_path / "vectors")
    killed = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", dedent(KILLED), str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    asked: list[str] = []
    database = await Database.open(tmp_path / "dayi.sqlite3")
    desk = DocumentDesk(database, tmp_path, QuestionVectors(ScriptedEmbedder(asked=asked.extend)))
    await desk.open()
    async with asyncio.timeout(60):
        await desk.shelf.settle()
    [view], _ = await desk.list_for(None)
    assert view.vectors_share is None and len(asked) == view.document.num_passages - 96
    assert not list((tmp_path / "vectors").glob("*.part"))
    await desk.close()
    await database.close()
