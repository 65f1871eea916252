"""Facts in a text that a reader would act on: numbers, dates, times, telephone numbers, addresses, names.

Each has a form in which two ways to write it are equal. What merely counts the text itself (list numbers,
"the following three") is no fact. Pure; it does not know what is true.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from filters import fold
from server.knowledge.numerals import CHINESE, DIGITS, form_of, value_of

Kind = Literal["number", "date", "time", "code", "address", "title", "organisation", "person"]


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact and where it stands.

    Args:
        form: in which it is compared; what is in it depends on the kind.
        unit: of a number: `元`, `天`, …; empty where none is named.
    """

    start: int
    end: int
    kind: Kind
    form: tuple[str, ...]
    unit: str = ""


_NO_NUMBERS: Final = ("十", "百", "千", "万", "亿", "千万", "百万", "千百")
_FEW: Final = 5  # "two kinds of papers" counts what the answer lists itself
_OF_A_LIST: Final = ("个", "种", "项", "点", "类")
_N: Final = rf"(?:{DIGITS}|{CHINESE}{{1,12}})"
_SPACE: Final = r"[ \t]?"
_WIDE: Final = {ord("０") + n: str(n) for n in range(10)} | {
    ord("．"): ".", ord("："): ":", ord("－"): "-", ord("–"): "-", ord("％"): "%", ord("／"): "/",
}  # fmt: skip

_ADDRESS: Final = re.compile(
    r"(?:https?://|www\.)[A-Za-z0-9./?=&_%#:~+-]+|[\w.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
)
_DATE: Final = re.compile(
    rf"(?P<y>\d{{4}}|[零〇○一二三四五六七八九]{{4}}){_SPACE}(?:年{_SPACE}(?:(?P<m>{_N}){_SPACE}月(?:份)?{_SPACE}(?:(?P<d>{_N}){_SPACE}[日号])?)?)"
    r"|(?P<y2>(?:19|20)\d{2})[-/.](?P<m2>\d{1,2})(?:[-/.](?P<d2>\d{1,2}))?(?![\d-])"
    rf"|(?P<m3>\d{{1,2}}|{CHINESE}{{1,2}}){_SPACE}月{_SPACE}(?P<d3>{_N}){_SPACE}[日号]"
)
_TIME: Final = re.compile(
    rf"(?P<half>上午|下午|晚上|中午|早上|凌晨)?{_SPACE}(?:(?P<h>[01]?\d|2[0-4]):(?P<m>[0-5]\d)"
    rf"|(?P<h2>\d{{1,2}}|{CHINESE}{{1,3}}){_SPACE}[点时](?:(?P<half2>半)|整|(?P<m2>{_N}){_SPACE}分)?(?![数评间期]))"
)
_CODE: Final = re.compile(r"(?<![\d.])\+?\d(?:[- ]?\d){4,20}(?![\d.]*[元万亿%])(?!\d)")
# What counts as one unit stands on one line; the first of them names it, `-` stands for none.
_SAME_UNITS: Final = """
元 块钱 块 人民币
天 个工作日 工作日 日
月 个月
年 周年
岁 周岁
时 个小时 小时
周 个星期 星期
楼 层
号 号窗口
人 名
- 个
%
倍
公里
米
平方米
寸
分 分钟
室
条
章
次
份
张
种
项
度
级
路
"""
_UNITS: Final = {
    unit: "" if line.startswith("-") else line.split()[0]
    for line in _SAME_UNITS.split("\n")
    for unit in line.split()
    if unit != "-"
}
_UNIT: Final = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_NUMBER: Final = re.compile(
    rf"(?P<of>百分之)(?P<p>{_N})|(?P<n>{DIGITS}){_SPACE}(?P<g>[万亿]*){_SPACE}(?P<u>{_UNIT})?"
    rf"|(?P<c>{CHINESE}{{1,12}}(?:点[零〇一二三四五六七八九]+)?)(?P<u2>{_UNIT})?"
)
_TITLE: Final = re.compile(r"《([^《》\n]{1,60})》")
_HAN: Final = r"\u4e00-\u9fff"
_ORGANISATION: Final = re.compile(
    rf"[{_HAN}]{{2,12}}?(?:派出所|服务中心|服务站|委员会|卫健委|发改委|办公室|大学|医院|法院|检察院|银行|公司|中心|局|厅)"
)
_NO_ORGANISATION: Final = re.compile(
    r"(?:结|布|格|全|大|当|僵|定|饭|残|客|餐|舞|大|门|前)[局厅]$|为中心$|有限$"
)
_BEFORE_NAME: Final = re.compile("(?:.{0,8}(?:到|向|在|由|去|找|者|请|至|或|的|带|凭|持有|提交))?")
_SURNAMES: Final = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟"
    "谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_ROLES: Final = "局长|主任|校长|老师|教授|科长|处长|书记|部长|市长|县长|医生|律师|先生|女士|院长|所长"
_PERSON: Final = re.compile(
    rf"(?:联系人|负责人|{_ROLES})(?:[:：为是]|叫)?(?P<a>[{_SURNAMES}][{_HAN}]{{1,2}})(?=[，。、；,.;\s()（）]|$)"
    rf"|(?P<b>[{_SURNAMES}][{_HAN}]{{0,2}}?)(?:{_ROLES})"
)
_LIST: Final = re.compile(
    rf"^[ \t]*(?:[#>*-]+[ \t]*)?(?:\*\*)?(?:[（(]?(?:\d{{1,2}}|{CHINESE}{{1,3}})[）)、.．:](?!\d)"
    rf"|第{_N}[，,、:]|步骤[ ]?{_N})"
)
_COUNTED: Final = re.compile(
    rf"\[\d{{1,2}}\]|第{_N}{_SPACE}(?:步|点|种|类|个|方面|段|部分)"
    rf"|(?:以下|下列|下面|如下|上述|以上|这|那|共|分为?|有)(?:的)?{_SPACE}{_N}{_SPACE}(?:个?(?:步骤|方面|条件|要点|部分|阶段)|点|种|类|项|步|个(?!月|工作日|小时|星期))"
)


def facts_of(sentence: str) -> list[Fact]:
    """The facts of one sentence, in their order; none overlaps another of its kind."""
    text = sentence.translate(_WIDE)
    taken = bytearray(len(text))
    found: list[Fact] = []

    def take(start: int, end: int) -> bool:
        if any(taken[start:end]):
            return False
        taken[start:end] = b"\1" * (end - start)
        return True

    found += [Fact(*match.span(), "title", (fold(match[1]),)) for match in _TITLE.finditer(text)]
    found += [
        Fact(*match.span(), "address", (_address(match.group()),))
        for match in _ADDRESS.finditer(text)
        if take(*match.span())
    ]
    listed = _LIST.match(text)
    if listed:
        take(*listed.span())
    for match in _COUNTED.finditer(text):
        take(*match.span())
    for pattern, read in ((_DATE, _date), (_TIME, _time), (_CODE, _code), (_NUMBER, _number)):
        for match in pattern.finditer(text):
            fact = read(match)
            if fact is not None and take(fact.start, fact.end):
                found.append(fact)
    found += _names(text)
    return sorted(found, key=lambda fact: (fact.start, fact.end))


def _date(match: re.Match[str]) -> Fact | None:
    parts = [
        next((match[name] for name in names if match[name]), None)
        for names in (("y", "y2"), ("m", "m2", "m3"), ("d", "d2", "d3"))
    ]
    values = [None if part is None else value_of(part) for part in parts]
    form = tuple("" if value is None else str(int(value)) for value in values)
    return Fact(*match.span(), "date", form)


def _time(match: re.Match[str]) -> Fact | None:
    hour = value_of(match["h"] or match["h2"] or "")
    if hour is None or hour > 24:
        return None
    minute = Decimal(30) if match["half2"] else value_of(match["m"] or match["m2"] or "0") or Decimal(0)
    if match["half"] in ("下午", "晚上") and hour < 12:
        hour += 12
    # 一点 is more often "a little" than one o'clock.
    if match["h2"] in ("一", "两") and not match["half"]:
        return None
    return Fact(*match.span(), "time", (str(int(hour)), str(int(minute))))


def _code(match: re.Match[str]) -> Fact | None:
    return Fact(*match.span(), "code", (re.sub(r"\D", "", match.group()),))


def _number(match: re.Match[str]) -> Fact | None:
    if match["of"]:
        value, unit = value_of(match["p"]), "%"
    elif match["n"]:
        value, unit = value_of(match["n"] + match["g"]), _UNITS[match["u"]] if match["u"] else ""
    else:
        written = match["c"]
        # Single characters and round ones are words more often than numbers: 一般, 百姓, 万一, 三心二意.
        if not match["u2"] and (len(written) < 2 or not set(written) & set("十百千万亿")):
            return None
        if set(written) == {"一"} or written == "万一" or match.group() == "十分":
            return None
        if not match["u2"] and written in _NO_NUMBERS:
            return None
        value, unit = value_of(written), _UNITS[match["u2"]] if match["u2"] else ""
    if value is None or (value <= _FEW and match.group()[-1:] in _OF_A_LIST):
        return None
    return Fact(*match.span(), "number", (form_of(value),), unit)


def _names(text: str) -> Iterator[Fact]:
    for match in _ORGANISATION.finditer(text):
        # Where a name begins is not written: what leads to it (请到 …, 或者 …) is left out as far as known.
        start = match.start() + len(_BEFORE_NAME.match(match.group())[0])  # type: ignore[index]
        name = text[start : match.end()]
        if len(name) > 2 and not _NO_ORGANISATION.search(name):
            yield Fact(start, match.end(), "organisation", (fold(name),))
    for match in _PERSON.finditer(text):
        name = match["a"] or match["b"]
        start = match.start("a") if match["a"] else match.start("b")
        yield Fact(start, start + len(name), "person", (fold(name),))


def _address(text: str) -> str:
    return re.sub(r"^(?:https?://)?(?:www\.)?", "", text.lower()).rstrip("/.")
