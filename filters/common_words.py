"""Some of the commonest words of Chinese and English, which hardly anyone means to forbid.

A hand-made selection for the linter's warning. It does not know of lists or files.
"""

from __future__ import annotations

from typing import Final

COMMON_WORDS: Final = frozenset(
    """
    我们 你们 他们 她们 它们 自己 大家 别人 人家 咱们 这个 那个 这些 那些 这里 那里 这儿 那儿 这样
    那样 这么 那么 什么 怎么 怎样 为什么 哪里 哪儿 哪个 哪些 多少 几个 谁的 一个 一些 一下 一样
    一起 一直 一定 一般 一点 一种 一次 没有 不是 不能 不会 不要 不用 不同 不过 不但 不仅 不知道
    可以 可能 可是 应该 能够 需要 必须 愿意 希望 觉得 认为 知道 了解 明白 理解 认识 记得 忘记 想要
    喜欢 开始 结束 继续 完成 进行 发展 变化 提高 增加 减少 使用 利用 通过 因为 所以 但是 而且 或者
    如果 虽然 然后 还是 还有 就是 只是 只有 只要 于是 并且 以及 关于 对于 由于 根据 按照 现在 以前
    以后 之前 之后 时候 时间 今天 明天 昨天 今年 去年 明年 早上 上午 中午 下午 晚上 星期 月份 小时
    分钟 已经 正在 刚才 马上 经常 总是 有时 从来 终于 突然 非常 特别 十分 比较 更加 最后 首先 其次
    其实 当然 确实 几乎 地方 中国 北京 上海 国家 世界 社会 城市 农村 学校 家庭 公司 单位 政府 人民
    群众 工作 生活 学习 问题 情况 关系 方面 方法 办法 原因 结果 条件 过程 作用 影响 意义 内容 部分
    全部 许多 很多 不少 其他 其它 另外 各种 主要 重要 老师 学生 同学 朋友 孩子 父母 爸爸 妈妈 先生
    女士 医生 男人 女人 老人 东西 事情 电话 电脑 手机 网络 新闻 电影 音乐 历史 文化 科学 技术 经济
    政治 法律 教育 艺术 体育 语文 数学 英语 物理 化学 生物 地理 作业 考试 成绩 题目 答案 公式 定理
    例子 课本 课文 文章 作者 句子 词语 意思 回答 请问 谢谢 你好 您好 再见 对不起 没关系 不客气 帮助
    告诉 看见 看到 听到 说话 说明 解释 介绍 出来 出去 起来 下来 上去 回来 回家 吃饭 睡觉 走路 上学
    上班 下班 开会 高兴 快乐 漂亮 美丽 简单 容易 困难 复杂 清楚 正确 错误 健康 安全 身体 眼睛 心里
    天气 春天 夏天 秋天 冬天 太阳 办理 申请 材料 服务 中心 部门 政策 规定 标准 要求 通知 证明 登记
    缴费 费用 电子 身份证 户口 社保 医保 公积金 the and you that for are with not this but have
    from they his her she all one can will what there when your how which their said each about who
    get would make like him into time has look two more write see number way could people than
    first water been call now find long down day did come made may part over new sound take only
    little work know place year live back give most very after thing our just name good man think
    say great where help through much before line right too mean old any same tell boy follow came
    want show also around form three small
    """.split()  # noqa: SIM905 (a word list reads better as text)
)
