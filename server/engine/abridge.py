"""What the engine needs to know of a long conversation: of turns that cannot fit into the window, only sizes.

Where a prompt is cut depends on the sizes of all turns, from the first one on (see `prompt`), so that a
decision once made never changes. But of what lies further back than a whole window no id is looked at. This
module knows neither tokenizers nor requests.
"""

from __future__ import annotations

from collections.abc import Sequence

from server.engine.types import Turn


def abridged(turns: Sequence[Turn], tokenizer: str, window_tokens: int) -> tuple[Turn, ...]:
    """The turns with the contents of the oldest ones left out.

    Args:
        turns: of a conversation, oldest first.
        tokenizer: fingerprint of the engine's tokenizer: only its ids have a size that is known here.
        window_tokens: the engine's window, or more.
    """
    kept: list[Turn] = []
    room = window_tokens
    for turn in reversed(turns):
        ours = turn.tokenizer == tokenizer
        asked = len(turn.question_ids) if ours and turn.question_ids is not None else None
        answered = len(turn.answer_ids) if ours and turn.answer_ids is not None else None
        if room < 0 and asked is not None and answered is not None:
            kept.append(Turn("", "", sizes=(asked, answered)))
        else:  # a text is of an unknown size: it is sent, and nothing is concluded from it
            kept.append(turn)
        room -= (asked or 0) + (answered or 0)
    return tuple(reversed(kept))
