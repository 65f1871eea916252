"""The report as a file for a spreadsheet, CSV or XLSX: the page's numbers, hidden where it hides them.

Made from reports alone, so it cannot show more than the page does.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass

from server.topics.group_report import GroupReport, PoorReport
from server.topics.report import Report
from server.topics.safety import SafetyReport
from server.topics.wording import Lang, say


@dataclass(frozen=True, slots=True)
class Tabs:
    """The tables below the charts. Of what pupils sent to their teacher only the number leaves the page."""

    groups: GroupReport | None = None
    poor: PoorReport | None = None
    safety: SafetyReport | None = None
    num_waiting: int | None = None


MACHINE_LABEL = '{"AIGC":{"Label":"1","ContentProducer":"Dayi"}}'  # what programs look for
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # no place for these in a workbook
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def export_csv(report: Report, lang: Lang, tabs: Tabs | None = None) -> bytes:
    """The file: UTF-8 with a byte order mark, without which spreadsheets garble Chinese.

    Args:
        report: the numbers of the page.
        lang: the language of its words.
        tabs: what else is on the page, as far as they may see it.
    """
    out = io.StringIO(newline="")
    csv.writer(out).writerows(_cells(report, lang, tabs))
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")


def export_xlsx(report: Report, lang: Lang, tabs: Tabs | None = None) -> bytes:
    """The same as a workbook of one sheet, whose properties carry the AI label, too; takes some milliseconds.

    Args:
        report: the numbers of the page.
        lang: the language of its words.
        tabs: what else is on the page, as far as they may see it.
    """
    from openpyxl import Workbook  # only who exports waits for the import

    workbook = Workbook(write_only=True)
    workbook.properties.title = report.sentence
    workbook.properties.description = report.label
    workbook.properties.creator = "Dayi"
    workbook.properties.keywords = MACHINE_LABEL
    sheet = workbook.create_sheet(f"{report.first_day:%Y-%m-%d}")
    for row in _cells(report, lang, tabs):
        sheet.append([_CONTROL.sub("", cell) if isinstance(cell, str) else cell for cell in row])
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def _cells(report: Report, lang: Lang, tabs: Tabs | None) -> list[list[object]]:
    tabs = tabs or Tabs()
    rows = [
        *_rows(report, lang),
        *(_group_rows(tabs.groups, report, lang) if tabs.groups else ()),
        *(_poor_rows(tabs.poor, lang) if tabs.poor else ()),
        *(_safety_rows(tabs.safety, lang) if tabs.safety else ()),
        *([[], [say(lang, "csv_waiting"), tabs.num_waiting]] if tabs.num_waiting is not None else ()),
    ]
    return [[_cell(value, lang) for value in row] for row in rows]


def export_name(report: Report, ending: str = "csv") -> str:
    """What the file is called."""
    return f"dayi-{report.first_day:%Y%m%d}-{report.last_day:%Y%m%d}.{ending}"


def _rows(report: Report, lang: Lang) -> Iterable[list[object]]:
    def head(*names: str) -> list[object]:
        return [say(lang, f"csv_{name}") for name in names]

    tiles, first_token = report.tiles, report.first_token_ms
    yield [report.label]
    yield [report.sentence]
    yield [say(lang, "csv_hidden_note", small_group=report.small_group)]
    yield [say(lang, "csv_steps_note", small_group=report.small_group)]
    yield [*head("period"), report.first_day, report.last_day]
    yield []
    yield [*head("questions"), _shown(tiles.questions)]
    yield [*head("askers" if report.num_weeks == 1 else "askers_peak"), _shown(tiles.askers)]
    yield [*head("enrolled"), "" if tiles.enrolled is None else tiles.enrolled]
    yield [*head("previous_questions"), _shown(tiles.previous_questions)]
    yield [*head("first_token_p50"), "" if first_token.p50 is None else first_token.p50]
    yield [*head("first_token_p95"), "" if first_token.p95 is None else first_token.p95]
    yield []
    yield head("day", "questions", "previous")
    for day in report.days:
        yield [day.day, _shown(day.questions), _shown(day.previous)]
    yield []
    yield head("weekday", "hour", "questions")
    for hour in report.hours:
        yield [hour.weekday + 1, hour.hour, _shown(hour.questions)]
    yield []
    yield head("subject", "topic", "questions", "askers" if report.num_weeks == 1 else "askers_peak")
    for topic in report.topics:
        yield [topic.parent or topic.name, topic.name, topic.questions, topic.askers]
    yield [*head("hidden_topics"), report.hidden_topics]
    yield []
    yield head("outcome", "questions")
    for outcome in report.outcomes:
        yield [say(lang, f"csv_{outcome.outcome}"), _shown(outcome.questions)]
    yield []
    yield head("reason", "questions")
    for reason in report.reasons:
        yield [say(lang, f"csv_reason_{reason.reason}"), _shown(reason.questions)]


def _group_rows(groups: GroupReport, report: Report, lang: Lang) -> Iterable[list[object]]:
    people = "askers" if report.num_weeks == 1 else "askers_peak"
    yield []
    names = ("group", "terms", people, "questions", "previous", "good", "bad")
    yield [say(lang, f"csv_{name}") for name in names]
    for row in groups.groups:
        yield [
            row.wording or "",
            " ".join(row.terms),
            row.askers,
            row.questions,
            row.previous,
            _shown(row.good),
            _shown(row.bad),
        ]
    yield [groups.label]


def _poor_rows(poor: PoorReport, lang: Lang) -> Iterable[list[object]]:
    yield []
    yield [say(lang, f"csv_{name}") for name in ("reason", "group", "terms", "questions")]
    for reason in poor.reasons:
        for group in reason.groups:
            name = say(lang, f"csv_reason_{reason.reason}")
            yield [name, group.wording or "", " ".join(group.terms), group.questions]


def _safety_rows(safety: SafetyReport, lang: Lang) -> Iterable[list[object]]:
    yield []
    yield [say(lang, f"csv_{name}") for name in ("category", "direction", "action", "hits")]
    for row in safety.categories:
        for direction, numbers in (("question", row.questions), ("answer", row.answers)):
            for action, number in numbers.items():
                words = say(lang, f"csv_direction_{direction}"), say(lang, f"csv_action_{action}")
                yield [row.category, *words, _shown(number)]


class _Hidden:
    """Stands in for a number that may not be shown."""


def _shown(number: int | None) -> object:
    return _Hidden if number is None else number


def _cell(value: object, lang: Lang) -> object:
    if value is _Hidden:
        return say(lang, "csv_hidden")
    if isinstance(value, str) and value.lstrip(" ").startswith(_FORMULA_STARTS):
        return "'" + value  # a spreadsheet would run it
    return value
