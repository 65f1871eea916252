"""The settings of the engine reach it."""

from __future__ import annotations

from pathlib import Path

from server.presets import load_preset
from server.settings import Settings
from server.sources.local import LocalSource
from server.wiring.sourcing import source_of


def test_the_engine_runs_as_the_settings_say(tmp_path: Path) -> None:
    """Sizes in MiB become bytes, and the file for keys and values is made in the data folder."""
    settings = Settings(
        data=tmp_path,
        model="bundled:0.5b",
        device="cuda",
        operator="onednn",
        max_running=5,
        guess_ahead=False,
        kv_budget_mib=100,
        kv_spill_mib=3,
    )
    source = source_of(settings, load_preset("education"))
    assert isinstance(source, LocalSource)
    options = source._options
    assert (options.device, options.operator, options.max_running) == ("cuda", "onednn", 5)
    assert (options.guess, options.kv_budget_bytes) == (False, 100 << 20)
    assert (options.spill_folder, options.spill_bytes) == (tmp_path, 3 << 20)
    assert source._dtype == "bf16", "on a GPU"
