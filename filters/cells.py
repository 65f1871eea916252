"""What may stand in the cells of a word file, in English and in Chinese, and what it means.

It does not know files, lines or columns.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from filters.types import LANE_DEFAULTS, Action, Direction, Lane, LaneUse, MaskStyle, MatchMode

ACTIONS: Final[dict[str, Action | None]] = {
    **{action.value: action for action in Action},
    **dict.fromkeys(("", "-", "none", "null", "无", "不适用"), None),
    **dict.fromkeys(("拦截", "阻断", "屏蔽"), Action.BLOCK),
    **dict.fromkeys(("打码", "遮盖", "掩码", "遮蔽"), Action.MASK),
    "替换": Action.REPLACE,
    **dict.fromkeys(("复核", "审核", "人工复核"), Action.REVIEW),
    **dict.fromkeys(("提醒", "警告", "提示"), Action.WARN),
    "记录": Action.LOG,
    "放行": Action.PASS,
}
MATCHES: Final[dict[str, MatchMode]] = {
    **dict.fromkeys(("", "auto", "自动"), "auto"),
    **dict.fromkeys(("whole", "whole word", "整词", "全词"), "whole"),
    **dict.fromkeys(("prefix", "前缀", "词头"), "prefix"),
    **dict.fromkeys(("substring", "anywhere", "片段", "子串", "包含"), "substring"),
}
STYLES: Final[dict[str, MaskStyle | None]] = {
    **dict.fromkeys(("", "-"), None),
    **dict.fromkeys(("characters", "逐字", "逐字打码"), "characters"),
    **dict.fromkeys(("ends", "留首尾", "保留首尾"), "ends"),
    **dict.fromkeys(("label", "类别", "类别标签"), "label"),
    **dict.fromkeys(("text", "文字", "替换文字"), "text"),
}
DIRECTIONS: Final[dict[str, Direction | None]] = {
    **dict.fromkeys(("", "-", "both", "all", "全部", "两者"), None),
    **dict.fromkeys(("question", "提问", "问题"), Direction.QUESTION),
    **dict.fromkeys(("answer", "回答", "答案"), Direction.ANSWER),
}
_LANES: Final[dict[str, Lane]] = {
    **{lane.value: lane for lane in Lane},
    **{"重复": Lane.REPEAT, "叠字": Lane.REPEAT, "数字": Lane.NUMBER},
    **{"拆字": Lane.SPLIT, "倒写": Lane.REVERSED, "倒序": Lane.REVERSED, "形似字母": Lane.LEET},
    **{"拼音": Lane.PINYIN, "首字母": Lane.INITIALS, "谐音": Lane.HOMOPHONE, "同音": Lane.HOMOPHONE},
}
_USES: Final[dict[str, LaneUse]] = {
    **{use.value: use for use in LaneUse},
    **{
        "关": LaneUse.OFF,
        "关闭": LaneUse.OFF,
        "复核": LaneUse.REVIEW,
        "同词": LaneUse.SAME,
        "开": LaneUse.SAME,
    },
}
_DATE: Final = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_BREAKS: Final = re.compile(r"[\s,，;；、|]+")


def lanes_in(cell: str) -> Mapping[Lane, LaneUse] | None:
    """`split pinyin=review homophone=off`, or `all`; a lane alone does the usual. None: unreadable."""
    chosen: dict[Lane, LaneUse] = {}
    for part in filter(None, _BREAKS.split(cell.lower())):
        name, _, use = part.replace("：", "=").replace(":", "=").partition("=")
        lanes = list(Lane) if name in ("all", "全部") else [_LANES[name]] if name in _LANES else []
        if not lanes or (use and use not in _USES):
            return None
        chosen |= {lane: _USES[use] if use else LANE_DEFAULTS[lane] for lane in lanes}
    return chosen


def lanes_cell(lanes: Mapping[str, str]) -> str:
    """The same written so that `lanes_in` reads it back."""
    return " ".join(f"{lane}={use}" for lane, use in lanes.items())


def date_in(cell: str) -> date | None:
    """A day such as 2026-12-31, 2026/12/31 or 2026年12月31日.

    Raises:
        ValueError: there is no such day.
    """
    if not cell:
        return None
    found = _DATE.fullmatch(cell)
    if found is None:
        raise ValueError(cell)
    return date(*map(int, found.groups()))


def categories_in(cell: str) -> tuple[str, ...]:
    """Categories, with | or a Chinese comma between them."""
    return tuple(dict.fromkeys(part.strip() for part in re.split(r"[|｜、;；]", cell) if part.strip()))
