"""What the engine process says when it cannot be what it was told to be."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch

from server.engine.client import EngineClient
from server.engine.process import open_batch
from server.engine.types import EngineOptions
from server.errors import SettingsProblem, SourceProblem
from tests.engine.tiny import write_prepared

NO_GPU = pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")


@NO_GPU
def test_a_gpu_that_is_not_there_is_a_wrong_setting(prepared: Path) -> None:
    """One sentence instead of a stack of torch's."""
    with pytest.raises(SettingsProblem, match="device cuda: torch finds no GPU"):
        open_batch(EngineOptions(prepared, device="cuda"))


@pytest.mark.parametrize(
    "wrong",
    [pytest.param({"device": "cuda"}, marks=NO_GPU), {"operator": "abacus"}],
    ids=["device", "operator"],
)
async def test_a_wrong_setting_is_told_and_not_tried_again(tmp_path: Path, wrong: dict[str, str]) -> None:
    """It is no crash: the engine is not started again for it, and the status says why."""
    write_prepared(tmp_path, dtype="int8" if "operator" in wrong else "bf16")
    client = EngineClient(dataclasses.replace(EngineOptions(tmp_path, threads=1), **wrong))
    await client.start()
    try:
        with pytest.raises(SourceProblem, match=next(iter(wrong))) as raised:
            await client.ready()
        assert raised.value.code == "unavailable"
        assert client.status().restarts == 0
        assert next(iter(wrong.values())) in client.status().note
    finally:
        await client.close()
