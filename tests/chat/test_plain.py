"""An answer of a desk that writes no Markdown."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.chat.plain import PlainText
from server.presets import load_preset
from server.sources.scripted import ScriptedSource
from server.storage.database import Database
from tests.chat.house import House

PARTS = ["#", "##", "# ", "- ", "-", "*", "**", "* ", "> ", ">", "`", " ", "\n", "1. ", "身份证", "3*4", "+"]
ANSWERS = st.lists(st.sampled_from(PARTS), max_size=16).map("".join)


def plain(*pieces: str) -> str:
    """What is let out of an answer that comes in these pieces."""
    text = PlainText()
    return "".join(text.feed(piece) for piece in pieces) + text.flush()


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        ("## 办理材料\n- **身份证**原件\n* 照片1张", "办理材料\n身份证原件\n照片1张"),
        ("1. 先预约\n2. 再办理", "1. 先预约\n2. 再办理"),
        ("> 提示：`云州办事`", "提示：云州办事"),
        ("3*4=12，零下-5度，#1窗口。\n——办事指南", "3*4=12，零下-5度，#1窗口。\n——办事指南"),
    ],
)
def test_marks_go_and_words_stay(answer: str, shown: str) -> None:
    """Only what marks something is taken out."""
    assert plain(answer) == shown


@given(ANSWERS, st.lists(st.integers(0, 40)))
def test_every_cut_lets_out_the_same(answer: str, cuts: list[int]) -> None:
    """However the answer comes."""
    places = [0, *sorted(min(cut, len(answer)) for cut in cuts), len(answer)]
    pieces = [answer[start:end] for start, end in pairwise(places)]
    assert plain(*pieces) == plain(answer) == plain(*answer)


async def test_the_government_preset_shows_plain_paragraphs(database: Database) -> None:
    """What is shown, stored and sent to the model again has no marks; `education` keeps them."""
    written = "**材料**：\n- 身份证\n- 照片"
    for name, shown in (("government", "材料：\n身份证\n照片"), ("education", written)):
        source = ScriptedSource(lambda request: written, delay_seconds=0)
        house = House(database, source=source, preset=load_preset(name))
        await house.open()
        page = await house.at_desk()
        assert (await page.answer("要带什么"))["text"] == shown
        await page.answer("还有呢")
        past = source.requests[1].turns[0]
        assert past.answer == shown
        assert (past.ids is None) == (name == "government")
        await house.close()
