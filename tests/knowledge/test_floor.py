"""What fits and what does not: two guides of a public office, questions about them and about other things."""

from __future__ import annotations

import pytest

from server.knowledge import DocumentDesk, Grounded
from server.knowledge.floor import refers_back, says_nothing
from tests.knowledge.conftest import FILES, put

INSIDE = """
办居住证要带什么材料？
申请居住证需要提交哪些东西
居住證申請材料
居住证多久能拿到
办理居住证几天能下来
居住证丢了补办要多少钱
居住证补领工本费
我想办居住证，需要准备什么东西
居住证弄丢了，补一张要花多少钱
居住证要每年签注吗
居住证签注逾期了怎么办
签注在哪里办
我在这里住了一年能办居住证吗
谁可以申请居住证
别人代办居住证要什么
首次申领居住证收费吗
灵活就业人员可以参加养老保险吗
养老保险的缴费比例是多少
灵活就业医保缴费比例
医保断缴三个月会怎样
养老保险断了可以补缴吗
参保登记在哪办
咨询电话
缴费满多少年可以领养老金
不到十五年怎么办养老金
个体工商户能参保吗
医疗保险什么时候开始享受待遇
缴费基数可以调整吗
""".strip().split("\n")
OUTSIDE = """
勾股定理怎么证明？
今天天气怎么样
How do I bake bread?
护照丢了怎么补办？
户口迁移需要什么手续
办理护照需要哪些材料
驾驶证换证在哪里办
结婚登记要带什么
离婚怎么办理
公积金怎么提取
失业金能领多少钱
营业执照怎么办理
新生儿上户口需要什么材料
申请低保的条件
小学入学报名时间
企业所得税税率是多少
房产证丢失怎么补办
工伤认定需要多长时间
李白是哪个朝代的诗人
光合作用的过程
Python 怎么写循环
垃圾分类有哪几类
地铁几点停运
哪里可以打疫苗
残疾证申请条件
买房可以贷款多少
""".strip().split("\n")


async def test_questions_inside_keep_their_passage_and_others_find_nothing(desk: DocumentDesk) -> None:
    """At least nineteen in twenty of the ones, nine in ten of the others, in a base as small as at first."""
    await put(desk, (FILES / "residence_permit.docx").read_bytes(), "居住证办理指南.docx")
    await put(desk, (FILES / "social_insurance.pdf").read_bytes(), "灵活就业社保说明.pdf")

    async def finds(question: str) -> bool:
        return isinstance(await desk.finder.find(question, None), Grounded)

    lost = [question for question in INSIDE if not await finds(question)]
    wrong = [question for question in OUTSIDE if await finds(question)]
    assert len(lost) <= len(INSIDE) // 20, lost
    assert len(wrong) <= len(OUTSIDE) // 10, wrong


@pytest.mark.parametrize("text", ["你好", "谢谢！", "是吗？", "??"])
def test_greeting_is_about_nothing(text: str) -> None:
    """It is no question that documents could answer, so nobody is sent to a hotline for it."""
    assert says_nothing(text) and not refers_back(text)


@pytest.mark.parametrize(
    ("text", "refers"),
    [
        ("那要多长时间？", True),
        ("需要什么材料", True),
        ("电话呢", True),
        ("护照丢了怎么补办", False),
        ("护照呢", False),
    ],
)
def test_short_question_refers_back(text: str, refers: bool) -> None:
    """What it is about was said before."""
    assert refers_back(text) is refers


LIBRARY = """# School library

## Opening hours

The library is open from 9 am to 5 pm on weekdays and from 10 am to 2 pm on Saturdays.

## Borrowing

Pupils may borrow three books for two weeks. A lost book is replaced. Dictionaries are not lent.
"""


async def test_english_questions_are_told_apart_too(desk: DocumentDesk) -> None:
    """Words that say nothing, plurals and participles are known in English as well."""
    await put(desk, LIBRARY, "library.md")
    asked = {
        "When does the library open?": "Opening hours",
        "How many books can I borrow?": "Borrowing",
        "I lost a book, what now?": "Borrowing",
        "Can I borrow a dictionary?": "Borrowing",
        "When is the exam?": None,
        "Who wrote Hamlet?": None,
        "How do I bake bread?": None,
    }
    found = {}
    for question in asked:
        finding = await desk.finder.find(question, None)
        heading = finding.passages[0].heading if isinstance(finding, Grounded) else None
        found[question] = heading and heading.rsplit(" › ", 1)[-1]
    assert found == asked
