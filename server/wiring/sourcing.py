"""From the `model` setting to a source of replies."""

from __future__ import annotations

from server.errors import SettingsProblem
from server.settings import Settings
from server.sources.names import parse_name
from server.sources.scripted import ScriptedSource
from server.sources.types import Source


def open_source(settings: Settings, system: str) -> Source:
    """The source that `settings` name.

    Args:
        settings: the model and how it is run.
        system: the preset's system prompt, which the source may compute beforehand.

    Raises:
        SettingsProblem: there is no such model.
    """
    name = parse_name(settings.model)
    if name.kind == "scripted":
        return ScriptedSource(
            delay_seconds=int(name.value or 0) / 1000,
            max_running=settings.max_running,
            max_waiting=settings.max_waiting,
        )
    raise SettingsProblem(f"model {settings.model}: not to be had yet")
