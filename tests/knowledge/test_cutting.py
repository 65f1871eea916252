"""Passages are pieces of the text that a reader could be shown."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from server.knowledge.cutting import LONGEST_CHARS, TARGET_CHARS, cut, text_of
from server.reading.blocks import Block

blocks = st.lists(
    st.builds(
        Block,
        st.text("字词句，。！？；\n .Aa1", min_size=1, max_size=900).filter(str.strip),
        st.sampled_from([0, 0, 0, 1, 2, 3]),
        st.sampled_from([None, 1, 2]),
    ),
    max_size=12,
)


@given(blocks, st.integers(50, 400), st.integers(0, 80))
def test_passages_cover_the_text(blocks: list[Block], target: int, overlap: int) -> None:
    """Law: every visible character is in a passage, places lie in the text and grow, none is endless."""
    text = text_of(blocks)
    pieces = cut(blocks, target=target, overlap=overlap)
    covered = bytearray(len(text))
    last = (-1, -1)
    for piece in pieces:
        assert 0 <= piece.start < piece.end <= len(text)
        assert (piece.start, piece.end) > last and piece.end > last[1]
        last = (piece.start, piece.end)
        covered[piece.start : piece.end] = b"\1" * (piece.end - piece.start)
        longest_block = (
            max(len(block.text) for block in blocks if block.level) if any(b.level for b in blocks) else 0
        )
        assert (
            piece.end - piece.start
            <= target
            + target // 4
            + LONGEST_CHARS
            + sum(len(block.text) + 1 for block in blocks if block.level)
            + longest_block
        )
    assert all(covered[place] for place, char in enumerate(text) if char.strip())


def test_passage_keeps_its_headings_and_page() -> None:
    """What stands above a passage is known, and its heading's own line begins it."""
    document = [
        Block("指南", 1, 1),
        Block("一、材料", 2, 1),
        Block("身份证。", 0, 1),
        Block("二、时限", 2, 2),
        Block("十五个工作日。", 0, 2),
    ]
    text = text_of(document)
    pieces = cut(document)
    assert [(piece.heading, piece.page, text[piece.start : piece.end]) for piece in pieces] == [
        ("指南 › 一、材料", 1, "指南\n一、材料\n身份证。"),
        ("指南 › 二、时限", 2, "二、时限\n十五个工作日。"),
    ]


def test_long_text_is_cut_at_sentences_with_overlap() -> None:
    """A passage ends where a sentence ends, and the next begins a little before."""
    sentences = [f"这是第{number}句话，用来说明怎样切分。" for number in range(80)]
    document = [Block("".join(sentences))]
    text = text_of(document)
    pieces = cut(document)
    assert len(pieces) > 3
    for piece, following in pairwise(pieces):
        assert text[piece.end - 1] == "。" and following.start < piece.end
        assert piece.end - piece.start <= TARGET_CHARS * 1.25
