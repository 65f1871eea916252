"""The hit log as a file for a spreadsheet, CSV or XLSX. Takes up to some seconds, so call it in a thread.

It does not know which hits were chosen, nor who may have them.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from server.storage.hits import Hit

MOST = {"csv": 200_000, "xlsx": 50_000}  # rows; a sheet of more nobody reads, and it would take minutes

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # no place for these in a workbook
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

Lang = Literal["zh", "en"]
_HEAD: dict[str, tuple[str, str]] = {
    "asker": ("提问者（化名）", "Who (pseudonym)"),
    "class": ("班级", "Group"),
    "direction": ("方向", "Direction"),
    "word": ("词", "Word"),
    "list": ("词表", "List"),
    "category": ("类别", "Category"),
    "action": ("处理", "Action"),
    "lane": ("变形", "Lane"),
    "version": ("词库版本", "Version of the lists"),
    "text": ("上下文（已遮盖）", "Text around it (masked)"),
    "review": ("复核", "Review"),
    "handled_by": ("复核人", "Reviewed by"),
    "note": ("说明", "Note"),
}
_WHEN = {True: ("时间", "Time"), False: ("日期", "Day")}
_SAID: dict[str, tuple[str, str]] = {
    "question": ("提问", "question"),
    "answer": ("回答", "answer"),
    "name": ("名称", "name"),
    "block": ("拦截", "block"),
    "mask": ("打码", "mask"),
    "replace": ("替换", "replace"),
    "review": ("复核", "review"),
    "warn": ("提醒", "warn"),
    "log": ("记录", "log"),
    "open": ("待复核", "open"),
    "right": ("命中正确", "right"),
    "wrong": ("误判", "wrong"),
    "sealed": ("（已密封）", "(sealed)"),
}


@dataclass(frozen=True, slots=True)
class Cover:
    """What stands above the table: what it is, who took it and when, and the AI label."""

    title: str
    taken: str
    label: str


@dataclass(frozen=True, slots=True)
class Clock:
    """The site's clock, and whether whoever gets the file is told times or only days."""

    zone: ZoneInfo
    exact: bool

    def say(self, at_ms: int) -> str:
        """A moment as it stands in the file."""
        moment = datetime.fromtimestamp(at_ms / 1000, self.zone)
        return f"{moment:%Y-%m-%d %H:%M:%S}" if self.exact else f"{moment:%Y-%m-%d}"


def cover(lang: Lang, *, who: str, taken_at: datetime, label: str, num_hits: int, cut: bool) -> Cover:
    """The lines above a table."""
    when = f"{taken_at:%Y-%m-%d %H:%M}"
    if lang == "zh":
        more = "（只含最新的这些）" if cut else ""
        return Cover("词库命中记录，仅供合规工作使用", f"{who} 于 {when} 导出，共 {num_hits} 条{more}", label)
    more = " (the newest only)" if cut else ""
    title = "Hits of the word lists, for compliance work only"
    return Cover(title, f"exported by {who} on {when}, {num_hits} rows{more}", label)


def export_csv(
    found: Sequence[Hit], over: Cover, lang: Lang, clock: Clock, classes: Mapping[str, str]
) -> bytes:
    """The file: UTF-8 with a byte order mark, without which spreadsheets garble Chinese."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows(_rows(found, over, lang, clock, classes))
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")


def export_xlsx(
    found: Sequence[Hit], over: Cover, lang: Lang, clock: Clock, classes: Mapping[str, str]
) -> bytes:
    """The same as a workbook of one sheet, whose properties carry the label, too."""
    from openpyxl import Workbook  # only who exports waits for the import

    workbook = Workbook(write_only=True)
    workbook.properties.title = over.title
    workbook.properties.description = f"{over.taken}. {over.label}"
    workbook.properties.creator = "Dayi"
    sheet = workbook.create_sheet("hits")
    for row in _rows(found, over, lang, clock, classes):
        sheet.append([_CONTROL.sub("", cell) if isinstance(cell, str) else cell for cell in row])
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def _rows(
    found: Sequence[Hit], over: Cover, lang: Lang, clock: Clock, classes: Mapping[str, str]
) -> Iterable[list[object]]:
    place = 0 if lang == "zh" else 1

    def say(key: str | None) -> str:
        return _SAID[key][place] if key in _SAID else key or ""

    for line in (over.title, over.taken, over.label):
        yield [_cell(line)]
    yield []
    yield [names[place] for names in (_WHEN[clock.exact], *_HEAD.values())]
    for hit in found:
        row = (
            clock.say(hit.at_ms),
            hit.asker,
            classes.get(hit.class_id or "", ""),
            say(hit.direction),
            hit.word,
            hit.list_name,
            hit.category,
            say(hit.action),
            hit.lane,
            hit.lists_version,
            hit.text or (say("sealed") if hit.sealed is not None else ""),
            say(hit.review),
            hit.handled_by or "",
            hit.handled_note or "",
        )
        yield [_cell(value) for value in row]


def _cell(value: object) -> object:
    if isinstance(value, str) and value.lstrip(" ").startswith(_FORMULA_STARTS):
        return "'" + value  # a spreadsheet would run it
    return value
