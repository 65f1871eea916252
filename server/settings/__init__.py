"""The settings: read once at start; each part is handed only the values it needs."""

from __future__ import annotations

from server.settings.places import read_settings, unknown_variables
from server.settings.table import OPENAI_FIELDS, Chatters, HitText, Settings

__all__ = ["OPENAI_FIELDS", "Chatters", "HitText", "Settings", "read_settings", "unknown_variables"]
