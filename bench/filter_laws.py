"""Holds the filter against one of thirty lines, on random lists, texts and cuts, and counts what is wrong.

Few characters, so that words overlap all the time. It does not measure speed.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Final

from filters import Action, AllowPhrase, Direction, Options, Word, WordList, compile_pipeline, fold

ALPHABET: Final = "国國词abAａⒶ1①- 😀#\u200b"
_HIDDEN: Final = "\u200b"
_SEED: Final = 20_240_601
_TEXTS_OF_A_LIST: Final = 20
_ANSWER: Final = Direction.ANSWER


def brute_force(word_list: WordList, text: str) -> str:
    """The text that goes on: every word tried at every place."""
    gap = word_list.options.max_gap

    def places(word: str) -> Iterator[tuple[int, int]]:
        for start in range(len(text)):
            ends = [start] if fold(text[start]) == word[0] else []
            for wanted in word[1:]:
                ends = [end for last in ends for end in after(last) if fold(text[end]) == wanted]
            yield from ((start, end + 1) for end in ends)

    def after(last: int) -> Iterator[int]:
        ignored = 0
        for place in range(last + 1, len(text)):
            if fold(text[place]):
                yield place
                return
            ignored += text[place] != _HIDDEN
            if ignored > gap:
                return

    spared = [span for phrase in word_list.allow for span in places(fold(phrase.text))]
    out, cut = list(text), len(text)
    for word in word_list.words:
        for start, end in places(fold(word.text)):
            if any(first <= start and end <= last for first, last in spared):
                continue
            if word.actions[_ANSWER] is Action.BLOCK:
                cut = min(cut, start)
            elif word.actions[_ANSWER] is Action.MASK:
                out[start:end] = "*" * (end - start)
    return "".join(out)[:cut]


def count_leaks(num_cases: int) -> int:
    """How often a stream said what the filter of the whole text does not say, or not all of it."""
    dice, wrong = random.Random(_SEED), 0
    for word_list in _lists(dice, num_cases // _TEXTS_OF_A_LIST, with_allow=True):
        pipeline = compile_pipeline(word_list)
        for _ in range(_TEXTS_OF_A_LIST):
            text = "".join(dice.choices(ALPHABET, k=dice.randrange(14)))
            wanted = brute_force(word_list, text)
            stream, out, at, right = pipeline.stream(_ANSWER), "", 0, True
            while at < len(text):
                size = dice.randrange(5)
                out += stream.feed(text[at : at + size])
                right &= wanted.startswith(out)
                at += size
            whole = pipeline.check(text, _ANSWER).text
            wrong += not (right and out + stream.flush() == wanted == whole)
    return wrong


def count_over_holds(num_cases: int) -> int:
    """How often characters were held of which no continuation makes anything else."""
    dice, wrong = random.Random(_SEED + 1), 0
    for word_list in _lists(dice, num_cases // _TEXTS_OF_A_LIST, with_allow=False):
        pipeline = compile_pipeline(word_list)
        endings = {"", "界", "----界"}
        endings |= {word.text[at:] for word in word_list.words for at in range(1, len(word.text))}
        for _ in range(_TEXTS_OF_A_LIST):
            text = "".join(dice.choices(ALPHABET, k=dice.randrange(14)))
            stream = pipeline.stream(_ANSWER)
            out = stream.feed(text)
            if stream.held_chars:
                after = {brute_force(word_list, text + end)[len(out) : len(out) + 1] for end in endings}
                wrong += len(after) == 1
    return wrong


def _lists(dice: random.Random, num_lists: int, *, with_allow: bool) -> Iterator[WordList]:
    letters = "国词ab1"
    for _ in range(num_lists):
        drawn = ["".join(dice.choices(letters, k=dice.randint(1, 4))) for _ in range(dice.randint(1, 5))]
        words = tuple(
            Word(text, text, "bench", {_ANSWER: action}, match="substring")
            for text in dict.fromkeys(drawn)
            if (action := dice.choice((Action.BLOCK, Action.MASK, Action.MASK, Action.LOG)))
        )
        phrases = ["".join(dice.choices(letters, k=dice.randint(2, 5))) for _ in range(dice.randrange(3))]
        allow = tuple(AllowPhrase(text, text) for text in phrases) if with_allow else ()
        yield WordList(1, words, allow, Options(max_gap=dice.randrange(4)))
