"""What Hypothesis draws lexicons and texts from: few characters, all of them awkward."""

from __future__ import annotations

from hypothesis import strategies as st

from filters import Action, AllowPhrase, Direction, Options, Word, WordList, fold

# Two Han (one with a traditional variant), two letters in several shapes, digits, a character that
# folds to two, ignored ones, symbols, hidden ones, a lone surrogate.
CHARS = "国國词aAａⒶbĀ1①⑩ﬀf -。😀+\u200b\u0301\ud83d\n"

words_text = st.text("国国词aab1f -+\u200b国國①", min_size=1, max_size=4)
texts = st.text(st.sampled_from("国词ab") | st.sampled_from(CHARS), max_size=14)
actions = st.sampled_from(list(Action))


@st.composite
def word_lists(draw: st.DrawFn) -> WordList:
    """A small list; every drawn entry can be looked for."""
    usable = words_text.filter(lambda text: bool(fold(text, keep_ignored=True).strip()))
    words = []
    for place, text in enumerate(draw(st.lists(usable, min_size=1, max_size=5))):
        asked = draw(st.dictionaries(st.sampled_from([Direction.ANSWER, Direction.QUESTION]), actions))
        mode = draw(st.sampled_from(["auto", "auto", "whole", "substring"]))
        replacement = draw(st.sampled_from([None, "", "好", "<换>"]))
        words.append(Word(str(place), text, "c", asked, mode, replacement))
    allow = [AllowPhrase(str(i), text) for i, text in enumerate(draw(st.lists(usable, max_size=2)))]
    options = Options(max_gap=draw(st.integers(0, 3)), report=draw(st.sampled_from(["all", "longest"])))
    return WordList(1, tuple(words), tuple(allow), options)


@st.composite
def cuts(draw: st.DrawFn, text: str) -> list[str]:
    """The text in pieces, empty ones among them."""
    places = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8)))
    return [text[a:b] for a, b in zip([0, *places], [*places, len(text)], strict=True)]
