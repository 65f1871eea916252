"""Judges an answer right, wrong or declined by rules: facts that must be in it, facts that must not, and ways
of saying that one does not know.

Pure. The rules see what is missing or invented where they look for it; an answer that has the fact and errs
beside it counts as right. No model judges another one.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

Verdict = Literal["right", "wrong", "declined"]
Kind = Literal["document", "approved", "outside"]

QUESTIONS: Final = Path(__file__).parent / "answer_questions"

# A sentence with one of these says that it does not know, or sends the asker elsewhere.
_DECLINING: Final = (
    "不确定", "没有把握", "不清楚", "无法", "不了解", "不知道", "没有找到", "没有提到", "没有提供",
    "没有相关", "没有提及", "没有具体", "没有明确", "未提供", "未提及", "未提到", "未说明",
    "没有说明", "未能找到", "不能确定", "无从", "查不到", "没有包含", "不包含", "没有写",
    "没有给出", "拨打12345", "请教老师", "查阅课本", "查阅教材", "咨询", "请联系", "询问老师",
    "问老师", "向老师", "告诉老师", "联系学校", "not sure", "don't know", "do not know", "cannot",
    "can't", "not mention", "not provide", "ask your teacher", "12345",
)  # fmt: skip
# A sentence with one of these claims nothing.
_EMPTY: Final = (
    "您好", "你好", "抱歉", "感谢", "谢谢", "希望", "祝您", "有所不同", "可能不同", "因地区",
    "为准", "不同的", "具体", "官方", "官网", "查询", "根据您的", "建议", "请您", "如果您", "如有",
    "sorry", "hello", "please",
)  # fmt: skip
_SENTENCE: Final = re.compile(r"[^。！？!?\n；;]+")
_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")
_CLAIM_CHARS: Final = 12  # so much may stand beside a decline without claiming anything


@dataclass(frozen=True, slots=True)
class Labelled:
    """A question and what a right answer to it has.

    Args:
        kind: what it is answered from: a document, an approved answer, or nothing that there is.
        must: each of these is in a right answer; `|` separates ways of writing one.
        never: none of these is.
        document: of the passage that has the answer; `heading` is the passage's.
        answer: the first wording of the approved answer.
    """

    question: str
    kind: Kind
    must: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    document: str = ""
    heading: str = ""
    answer: str = ""


def load_labelled(preset: str) -> tuple[Labelled, ...]:
    """The questions of a shipped preset."""
    lines = (QUESTIONS / f"{preset}.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return tuple(
        Labelled(**{**row, "must": tuple(row.get("must", ())), "never": tuple(row.get("never", ()))})
        for row in rows
    )


def judge(labelled: Labelled, answer: str) -> Verdict:
    """What an answer to this question is."""
    plain = simplified(answer)
    if any(_has(plain, never) for never in labelled.never):
        return "wrong"
    if labelled.must and all(_has(plain, must) for must in labelled.must):
        return "right"
    return "declined" if declines(answer, labelled.question) else "wrong"


def declines(answer: str, question: str = "") -> bool:
    """Whether an answer says that it has none, and claims nothing beside that.

    A number that is neither in the question nor that of the hotline is a claim, wherever it stands.
    """
    known = {"12345", *_NUMBER.findall(simplified(question))}
    if set(_NUMBER.findall(simplified(answer))) - known:
        return False
    declining, claimed = False, 0
    for sentence in _SENTENCE.findall(unicodedata.normalize("NFKC", answer).lower()):
        if any(phrase in sentence for phrase in _DECLINING):
            declining = True
        elif not any(phrase in sentence for phrase in _EMPTY):
            claimed += len(sentence.strip())
    return declining and claimed <= _CLAIM_CHARS


def simplified(text: str) -> str:
    """Without what differs from one way of writing to another: width, blanks, marks of Markdown, case."""
    text = unicodedata.normalize("NFKC", text).lower()
    return re.sub(r"[\s*`$]|\\[,;!]|(?<=\d),(?=\d{3})", "", text)


def _has(plain: str, fact: str) -> bool:
    return any(_found(plain, simplified(way)) for way in fact.split("|"))


def _found(plain: str, way: str) -> bool:
    # A number counts as itself only: 5 is not in 15, nor in 5.5.
    before = r"(?<![\d.])" if way[0].isdigit() else ""
    after = r"(?!\d|\.\d)" if way[-1].isdigit() else ""
    return re.search(before + re.escape(way) + after, plain) is not None
