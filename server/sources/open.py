"""From a model name to the source that answers with it. The values of the settings are arguments here."""

from __future__ import annotations

from pathlib import Path

from server.engine.shape import Dtype
from server.engine.types import EngineOptions
from server.sources.local import LocalSource
from server.sources.names import parse_name
from server.sources.scripted import ScriptedSource


def open_source(
    model: str,
    *,
    models_folder: Path,
    system: str = "",
    dtype: Dtype = "bf16",
    threads: int = 0,
    window_tokens: int = 4096,
    max_running: int = 8,
    max_waiting: int = 64,
    kv_budget_mib: int = 1024,
) -> LocalSource | ScriptedSource:
    """The source of a model name, not yet started.

    Args:
        model: the name, such as `bundled:0.5b`.
        models_folder: the folder of prepared models.
        system: the system prompt that most conversations begin with; computed once, beforehand.
        dtype: the arithmetic.
        threads: 0 means one per core.
        window_tokens: the longest conversation.
        max_running: replies computed at once.
        max_waiting: replies that may wait.
        kv_budget_mib: memory for keys and values.

    Raises:
        SettingsProblem: the name is wrong.
    """
    name = parse_name(model)
    if name.kind == "scripted":
        pause_seconds = int(name.value or 0) / 1000
        return ScriptedSource(delay_seconds=pause_seconds, max_running=max_running, max_waiting=max_waiting)
    options = EngineOptions(
        folder=Path(),  # known when the model is prepared
        system=system,
        threads=threads,
        window_tokens=window_tokens,
        max_running=max_running,
        max_waiting=max_waiting,
        kv_budget_bytes=kv_budget_mib << 20,
    )
    return LocalSource(name, models_folder, dtype, options)
