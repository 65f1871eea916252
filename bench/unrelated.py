"""A thousand questions that no school and no public desk is asked, put together from `unrelated.txt`."""

from __future__ import annotations

from importlib.resources import files
from itertools import product


def unrelated() -> list[str]:
    """The questions, each once."""
    words: dict[str, list[str]] = {}
    for line in files("bench").joinpath("unrelated.txt").read_text("utf-8").splitlines():
        head, colon, rest = line.partition(":")
        if colon and not line.startswith("#"):
            words.setdefault(head, []).extend(rest.split())
    pairs = ((words[f"frames {n}"], words[f"things {n}"]) for n in range(1, len(words) // 2 + 1))
    made = (frame.format(thing) for frames, things in pairs for frame, thing in product(frames, things))
    return list(dict.fromkeys(made))
