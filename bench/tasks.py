"""What the engine is asked while it is measured: school and public service, each question once in a run."""

from __future__ import annotations

from typing import Final

# Answered alone, one after the other: all kinds of answers, since some are easier to guess ahead than others.
TASKS: Final = (
    "请解释什么是光的折射，并举一个生活中的例子。",
    "一辆汽车3小时行驶180千米，照这样计算，5小时行驶多少千米？请一步一步解答。",
    "Please translate into Chinese: The library opens at nine in the morning and closes at six at night.",
    "请列出办理身份证需要准备的材料。",
    "请写一段话，描写雨后的校园。",
    "Explain in simple words why the moon changes its shape during a month.",
    "解方程组：x + y = 10，x - y = 4。请写出步骤。",
    "请把这句话翻译成英文：我们应该保护环境，节约用水。",
    "List five healthy habits for students and give one reason for each.",
    "请写一份请假条，因为感冒需要请假一天。",
    "What is the difference between a solid, a liquid and a gas?",
    "居住证怎么办理？请说明流程。",
)
# Answered at length: what is measured is the time in which all of them decode.
ESSAYS: Final = (
    *(
        f"请写一篇五百字的作文，题目是《{title}》。"
        for title in (
            "春天", "我的家乡", "难忘的一天", "大海", "我的老师", "秋天的树林", "读书的乐趣", "一次旅行",
            "我的妈妈", "雪", "校园的早晨", "我的好朋友", "夏夜", "一场比赛",
        )
    ),
    "Write an essay of five hundred words about the sea.",
    "Write an essay of five hundred words about a day at school.",
)  # fmt: skip
LESSON: Final = (
    "在一个直角三角形里，两条直角边的平方和等于斜边的平方，这个结论叫做勾股定理。植物通过光合作用把二氧化碳和水变成有机物，"
    "同时放出氧气。长江是我国最长的河流，从高原上的雪山出发，穿过峡谷和平原，最后流进东海。"
)
LECTURE: Final = "请讲一课。"
ABOUT_LECTURE: Final = "这一课讲了什么？"
ONCE_MORE: Final = "请再说一遍。"
NEW_QUESTION: Final = "一年有几个季节？"
