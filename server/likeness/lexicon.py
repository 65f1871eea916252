"""What is known about wording: `likeness.txt` and its like, compiled.

Pure but for reading the files that come with the program. What is made of it is not known here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from filters import fold


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What is looked for, and what each word means: pairs of a kind and a name."""

    meanings: Mapping[str, tuple[tuple[str, str], ...]]
    lengths: Mapping[str, tuple[int, ...]]  # of the words that begin with a character, the longest first

    def match(self, text: str, place: int) -> str | None:
        """The longest word that begins at a place of a text."""
        for length in self.lengths.get(text[place], ()):
            if (word := text[place : place + length]) in self.meanings:
                return word
        return None


@cache
def lexicon(*names: str) -> Lexicon:
    """The lexicon of some files taken together; what the first says of a word holds."""
    meanings: dict[str, list[tuple[str, str]]] = {}
    synonyms: dict[str, str] = {}
    wholes: list[str] = []
    lines = [
        line
        for name in names
        for line in files("server.likeness").joinpath(name).read_text("utf-8").splitlines()
    ]
    for number, line in enumerate(lines):
        head, colon, rest = line.partition(":")
        if not colon or line.startswith("#"):
            continue
        kind, _, name = head.strip().partition(" ")
        for word in filter(None, (str(fold(each)) for each in rest.split())):
            found = meanings.setdefault(word, [])
            if kind == "apart":
                found += [(f"kind{number}", word)] + [("content", word)] * (("content", word) not in found)
            elif kind == "mark":
                found += [("mark", word), ("content", word)]
            elif kind == "whole":
                wholes.append(word)
            elif kind == "same":
                synonyms.setdefault(word, name)
            elif not found:
                found.append((kind, name))
    for word, name in synonyms.items():
        meanings[word] = meanings.get(name) or [("content", name)]
        meanings.setdefault(name, [("content", name)])
    for word in wholes:
        if not meanings.get(word):
            meanings[word] = [("content", word)]
    lengths: dict[str, set[int]] = {}
    for word in meanings:
        lengths.setdefault(word[0], set()).add(len(word))
    return Lexicon(
        {word: tuple(found) for word, found in meanings.items()},
        {first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()},
    )
