"""What this machine can carry: processors, instruction sets, memory.

Reads Linux's files; elsewhere less is known. Knows nothing of models.
"""

from __future__ import annotations

import os
import platform
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

# What speeds up the engine, as /proc/cpuinfo spells it, with a name for people.
_CAPABILITIES = {
    "avx2": "AVX2",
    "avx512f": "AVX-512",
    "avx512_vnni": "AVX-512 VNNI (int8)",
    "avx_vnni": "AVX-VNNI (int8)",
    "avx512_bf16": "AVX-512 bf16",
    "amx_bf16": "AMX bf16",
    "amx_int8": "AMX int8",
    "asimd": "NEON",
    "i8mm": "i8mm (int8)",
    "bf16": "bf16",
}


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine, or the share of it that this process may use. `None` where it is not known."""

    processor: str
    num_cores: int
    capabilities: tuple[str, ...]
    memory_bytes: int | None
    free_memory_bytes: int | None


def this_machine(root: Path = Path("/")) -> Machine:
    """Look at the machine; `root` is where its `proc` and `sys` lie."""
    cpu = _table(root / "proc/cpuinfo")
    memory = _table(root / "proc/meminfo")
    flags = set((cpu.get("flags") or cpu.get("Features") or "").split())
    limit, used = _group_memory(root / "sys/fs/cgroup")
    total, free = _kib(memory.get("MemTotal")), _kib(memory.get("MemAvailable"))
    if limit is not None and (total is None or limit < total):
        left = max(0, limit - (used or 0))
        total, free = limit, left if free is None else min(left, free)
    return Machine(
        processor=cpu.get("model name") or platform.processor() or platform.machine(),
        num_cores=_num_cores(root / "sys/fs/cgroup/cpu.max"),
        capabilities=tuple(name for flag, name in _CAPABILITIES.items() if flag in flags),
        memory_bytes=total,
        free_memory_bytes=free,
    )


def _table(path: Path) -> dict[str, str]:
    """`key: value` lines; of several like keys the first."""
    found: dict[str, str] = {}
    with suppress(OSError):
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            key, colon, value = line.partition(":")
            if colon:
                found.setdefault(key.strip(), value.strip())
    return found


def _kib(text: str | None) -> int | None:
    return int(text.split()[0]) * 1024 if text else None


def _group_memory(folder: Path) -> tuple[int | None, int | None]:
    """A container's limit and what of it is used."""
    numbers: list[int | None] = []
    for file in ("memory.max", "memory.current"):
        number = None
        with suppress(OSError, ValueError):  # no container, or `max`
            number = int((folder / file).read_text())
        numbers.append(number)
    return numbers[0], numbers[1]


def _num_cores(quota: Path) -> int:
    """Cores that this process may use, a container's share rounded up."""
    num_cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    with suppress(OSError, ValueError):
        share, period = quota.read_text().split()
        num_cores = min(num_cores, max(1, -(-int(share) // int(period))))
    return num_cores
