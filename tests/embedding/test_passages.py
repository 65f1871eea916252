"""Documents of the whole house get their vectors from a real process."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np

from server.embedding.folder import look_at
from server.knowledge.vector_scale import Scale, write_scale
from server.settings import Settings
from server.wiring.house import wire
from tests.embedding.tiny_bert import DIMENSIONS


async def test_passages_of_the_house_get_vectors_from_a_real_model(tiny_bert: Path, tmp_path: Path) -> None:
    """They are made after the words, kept beside them, and what fits by words stays found."""
    (tmp_path / "vectors").mkdir()
    scale = Scale(look_at(tiny_bert).name, np.zeros(DIMENSIONS, np.float32), 1.0, 1.0)
    write_scale(scale, tmp_path / "vectors" / "scale.json")  # as if it had told things apart
    settings = Settings(data=tmp_path, model="scripted:", embedding=f"dir:{tiny_bert}")
    async with wire(settings) as house:
        text = "图书馆周末闭馆，平日九点开门。".encode()
        await house.documents.add(text, "须知.txt", class_id=None, classes=None, who="t", now_ms=1)
        async with asyncio.timeout(200):
            await house.documents.shelf.settle()
        assert len(list((tmp_path / "vectors").glob("*.vectors"))) == 1
        found = await house.documents.finder.candidates("图书馆平日几点开门", None)
        assert [each.passage.title for each in found] == ["须知"] and found[0].fits
