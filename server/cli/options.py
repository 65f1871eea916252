"""The options of `dayi serve`, made from the table of settings, so that the two cannot differ.

It does not know what a setting does, only how to ask for it and where `--help` shows it.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, Union

import click
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from server.errors import SettingsProblem
from server.settings import Settings

# The order and headings of `--help`; a test sees to it that every setting is in one of them.
GROUPS: dict[str, tuple[str, ...]] = {
    "Where it runs": ("host", "port", "data", "public_url", "allowed_origins", "trusted_proxies"),
    "What it is": ("preset", "who_may_chat", "timezone", "login_hours"),
    "Privacy": (
        "small_group", "small_class", "small_class_group", "term_starts",
        "anonymise_after_days", "delete_after_days", "mask_private",
    ),
    "The records": ("hit_text", "hit_key", "hit_days", "alert_webhook"),
    "The model": (
        "model", "models", "dtype", "device", "operator", "threads", "window_tokens", "max_answer_tokens",
        "max_running", "max_waiting", "max_wait_seconds", "guess_ahead", "kv_budget_mib", "kv_spill_mib",
        "openai_key", "openai_fields", "embedding", "embedding_key", "embedding_threads",
    ),
    "The chat": (
        "question_chars", "frame_bytes", "asks_per_minute", "asks_per_minute_address",
        "connections_per_user", "connections_per_address", "grace_seconds", "idle_seconds", "join_ms",
        "outbox_frames",
    ),
    "The log": ("log_format", "log_level"),
}  # fmt: skip

_Function = TypeVar("_Function", bound=Callable[..., Any])


def setting_options(*names: str) -> Callable[[_Function], _Function]:
    """A decorator that gives a command the options of these settings (all, without names) and `--config`."""

    def decorate(function: _Function) -> _Function:
        for name in reversed(names or tuple(Settings.model_fields)):
            function = _option(name, Settings.model_fields[name])(function)
        config = click.option(
            "--config",
            type=click.Path(dir_okay=False, path_type=Path),
            help="TOML file with settings, named as here with _ for -.  [env: DAYI_CONFIG]",
        )
        return config(function)

    return decorate


def given(values: dict[str, Any]) -> dict[str, Any]:
    """The settings that really stood on the command line."""
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in values.items()
        if value is not None and value != ()
    }


def existing(settings: Settings) -> Settings:
    """These settings, if there is something in their data folder: looking must not make one.

    Raises:
        SettingsProblem: there is nothing, most likely because `--data` is wrong.
    """
    if not settings.database_file.exists():
        raise SettingsProblem(f"--data {settings.data}: no server has kept anything there yet")
    return settings


class GroupedCommand(click.Command):
    """A command whose `--help` shows the settings under headings."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        records = {param.name: param.get_help_record(ctx) for param in self.get_params(ctx)}
        for heading, names in GROUPS.items():
            rows = [row for name in names if (row := records.pop(name, None))]
            if rows:
                with formatter.section(heading):
                    formatter.write_dl(rows)
        rest = [row for row in records.values() if row]
        with formatter.section("Other options"):
            formatter.write_dl(rest)


def _option(name: str, field: FieldInfo) -> Callable[[_Function], _Function]:
    option = "--" + name.replace("_", "-")
    kind, metavar, multiple = _kind(field.annotation)
    text = f"{field.description}  [env: DAYI_{name.upper()}{_default(field)}]"
    # No default here: a value that was not given must not win over the environment or the file.
    return click.option(option, name, type=kind, metavar=metavar, multiple=multiple, default=None, help=text)


def _kind(annotation: Any) -> tuple[click.ParamType[Any] | None, str | None, bool]:
    if typing.get_origin(annotation) in (Union, types.UnionType):
        (annotation,) = (part for part in typing.get_args(annotation) if part is not type(None))
    if typing.get_origin(annotation) is typing.Literal:
        return click.Choice(typing.get_args(annotation)), None, False
    if typing.get_origin(annotation) is list:
        return click.STRING, "TEXT", True
    if annotation is Path:
        return click.Path(path_type=Path), "PATH", False
    if annotation is bool:
        return click.BOOL, "true|false", False
    if annotation is int:
        return click.INT, "N", False
    if annotation is float:
        return click.FLOAT, "N", False
    return click.STRING, "TEXT", False


def _default(field: FieldInfo) -> str:
    if field.default in (None, PydanticUndefined):
        return ""
    return f"; default: {field.default}"
