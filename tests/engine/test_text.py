"""Text comes out in whole characters, and all of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.engine.text import Detokenizer, Text
from server.errors import SourceProblem
from tests.engine.tiny import Tiny


@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_encoding_and_decoding_give_the_text_back(tiny: Tiny, text: str) -> None:
    """Nothing is lost on the way to ids and back."""
    assert tiny.text.decode(tiny.text.encode(text)) == text


@given(st.text(st.sampled_from("你好🙂é\u200d👩x"), max_size=30))
def test_pieces_are_whole_characters(tiny: Tiny, text: str) -> None:
    """Fed one id at a time, no piece holds half a character, and together they are the text."""
    reader = Detokenizer(tiny.text)
    pieces = [reader.feed([token]) for token in tiny.text.encode(text)]
    assert reader.num_open_bytes == 0
    assert "".join(pieces) == text
    assert "\ufffd" not in "".join(pieces)


@given(data=st.data())
def test_any_ids_decode_alike_in_any_pieces(tiny: Tiny, data: st.DataObject) -> None:
    """Random ids, invalid sequences included: cut anywhere, the text is the same."""
    ids = data.draw(st.lists(st.integers(0, tiny.shape.vocab_size - 1), max_size=30))
    reader = Detokenizer(tiny.text)
    assert "".join(reader.feed([token]) for token in ids) + reader.flush() == tiny.text.decode(ids)


def test_special_tokens_show_as_nothing(tiny: Tiny) -> None:
    """Marks and rows beyond the vocabulary have no text; other added tokens have their own."""
    assert tiny.text.decode([tiny.shape.start_id, tiny.shape.end_id, tiny.shape.vocab_size - 1]) == ""
    assert tiny.text.decode([max(tiny.shape.end_ids[0], tiny.shape.end_id) + 1]) == "<tool_call>"


@pytest.mark.parametrize("content", ["", "{}", json.dumps({"decoder": {"type": "Metaspace"}})])
def test_an_unusable_tokenizer_is_named(tmp_path: Path, content: str) -> None:
    """Damaged or of another kind: `bad_model`, with the file's name."""
    (tmp_path / "tokenizer.json").write_text(content)
    with pytest.raises(SourceProblem, match=r"tokenizer\.json") as caught:
        Text(tmp_path)
    assert caught.value.code == "bad_model"
