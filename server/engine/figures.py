"""What was measured of a prepared model on this machine, kept in a small file beside its folder.

An engine works without it; with it, its first estimates are right. This module does not measure.
"""

from __future__ import annotations

import json
import logging
from dataclasses import asdict
from pathlib import Path
from typing import Any

from server.engine.types import Measured

_LOG = logging.getLogger(__name__)


def figures_file(folder: Path) -> Path:
    """Where the figures of a prepared folder lie: beside it, for the folder is thrown away as a whole."""
    return folder.with_name(f"{folder.name}.figures.json")


def save_figures(folder: Path, measured: Measured, capacity: dict[str, Any] | None = None) -> Path:
    """Write them. Returns the file.

    Args:
        folder: of the prepared model.
        measured: by its engine.
        capacity: what was found out for people; None keeps what is there.

    Raises:
        OSError: the disk refused.
    """
    file = figures_file(folder)
    if capacity is None:
        capacity = _read(file).get("capacity", {})
    text = json.dumps({"measured": asdict(measured), "capacity": capacity}, ensure_ascii=False, indent=1)
    new = file.with_name(file.name + ".new")
    new.write_text(text + "\n", encoding="utf-8")
    new.replace(file)
    return file


def load_figures(folder: Path) -> Measured:
    """Read them; nothing is known where there are none, or none that can be read."""
    file = figures_file(folder)
    try:
        values = json.loads(file.read_text(encoding="utf-8"))["measured"]
        measured = Measured(
            rows=tuple(int(each) for each in values["rows"]),
            step_seconds=tuple(float(each) for each in values["step_seconds"]),
            prefill_seconds=float(values["prefill_seconds"]),
            answer_tokens=tuple(int(each) for each in values["answer_tokens"]),
        )
        if len(measured.rows) != len(measured.step_seconds) or not all(
            each > 0 for each in (*measured.rows, *measured.step_seconds)
        ):
            raise ValueError("rows and times of steps do not belong together")
    except FileNotFoundError:
        return Measured()
    except (OSError, ValueError, KeyError, TypeError) as problem:
        _LOG.warning("%s cannot be read, and is not used: %s", file, problem)
        return Measured()
    return measured


def _read(file: Path) -> dict[str, Any]:
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}
