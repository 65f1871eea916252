"""`dayi bench`: runs the measurements of the `bench` package, which is imported only then.

A measurement is a module `bench.NAME` with a function `run`: it prints its figures and returns them by
name, units at the ends of the names. It may take `settings`, of which it needs the model, say.
"""

from __future__ import annotations

import importlib
import inspect
import json
from pathlib import Path
from typing import Any

import click

from server.cli.options import given, setting_options
from server.errors import SettingsProblem
from server.settings import read_settings

MEASUREMENTS = ("filter", "engine")


@click.command()
@click.argument("name", type=click.Choice(MEASUREMENTS))
@click.option(
    "--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write figures here."
)
@setting_options("model", "dtype", "threads", "data", "models", "max_running", "kv_budget_mib")
def command(name: str, json_file: Path | None, config: Path | None, **options: Any) -> None:
    """Measure the filter or the engine, and print the figures."""
    settings = read_settings(given(options), config)
    try:
        measurement = importlib.import_module(f"bench.{name}")
    except ModuleNotFoundError as error:
        if error.name not in ("bench", f"bench.{name}"):
            raise
        raise SettingsProblem(f"there is no measurement bench.{name} in this installation") from None
    takes_settings = "settings" in inspect.signature(measurement.run).parameters
    figures: dict[str, Any] = measurement.run(**({"settings": settings} if takes_settings else {}))
    if json_file is not None:
        json_file.write_text(json.dumps(figures, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
