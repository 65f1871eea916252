"""Quotes a place of a text: the hit and a few characters around it, people's numbers masked.

Pure. Who wrote the text is not known here, nor ever told.
"""

from __future__ import annotations

from functools import cache

from filters import Action, Detector, DetectorKind, Direction, Pipeline, WordList, compile_pipeline

AROUND_CHARS = 16
_HIT_CHARS = 60


def quote(text: str, start: int, end: int) -> tuple[str, str, str]:
    """What stands before the place, the place itself, and what stands behind it, on one line."""
    masked = _private().check(text, Direction.QUESTION).text
    if len(masked) == len(text):  # else the places do not fit: each piece is masked by itself
        text = masked
    start, end = max(0, min(start, len(text))), max(0, min(end, len(text)))
    before = text[max(0, start - AROUND_CHARS) : start]
    hit = text[start : min(end, start + _HIT_CHARS)]
    after = text[end : end + AROUND_CHARS]
    return (
        ("…" if start > AROUND_CHARS else "") + _plain(before),
        _plain(hit),
        _plain(after) + ("…" if end + AROUND_CHARS < len(text) else ""),
    )


def _plain(text: str) -> str:
    return " ".join(_private().check(text, Direction.QUESTION).text.split("\n"))


@cache
def _private() -> Pipeline:
    kinds = sorted(frozenset(DetectorKind) - {DetectorKind.INVISIBLE})
    masked = {Direction.QUESTION: Action.MASK}
    detectors = tuple(Detector(f"private-{kind}", kind, "private", masked) for kind in kinds)
    return compile_pipeline(WordList(0, (), detectors=detectors))
