"""Word files: whole or not at all, and back again without loss."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from filters import parse_word_file
from server.errors import ClientProblem
from server.moderation import NewList, NewWord, Origin, WordDesk, WordPatch
from server.moderation.views import ImportReport, ListView
from server.moderation.writing import _escape, unescape

NOW_MS = 1_800_000_000_000


async def load(
    desk: WordDesk, target: ListView, content: str, name: str = "words.txt", *, dry_run: bool = False
) -> ImportReport:
    """Import by Lin."""
    data = content.encode()
    return await desk.files.load(data, name, target.id, dry_run=dry_run, who="lin", now_ms=NOW_MS)


async def texts(desk: WordDesk, target: ListView) -> list[str]:
    """The words of a list."""
    return [word.text for word in (await desk.entries.page(list_id=target.id)).words]


async def test_import_adds_what_is_new_and_leaves_what_is_known(desk: WordDesk, masked: ListView) -> None:
    """Comments and repetitions are no words; known entries keep their details."""
    kept = NewWord(list_id=masked.id, text="闪电汤圆", note="原有")
    await desk.entries.add(kept, who="wu", now_ms=NOW_MS)
    report = await load(desk, masked, "# 注释\n闪电汤圆\n飞毛腿面\n\n飞毛腿面\n")
    assert (report.num_new, report.num_known, report.num_repeated, report.dry_run) == (1, 1, 1, False)
    assert await texts(desk, masked) == ["闪电汤圆", "飞毛腿面"]
    (word,) = (await desk.entries.page(q="闪电")).words
    assert (word.note, word.updated_by) == ("原有", "wu")


async def test_dry_run_changes_nothing(desk: WordDesk, masked: ListView) -> None:
    """It only says what would happen, with the linter's findings on lines of the file."""
    report = await load(desk, masked, "# 注释\n糕\n飞毛腿面\n", dry_run=True)
    assert (report.num_new, report.dry_run) == (2, True)
    assert [(finding.line, finding.code) for finding in report.findings] == [(2, "one_character")]
    assert await texts(desk, masked) == []
    assert (await desk.lists.overview()).draft.num_changes == 0


async def test_findings_compare_with_what_the_list_has(desk: WordDesk, masked: ListView) -> None:
    """A word that an entry of the list swallows is told."""
    await load(desk, masked, "闪电汤圆")
    report = await load(desk, masked, "大闪电汤圆", dry_run=True)
    assert [finding.code for finding in report.findings] == ["swallowed"]


async def test_csv_brings_actions_matching_and_notes(desk: WordDesk, masked: ListView) -> None:
    """Columns may be named in Chinese."""
    await load(desk, masked, "词语,提问,回答,匹配,备注\nzorble,拦截,,整词,新\n", "词.csv")
    (word,) = (await desk.entries.page(list_id=masked.id)).words
    assert (word.question_action, word.answer_action) == ("block", None)
    assert (word.match, word.note) == ("whole", "新")


async def test_one_bad_line_refuses_the_file_and_every_one_is_named(desk: WordDesk, masked: ListView) -> None:
    """Nothing is half imported."""
    content = "text,question_action\n飞毛腿面,explode\n闪电汤圆,mask\n\u200b,mask\n"
    with pytest.raises(ClientProblem) as refused:
        await load(desk, masked, content, "words.csv")
    assert (refused.value.code, refused.value.status) == ("bad_import", 422)
    found = [(detail["line"], detail["reason"]) for detail in refused.value.details]
    assert found == [(2, "unknown_action"), (4, "empty_fold")]
    assert await texts(desk, masked) == []


async def test_import_into_a_list_that_is_gone_is_not_found(desk: WordDesk) -> None:
    """Someone else may have deleted it."""
    with pytest.raises(ClientProblem) as refused:
        await desk.files.load(b"x", "w.txt", "gone", dry_run=True, who="lin", now_ms=NOW_MS)
    assert refused.value.code == "not_found"


async def test_import_is_one_line_in_the_record(desk: WordDesk, masked: ListView) -> None:
    """It counts every word, and names the first thousand."""
    await load(desk, masked, "\n".join(f"示例词{number:04}号" for number in range(1200)))
    newest = (await desk.versions.changes()).changes[0]
    assert (newest.what, newest.subject, newest.num_words) == ("import", "校园用语", 1200)
    assert newest.after is not None
    assert (newest.after["file"], len(newest.after["words"]), newest.after["num_more"]) == (
        "words.txt",
        1000,
        200,
    )
    assert (await desk.lists.overview()).draft.num_changes == 1200


async def test_exported_csv_is_read_back_without_loss(desk: WordDesk, masked: ListView) -> None:
    """Also words that a spreadsheet would take for a formula, and notes of several lines."""
    words = ["=1+1词", "'=词", "''@x词", "-9词", '引"号,词', "#号词"]
    for text in words:
        await desk.entries.add(NewWord(list_id=masked.id, text=text), who="lin", now_ms=NOW_MS)
    (first,) = (await desk.entries.page(q="=1+1")).words
    patch = WordPatch(question_action="block", match="substring", note="=甲\n乙")
    await desk.entries.change(first.id, patch, who="lin", now_ms=NOW_MS)
    file = await desk.files.export(masked.id, "csv", who="lin", now_ms=NOW_MS)
    assert file.name == "校园用语.csv" and file.content.startswith(b"\xef\xbb\xbf")
    for line in file.content.decode("utf-8-sig").splitlines()[1:]:
        assert not line.split(",")[2].startswith(("=", "+", "-", "@"))
    copy = await desk.lists.add(NewList(name="副本"), who="lin", now_ms=NOW_MS)
    report = await load(desk, copy, file.content.decode(), "back.csv")
    assert report.num_new == len(words)
    assert await texts(desk, copy) == sorted(words)
    (back,) = (await desk.entries.page(list_id=copy.id, q="=1+1")).words
    assert (back.question_action, back.match, back.note) == ("block", "substring", "=甲 乙")


async def test_exported_text_of_all_lists_is_read_back(desk: WordDesk, masked: ListView) -> None:
    """List names are comments; a word that begins with # is written so that it is not one."""
    await desk.entries.add(NewWord(list_id=masked.id, text="#号词"), who="lin", now_ms=NOW_MS)
    file = await desk.files.export(None, "txt", who="lin", now_ms=NOW_MS)
    assert "# 校园用语" in file.content.decode().splitlines()
    read = [word.text for word in parse_word_file(file.content, file.name)]
    assert "＃号词" in read and "咕噜枣" in read and len(read) == (await desk.entries.page()).total


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.text(alphabet="'=+-@\t＝＋－＠a词", max_size=6))
def test_escaped_cell_comes_back_and_is_no_formula(cell: str) -> None:
    """Escaping is undone exactly, and leaves nothing that a spreadsheet would run."""
    escaped = _escape(cell)
    assert unescape(escaped) == cell
    assert not escaped.startswith(tuple("=+-@\t＝＋－＠"))


def test_words_of_the_page_may_be_used_in_a_file() -> None:
    """Whoever fills in a spreadsheet writes what the page shows, in either language."""
    texts = (Path(__file__).parents[2] / "static" / "words" / "texts.js").read_text(encoding="utf-8")
    choices = {"提问处置": r"action\.(?:block|mask|replace|review|warn|log|pass)", "匹配": r"match\.\w+"}
    for column, names in choices.items():
        shown = re.findall(rf"^    '{names}': '(.+)',$", texts, re.MULTILINE)
        assert len(shown) >= 6
        rows = "".join(f"坏词{number},{word}\n" for number, word in enumerate(shown))
        assert len(parse_word_file(f"词语,{column}\n{rows}".encode(), "words.csv")) == len(shown)


ALL_COLUMNS = (
    "词语,类别,提问,回答,匹配,通道,样式,替换为,有效期至,备注\n"
    "闪电汤圆,校园,拦截,替换,片段,拆字 拼音=复核,文字,某种汤圆,2099年12月31日,开会定的\n"
)


async def test_every_column_of_a_file_arrives_and_comes_back(desk: WordDesk, masked: ListView) -> None:
    """What is exported and read into another list is the same word in every respect."""
    await load(desk, masked, ALL_COLUMNS, "词.csv")
    copy = await desk.lists.add(NewList(name="副本", category="校园"), who="lin", now_ms=NOW_MS)
    file = await desk.files.export(masked.id, "csv", who="lin", now_ms=NOW_MS)
    await load(desk, copy, file.content.decode(), "back.csv")
    (word,) = (await desk.entries.page(list_id=masked.id)).words
    (back,) = (await desk.entries.page(list_id=copy.id)).words
    alike = {"id", "list_id"}
    assert word.model_dump(exclude=alike) == back.model_dump(exclude=alike)
    assert (word.lanes, word.style, word.replacement) == (
        {"split": "same", "pinyin": "review"},
        "text",
        "某种汤圆",
    )
    assert (word.expires, word.category) == ("2099-12-31", None)


async def test_allow_phrases_bring_their_scope_and_reason(desk: WordDesk) -> None:
    """From JSON, where lists are lists."""
    spared = await desk.lists.add(NewList(name="放行", kind="allow"), who="lin", now_ms=NOW_MS)
    content = (
        '[{"text": "大闪电汤圆店", "scope": ["校园", "广告"], "direction": "question", "reason": "店名"}]'
    )
    await load(desk, spared, content, "allow.json")
    (phrase,) = (await desk.entries.page(list_id=spared.id)).words
    assert (phrase.scope, phrase.direction, phrase.note) == (("校园", "广告"), "question", "店名")


async def test_source_and_licence_of_an_import_stay_in_the_record(desk: WordDesk, masked: ListView) -> None:
    """With the hash of the file, so that it can be told later which one it was."""
    await desk.files.load(
        "闪电汤圆\n".encode(),
        "words.txt",
        masked.id,
        origin=Origin("市教育局 2026 年第 3 号", "内部使用"),
        dry_run=False,
        who="lin",
        now_ms=NOW_MS,
    )
    after = (await desk.versions.changes()).changes[0].after
    assert after is not None
    assert (after["source"], after["licence"]) == ("市教育局 2026 年第 3 号", "内部使用")
    assert len(after["sha256"]) == 64


async def test_import_predicts_how_often_it_would_hit(desk: WordDesk, masked: ListView) -> None:
    """A word of everyday sentences is told with the number of them, before anything is imported."""
    report = await load(desk, masked, "闪电汤圆\n天气\n", dry_run=True)
    assert report.harmless.num_hit >= 1
    assert (2, "hits_harmless") in [(finding.line, finding.code) for finding in report.findings]
    assert report.recent.num_texts == 0
