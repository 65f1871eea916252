"""A question and its answer, through a real desk and a real database."""

from __future__ import annotations

from filters import Direction
from server.accounts import Who
from server.chat import ChatRules
from server.errors import SourceProblem
from server.sources.scripted import HANG, ScriptedSource
from server.storage import journal, turns, verdicts
from server.storage.database import Database
from tests.chat.house import PRESET, TEXTS, House
from tests.protocol.talk import BrokenPipeline

ZH = TEXTS["zh"]


async def test_a_question_is_answered_in_numbered_frames(house: House) -> None:
    """Welcome, accepted, started, text, done; every number is one more than the one before."""
    page = await house.at_desk()
    done = await page.answer("勾股定理是什么？")
    assert [frame["type"] for frame in page.frames] == ["welcome", "accepted", "started", "delta", "done"]
    assert [frame["seq"] for frame in page.frames] == [0, 1, 2, 3, 4]
    assert done["text"] == "（第1问）您问的是：勾股定理是什么？"
    assert page.frames[0] | {"conversation": ""} == {
        "type": "welcome",
        "seq": 0,
        "v": 1,
        "conversation": "",
        "resume_from": 0,
        "limits": {"question_chars": 2000, "frame_bytes": 65536},
        "label": "AI 生成",
        "lists_version": 1,
    }


async def test_a_follow_up_is_asked_with_everything_that_was_shown(house: House) -> None:
    """The second request holds the first turn with its exact ids, and reuses all of it."""
    page = await house.at_desk()
    first = await page.answer("一")
    second = await page.answer("二")
    (_, request) = house.source.requests
    (past,) = request.turns
    assert (past.question, past.answer) == ("一", first["text"])
    assert past.ids is not None
    assert past.ids.answer == tuple(map(ord, first["text"]))
    assert request.system == PRESET.system_prompt
    assert (request.user, request.hint) == ("pupil", None)
    assert second["usage"]["reused_tokens"] == len(PRESET.system_prompt + "一" + first["text"])


async def test_law_5_what_was_shown_is_what_is_remembered(database: Database) -> None:
    """Masked in question and answer: neither the source nor the database ever has the original again."""
    source = ScriptedSource(lambda request: "这里有遮住词。")
    house = House(database, source)
    await house.open()
    page = await house.at_desk()
    accepted = await page.ask("遮住词是什么")
    assert accepted["text"] == "***是什么"
    done = await page.done(accepted["turn"])
    assert done["text"] == "这里有***。"
    await page.answer("然后呢")
    first, second = source.requests
    assert first.question == "***是什么"
    assert [(past.question, past.answer, past.ids) for past in second.turns] == [
        ("***是什么", "这里有***。", None)
    ]
    assert second.hint == "filtered"
    async with database.read() as connection:
        kept = await turns.get_turns(connection, page.conversation)
        frames = await journal.read_after(connection, page.conversation, 0)
    assert [(turn.question, turn.answer, turn.answer_ids) for turn in kept[:1]] == [
        ("***是什么", "这里有***。", None)
    ]
    assert kept[1].answer_ids is None
    assert "遮住词" not in "".join(text for _, text in frames)
    await house.close()


async def test_a_blocked_question_never_reaches_the_source(house: House, database: Database) -> None:
    """It is refused with its category; what is kept is the verdict under a pseudonym, and the count."""
    page = await house.at_desk(who := Who("visitor", "pupil", class_id=None))
    refused = await page.ask("坏 蛋 词怎么写")
    assert (refused["type"], refused["code"], refused["category"]) == ("refused", "filter", "test")
    assert refused["message"] == ZH.refusal
    assert house.source.requests == []
    async with database.read() as connection:
        (verdict,) = await verdicts.between(connection, 0, 2**60)
    assert (verdict.asker, verdict.direction, verdict.action) == ("p-pupil-None", "question", "block")
    assert verdict.turn_id is None
    (fact,) = house.notebook.questions
    assert (fact["outcome"], fact["text"], fact["turn_id"]) == ("blocked", None, None)
    assert await house.desk.conversations(who) == []
    assert (await page.answer("没事了"))["finish"] == "stop"


async def test_an_answer_is_cut_before_a_blocked_word(database: Database) -> None:
    """The source is stopped, the page is told why, and the next turn does not know the word."""
    source = ScriptedSource(lambda request: ["好的，", "坏蛋", "词来了", *["更多"] * 1000])
    house = House(database, source)
    await house.open()
    page = await house.at_desk()
    done = await page.answer("说说看")
    assert (done["finish"], done["text"], done["message"]) == ("filtered", "好的，", ZH.filtered)
    assert done["usage"]["generated_tokens"] < 100
    assert house.notebook.questions[0]["outcome"] == "filtered"
    await page.answer("再说")
    assert [past.answer for past in source.requests[1].turns] == ["好的，"]
    assert source.requests[1].hint == "filtered"
    await house.close()


async def test_answers_of_a_turn_that_showed_nothing_are_left_out_of_the_history(database: Database) -> None:
    """A model that is shown an empty answer learns to give empty answers."""
    source = ScriptedSource({"一": ["坏蛋词"]})
    house = House(database, source)
    await house.open()
    page = await house.at_desk()
    assert (await page.answer("一"))["text"] == ""
    await page.answer("二")
    assert source.requests[1].turns == []
    await house.close()


async def test_the_same_id_is_answered_once(house: House) -> None:
    """Sent again while it runs or later, it brings the same decision, byte for byte."""
    page = await house.at_desk()
    await page.answer("一", "same")
    accepted = page.texts[1]
    await page.send(type="ask", id="same", text="一")
    await page.get(lambda frame: frame["type"] == "accepted", after=5)
    assert page.texts[-1] == accepted
    await page.ask("坏蛋词", "bad")
    refused = page.texts[-1]
    await page.send(type="ask", id="bad", text="坏蛋词")
    await page.get(lambda frame: frame["type"] == "refused", after=len(page.frames))
    assert page.texts[-1] == refused
    assert len(house.source.requests) == 1


async def test_one_question_at_a_time(database: Database) -> None:
    """A second question during an answer is refused as busy, and may come again with the same id."""
    source = ScriptedSource({"一": ["等", HANG]})
    house = House(database, source)
    await house.open()
    page = await house.at_desk()
    accepted = await page.ask("一")
    refused = await page.ask("二", "second")
    assert (refused["code"], refused["message"]) == ("busy", ZH.one_at_a_time)
    await page.send(type="stop", turn=accepted["turn"])
    await page.done(accepted["turn"])
    await page.send(type="ask", id="second", text="二")
    await page.get(lambda frame: frame["type"] == "accepted" and frame["id"] == "second")
    await house.close()


async def test_a_full_queue_and_a_source_that_is_not_ready_are_said_at_once(database: Database) -> None:
    """Refused as busy, with a time to try again; nothing of the question is kept."""
    source = ScriptedSource(lambda request: [HANG], max_running=1, max_waiting=1, ready=False)
    house = House(database, source)
    await house.open()
    page = await house.at_desk()
    refused = await page.ask("一")
    assert (refused["code"], refused["message"]) == ("busy", ZH.not_ready)
    source.become_ready()
    pages = [await house.at_desk(Who("visitor", f"pupil-{number}")) for number in range(3)]
    assert (await pages[0].ask("一"))["type"] == "accepted"
    assert (await pages[1].ask("二"))["type"] == "accepted"
    assert (await pages[1].kind("queued"))["position"] == 0
    refused = await pages[2].ask("三")
    assert (refused["code"], refused["message"]) == ("busy", ZH.busy)
    assert refused["retry_after_seconds"] > 0
    assert await house.desk.conversations(Who("visitor", "pupil-2")) == []
    await house.close()


async def test_a_source_that_breaks_off_leaves_what_was_shown(database: Database) -> None:
    """The turn fails and says so; the next question works."""
    source = ScriptedSource({"一": ["前半", SourceProblem("unavailable", "the engine died")]})
    house = House(database, source)
    await house.open()
    page = await house.at_desk()
    done = await page.answer("一")
    assert (done["finish"], done["text"], done["message"]) == ("failed", "前半", ZH.failed)
    assert (await page.answer("二"))["finish"] == "stop"
    assert [past.ids for past in source.requests[1].turns] == [None]
    assert source.requests[1].hint is None
    await house.close()


async def test_a_turn_is_answered_anew(house: House, database: Database) -> None:
    """The earlier answer leaves the history, and counts as no second question."""
    page = await house.at_desk()
    await page.answer("一")
    first = await page.answer("二")
    await page.send(type="regenerate", turn=first["turn"])
    accepted = await page.get(lambda frame: frame.get("regenerates") == first["turn"])
    assert accepted["text"] == "二"
    again = await page.done(accepted["turn"])
    assert again["text"] == first["text"]
    assert [past.question for past in house.source.requests[2].turns] == ["一"]
    assert house.source.requests[2].hint == "edited"
    await page.answer("三")
    assert [past.question for past in house.source.requests[3].turns] == ["一", "二"]
    async with database.read() as connection:
        kept = await turns.get_turns(connection, page.conversation)
    assert [turn.question for turn in kept] == ["一", "二", "三"]
    assert len(house.notebook.questions) == 3
    await page.send(type="regenerate", turn=first["turn"])
    assert (await page.kind("error"))["code"] == "no_such_turn"


async def test_a_rating_is_kept_and_counted(house: House, database: Database) -> None:
    """The newest opinion counts; a turn of another conversation cannot be rated."""
    page = await house.at_desk()
    done = await page.answer("一")
    await page.send(type="rate", turn=done["turn"], value=-1, reason="看不懂")
    other = await house.at_desk(Who("visitor", "other"))
    await other.send(type="rate", turn=done["turn"], value=1)
    assert (await other.kind("error"))["code"] == "no_such_turn"
    async with database.read() as connection:
        turn = await turns.get_turn(connection, done["turn"])
    assert turn is not None
    assert (turn.rating, turn.rating_reason) == (-1, "看不懂")
    assert house.notebook.ratings == [(done["turn"], -1)]


async def test_asking_the_teacher_is_answered_kindly(house: House) -> None:
    """Without a class there is no teacher; that is said, in the language of the page."""
    page = await house.at_desk(lang="en")
    done = await page.answer("one")
    await page.send(type="ask_teacher", turn=done["turn"])
    error = await page.kind("error")
    assert (error["code"], error["message"]) == ("no_teacher", TEXTS["en"].no_teacher)


async def test_a_conversation_is_listed_under_its_first_question(house: House) -> None:
    """Only one's own, the newest first, and found by their texts."""
    page = await house.at_desk()
    await page.answer("勾股定理是什么？")
    other = await house.at_desk()
    await other.answer("光合作用是什么？")
    await house.at_desk()
    me = Who("visitor", "pupil")
    listed = await house.desk.conversations(me)
    assert {each.title for each in listed} == {"勾股定理是什么？", "光合作用是什么？"}
    assert [each.id for each in await house.desk.conversations(me, "光合")] == [other.conversation]
    assert await house.desk.conversations(Who("visitor", "someone")) == []


async def test_answers_are_no_longer_than_the_setting(database: Database) -> None:
    """The smaller of preset and setting counts, and the end says that it was the length."""
    house = House(database, ScriptedSource(lambda request: "很长" * 50), max_answer_tokens=10)
    await house.open()
    page = await house.at_desk()
    done = await page.answer("一")
    assert (done["finish"], len(done["text"])) == ("length", 10)
    assert house.source.requests[0].sampling.temperature == PRESET.sampling.temperature
    await house.close()


async def test_the_rules_are_the_slice_of_the_settings() -> None:
    """Names are the same, so nothing is lost between them."""
    from server.settings import Settings

    settings = Settings(grace_seconds=7, question_chars=99)
    rules = ChatRules.of(settings)
    assert (rules.grace_seconds, rules.question_chars, rules.join_ms) == (7, 99, settings.join_ms)


async def test_a_word_cut_in_two_by_messages_is_refused_in_whatever_conversation(house: House) -> None:
    """The end of what somebody sent is theirs, not the page's; another person's is not looked at."""
    first, second = await house.at_desk(), await house.at_desk()
    await first.answer("坏蛋")
    other = await house.at_desk(Who("visitor", "another"))
    assert (await other.ask("词"))["type"] == "accepted"
    refused = await second.ask("词")
    assert (refused["type"], refused["code"], refused["category"]) == ("refused", "filter", "test")


async def test_a_filter_that_fails_is_counted_for_the_alarm(house: House) -> None:
    """Nothing passes, and `/metrics` says so."""
    page = await house.at_desk()
    house.publication.pipeline = BrokenPipeline(Direction.QUESTION)
    refused = await page.ask("你好")
    assert (refused["type"], refused["code"]) == ("refused", "busy")
    assert b"dayi_filter_failures_total 1.0" in house.metrics.text()
