"""What lists and words say about lanes, detectors, looks, days and refusals reaches the filter in effect."""

from __future__ import annotations

import json
import zlib
from datetime import date
from typing import Any

import pytest

from filters import Direction
from server.errors import ClientProblem
from server.moderation import ListPatch, NewList, NewWord, PublishedFilter, WordDesk, WordPatch
from server.moderation.snapshot import Snapshot
from server.moderation.views import ListView, WordView
from server.storage.database import Database

NOW_MS = 1_800_000_000_000


async def add(desk: WordDesk, target: ListView, text: str, **more: Any) -> WordView:
    """A word of the draft."""
    new = NewWord(list_id=target.id, text=text, **more)
    return (await desk.entries.add(new, who="lin", now_ms=NOW_MS)).word


async def publish(desk: WordDesk) -> None:
    """Put the draft into effect."""
    await desk.versions.publish("", who="lin", now_ms=NOW_MS)


async def test_lanes_of_a_list_hold_for_its_words_and_a_word_may_differ(
    desk: WordDesk, masked: ListView, published: PublishedFilter
) -> None:
    """枪 written 木仓 is found in one word, and not in the one that switches the lane off."""
    patch = ListPatch(lanes={"split": "same"})  # type: ignore[dict-item]
    await desk.lists.change(masked.id, patch, who="lin", now_ms=NOW_MS)
    await add(desk, masked, "月亮枪")
    await add(desk, masked, "太阳枪", lanes={"split": "off"})
    await publish(desk)
    check = published.current.check
    assert check("月亮木仓", Direction.ANSWER).text == "****"
    assert check("太阳木仓", Direction.ANSWER).text == "太阳木仓"


async def test_detectors_are_entries_of_a_list_of_their_own(
    desk: WordDesk, published: PublishedFilter
) -> None:
    """Each with its action and look; only what the filter knows can be entered."""
    new = NewList(name="识别", kind="detectors", category="个人信息", answer_action="mask", style="label")
    kinds = await desk.lists.add(new, who="lin", now_ms=NOW_MS)
    await add(desk, kinds, "digits >= 6", answer_action="block")
    await add(desk, kinds, "email")
    with pytest.raises(ClientProblem) as refused:
        await add(desk, kinds, "phone")
    assert refused.value.code == "bad_word"
    await publish(desk)
    check = published.current.check
    assert check("写信到 a.b@example.com 吧", Direction.ANSWER).text == "写信到 【个人信息】 吧"
    assert check("号码一二三四五六", Direction.ANSWER).blocked
    (match,) = check("号码一二三四五六", Direction.ANSWER).matches
    assert (match.lane, match.word) == ("detector", "digits")


async def test_a_word_expires_at_the_end_of_its_last_day(desk: WordDesk, masked: ListView) -> None:
    """Without a publication; the day after, the same version no longer has it."""
    day = [date(2026, 3, 1)]
    held = PublishedFilter(desk.lists._database, lambda: day[0])
    await add(desk, masked, "闪电汤圆", expires="2026-03-01")
    await publish(desk)
    await held.refresh()
    assert held.current.check("闪电汤圆", Direction.ANSWER).matches
    assert not await held.refresh()
    day[0] = date(2026, 3, 2)
    assert await held.refresh()
    assert not held.current.check("闪电汤圆", Direction.ANSWER).matches
    assert not await held.refresh()


async def test_an_allow_phrase_spares_its_categories_in_its_direction(
    desk: WordDesk, masked: ListView, published: PublishedFilter
) -> None:
    """A match of another category, or in the other direction, is treated all the same."""
    await add(desk, masked, "闪电汤圆")
    spared = await desk.lists.add(NewList(name="放行", kind="allow"), who="lin", now_ms=NOW_MS)
    phrase = await add(desk, spared, "闪电汤圆店", scope=["校园"], direction="answer", note="店名")
    await publish(desk)
    assert published.current.check("闪电汤圆店", Direction.ANSWER).text == "闪电汤圆店"
    assert published.current.check("闪电汤圆店", Direction.QUESTION).text == "****店"
    await desk.entries.change(phrase.id, WordPatch(scope=["别的"]), who="lin", now_ms=NOW_MS)
    await publish(desk)
    assert published.current.check("闪电汤圆店", Direction.ANSWER).text == "****店"


async def test_looks_and_categories_of_words_win_over_the_list(
    desk: WordDesk, masked: ListView, published: PublishedFilter
) -> None:
    """Ends kept, the category's label, a text of one's own."""
    await desk.lists.change(masked.id, ListPatch(style="ends"), who="lin", now_ms=NOW_MS)
    await add(desk, masked, "闪电汤圆")
    await add(desk, masked, "飞毛腿面", style="label", category="面食")
    await add(desk, masked, "纸船糕", answer_action="replace", style="text", replacement="点心")
    await publish(desk)
    shown = published.current.check("闪电汤圆、飞毛腿面和纸船糕", Direction.ANSWER).text
    assert shown == "闪**圆、【面食】和点心"


async def test_refusals_are_written_by_category_in_both_languages(
    desk: WordDesk, masked: ListView, published: PublishedFilter
) -> None:
    """They come into effect with the version, and are empty where the preset's own is meant."""
    patch = ListPatch(refusal_zh="这件事请问班主任。")
    await desk.lists.change(masked.id, patch, who="lin", now_ms=NOW_MS)
    assert published.refusals("zh") == {}
    await publish(desk)
    assert (published.refusals("zh"), published.refusals("en")) == ({"校园": "这件事请问班主任。"}, {})


async def test_a_day_that_does_not_exist_is_refused(database: Database) -> None:
    """Before anything is stored."""
    with pytest.raises(ValueError, match="expires"):
        NewWord(list_id="x", text="闪电汤圆", expires="2026-02-30")


def test_snapshots_of_earlier_releases_are_read() -> None:
    """They have no word of what came later, and mean what they meant."""
    content = {
        "format": 1,
        "lists": [
            {
                **{"id": "l", "name": "旧表", "kind": "words", "category": "旧", "question_action": "block"},
                **{"answer_action": None, "enabled": True, "note": "", "position": 0},
            }
        ],
        "word_columns": (
            *("id", "list_id", "text", "question_action", "answer_action"),
            *("match", "note", "enabled", "updated_at_ms", "updated_by"),
        ),
        "words": [["w", "l", "闪电汤圆", None, None, "auto", "", True, 1, "lin"]],
    }
    old = Snapshot.from_bytes(zlib.compress(json.dumps(content).encode()))
    (word,) = old.word_list(1).words
    assert (word.lanes, word.expires, word.category) == ({}, None, "旧")
    assert (old.refusals("zh"), old.last_day(date(2026, 1, 1)), old.categories()) == ({}, None, ("旧",))
    assert Snapshot.from_bytes(old.to_bytes()) == old
