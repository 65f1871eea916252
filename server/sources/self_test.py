"""Which operator multiplies int8 weights on this machine, for people: asked of a process of its own.

The command that shows it imports no torch. This module does not know what an operator is.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

_PATIENCE_SECONDS = 120.0


def operator_rows(wanted: str = "auto", num_threads: int = 1) -> list[tuple[str, str]]:
    """Run the engine's self-test.

    Args:
        wanted: the operator that the settings ask for.
        num_threads: those of the engine.

    Returns:
        labels and texts: the choice, then what was seen of each operator.
    """
    command = [sys.executable, "-m", "server.engine.operators", wanted]
    environment = {**os.environ, "OMP_NUM_THREADS": str(num_threads)}
    try:
        done = subprocess.run(  # noqa: S603 (the name comes from a fixed list)
            command, capture_output=True, check=True, timeout=_PATIENCE_SECONDS, env=environment
        )
        return as_rows(json.loads(done.stdout))
    except (OSError, ValueError, subprocess.SubprocessError) as problem:
        return [("Operator", f"unknown: the self-test failed ({problem})")]


def as_rows(report: dict[str, Any]) -> list[tuple[str, str]]:
    """What the self-test printed, as labels and texts."""
    chosen = report["chosen"]
    rows = [("Operator", f"{chosen} multiplies int8 weights" if chosen else report["problem"])]
    for trial in report["trials"]:
        times = ", ".join(f"{each:.2f}" for each in trial["milliseconds"])
        rows.append((f"  {trial['name']}", trial["problem"] or f"{times} ms for 1, 8 and 64 rows"))
    return rows
