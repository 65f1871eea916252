"""`dayi words`: word lists on the data folder, with or without a running server.

Changes go into the draft, as on the page; a running server takes a published version over by itself.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import click

from server.cli.options import existing, given, setting_options
from server.errors import ClientProblem
from server.settings import read_settings

if TYPE_CHECKING:
    from filters import ParsedWord
    from server.moderation import WordDesk

WHO = "dayi words"
_Answer = TypeVar("_Answer")
_file = click.Path(exists=True, dir_okay=False, path_type=Path)
ACTIONS = ("block", "mask", "replace", "review", "warn", "log")  # `filters` is imported where it is used
_action = click.Choice(ACTIONS)
_MADE = ("kind", "category", "question_action", "answer_action", "layer")  # what is said of a new list


@click.group()
def command() -> None:
    """Check, import, export and try word lists, on the data folder."""


@command.command()
@click.argument("file", type=_file)
def check(file: Path) -> None:
    """Say what is wrong with FILE (.txt, .csv or .json), and what is unwise. Nothing is changed."""
    from filters import lint, lint_harmless, predict

    parsed = _parsed(file, file.read_bytes())
    prediction = predict(parsed)
    findings = sorted([*lint(parsed), *lint_harmless(parsed, prediction)])
    for finding in findings:
        click.echo(f"{file}:{finding.line}: {finding.code}: {finding.text}: {finding.message}")
    hits = f"{prediction.num_hit} of {_count(prediction.num_texts, 'harmless text')} hit"
    click.echo(f"{_count(len(parsed), 'word')}, {_count(len(findings), 'finding')}, {hits}")


@command.command(name="import")
@click.argument("file", type=_file)
@click.option("--list", "list_name", required=True, help="Name of the list; made if it does not exist.")
@click.option("--kind", type=click.Choice(["words", "allow"]), default="words", show_default=True)
@click.option("--category", default="", help="Category of a list that is made.")
@click.option(
    "--question-action", type=_action, default="block", show_default=True, help="For a list that is made."
)
@click.option(
    "--answer-action", type=_action, default="mask", show_default=True, help="For a list that is made."
)
@click.option(
    "--layer",
    default="organisation",
    show_default=True,
    help="Of a list that is made: base, organisation, or class:NAME for one class.",
)
@click.option("--source", default="", help="Where the words come from; it stays in the record.")
@click.option("--licence", default="", help="What allows their use; likewise.")
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@click.option("--publish", is_flag=True, help="Put the draft into effect afterwards.")
@setting_options("data")
def import_file(
    file: Path, list_name: str, source: str, licence: str, dry_run: bool, publish: bool, **options: Any
) -> None:
    """Import FILE (.txt, .csv or .json) into a list of the draft."""
    from server.moderation import Origin

    made = {name: options.pop(name) for name in _MADE}
    content = file.read_bytes()
    _parsed(file, content)  # a bad file is refused before a list is made for it

    async def work(desk: WordDesk) -> None:
        list_id = await _list_id(desk, list_name, made, dry_run=dry_run)
        report = await desk.files.load(
            content,
            file.name,
            list_id,
            origin=Origin(source, licence),
            dry_run=dry_run,
            who=WHO,
            now_ms=_now_ms(),
        )
        for finding in report.findings:
            click.echo(f"{file}:{finding.line}: {finding.code}: {finding.text}: {finding.message}")
        would = "would be " if dry_run else ""
        click.echo(
            f"{_count(report.num_new, 'word')} {would}added to {list_name!r}, {report.num_known} were there"
        )
        if publish and not dry_run:
            version = await desk.versions.publish(f"import {file.name}", who=WHO, now_ms=_now_ms())
            click.echo(f"version {version.number} is published: {version.num_words} words")

    _with_desk(options, work, may_make=True)


@command.command()
@click.option("--list", "list_name", help="Only this list.")
@click.option("--format", "form", type=click.Choice(["csv", "txt"]), default="csv", show_default=True)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="A file instead of stdout.")
@setting_options("data")
def export(list_name: str | None, form: Literal["csv", "txt"], output: Path | None, **options: Any) -> None:
    """Write the draft's words to standard output, or to a file."""

    async def work(desk: WordDesk) -> bytes:
        list_id = await _list_id(desk, list_name, None, dry_run=False) if list_name else None
        return (await desk.files.export(list_id, form, who=WHO, now_ms=_now_ms())).content

    content = _with_desk(options, work)
    if output is not None:
        output.write_bytes(content)
    else:
        sys.stdout.buffer.write(content)


@command.command(name="try")
@click.argument("text")
@click.option("--direction", type=click.Choice(["question", "answer"]), default="question", show_default=True)
@click.option("--draft", is_flag=True, help="With the draft instead of the published version.")
@click.option("--words", type=_file, help="With the words of this file, every lane at its default, instead.")
@setting_options("data")
def try_text(
    text: str, direction: Literal["question", "answer"], draft: bool, words: Path | None, **options: Any
) -> None:
    """Say what the filter makes of TEXT, and why."""
    if words is not None:
        _try_file(text, words)
        return

    async def work(desk: WordDesk) -> None:
        said = await desk.versions.try_text(text, direction, "draft" if draft else "published")
        click.echo(f"verdict  {said.action or 'nothing found'}  (version {said.lists_version})")
        click.echo(f"text     {said.text}")
        click.echo(f"folded   {said.folded}")
        for match in said.matches:
            of = f"of {match.list_name!r}: {match.category}, {match.action}"
            _why(match.start, match.end, match.raw, match.folded, match.word, match.lane, of)

    _with_desk(options, work)


def _try_file(text: str, file: Path) -> None:
    """The same with nothing but a file; every word is masked."""
    from filters import LANE_DEFAULTS, Action, Direction, Options, Word, WordList, compile_pipeline, fold

    masked = dict.fromkeys(Direction, Action.MASK)
    words = tuple(
        Word(str(each.line), each.text, each.category, masked, match=each.match, lanes=each.lanes)
        for each in _parsed(file, file.read_bytes())
    )
    pipeline = compile_pipeline(WordList(0, words, options=Options(lanes=LANE_DEFAULTS)))
    verdict = pipeline.check(text, Direction.ANSWER)
    click.echo(f"verdict  {verdict.action or 'nothing found'}")
    click.echo(f"text     {verdict.text}")
    click.echo(f"folded   {verdict.folded}")
    for match in verdict.matches:
        raw = text[match.start : match.end]
        _why(match.start, match.end, raw, fold(raw), match.word, match.lane, f"of line {match.word_id}")


def _why(start: int, end: int, raw: str, folded: str, word: str, lane: str, of: str) -> None:
    click.echo(f"{start}-{end}  {raw!r} folded {folded!r} is {word!r} by lane {lane}, {of}")


def _parsed(file: Path, content: bytes) -> list[ParsedWord]:
    """The words of a file; every bad line is told."""
    from filters import REASONS, WordListProblem, parse_word_file

    try:
        return parse_word_file(content, file.name)
    except WordListProblem as problem:
        for line, reason, text in problem.problems:
            click.echo(f"{file}:{line}: {REASONS[reason]} {text}", err=True)
        raise ClientProblem(
            "bad_import", f"{file.name}: {_count(len(problem.problems), 'bad line')}"
        ) from None


def _with_desk(
    options: dict[str, Any], work: Callable[[WordDesk], Awaitable[_Answer]], *, may_make: bool = False
) -> _Answer:
    config = options.pop("config", None)
    settings = read_settings(given(options), config)
    if not may_make:
        existing(settings)

    async def run() -> _Answer:
        async with _open(settings.database_file) as desk:
            return await work(desk)

    return asyncio.run(run())


@asynccontextmanager
async def _open(file: Path) -> AsyncIterator[WordDesk]:
    from server.moderation import PublishedFilter, WordDesk
    from server.storage.database import Database

    database = await Database.open(file)
    try:
        published = PublishedFilter(database)
        await published.load(_now_ms())
        yield WordDesk(database, published)
    finally:
        await database.close()


async def _list_id(desk: WordDesk, name: str, make: dict[str, str] | None, *, dry_run: bool) -> str:
    from server.moderation import NewList

    overview = await desk.lists.overview()
    for row in overview.lists:
        if row.name == name:
            return row.id
    if make is None or dry_run:
        raise ClientProblem("not_found", f"there is no list {name!r}", status=404)
    actions = {key: make[key] for key in ("question_action", "answer_action") if make["kind"] == "words"}
    layer = make["layer"]
    named = {f"class:{each.name}": f"class:{each.id}" for each in overview.classes if not each.archived}
    if layer not in ("base", "organisation") and layer not in named:
        raise ClientProblem("bad_layer", f"there is no layer {layer!r}", status=422)
    new = NewList.model_validate(
        {
            "name": name,
            "kind": make["kind"],
            "category": make["category"],
            "layer": named.get(layer, layer),
            **actions,
        }
    )
    return (await desk.lists.add(new, who=WHO, now_ms=_now_ms())).id


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
