"""Files become blocks, whatever their kind; hostile ones end in a clear sentence and never hang anything."""

from __future__ import annotations

import io
import time
import zipfile
from pathlib import Path

import pypdfium2
import pytest

from server.errors import ClientProblem
from server.knowledge.reader import SENTENCES, Read, read_document
from server.reading.blocks import Block
from tests.knowledge.conftest import FILES

CONTENT_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
RELATIONS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Target="word/document.xml" Type='
    '"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>'
)
WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


async def read(tmp_path: Path, content: bytes | str, **more: float) -> Read:
    file = tmp_path / "upload"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return await read_document(file, **more)


async def refusal(tmp_path: Path, content: bytes | str, **more: float) -> str:
    """The code with which a file is refused; it has a sentence in both languages."""
    with pytest.raises(ClientProblem) as caught:
        await read(tmp_path, content, **more)
    assert caught.value.message and caught.value.message_en
    return caught.value.code


def word_file(body: str, before: str = "") -> bytes:
    """A Word file with this XML inside."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", CONTENT_TYPES)
        archive.writestr("_rels/.rels", RELATIONS)
        archive.writestr(
            "word/document.xml",
            f'<?xml version="1.0"?>{before}<w:document {WORD}><w:body>{body}</w:body></w:document>',
        )
    return packed.getvalue()


async def test_word_file_keeps_its_headings_and_tables() -> None:
    """A file that LibreOffice wrote: headings have levels, a row of a table is a line."""
    found = await read_document(FILES / "residence_permit.docx")
    assert found.kind == "docx"
    assert [(block.text, block.level) for block in found.blocks if block.level] == [
        ("居住证办理指南（示例）", 1),
        ("一、办理条件", 2),
        ("二、申请材料", 2),
        ("三、办理流程和时限", 2),
        ("四、签注", 2),
    ]
    assert Block("租房合同 | 1 | 复印件，备案编号清晰") in found.blocks


async def test_pdf_keeps_its_pages_and_joins_broken_lines() -> None:
    """A file that LibreOffice wrote: each block knows its page, paragraphs are whole again."""
    progress: list[tuple[int, int]] = []
    found = await read_document(
        FILES / "social_insurance.pdf", progress=lambda done, total: progress.append((done, total))
    )
    assert found.kind == "pdf"
    assert progress == [(1, 3), (2, 3), (3, 3)]
    pages = {block.text: block.page for block in found.blocks if block.level}
    assert pages["第三章 补缴和中断"] == 2 and pages["第五章 待遇领取"] == 3
    whole = "可以在灾害结束后六十日内申请补缴，免收滞纳金。"
    assert any(block.text.endswith(whole) and block.page == 2 for block in found.blocks)
    assert any("0000-8812345" in block.text for block in found.blocks)


async def test_kind_is_told_by_the_content(tmp_path: Path) -> None:
    """No name is asked: Markdown, a page and plain text are what they look like."""
    markdown = await read(
        tmp_path,
        "---\ntitle: x\n---\n# 一级\n\n正文**重点**见[链接](http://a.b/c)。\n\n二级\n---\n\n"
        "```\n# 不是标题\n```\n",
    )
    assert [(block.text, block.level) for block in markdown.blocks] == [
        ("一级", 1),
        ("正文重点见链接。", 0),
        ("二级", 2),
        ("# 不是标题", 0),
    ]
    page = await read(
        tmp_path,
        "<!doctype html><title>名</title><nav>菜单</nav><h2>时间</h2><p>工作日<b>九点</b>开门。"
        "<script>x()</script><table><tr><td>甲<td>乙</table>",
    )
    assert [(block.text, block.level) for block in page.blocks] == [
        ("时间", 2),
        ("工作日九点开门。", 0),
        ("甲 | 乙", 0),
    ]
    plain = await read(tmp_path, "第一章 总则\n第一条 为了规范管理，制定本办法。\n")
    assert [(block.text, block.level) for block in plain.blocks] == [
        ("第一章 总则", 1),
        ("第一条 为了规范管理，制定本办法。", 0),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
async def test_text_is_read_in_any_usual_encoding(tmp_path: Path, encoding: str) -> None:
    """Files from old systems are as welcome as new ones."""
    found = await read(tmp_path, "居住证每年签注一次。\n逾期中止。".encode(encoding))
    assert [block.text for block in found.blocks] == ["居住证每年签注一次。", "逾期中止。"]


async def test_files_that_hold_nothing_to_read_are_refused(tmp_path: Path) -> None:
    """Each says what it is that cannot be read."""
    blank = io.BytesIO()
    document = pypdfium2.PdfDocument.new()
    document.new_page(200, 200)
    document.save(blank)
    assert await refusal(tmp_path, b" \n ") == "document_empty"
    assert await refusal(tmp_path, blank.getvalue()) == "document_scanned"
    assert await refusal(tmp_path, b"\x89PNG\r\n\x1a\n" + bytes(100)) == "document_unknown"
    assert await refusal(tmp_path, bytes(range(256)) * 50) == "document_unknown"
    assert await refusal(tmp_path, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)) == "document_old_word"
    sealed = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")
    assert await refusal(tmp_path, sealed) == "document_encrypted"


async def test_damaged_files_are_refused(tmp_path: Path) -> None:
    """Half a file is no file."""
    pdf = (FILES / "social_insurance.pdf").read_bytes()
    word = (FILES / "residence_permit.docx").read_bytes()
    assert await refusal(tmp_path, b"%PDF-1.7\n" + bytes(500)) == "document_damaged"
    assert await refusal(tmp_path, pdf[:400]) == "document_damaged"
    assert await refusal(tmp_path, word[: len(word) // 2]) == "document_damaged"
    assert await refusal(tmp_path, word_file("<w:p><w:r>")) == "document_damaged"


async def test_word_file_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    """A few kilobytes that would be gigabytes, said so or not."""
    bomb = io.BytesIO()
    with (
        zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("word/document.xml", "w") as member,
    ):
        for _ in range(320):
            member.write(bytes(1 << 20))
    assert await refusal(tmp_path, bomb.getvalue()) == "document_too_large"
    long = word_file(f"<w:p><w:r><w:t>{'长' * 1_100_000}</w:t></w:r></w:p>" * 5)
    assert await refusal(tmp_path, long) == "document_too_large"


async def test_word_file_opens_no_other_file(tmp_path: Path) -> None:
    """An entity that names a file of the machine, or multiplies itself, brings nothing in."""
    (tmp_path / "secret").write_text("秘密内容")
    entity = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{tmp_path}/secret">]>'
    body = "<w:p><w:r><w:t>前&e;后</w:t></w:r></w:p>"
    try:
        found = await read(tmp_path, word_file(body, entity))
    except ClientProblem as problem:
        assert problem.code in SENTENCES
    else:
        assert all("秘密" not in block.text for block in found.blocks)
    laughs = "<!DOCTYPE x [<!ENTITY a0 '哈哈哈哈'>" + "".join(
        f"<!ENTITY a{n} '{f'&a{n - 1};' * 20}'>" for n in range(1, 12)
    )
    bomb = word_file("<w:p><w:r><w:t>&a11;</w:t></w:r></w:p>", laughs + "]>")
    try:
        await read(tmp_path, bomb)
    except ClientProblem as problem:
        assert problem.code in SENTENCES


async def test_deeply_nested_page_is_read(tmp_path: Path) -> None:
    """Depth costs nothing, so that a page of a million open tags is just a page."""
    found = await read(tmp_path, "<html><body>" + "<div>" * 300_000 + "到底了" + "</b>" * 1000)
    assert [block.text for block in found.blocks] == ["到底了"]


async def test_reading_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    """The process is killed, and the server is told in time."""
    began = time.monotonic()
    many = word_file("<w:p><w:r><w:t>字</w:t></w:r></w:p>" * 60_000)
    assert await refusal(tmp_path, many, limit_seconds=0.3) == "document_too_slow"
    assert time.monotonic() - began < 20
