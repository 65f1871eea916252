"""`dayi bench`: runs the measurements of the `bench` package, which is imported only then.

A measurement is a module `bench.NAME` with a function `run`: it prints its figures and returns them by
name, units at the ends of the names. It is handed those of `settings` and the options below that its `run`
has parameters for.
"""

from __future__ import annotations

import importlib
import inspect
import json
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import click

from server.cli.options import given, setting_options
from server.errors import SettingsProblem
from server.settings import read_settings

MEASUREMENTS = (
    *("filter", "engine", "chat", "capacity", "stats", "knowledge", "likeness", "answers"),
    "publishing",
)
EXTRA = (
    "url",
    "conversations",
    "turns",
    "within",
    "kill_engine",
    "only",
    "rounds",
    "peer",
    "questions",
    "pairs",
)


@click.command()
@click.argument("name", type=click.Choice(MEASUREMENTS))
@click.option(
    "--json",
    "json_file",
    type=click.Path(dir_okay=False, path_type=Path, allow_dash=True),
    is_flag=False,
    flag_value="-",
    help="Write figures here; without a name, to standard output.",
)
@click.option("--url", metavar="URL", help="chat: a server that runs; else one is started.")
@click.option("--conversations", type=click.IntRange(1, 5000), help="chat, capacity: how many ask at once.")
@click.option("--turns", type=click.IntRange(1, 100), help="chat: questions of each conversation.")
@click.option("--within", type=click.FloatRange(0), help="chat: all ask within so many seconds.")
@click.option(
    "--only",
    metavar="PARTS",
    help="engine: only these parts, such as decode,prefill; answers: with or without.",
)
@click.option("--rounds", type=click.IntRange(1, 100), help="engine: figures are medians of so many.")
@click.option("--peer", metavar="NAME", help="engine: measure llama.cpp beside it; see `make bench-peer`.")
@click.option(
    "--questions",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    metavar="FILE",
    help="knowledge: texts with questions in the form of CMRC 2018.",
)
@click.option(
    "--pairs",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    metavar="FILE",
    help="likeness: further labelled pairs (CSV: question, other, same).",
)
@click.option("--kill-engine", is_flag=True, default=None, help="chat: kill the engine during the answers.")
@setting_options(
    "preset",
    "model",
    "dtype",
    "threads",
    "data",
    "models",
    "embedding",
    "embedding_threads",
    "max_running",
    "max_wait_seconds",
    "kv_budget_mib",
)
def command(name: str, json_file: Path | None, config: Path | None, **options: Any) -> None:
    """Measure filter, engine, chat under load, how many pupils this machine answers, or the question page."""
    extra = {option: value for option in EXTRA if (value := options.pop(option)) is not None}
    settings = read_settings(given(options), config)
    try:
        measurement = importlib.import_module(f"bench.{name}")
    except ModuleNotFoundError as error:
        if error.name not in ("bench", f"bench.{name}"):
            raise
        raise SettingsProblem(f"there is no measurement bench.{name} in this installation") from None
    takes = inspect.signature(measurement.run).parameters
    for option in extra:
        if option not in takes:
            raise SettingsProblem(f"--{option.replace('_', '-')}: bench {name} has no such option")
    figures: dict[str, Any]
    if json_file is not None and str(json_file) == "-":
        with redirect_stdout(sys.stderr):  # the table; what reads the figures wants nothing else
            figures = measurement.run(**({"settings": settings} if "settings" in takes else {}), **extra)
        click.echo(json.dumps(figures, ensure_ascii=False, indent=2))
        return
    figures = measurement.run(**({"settings": settings} if "settings" in takes else {}), **extra)
    if json_file is not None:
        json_file.write_text(json.dumps(figures, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
