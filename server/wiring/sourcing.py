"""The source that the settings name. Light to import: it is started before the rest of the house is."""

from __future__ import annotations

from server.presets import Preset
from server.settings import Settings
from server.sources.open import open_source
from server.sources.types import Source


def source_of(settings: Settings, preset: Preset) -> Source:
    """Where replies come from; not started yet.

    Raises:
        SettingsProblem: there is no such model.
    """
    return open_source(
        settings.model,
        models_folder=settings.models_folder,
        system=preset.system_prompt,
        dtype=settings.dtype,
        device=settings.device,
        operator=settings.operator,
        threads=settings.threads,
        window_tokens=settings.window_tokens,
        max_running=settings.max_running,
        max_waiting=settings.max_waiting,
        max_wait_seconds=settings.max_wait_seconds,
        guess_ahead=settings.guess_ahead,
        kv_budget_mib=settings.kv_budget_mib,
        kv_spill_mib=settings.kv_spill_mib,
        spill_folder=settings.data.absolute(),
        openai_key=settings.openai_key.get_secret_value() if settings.openai_key else None,
        openai_fields=settings.openai_field_names,
    )
