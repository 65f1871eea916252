"""The form of a Chinese postal address in running text: a road with its house number, and what follows.

Precision first: without a number there is no address, and of the many words that end in 路 those that name
no road are left alone. Written over the symbols of `forms`; it does not know texts.
"""

from __future__ import annotations

from typing import Final

from filters.automata import Pattern, alt, one, rep, seq, word

HAN: Final = "\ue0fe"  # any Han character that no form names

_HAN_DIGITS: Final = "".join(chr(0xE000 + value) for value in range(10))
_DIGITS: Final = "0123456789" + _HAN_DIGITS
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_REGIONS: Final = "省市区县镇乡州盟旗"
_DIRECTIONS: Final = "东南西北中"
# 公路, 铁路, 思路, 电路 … are no roads with houses.
_BEFORE_NO_ROAD: Final = "公铁马线道网电思套销出半小老岔带领迷让速陆气逛这那哪"
_IN_OTHER_FORMS: Final = "微薇威信加扣球企鹅群码网址公司络集团文爱你商城国店在标手机政务益构"
_BEFORE_NO_AVENUE: Final = "知报频轨通味渠隧管赤跑"
_PLACES: Final = "路街巷胡同大村屯花园家公寓新小区社苑佳雅嘉名豪华庭馆院门楼元座层甲乙丙丁单组队"
_NAME: Final = frozenset(
    HAN
    + _HAN_DIGITS
    + _REGIONS
    + _DIRECTIONS
    + _BEFORE_NO_ROAD
    + _BEFORE_NO_AVENUE
    + _IN_OTHER_FORMS
    + _PLACES
    + "环经纬横纵"
)
# What does not belong to a name ends it: the place begins behind it.
STOPS: Final = frozenset(
    "我你他她它您咱俺们住在是的了着过到去从往向由没不与跟及或给把被叫请问说看找寄送递快至达于位址"
    "们怎么什为吗呢吧啊呀个条第每各某本该就也都还再才会能可要想走离坐乘骑搬附近旁对这那哪"
)
NAME_HAN: Final = _NAME - frozenset(_HAN_DIGITS)
_LAST: Final = _NAME - STOPS - frozenset(_HAN_DIGITS + _BEFORE_NO_ROAD + "大街路")
_CHAR: Final = one(_NAME - STOPS)


def _some(least: int, most: int) -> Pattern:
    return rep(_CHAR, least, most)


def _optional(pattern: Pattern) -> Pattern:
    return rep(pattern, 0, 1)


_SPACE: Final = _optional(one(" "))
_NUMBER: Final = seq(rep(one(_DIGITS + "十百"), 1, 5), _optional(seq(one("-—–~之"), rep(one(_DIGITS), 1, 4))))
_REGION: Final = seq(_some(1, 4), one(_REGIONS), _SPACE)
_ROAD: Final = alt(
    seq(_some(1, 4), one(_LAST), one("路街巷")),
    seq(_some(1, 4), alt(word("大街"), word("大道"), word("胡同"))),
    # 文三路, 中山东一路, 大冲一路; who walks 一路 walks no street.
    seq(_some(1, 4), one(_HAN_DIGITS.replace(chr(0xE001), "")), one("路街")),
    seq(alt(_some(2, 4), seq(_some(0, 3), one(_DIRECTIONS + _HAN_DIGITS))), one(chr(0xE001)), one("路街")),
    seq(_some(1, 3), one(_DIRECTIONS), one("道")),
)
_AVENUE: Final = seq(_some(1, 3), one(_LAST - frozenset(_BEFORE_NO_AVENUE)), one("道"))
_HOUSE: Final = seq(_SPACE, _optional(one("甲乙丙丁")), _NUMBER, _SPACE, one("号弄"))
_UNIT: Final = alt(word("号楼"), word("单元"), *map(one, "栋幢座层楼室号户房门院弄"))
_PART: Final = seq(
    _SPACE,
    alt(
        seq(_optional(one(_LETTERS)), _NUMBER, _UNIT),
        seq(one(_LETTERS + "甲乙丙丁"), one("栋幢座区")),
    ),
)
_ROOM: Final = seq(_optional(one(" -")), rep(one(_DIGITS), 3, 4))
_ESTATES: Final = "小区 花园 家园 公寓 新村 社区 花苑 佳苑 雅苑 嘉园 名苑 豪庭 华庭"
_ESTATE: Final = alt(*map(word, _ESTATES.split()))
_BUILDING: Final = seq(_SPACE, _NUMBER, alt(word("号楼"), *map(one, "栋幢座号")))

ADDRESS: Final = seq(
    rep(_REGION, 0, 4),
    alt(
        # 建国路88号3号楼1201室, 中山路123弄4号501室, 和平区南京道12号
        seq(alt(_ROAD, seq(_REGION, _AVENUE)), _HOUSE, rep(_PART, 0, 5), _optional(_ROOM)),
        # 阳光花园3栋2单元501室
        seq(_some(1, 4), _ESTATE, _BUILDING, alt(seq(_PART, rep(_PART, 0, 3), _optional(_ROOM)), _ROOM)),
        # 李家村3组15号
        seq(
            _some(1, 4),
            one(_NAME - STOPS - frozenset("乡农全新山")),
            one("村屯"),
            _optional(seq(_NUMBER, one("组队社"))),
            _NUMBER,
            one("号"),
            rep(_PART, 0, 3),
        ),
    ),
)
