"""What of a journal is sent again: the same frames, with neighbouring deltas of a turn joined.

Works on the journalled JSON texts; it does not know where they are kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from server.protocol.frames import Accepted, Delta, Refused, dump, parse_server

_DELTA_START = '{"type":"delta"'  # `dump` writes the type first: most frames need not be parsed


def joined(frames: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """The frames to send for these journalled ones; a joined delta has the number of its last part.

    Args:
        frames: `(seq, text)` in order.
    """
    turn = ""
    last_seq = 0
    parts: list[str] = []
    for seq, text in frames:
        frame = parse_server(text) if text.startswith(_DELTA_START) else None
        if not isinstance(frame, Delta):
            if parts:
                yield last_seq, dump(Delta(seq=last_seq, turn=turn, text="".join(parts)))
                parts = []
            yield seq, text
            continue
        if parts and frame.turn != turn:
            yield last_seq, dump(Delta(seq=last_seq, turn=turn, text="".join(parts)))
            parts = []
        turn, last_seq = frame.turn, seq
        parts.append(frame.text)
    if parts:
        yield last_seq, dump(Delta(seq=last_seq, turn=turn, text="".join(parts)))


def answer_of(turn: str, frames: Iterable[tuple[int, str]]) -> str:
    """The text of a turn's answer as far as it was shown."""
    parts = []
    for _, text in frames:
        frame = parse_server(text) if text.startswith(_DELTA_START) else None
        if isinstance(frame, Delta) and frame.turn == turn:
            parts.append(frame.text)
    return "".join(parts)


def outcomes_of(frames: Iterable[tuple[int, str]]) -> tuple[dict[str, int], dict[str, int]]:
    """Numbers of the `accepted` and of the `refused` frames among these, by the id that was asked."""
    accepted: dict[str, int] = {}
    refused: dict[str, int] = {}
    for seq, text in frames:
        frame = parse_server(text)
        if isinstance(frame, Accepted):
            accepted[frame.id] = seq
        elif isinstance(frame, Refused) and frame.code in ("filter", "too_long"):
            refused[frame.id] = seq
    return accepted, refused
