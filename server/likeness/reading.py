"""A question as it is held against another one: read once, compared often.

Pure. Folded by the filter's folding; greetings and thanks dropped; what is known about wording is in
`likeness.txt` and `sameness.txt`. What makes two readings the same is not known here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from filters import fold
from server.likeness.lexicon import lexicon

LOOKED_AT_CHARS: Final = 400
FILES: Final = ("sameness.txt", "likeness.txt", "school.txt", "science.txt", "services.txt", "wording.txt")

_GREETING: Final = re.compile(
    r"(?:老师|同学)(?:好|您好|你好)?(?=[^\w]|请问|我想问|想问|麻烦)|请问(?:一下)?|您好|你好|大家好|hello\b|hi\b"
    r"|麻烦(?:您|你)?(?:问一下)?|我?想(?:问|知道|了解|咨询)(?:一下|下)?|(?:请|能不能)?(?:告诉|帮)我|请(?=[^\W\d_假求客教示愿])|[^\w+-]"
)
_THANKS: Final = re.compile(r"(?:谢谢(?:你|您|老师)?|多谢|辛苦了|[吗呢啊呀嘛哦啦吧]|[^\w%])$")
_MARKS: Final = re.compile(r"[^\w+\-×÷*/=<>^%.]|_")
_LOOSE_POINT: Final = re.compile(r"(?<!\d)\.|\.(?!\d)")
_CHOICE: Final = re.compile(r"([^\W\d_])[不没]\1")  # 能不能, 有没有: a question, no negation
_HARMLESS: Final = re.compile(
    r"不太?[懂明]白?|搞不[清懂]|弄不[懂清]|不知道|不同|不一样|不动产|不作为|不够|不良|不法|不足|不仅|不但|不过|不久|不断|不等式|不锈钢|不见|找不到|[没不]来?[电水气]"
    r"|非本地|无理数|无线|无人机|未来|非常|不[会懂]$|不会(?=[做算写解画求背读])"
)
_NEGATION: Final = re.compile(r"[不没无未非勿]|禁止?|严禁|拒绝")
_LATIN: Final = re.compile(r"[a-z]+(?:'[a-z]+)?")
_NUMBER: Final = re.compile(r"第?\d+(?:\.\d+)*%?")
_LETTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyz")
_SIGN: Final = re.compile(r"[+\-×÷*/=<>^]")
_CHINESE_NUMBER: Final = re.compile(r"第?[零〇一二三四五六七八九十两百千万亿]+")
_COUNTED: Final = re.compile(r"年级|单元|课|章|节|册|班|月|号|岁|届|级|周|孩|胎|套|次")
_DIGITS: Final = str.maketrans("零〇一二三四五六七八九两", "001234567892")
_DIRECTED: Final = re.compile(r"[化变折改](?:成|为)|转|换|到|除|减|比|给|向|往")
_ENGLISH_STOP: Final = frozenset(
    [
        "a",
        "an",
        "the",
        "is",
        "are",
        "was",
        "were",
        "do",
        "does",
        "did",
        "i",
        "you",
        "we",
        "me",
        "my",
        "your",
        "please",
        "tell",
        "explain",
        "can",
        "could",
        "would",
        "should",
        "will",
        "to",
        "of",
        "in",
        "on",
        "at",
        "for",
        "about",
        "it",
        "its",
        "this",
        "that",
        "be",
        "have",
        "has",
        "s",
        "and",
        "how",
        "need",
        "want",
        "know",
        "get",
        "there",
        "find",
    ]
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A question as it is held against another one.

    Args:
        key: what is left without marks and polite words: two with the same key are the same.
        content: what the question is about, in runs of characters.
        soft: words that count only where there is no other content.
        aspects: what is wanted of it.
        acts: what is done with it.
        weak: ways to say so that many questions share.
        kinds: for each kind of thing that is told apart, which of them are named, in order.
        named: the kinds that count where only one of two questions names them.
        marks: words that say which one of a kind is meant.
        numbers: every number and sign between them, in order.
        num_negations: how often something is denied.
        foreign: words in Latin letters.
    """

    key: str
    content: tuple[str, ...]
    soft: frozenset[str]
    aspects: frozenset[str]
    acts: frozenset[str]
    weak: frozenset[str]
    kinds: Mapping[str, tuple[str, ...]]
    named: frozenset[str]
    marks: frozenset[str]
    numbers: tuple[str, ...]
    num_negations: int
    foreign: frozenset[str]
    is_directed: bool

    @property
    def pieces(self) -> frozenset[str]:
        """What the content is found by: two characters each, or one where a run is no longer."""
        return frozenset(
            run[start : start + 2] for run in self.content for start in range(max(1, len(run) - 1))
        )

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing that another question could be known by."""
        return not (self.content or self.soft or self.foreign or self.numbers or self.acts)


def read(question: str) -> Reading:
    """Read a question; whatever the text, nothing is raised and the work is bounded."""
    known = lexicon(*FILES)
    folded = _without_politeness(str(fold(question[:LOOKED_AT_CHARS])))
    text = _CHOICE.sub(r"\1", folded)
    num_negations = len(_NEGATION.findall(_HARMLESS.sub("", text)))
    aspects: set[str] = set()
    acts: set[str] = set()
    weak: set[str] = set()
    kinds: dict[str, list[str]] = {}
    numbers: list[str] = []
    soft = ""
    named: set[str] = set()
    marks: set[str] = set()
    runs: list[str] = [""]
    place = 0
    while place < len(text):
        if found := _LATIN.match(text, place) or _NUMBER.match(text, place) or _SIGN.match(text, place):
            word, place = found.group(), found.end()
            if word[0] not in _LETTERS:
                numbers.append("×" if word == "*" else word.removeprefix("第"))
            runs.append("")
            continue
        if known_word := known.match(text, place):
            place += len(known_word)
            meanings = known.meanings[known_word]
            is_soft = meanings[0][0] == "soft"
            for kind, name in meanings:
                match kind:
                    case "aspect":
                        aspects.add(name)
                    case "act":
                        acts.add(name)
                    case "weak":
                        weak.add(name)
                    case "mark":
                        marks.add(name)
                    case "content":
                        runs[-1] += "" if is_soft else name
                    case "stop" | "soft":
                        soft += f" {known_word}" if kind == "soft" else ""
                    case _:
                        kinds.setdefault(kind, []).append(name)
                        named |= set() if is_soft else {kind}
            if meanings[0][0] in ("aspect", "act", "weak"):
                runs.append("")
            continue
        if found := _CHINESE_NUMBER.match(text, place):
            number = _number(found.group(), bool(_COUNTED.match(text, found.end())))
            if number is not None:
                numbers.append(number)
                place = found.end()
                runs.append("")
                continue
        if text[place].isalnum():
            runs[-1] += text[place]
        elif runs[-1]:
            runs.append("")
        place += 1
    if weak & {"calculate", "formula"}:
        weak = weak - {"formula"} | {"calculate"}
        aspects -= {"how", "what"}
    if "cause" in weak and "how" in aspects:
        aspects.add("why")
    if "why" in aspects:
        weak.discard("cause")
    if len(aspects) > 1:
        aspects -= {"how", "what"}
    content = tuple(run for run in runs if run)
    return Reading(
        key=_key(folded),
        content=content,
        soft=frozenset(soft.split()),
        aspects=frozenset(aspects),
        acts=frozenset(acts),
        weak=frozenset(weak),
        kinds={kind: tuple(names) for kind, names in kinds.items()},
        named=frozenset(named),
        marks=frozenset(marks),
        numbers=tuple(numbers),
        num_negations=num_negations,
        foreign=_foreign(question[:LOOKED_AT_CHARS]),
        is_directed="difference" not in aspects and bool(_DIRECTED.search(folded)),
    )


def _key(folded: str) -> str:
    return _LOOSE_POINT.sub("", _MARKS.sub("", folded))


def _without_politeness(text: str) -> str:
    while found := _GREETING.match(text):
        text = text[found.end() :]
    while found := _THANKS.search(text):
        text = text[: found.start()]
    return text


def _foreign(question: str) -> frozenset[str]:
    # Folding closes gaps between words, so Latin ones are read from the text itself.
    words = _LATIN.findall(unicodedata.normalize("NFKC", question).lower())
    return frozenset(word.removesuffix("s") for word in words if word not in _ENGLISH_STOP)


def _number(text: str, is_counted: bool) -> str | None:
    """A number in characters as digits, or None where the characters are rather part of a word."""
    ordinal = text.startswith("第")
    text = text.removeprefix("第")
    if not (ordinal or is_counted) and not re.search(r"[二三四五六七八九两]", text):
        return None
    if re.fullmatch(r"[一二三四五六七八九]?十[一二三四五六七八九]?", text):
        tens, _, ones = text.partition("十")
        return (tens.translate(_DIGITS) or "1") + (ones.translate(_DIGITS) or "0")
    return text.translate(_DIGITS)
