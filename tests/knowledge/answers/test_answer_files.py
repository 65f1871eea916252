"""Approved answers as files: read back as written, whole or not at all, every bad line named."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import zipfile

import pytest
from openpyxl import Workbook, load_workbook

from server.errors import ClientProblem, StorageProblem
from server.knowledge import AnswerDesk, AnswerFiles
from server.knowledge.answer_files import Form
from server.storage import audit
from server.storage.database import Database
from tests.knowledge.answers.conftest import ADMIN, NOW_MS, TEACHER, written

CLASSES = {"七(1)班": "c1", "七(2)班": "c2"}
NAMES = {class_id: name for name, class_id in CLASSES.items()}


@pytest.fixture
def files(database: Database, desk: AnswerDesk) -> AnswerFiles:
    """Imports and exports of the desk."""
    return AnswerFiles(database, desk)


async def load(files: AnswerFiles, content: bytes, name: str = "a.csv", *, dry_run: bool = False) -> dict:
    """Import as an administrator; rows without a class are for everybody."""
    return await files.load(
        content, name, ADMIN, CLASSES, class_id=None, dry_run=dry_run, lang="zh", now_ms=NOW_MS
    )


async def texts(desk: AnswerDesk) -> dict[str, str]:
    """The answers by first wording."""
    return {each.wordings[0]: each.text for each in (await desk.listed(ADMIN, "", 0, 200))["answers"]}


@pytest.mark.parametrize("form", ["csv", "xlsx", "json"])
async def test_what_is_exported_can_be_imported(form: Form, desk: AnswerDesk, files: AnswerFiles) -> None:
    """Every field comes back: wordings with bars, formulas as text, days, classes, links."""
    links = ({"name": "表", "url": "https://example.org/a?b=1"}, {"name": "", "url": "/a"})
    await desk.add(
        written("=1+1等于几", "|x|怎么算", text="'=2\n第二行", last_day="2027-12-31", links=links),
        ADMIN,
        NOW_MS,
    )
    await desk.add(
        written("几点放学", class_id=None, enabled=False, source="校规", author="教务处"), ADMIN, NOW_MS
    )
    before = (await desk.listed(ADMIN, "", 0, 50))["answers"]
    content = await files.export(ADMIN, NAMES, form)
    again = await load(files, content, f"a.{form}", dry_run=True)
    assert (again["num_new"], again["num_changed"], again["num_same"]) == (0, 0, 2)
    for each in before:
        await desk.delete(each.id, ADMIN, NOW_MS)
    assert (await load(files, content, f"a.{form}"))["num_new"] == 2
    kept = ("wordings", "text", "source", "author", "last_day", "class_id", "enabled", "links")
    after = (await desk.listed(ADMIN, "", 0, 50))["answers"]
    shown = [sorted(str([getattr(each, name) for name in kept]) for each in one) for one in (before, after)]
    assert shown[0] == shown[1]


async def test_no_exported_cell_is_run_by_a_spreadsheet(desk: AnswerDesk, files: AnswerFiles) -> None:
    """A reader of its own sees text where somebody wrote a formula."""
    await desk.add(written("=HYPERLINK(1)是什么", text="+cmd"), TEACHER, NOW_MS)
    sheet = load_workbook(io.BytesIO(await files.export(ADMIN, NAMES, "xlsx"))).active
    assert sheet is not None
    assert [cell.data_type for cell in sheet[2]][:2] == ["s", "s"] and sheet["B2"].value == "'+cmd"
    (_, row) = csv.reader(io.StringIO((await files.export(ADMIN, NAMES, "csv")).decode("utf-8-sig")))
    assert row[:2] == ["'=HYPERLINK(1)是什么", "'+cmd"]


async def test_every_bad_line_is_named_and_nothing_is_taken(desk: AnswerDesk, files: AnswerFiles) -> None:
    """A file with one good and many bad rows leaves nothing behind."""
    rows = "问法,答案,失效日期,班级\n几点放学,四点,,\n,没有问法,,\n几点上学,,,\n校车几点来,八点,明天,\n"
    rows += "食堂几点开,十一点,,九(9)班\n请问几点放学？,五点,,\n"
    with pytest.raises(ClientProblem) as refused:
        await load(files, rows.encode())
    assert [each["line"] for each in refused.value.details] == [3, 4, 5, 6, 7]
    assert await texts(desk) == {}


async def test_a_preview_changes_nothing(desk: AnswerDesk, files: AnswerFiles) -> None:
    """It tells what is new, what changes, what is known."""
    await load(files, "questions,answer\n几点放学,四点\n几点上学,八点\n".encode())
    content = "questions,answer\n几点放学|放学时间,五点\n几点上学,八点\n校车几点来,七点\n".encode()
    report = await load(files, content, dry_run=True)
    assert (report["new"], report["changed"], report["num_same"]) == (["校车几点来"], ["几点放学"], 1)
    assert await texts(desk) == {"几点放学": "四点", "几点上学": "八点"}
    await load(files, content)
    assert await texts(desk) == {"几点放学": "五点", "几点上学": "八点", "校车几点来": "七点"}


async def test_a_teacher_imports_for_own_classes_only(files: AnswerFiles) -> None:
    """Rows for another class, or for everybody, are bad lines."""
    content = "问法,答案,班级\n几点放学,四点,七(2)班\n几点上学,八点,\n校车几点来,七点,七(1)班\n".encode()
    with pytest.raises(ClientProblem) as refused:
        await files.load(
            content, "a.csv", TEACHER, {"七(1)班": "c1"}, class_id=None, dry_run=False, lang="zh", now_ms=1
        )
    assert [each["line"] for each in refused.value.details] == [2, 3]


def bomb() -> bytes:
    """A workbook whose sheet unpacks to far more than it weighs."""
    workbook, out = Workbook(write_only=True), io.BytesIO()
    sheet = workbook.create_sheet()
    for _ in range(3000):
        sheet.append(["问" * 30_000])
    workbook.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.exe", b"MZ"),
        ("a.csv", b""),
        ("a.csv", b"\xff\xfe\x00\x80\xff"),
        ("a.csv", "名字,班级\n甲,乙\n".encode()),
        ("a.csv", b"questions,answer\n" + b'"' * 200_001),
        ("a.xlsx", b"PK\x03\x04 half a workbook"),
        ("a.xlsx", b"no workbook at all"),
        ("a.json", b"[" * 100_000),
        ("a.json", b'{"answers": 5}'),
        ("a.json", json.dumps([1, "x"]).encode()),
    ],
)
async def test_hostile_files_end_in_a_clear_error(
    name: str, content: bytes, files: AnswerFiles, desk: AnswerDesk
) -> None:
    """Half-written, of the wrong kind, nested without end: `bad_import`, and nothing is kept."""
    with pytest.raises(ClientProblem) as refused:
        await load(files, content, name)
    assert refused.value.code == "bad_import" and refused.value.details
    assert await texts(desk) == {}


async def test_a_workbook_that_unpacks_without_end_is_refused(files: AnswerFiles) -> None:
    """By its table of contents, before anything is unpacked."""
    with pytest.raises(ClientProblem) as refused:
        await load(files, await asyncio.to_thread(bomb), "a.xlsx")
    assert "太大" in str(refused.value.details)


async def test_a_workbook_with_damaged_parts_is_refused(files: AnswerFiles) -> None:
    """Its table of contents is whole, what is packed is not: told like any other file that cannot be read."""
    written = io.BytesIO()
    await asyncio.to_thread(_sheet().save, written)
    whole = written.getvalue()
    with zipfile.ZipFile(io.BytesIO(whole)) as parts:
        part = parts.getinfo("xl/worksheets/sheet1.xml")
    begin = part.header_offset + 30 + len(part.filename)
    for damage in (bytes(part.compress_size), b"\xff" * part.compress_size):
        with pytest.raises(ClientProblem) as refused:
            await load(files, whole[:begin] + damage + whole[begin + part.compress_size :], "a.xlsx")
        assert refused.value.code == "bad_import" and "不是可读" in str(refused.value.details)


def _sheet() -> Workbook:
    book = Workbook()
    book.active.append(["questions", "answer"])
    book.active.append(["几点放学", "五点。"])
    return book


async def test_an_import_that_breaks_off_leaves_nothing(
    desk: AnswerDesk, files: AnswerFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed in the middle: neither rows nor history nor anything in effect."""

    async def break_off(*_: object, **__: object) -> None:
        raise StorageProblem("disk full")

    monkeypatch.setattr(audit, "append", break_off)  # the last thing that is written
    rows = "questions,answer\n" + "".join(f"第{n}题怎么做,答案{n}\n" for n in range(1, 6))
    with pytest.raises(StorageProblem):
        await load(files, rows.encode())
    assert await texts(desk) == {} and len(desk.answers) == 0
