"""What Hypothesis draws lexicons and texts from: few characters, all of them awkward."""

from __future__ import annotations

from hypothesis import strategies as st

from filters import Action, AllowPhrase, Direction, Lane, LaneUse, Options, Word, WordList, fold

# Two Han (one with a traditional variant), two letters in several shapes, digits, a character that
# folds to two, ignored ones, symbols, hidden ones, a lone surrogate; what stands for others in some lane:
# a homophone, a numeral, the parts of 好, letters of syllables; the ends of sentences and cells.
CHARS = "国國词aAａⒶbĀ1①⑩Ⅲ十🇦🇧ﬀf -。😀+\u200b\u0301\ud83d\n|$4雌果一女子好guoci@"

words_text = st.text("国国词aab1十f -+\u200b国國①好一", min_size=1, max_size=4) | st.sampled_from(
    ["国&词", "国!词", "a & b", "ab ! 国", "国词 & 好", "aab", "国词", "好词", "a国一", "国国词"]
)
texts = st.text(st.sampled_from("国词ab") | st.sampled_from(CHARS), max_size=14)
actions = st.sampled_from(list(Action))
lanes = st.just({}) | st.dictionaries(st.sampled_from(list(Lane)), st.sampled_from(list(LaneUse)), max_size=4)


@st.composite
def word_lists(draw: st.DrawFn) -> WordList:
    """A small list; every drawn entry can be looked for."""
    usable = words_text.filter(lambda text: bool(fold(text, keep_ignored=True).strip()))
    words = []
    for place, text in enumerate(draw(st.lists(usable, min_size=1, max_size=5))):
        asked = draw(st.dictionaries(st.sampled_from([Direction.ANSWER, Direction.QUESTION]), actions))
        mode = draw(st.sampled_from(["auto", "auto", "whole", "prefix", "substring"]))
        replacement = draw(st.sampled_from([None, "", "好", "<换>"]))
        category = draw(st.sampled_from("cd"))
        words.append(Word(str(place), text, category, asked, mode, replacement, draw(lanes)))
    scope = st.sampled_from([None, None, frozenset("c")])
    phrases = draw(st.lists(st.tuples(usable, scope), max_size=2))
    allow = [AllowPhrase(str(i), text, only) for i, (text, only) in enumerate(phrases)]
    options = Options(
        max_gap=draw(st.integers(0, 3)),
        report=draw(st.sampled_from(["all", "longest"])),
        lanes=draw(lanes),
        within=draw(st.integers(0, 4)),
    )
    return WordList(1, tuple(words), tuple(allow), options)


@st.composite
def cuts(draw: st.DrawFn, text: str) -> list[str]:
    """The text in pieces, empty ones among them."""
    places = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8)))
    return [text[a:b] for a, b in zip([0, *places], [*places, len(text)], strict=True)]
