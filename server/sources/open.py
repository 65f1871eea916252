"""From a model name to the source that answers with it. The values of the settings are arguments here."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from server.engine.shape import Dtype
from server.engine.types import EngineOptions
from server.sources.local import LocalSource
from server.sources.names import parse_name
from server.sources.scripted import ScriptedSource

if TYPE_CHECKING:
    from server.sources.openai import OpenAISource


def open_source(
    model: str,
    *,
    models_folder: Path,
    system: str = "",
    dtype: Dtype = "bf16",
    device: str = "cpu",
    operator: str = "auto",
    threads: int = 0,
    window_tokens: int = 4096,
    max_running: int = 48,
    max_waiting: int = 64,
    max_wait_seconds: float = 120.0,
    guess_ahead: bool = True,
    kv_budget_mib: int = 1024,
    kv_spill_mib: int = 0,
    spill_folder: Path | None = None,
    openai_key: str | None = None,
    openai_fields: Collection[str] = (),
) -> LocalSource | OpenAISource | ScriptedSource:
    """The source of a model name, not yet started.

    Args:
        model: the name, such as `bundled:0.5b`.
        models_folder: the folder of prepared models.
        system: the system prompt that most conversations begin with; computed once, beforehand.
        dtype: the arithmetic.
        device: where it is done, `cpu` or `cuda`.
        operator: what multiplies int8 weights; `auto` is the fastest that computes right.
        threads: 0 means one per core.
        window_tokens: the longest conversation.
        max_running: replies computed at once.
        max_waiting: replies that may wait.
        max_wait_seconds: for how long, as far as that can be told; 0: for any time.
        guess_ahead: check guessed ids ahead while few replies are computed.
        kv_budget_mib: memory for keys and values.
        kv_spill_mib: disk for those that memory has no room for.
        spill_folder: the folder of that file; None uses no disk.
        openai_key: what the server of an `openai:` name wants to see.
        openai_fields: further fields of a request that this server understands.

    Raises:
        SettingsProblem: the name is wrong.
    """
    name = parse_name(model)
    if name.kind == "scripted":
        pause_seconds = int(name.value or 0) / 1000
        return ScriptedSource(delay_seconds=pause_seconds, max_running=max_running, max_waiting=max_waiting)
    if name.kind == "openai":
        from server.sources.openai import OpenAISource  # the HTTP client takes long to import

        return OpenAISource(
            name,
            openai_key,
            window_tokens=window_tokens,
            max_running=max_running,
            max_waiting=max_waiting,
            fields=openai_fields,
        )
    options = EngineOptions(
        folder=Path(),  # known when the model is prepared
        system=system,
        threads=threads,
        window_tokens=window_tokens,
        max_running=max_running,
        max_waiting=max_waiting,
        max_wait_seconds=max_wait_seconds,
        kv_budget_bytes=kv_budget_mib << 20,
        guess=guess_ahead,
        operator=operator,
        spill_folder=spill_folder,
        spill_bytes=kv_spill_mib << 20,
        device=device,
    )
    return LocalSource(name, models_folder, dtype, options)
