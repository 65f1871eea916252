"""The places that settings are read from: defaults < TOML file < environment (`DAYI_…`) < command line.

A mistake is told with its place. What each setting means is `table`'s affair.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import EnvSettingsSource, SettingsError

from server.errors import SettingsProblem
from server.settings.table import Settings


def read_settings(command_line: Mapping[str, Any] | None = None, config: Path | None = None) -> Settings:
    """Put the settings together from all four places.

    Args:
        command_line: values given there, by the names of the settings.
        config: a TOML file whose keys are the names of the settings; without it the one
            that `DAYI_CONFIG` names, if any.

    Raises:
        SettingsProblem: the file cannot be read or a value is wrong; every mistake is named with its place.
    """
    given = dict(command_line or {})
    if config is None and os.environ.get("DAYI_CONFIG"):
        config = Path(os.environ["DAYI_CONFIG"])
    in_file = _toml(config) if config else {}
    try:
        in_environment = EnvSettingsSource(Settings)()
        return Settings(**{**in_file, **in_environment, **given})
    except SettingsError as error:  # of those that are lists
        name, example = "ALLOWED_ORIGINS", '["https://portal.example.org"]'
        if "term_starts" in str(error):
            name, example = "TERM_STARTS", '["02-01", "09-01"]'
        raise SettingsProblem(f"DAYI_{name}: write a JSON list, such as {example}") from None
    except ValidationError as error:
        rows = error.errors(include_url=False, include_context=False, include_input=False)
        raise SettingsProblem(
            "; ".join(_mistake(row, given, in_environment, config) for row in rows)
        ) from None


def unknown_variables() -> list[str]:
    """Variables that look like settings and are none: most likely slips of the pen."""
    known = {f"DAYI_{name.upper()}" for name in (*Settings.model_fields, "config")}
    return sorted(
        name for name in os.environ if name.upper().startswith("DAYI_") and name.upper() not in known
    )


def _toml(config: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(config.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsProblem(f"settings file {config}: {error.strerror}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsProblem(f"settings file {config}: {error}") from None


def _mistake(
    row: Mapping[str, Any], given: Mapping[str, Any], environment: Mapping[str, Any], config: Path | None
) -> str:
    name = str(row["loc"][0])
    if name in given:
        place = "--" + name.replace("_", "-")
    elif name in environment:
        place = f"DAYI_{name.upper()}"
    else:
        place = f"{config}: {name}"
    unknown = row["type"] == "extra_forbidden"
    return f"{place}: {'there is no such setting' if unknown else row['msg'].removeprefix('Value error, ')}"
