"""Settings for which a preset has a word, where nobody gave them: the settings still win."""

from __future__ import annotations

from server.presets import Preset
from server.settings import Settings


def with_preset(settings: Settings, preset: Preset) -> Settings:
    """The settings, with the preset's values for those that nobody gave."""
    wanted = {
        "window_tokens": preset.window_tokens,
        "mask_private": preset.mask_private,
        **preset.retention.model_dump(),
    }
    # A setting that this server does not have is none of its business.
    own = {
        name: value
        for name, value in wanted.items()
        if value is not None and name in Settings.model_fields and name not in settings.model_fields_set
    }
    return settings.model_copy(update=own)
