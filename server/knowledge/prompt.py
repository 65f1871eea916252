"""What a model is asked where passages fit: the passages and the question, in the user's own turn.

Nothing of it goes into the system prompt, which never changes in a conversation: the turn stays as it is in
the cache, and a follow-up computes only what is new. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from server.knowledge.cutting import sentence_starts
from server.knowledge.types import Passage

# Tried with Qwen2.5 of 0.5 and 1.5 billion parameters on twelve questions about two guides. With what is
# wanted after the passages the larger one gave no wrong answer (ten right, two "not written"), before them it
# gave one; the question said twice helped the larger one and ruined the smaller.
_ZH: Final = (
    "下面是与问题有关的资料：\n\n{passages}\n\n"
    "请只根据上面的资料，用一两句话直接回答问题；数字、日期、名称照抄资料。"
    "资料没有写明时，回答“资料中没有写明”。\n\n问题：{question}"
)
_EN: Final = (
    "This is what is known about the question:\n\n{passages}\n\n"
    "Answer the question from this material only, directly, in one or two sentences. Copy numbers, dates and "
    "names as they are. If the material does not say it, say so.\n\nQuestion: {question}"
)
_HAN: Final = re.compile(r"[\u2e80-\u9fff\uac00-\ud7ff]")
_WORDS: Final = re.compile(r"[A-Za-z]+|\s+")
_ADMISSION: Final = re.compile(r"没有写明|(?:does not|doesn't) say", re.IGNORECASE)
_ADMISSION_CHARS: Final = 80  # a longer answer says something besides
LEAST_CHARS: Final = 80  # a shorter rest of a passage is not worth showing


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model is asked.

    Args:
        text: the turn.
        passages: those that the text has, as it has them.
    """

    text: str
    passages: tuple[Passage, ...]


def compose(question: str, passages: Sequence[Passage], budget_tokens: int) -> Prompt:
    """Put the best passages before a question, in its language.

    Args:
        question: as it was asked.
        passages: best first; those that the budget has no room for are left out.
        budget_tokens: of all passages together, by an estimate that is rather too high.
    """
    shown: list[str] = []
    used: list[Passage] = []
    left = budget_tokens
    for passage in passages:
        place = " ".join(filter(None, (f"《{passage.title}》", passage.heading)))
        head = f"[{len(shown) + 1}] {place}\n"
        text = _shortened(passage.text, left - estimate_tokens(head))
        # The first is shown, however small the budget: a question without it would be another question.
        if not text and shown:
            break
        text = text or passage.text[:LEAST_CHARS]
        shown.append(head + text)
        used.append(passage)
        left -= estimate_tokens(head + text)
    template = _ZH if _HAN.search(question) else _EN
    return Prompt(template.format(passages="\n\n".join(shown), question=question), tuple(used))


def admits_nothing(answer: str) -> bool:
    """Whether an answer says what it was told to say where the passages do not answer the question."""
    return len(answer) <= _ADMISSION_CHARS and bool(_ADMISSION.search(answer))


def estimate_tokens(text: str) -> int:
    """How many tokens a text has at most: one a Chinese character, one for three letters."""
    letters = sum(-(-len(word) // 3) for word in _WORDS.findall(text))
    others = len(_WORDS.sub("", text))
    return letters + others


def _shortened(text: str, most_tokens: int) -> str:
    """As many whole sentences as there is room for; empty where that is too little."""
    if estimate_tokens(text) <= most_tokens:
        return text
    best = ""
    for end in sentence_starts(text)[1:]:
        if estimate_tokens(text[:end]) > most_tokens:
            break
        best = text[:end].rstrip()
    return best if len(best) >= LEAST_CHARS else ""
