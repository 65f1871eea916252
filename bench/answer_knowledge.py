"""The examples of a preset as knowledge that can be asked: what `bench answers` lets answers rest on."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import server.presets
from server.chat.parts import Knowledge
from server.knowledge import ApprovedAnswer, Finding, Grounded, Nothing, Passage, Served
from server.likeness import features_of, likeness


@asynccontextmanager
async def example_knowledge(preset: str) -> AsyncIterator[Knowledge]:
    yield _Standin(preset)


class _Standin:
    def __init__(self, preset: str) -> None:
        folder = Path(server.presets.__file__).parent / "examples" / preset
        self.answers = json.loads((folder / "answers.json").read_text("utf-8"))
        self.wordings = [(features_of(q), a) for a in self.answers for q in a["questions"]]
        self.passages = []
        for f in sorted((folder / "documents").glob("*.md")):
            text = f.read_text("utf-8")
            title = text.splitlines()[0].removeprefix("# ")
            for part in text.split("\n## ")[1:]:
                h, _, body = part.partition("\n")
                self.passages.append(Passage(f"{f.stem}#{h}", f.stem, title, body.strip(), h))
        self.grams = [Counter(_grams(p.title + p.heading + p.text)) for p in self.passages]
        df = Counter(g for c in self.grams for g in c)
        self.idf = {g: math.log(1 + len(self.passages) / n) for g, n in df.items()}

    async def find(self, question: str, class_id: str | None) -> Finding:
        f = features_of(question)
        score, a = max(((likeness(f, w), a) for w, a in self.wordings), key=lambda x: x[0])
        if score > 0.6:
            return Served(ApprovedAnswer("", a["questions"][0], a["answer"]), score)
        q = set(_grams(question))
        total = sum(self.idf.get(g, 4) for g in q)
        ranked = sorted(
            (
                (
                    sum(
                        self.idf[g] * (c[g] * 2.2 / (c[g] + 1.2 * (0.25 + 0.75 * sum(c.values()) / 180)))
                        for g in q
                        if g in c
                    ),
                    sum(self.idf[g] for g in q if g in c) / total,
                    i,
                )
                for i, c in enumerate(self.grams)
            ),
            reverse=True,
        )[:3]
        if ranked[0][1] < 0.3:
            return Nothing(is_empty=False)
        return Grounded(tuple(self.passages[i] for _, _, i in ranked))


def _grams(text: str) -> list[str]:
    text = re.sub(r"[^\w]", "", text.lower())
    return [text[i : i + 2] for i in range(len(text) - 1)]
