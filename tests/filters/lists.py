"""Short ways to write down a list and a filter in a test."""

from __future__ import annotations

from filters import Action, AllowPhrase, Direction, Options, Pipeline, Word, WordList, compile_pipeline


def word(text: str, action: Action = Action.MASK, **more) -> Word:
    """A word that is its own id and does the same in every direction."""
    return Word(text, text, more.pop("category", "c"), dict.fromkeys(Direction, action), **more)


def pipeline(*words: str | Word, allow: tuple[str, ...] = (), version: int = 1, **options) -> Pipeline:
    """A filter of these words; plain strings are masked."""
    entries = tuple(entry if isinstance(entry, Word) else word(entry) for entry in words)
    phrases = tuple(AllowPhrase(text, text) for text in allow)
    return compile_pipeline(WordList(version, entries, phrases, Options(**options)))


def found(filter_: Pipeline, text: str) -> list[str]:
    """The matched slices of a text."""
    return [text[m.start : m.end] for m in filter_.check(text, Direction.ANSWER).matches]
