"""`dayi preset`: begin an own preset, look at one, and find every mistake in it."""

from __future__ import annotations

from pathlib import Path

import click

from server.errors import SettingsProblem
from server.presets import SHIPPED, load_preset, preset_file


@click.group()
def command() -> None:
    """Begin an own preset, look at one, and find every mistake in it."""


@command.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_context
def check(ctx: click.Context, file: Path) -> None:
    """Name every mistake in FILE with its line; the exit code is 1 if there is one."""
    from server.presets.check import check_file
    from server.topics.taxonomy import shipped_taxonomy

    mistakes = check_file(file)
    for mistake in mistakes:
        where = f"{file}:{mistake.line}" if mistake.line else str(file)
        click.echo(f"{where}: {mistake}")
    if mistakes:
        ctx.exit(1)
    preset = load_preset(str(file))
    shipped_taxonomy(preset.topics or preset.name)
    click.echo(f"{file}: {preset.name}, {preset.title.zh} ({preset.title.en}), no mistake")


@command.command()
@click.argument("name")
def show(name: str) -> None:
    """Print the preset NAME (education, government, or a path) as it stands in its file."""
    load_preset(name)
    click.echo(preset_file(name).read_text(encoding="utf-8"), nl=False)


@command.command()
@click.argument("name", type=click.Choice(SHIPPED))
@click.argument("file", type=click.Path(path_type=Path))
def copy(name: str, file: Path) -> None:
    """Begin an own preset: write NAME into FILE, which must not exist."""
    try:
        with file.open("x", encoding="utf-8") as target:
            target.write(preset_file(name).read_text(encoding="utf-8"))
    except FileExistsError:
        raise SettingsProblem(f"{file} is there already, and was left as it is") from None
    except OSError as error:
        raise SettingsProblem(f"{file}: {error.strerror}") from None
    click.echo(f"{file} is written. Edit it, then: dayi preset check {file}; dayi serve --preset {file}")
