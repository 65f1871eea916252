"""What an OpenAI-compatible server says is read to the byte, and what is wrong is told without its words."""

from __future__ import annotations

import contextlib
import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.sources.openai_wire import (
    MAX_EVENT_BYTES,
    Chunk,
    Counts,
    EventStream,
    Trouble,
    WholeCharacters,
    read_chunk,
    read_refusal,
    read_retry_after,
)

USAGE = '"usage": {"prompt_tokens": 9, "completion_tokens": 2'
TOO_LONG = "This model's maximum context length is 9 tokens"
NO_SEED = [{"loc": ["body", "seed"], "msg": "no", "input": {"seed": 1, "user": 2}}]
TEXT = '{"choices": [{"delta": {"content": "你好"}}]}'


def cut(data: bytes, places: list[int]) -> list[bytes]:
    """These bytes in pieces, cut at these places."""
    marks = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[start:end] for start, end in itertools.pairwise(marks)]


@given(
    st.lists(
        st.text(alphabet=st.characters(exclude_characters="\r\n", codec="utf-8"), min_size=1), max_size=5
    ),
    st.sampled_from(["\n", "\r\n"]),
    st.lists(st.integers(0, 10_000), max_size=8),
)
def test_events_are_the_same_wherever_bytes_are_cut(texts: list[str], end: str, places: list[int]) -> None:
    """Also within a character, and with either kind of line end."""
    data = "".join(f": still here{end}event: message{end}data: {text}{end}{end}" for text in texts).encode()
    events = EventStream()
    found = [event for piece in cut(data, places) for event in events.feed(piece)]
    assert found + events.flush() == texts


def test_event_without_the_empty_line_at_the_end_is_read() -> None:
    """Some servers close the connection right after the last line."""
    events = EventStream()
    assert events.feed(b"data: a\n\ndata: b") == ["a"]
    assert events.flush() == ["b"]


def test_endless_line_is_refused() -> None:
    """A server that never ends its line does not fill the memory."""
    events = EventStream()
    with pytest.raises(Trouble, match="more than"):
        for _ in range(MAX_EVENT_BYTES // 65536 + 1):
            events.feed(b"x" * 65536)


@given(st.text(max_size=20), st.lists(st.integers(0, 100), max_size=6))
def test_characters_in_two_halves_come_out_whole(text: str, places: list[int]) -> None:
    """However JSON escapes are spread over events, the text is the same, and every piece can be sent."""
    halves = "".join(
        char
        if char <= "\uffff"
        else chr(0xD800 + ((ord(char) - 0x10000) >> 10)) + chr(0xDC00 + (ord(char) & 0x3FF))
        for char in text
    )
    whole = WholeCharacters()
    marks = sorted({0, len(halves), *(place % (len(halves) + 1) for place in places)})
    pieces = [whole.feed(halves[start:end]) for start, end in itertools.pairwise(marks)]
    assert "".join(pieces) + whole.flush() == text
    assert all(piece.encode() is not None for piece in pieces)


def test_half_a_character_alone_becomes_a_mark() -> None:
    """It could be neither stored nor sent."""
    whole = WholeCharacters()
    assert whole.feed("a\ud83d") + whole.feed("b") + whole.feed("\ud83d") + whole.flush() == "a\ufffdb\ufffd"


@pytest.mark.parametrize(
    ("data", "chunk"),
    [
        (TEXT, Chunk("你好")),
        ('{"choices": [{"delta": {"role": "assistant"}, "finish_reason": null}]}', Chunk()),
        ('{"choices": [{"delta": {"content": null}, "finish_reason": "stop"}]}', Chunk("", "stop")),
        ('{"choices": [{"finish_reason": "length"}]}', Chunk("", "length")),
        ('{"choices": [{"delta": {}, "finish_reason": "content_filter"}]}', Chunk("", "length")),
        ('{"choices": [{"delta": {}, "finish_reason": "tool_calls"}]}', Chunk("", "stop")),
        ('{"choices": [{"delta": {}, "finish_reason": "something new"}]}', Chunk("", "stop")),
        ('{"choices": [{"message": {"content": "好"}, "finish_reason": "stop"}]}', Chunk("好", "stop")),
        ('{"choices": [], ' + USAGE + "}}", Chunk("", None, Counts(9, 0, 2))),
        (
            '{"choices": [], ' + USAGE + ', "prompt_tokens_details": {"cached_tokens": 7}}}',
            Chunk("", None, Counts(9, 7, 2)),
        ),
        ('{"usage": {"prompt_tokens": -1, "completion_tokens": "x"}}', Chunk("", None, Counts(0, 0, 0))),
        ('{"choices": null, "usage": null, "object": "ping"}', Chunk()),
    ],
)  # fmt: skip
def test_chunk_is_text_finish_and_counts(data: str, chunk: Chunk) -> None:
    """Each part may be missing; a reason that nobody knows is an end all the same."""
    assert read_chunk(data) == chunk


@pytest.mark.parametrize(
    "data",
    [
        "<html>", '{"choices": [{"delta": {"cont', "[]", "7", "null", '"text"', "[" * 100_000,
        '{"choices": "text"}', '{"choices": [7]}', '{"choices": [{"delta": {"content": 7}}]}',
        '{"choices": [{"delta": {"content": ["a"]}}]}', '{"usage": 7}', '{"error": "out of memory"}',
        '{"error": {"message": "x"}}', '{"choices": [{"delta": {}, "finish_reason": "abort"}]}',
    ],
)  # fmt: skip
def test_anything_else_in_a_stream_is_trouble(data: str) -> None:
    """Never an exception of another kind, never text that was none."""
    with pytest.raises(Trouble):
        read_chunk(data)


@given(st.recursive(st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(
    st.sampled_from(["choices", "delta", "content", "usage", "error", "code", "prompt_tokens"]), inner
)))  # fmt: skip
def test_no_json_breaks_the_reading(body: object) -> None:
    """Whatever a server sends is a chunk or trouble."""
    with contextlib.suppress(Trouble):
        assert isinstance(read_chunk(json.dumps(body)).text, str)
    assert isinstance(read_refusal(400, json.dumps(body).encode(), ["seed"]), Trouble)


@pytest.mark.parametrize(
    ("status", "body", "code", "kind"),
    [
        (429, {}, "busy", "again"),
        (502, "<html>", "unavailable", "again"),
        (503, {"error": {"message": "Loading model"}}, "unavailable", "again"),
        (504, {}, "unavailable", "again"),
        (500, {}, "unavailable", "final"),
        (401, {"error": {"message": "Incorrect API key"}}, "unavailable", "administrator"),
        (403, {}, "unavailable", "administrator"),
        (404, {"detail": "Not Found"}, "bad_model", "administrator"),
        (400, {"detail": "Server is pinned to 'a'; requested 'b'."}, "bad_model", "final"),
        (413, {}, "unavailable", "too_long"),
        (400, {"error": {"code": "context_length_exceeded", "message": ""}}, "unavailable", "too_long"),
        (400, {"error": {"message": TOO_LONG}}, "unavailable", "too_long"),
        (400, {"error": {"type": "exceed_context_size_error", "message": ""}}, "unavailable", "too_long"),
        (422, {"detail": "Unexpected fields in the request: {'seed'}"}, "unavailable", "unknown_field"),
        (422, {"detail": NO_SEED}, "unavailable", "unknown_field"),
        (400, {"error": {"param": "seed", "message": "Unrecognized"}}, "unavailable", "unknown_field"),
    ],
)  # fmt: skip
def test_refusal_tells_what_can_be_done(status: int, body: object, code: str, kind: str) -> None:
    """As OpenAI, vLLM, llama.cpp and transformers put it."""
    trouble = read_refusal(status, json.dumps(body).encode(), ["seed", "top_p"])
    assert (trouble.code, trouble.kind) == (code, kind)
    assert trouble.field == ("seed" if kind == "unknown_field" else "")


def test_refusal_repeats_nothing_that_was_said() -> None:
    """A server may quote the question or the key, and this message is logged; program words may stay."""
    body = {
        "error": {"message": "no 床前明月光 with sk-secret", "type": "invalid_request_error", "code": "a b"}
    }
    trouble = read_refusal(400, json.dumps(body).encode())
    assert "床前" not in trouble.message and "sk-secret" not in trouble.message
    assert "400 (invalid_request_error)" in trouble.message


def test_retry_after_is_seconds_or_a_date() -> None:
    """Both forms of the header; anything else asks for nothing."""
    assert read_retry_after("7", 0) == 7.0
    assert read_retry_after("Thu, 01 Jan 1970 00:01:00 GMT", 20) == 40.0
    assert read_retry_after("Thu, 01 Jan 1970 00:01:00 GMT", 90) == 0.0
    assert [read_retry_after(header, 0) for header in (None, "", "soon", "nan", "inf")] == [None] * 5
