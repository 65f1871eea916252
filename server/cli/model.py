"""`dayi model`: what the model is, and preparing it with a progress bar."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from server.cli.options import given, setting_options
from server.settings import Settings, read_settings

if TYPE_CHECKING:
    from server.sources.progress import Step

STAGES = {
    "waiting": "Waiting for another process that prepares it",
    "downloading": "Downloading",
    "assembling": "Putting the file together",
    "converting": "Converting the weights",
    "quantising": "Rounding the weights to 8 bits",
    "storing": "Storing",
}
_ONLY_TIME = "{desc}: {elapsed}"  # where nobody knows how much there is to do


@click.group()
def command() -> None:
    """Show or prepare the model."""


@command.command()
@setting_options("model", "dtype", "device", "data", "models")
def prepare(**options: Any) -> None:
    """Prepare the model, unless it is prepared already; prints its folder."""
    settings = _settings(options)
    prepare_for(settings)
    click.echo(_prepared(settings) or f"{settings.model} needs no preparing")


@command.command()
@setting_options(
    "model", "dtype", "device", "operator", "threads", "kv_budget_mib", "window_tokens", "data", "models"
)
def info(**options: Any) -> None:
    """Tell what the model is, whether it is prepared, and whether this machine can carry it."""
    from server.sources.describe import as_text, describe, describe_remote
    from server.sources.names import parse_name
    from server.sources.self_test import operator_rows

    settings = _settings(options)
    name = parse_name(settings.model)
    if name.kind == "openai":
        has_key = settings.openai_key is not None
        click.echo(describe_remote(name, has_key=has_key, window_tokens=settings.window_tokens))
        return
    found = describe(
        name,
        settings.models_folder,
        settings.dtype,
        threads=settings.threads,
        kv_budget_mib=settings.kv_budget_mib,
    )
    is_int8 = name.has_weights and settings.dtype == "int8"
    click.echo(as_text(found, operator_rows(settings.operator, found.num_threads) if is_int8 else ()))


def prepare_for(settings: Settings) -> None:
    """Prepare what `settings` name; silent when that is done already.

    Raises:
        SettingsProblem: there is no such model.
        SourceProblem: it cannot be prepared.
    """
    from server.sources.names import parse_name
    from server.sources.prepare import prepare, prepared_folder

    name = parse_name(settings.model)
    if not name.has_weights or prepared_folder(name, settings.models_folder, settings.dtype) is not None:
        return
    with _Bar() as bar:
        prepare(name, settings.models_folder, settings.dtype, bar.show)


class _Bar:
    """A progress bar a stage, on stderr."""

    def __init__(self) -> None:
        self._stage = ""
        self._bar: Any = None

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def show(self, step: Step) -> None:
        from tqdm import tqdm

        if step.stage != self._stage:
            self.__exit__()
            self._stage = step.stage
            self._bar = tqdm(
                desc=STAGES[step.stage],
                total=step.total_bytes or None,
                unit="B",
                unit_scale=True,
                unit_divisor=1024,
                bar_format=None if step.total_bytes else _ONLY_TIME,
            )
        if step.total_bytes:
            self._bar.total, self._bar.bar_format = step.total_bytes, None
        self._bar.update(step.done_bytes - self._bar.n)


def _prepared(settings: Settings) -> Path | None:
    from server.sources.names import parse_name
    from server.sources.prepare import prepared_folder

    if not parse_name(settings.model).has_weights:
        return None
    return prepared_folder(settings.model, settings.models_folder, settings.dtype)


def _settings(options: dict[str, Any]) -> Settings:
    config = options.pop("config", None)
    return read_settings(given(options), config)
