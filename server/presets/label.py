"""The mark that machines read: what a file holds was written by a model (GB 45438: a field `AIGC`).

What people read, the label in their language, is the preset's. It does not know what a file is.
"""

from __future__ import annotations

import json

from server.presets import Preset

FIELD = "AIGC"


def machine_label(preset: Preset) -> dict[str, str]:
    """The value of the field `AIGC` in the properties of a file or of an answer in JSON."""
    return {"Label": "1", "ContentProducer": preset.organisation}


def machine_label_text(preset: Preset) -> str:
    """The same where only a text fits: the comment of an archive, the properties of a workbook."""
    return json.dumps({FIELD: machine_label(preset)}, ensure_ascii=False, separators=(",", ":"))
