"""What a cosine means for a model: measured once on questions and answers that are shipped.

Cosines of two models mean different things: of texts about different things one gives 0.1, another 0.6. So
nearness is told in steps of the model itself: 0 is as near as a question is to texts about anything, 1 as
near as it is to its own answer. It does not know passages, nor what is made of nearness.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from server.embedding import Embedder

_WORDINGS: Final = 2  # of each answer
_AT_ONCE: Final = 16
_FORMAT: Final = 1  # of what is measured here
# A model that finds the right one of 62 answers for fewer questions knows too little Chinese to be of use;
# m3e-small finds 0.82 (bench/LOG.md).
_LEAST_TOLD: Final = 0.6


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """What nearness is for one model.

    Args:
        model: its name.
        middle: the mean of vectors of texts about many things.
        spread: how much nearer a question is to its answer than to those.
        share_told: of the shipped questions, how many have their own answer for the nearest.
    """

    model: str
    middle: NDArray[np.float32]
    spread: float
    share_told: float

    @property
    def is_useful(self) -> bool:
        """Whether the model tells apart what it should."""
        return self.share_told >= _LEAST_TOLD

    def nearness(self, question: NDArray[np.float32], cosine: float) -> float:
        """How near something is to a question: 0 as anything is, 1 as its answer is."""
        return (cosine - float(self.middle @ question)) / self.spread


async def measure(embedder: Embedder) -> Scale:
    """Measure a model; some 200 short texts.

    Raises:
        EmbeddingProblem: it gives no vectors now.
    """
    answers, asked = _shipped()
    passages = [
        await embedder.embed(answers[start : start + _AT_ONCE], "passage")
        for start in range(0, len(answers), _AT_ONCE)
    ]
    questions = [
        await embedder.embed([text for text, _ in asked[start : start + _AT_ONCE]], "question")
        for start in range(0, len(asked), _AT_ONCE)
    ]
    vectors = np.vstack(passages)
    cosines = np.vstack(questions) @ vectors.T
    own = np.array([place for _, place in asked])
    its = cosines[np.arange(len(own)), own]
    return Scale(
        model=embedder.name,
        middle=vectors.mean(axis=0),
        spread=max(float((its - cosines.mean(axis=1)).mean()), 1e-3),
        share_told=float((cosines.argmax(axis=1) == own).mean()),
    )


def write_scale(scale: Scale, file: Path) -> None:
    """Keep what was measured; the file has its name only when it is whole."""
    content = {
        "format": _FORMAT,
        "model": scale.model,
        "spread": scale.spread,
        "share_told": scale.share_told,
        "middle": scale.middle.tolist(),
    }
    being_written = file.with_suffix(".part")
    with being_written.open("w", encoding="utf-8") as stream:
        json.dump(content, stream)
        stream.flush()
        os.fsync(stream.fileno())
    being_written.replace(file)


def read_scale(file: Path, model: str) -> Scale | None:
    """What was measured of this model; None where nothing was."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        if (content["format"], content["model"]) != (_FORMAT, model):
            return None
        return Scale(
            model=model,
            middle=np.array(content["middle"], np.float32),
            spread=float(content["spread"]),
            share_told=float(content["share_told"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _shipped() -> tuple[list[str], list[tuple[str, int]]]:
    """The example answers of the presets, and questions, each with the place of its answer."""
    answers: list[str] = []
    asked: list[tuple[str, int]] = []
    for preset in ("education", "government"):
        file = files("server.presets").joinpath("examples", preset, "answers.json")
        for each in json.loads(file.read_text("utf-8")):
            asked += [(question, len(answers)) for question in each["questions"][:_WORDINGS]]
            answers.append(each["answer"])
    return answers, asked
