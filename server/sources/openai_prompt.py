"""From a request to what an OpenAI-compatible server is sent: messages, fields, the id of the conversation.

Pure. The server's tokenizer is not here, so lengths are estimated, rather too long than too short.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from server.settings import OPENAI_FIELDS
from server.sources.types import PastTurn, ReplyRequest

# What a request can do without, or under another name, where a server does not know it.
REPLACEABLE = frozenset({"stream_options", "temperature", "top_p", "seed", "max_tokens", *OPENAI_FIELDS})

_MESSAGE_TOKENS = 8  # the marks and the role around a message, and what a template may add


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is sent. `num_turns` past turns are in it; `truncated`: older ones were left out."""

    messages: tuple[dict[str, str], ...]
    num_turns: int
    truncated: bool
    tokens: int  # an estimate of the messages
    max_tokens: int


def estimate_tokens(text: str) -> int:
    """How many tokens a text takes at most, by a rule of thumb.

    Three ASCII letters or spaces to a token; every digit, sign and Chinese character is one; what lies
    beyond the first 65,536 characters (emoji, rare characters) falls into several.
    """
    light = heavy = 0
    for char in text:
        if char.isascii() and (char.isalpha() or char == " "):
            light += 1
        else:
            heavy += 1 if char <= "\uffff" else 3
    return heavy + -(-light // 3)


def build_prompt(request: ReplyRequest, window_tokens: int) -> Prompt:
    """The messages of a request, without the oldest turns if the whole does not fit.

    A question that alone is too long is sent all the same: the estimate may be wrong, and the server knows.

    Args:
        request: what is asked, with its history.
        window_tokens: what messages and answer may take together.
    """
    system = _tokens(request.system) if request.system else 0
    room = min(request.sampling.max_tokens, max(1, window_tokens // 4))
    first = _first_turn(request.turns, request.question, system, room, window_tokens)
    kept = request.turns[first:]
    tokens = system + _tokens(request.question) + sum(map(_turn_tokens, kept))
    messages = [{"role": "system", "content": request.system}] if request.system else []
    for turn in kept:
        messages.append({"role": "user", "content": turn.question})
        messages.append({"role": "assistant", "content": turn.answer})
    messages.append({"role": "user", "content": request.question})
    return Prompt(
        messages=tuple(messages),
        num_turns=len(kept),
        truncated=first > 0,
        tokens=tokens,
        max_tokens=min(request.sampling.max_tokens, max(room, window_tokens - tokens)),
    )


def build_body(
    prompt: Prompt,
    request: ReplyRequest,
    model: str,
    *,
    further: Collection[str] = (),
    unknown: Collection[str] = (),
) -> dict[str, Any]:
    """The JSON body of a request.

    Args:
        prompt: its messages.
        request: how tokens are chosen, and whose conversation it is.
        model: the server's name of the model.
        further: which of `OPENAI_FIELDS` the server understands; a strict one refuses what it does not know.
        unknown: fields that it refused before; `max_tokens` among them stands for its newer name.
    """
    wanted = request.sampling
    limit = "max_completion_tokens" if "max_tokens" in unknown else "max_tokens"
    body: dict[str, Any] = {
        "model": model,
        "messages": list(prompt.messages),
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": wanted.temperature,
        "top_p": wanted.top_p,
        limit: prompt.max_tokens,
    }
    if wanted.seed is not None:
        body["seed"] = wanted.seed
    # The conversation's mark for both: a mark of the person would tell another server more than it needs.
    mark = session_mark(request.conversation)
    extras = {"cache_salt": mark, "user": mark, "repetition_penalty": wanted.repetition_penalty}
    body |= {name: value for name, value in extras.items() if name in further}
    return {name: value for name, value in body.items() if name not in unknown}


def session_mark(conversation: str) -> str:
    """A stable mark of a conversation, from which its id cannot be had.

    Routers in front of several servers send equal marks to the server that has the conversation cached.
    """
    return hashlib.sha256(f"dayi session {conversation}".encode()).hexdigest()[:32]


def _tokens(text: str) -> int:
    return estimate_tokens(text) + _MESSAGE_TOKENS


def _turn_tokens(turn: PastTurn) -> int:
    return _tokens(turn.question) + _tokens(turn.answer)


def _first_turn(turns: Sequence[PastTurn], question: str, num_system: int, room: int, window: int) -> int:
    """The oldest turn that stays.

    As in the local engine: the history is walked from its beginning, and whenever it outgrew the window, the
    oldest turns go until half of it is free. So the messages stay a continuation of those before for many
    turns, and a server that caches prefixes finds them.
    """
    sizes = list(map(_turn_tokens, turns))
    first = kept = 0
    for place, asking in enumerate([*(turn.question for turn in turns), question]):
        last = num_system + _tokens(asking)
        if kept + last + room > window:
            while first < place and kept + last > window // 2:
                kept -= sizes[first]
                first += 1
        if place < len(sizes):
            kept += sizes[place]
    return first
