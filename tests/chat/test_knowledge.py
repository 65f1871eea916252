"""A turn that is answered from what people have approved, through a real desk and a real database."""

from __future__ import annotations

import asyncio

from server.chat.grounded import AT_ONCE_CHARS, GroundedReply
from server.knowledge import (
    ApprovedAnswer,
    Grounded,
    Library,
    Nothing,
    Offered,
    Served,
)
from server.presets import load_preset
from server.sources.scripted import ScriptedSource
from server.sources.types import Piece, ReplyRequest
from server.storage import turns
from server.storage.database import Database
from tests.chat.house import until
from tests.chat.shelf import CARD, FARE, PASSAGE, Shelf, opened


async def test_an_approved_answer_is_served_through_the_filter(database: Database) -> None:
    """No model is asked; the words go through the output filter; who answers for them is told."""
    house, page = await opened(database, Shelf({"卡丢了": Served(CARD, 0.9)}))
    done = await page.answer("卡丢了")
    started = await page.kind("started")
    assert started["origin"] == "approved_answer"
    assert started["approved"] == {
        "id": "a1",
        "question": "校园卡丢了怎么办",
        "source": "学生手册",
        "attachments": [{"name": "表", "url": "/a/1"}],
    }
    assert done["finish"] == "filtered"
    assert done["text"] == "到总务处补办，"
    assert house.source.requests == []
    await house.close()


async def test_an_approved_answer_is_remembered_and_a_follow_up_knows_it(database: Database) -> None:
    """It enters the history as text, is stored and counted with its origin."""
    house, page = await opened(database, Shelf({"多少钱": Served(FARE, 1.0)}))
    done = await page.answer("多少钱")
    await page.answer("那两张呢")
    (request,) = house.source.requests
    (past,) = request.turns
    assert (past.question, past.answer, past.ids) == ("多少钱", "每张十元。", None)
    async with database.read() as connection:
        first, second = await turns.get_turns(connection, page.conversation)
    assert [first.origin, second.origin] == ["approved_answer", "model"]
    await house.close()
    assert [each["origin"] for each in house.notebook.questions] == ["approved_answer", "model"]
    assert done["finish"] == "stop"


async def test_two_close_candidates_are_offered(database: Database) -> None:
    """The person chooses between their questions; nothing is guessed."""
    house, page = await opened(database, Shelf({"卡": Offered((CARD, FARE))}))
    await page.answer("卡")
    started = await page.kind("started")
    assert (started["origin"], started["offers"]) == ("offer", ["校园卡丢了怎么办", "补办校园卡要多少钱"])
    await house.close()


async def test_offers_that_are_masked_can_be_chosen(database: Database) -> None:
    """Only what is shown is masked: the second button gets the second answer, although both look alike."""
    one = ApprovedAnswer("b1", "遮住词甲在哪里领", "在一楼。")
    other = ApprovedAnswer("b2", "遮住词甲在哪里领", "在二楼。")
    house, page = await opened(database, Shelf({"在哪里领": Offered((one, other))}))
    accepted = await page.ask("在哪里领")
    await page.done(accepted["turn"])
    started = await page.kind("started")
    assert started["offers"] == ["***甲在哪里领", "***甲在哪里领"]
    for number, text in ((1, "在二楼。"), (0, "在一楼。")):
        chosen = {"turn": accepted["turn"], "number": number}
        done = await page.answer("***甲在哪里领", chosen=chosen)
        assert done["text"] == text
    assert house.source.requests == []
    # What was not offered so is a question like any other.
    for chosen in ({"turn": accepted["turn"], "number": 7}, {"turn": "other", "number": 0}):
        await page.answer("***甲在哪里领", chosen=chosen)
    await page.answer("别的", chosen={"turn": accepted["turn"], "number": 0})
    assert [request.question for request in house.source.requests] == ["***甲在哪里领"] * 2 + ["别的"]
    await house.close()


async def test_passages_are_shown_before_the_answer(database: Database) -> None:
    """The chips are there before the first word, with the place where each is found."""
    house, page = await opened(database, Shelf({"补卡": Grounded((PASSAGE,))}))
    await page.answer("补卡")
    kinds = [frame["type"] for frame in page.frames]
    assert kinds.index("sources") < kinds.index("delta")
    sources = await page.kind("sources")
    assert sources["passages"] == [
        {"id": "p1", "title": "学生手册", "heading": "第三章 › 校园卡", "page": 7, "quote": "补卡每张十元。"}
    ]
    await house.close()


async def test_the_model_is_shown_the_passages_in_the_question(database: Database) -> None:
    """Not in the system prompt; what is remembered and shown is the question as it was asked."""
    house, page = await opened(database, Shelf({"补卡": Grounded((PASSAGE,))}))
    await page.answer("补卡")
    await page.answer("那呢")
    first, second = house.source.requests
    assert "补卡每张十元。" in first.question and first.question.endswith("问题：补卡")
    assert "补卡每张十元" not in first.system
    assert [turn.question for turn in second.turns] == ["补卡"]
    assert second.turns[0].ids is not None  # exactly what the model read and wrote: nothing is computed again
    await house.close()


async def test_facts_that_no_passage_has_are_told_at_the_end(database: Database) -> None:
    """`education` shows the whole answer, and which of it the documents do not say."""
    source = ScriptedSource(lambda request: "补卡每张10元，三天内办好。", delay_seconds=0)
    house, page = await opened(database, Shelf({"补卡": Grounded((PASSAGE,))}), source=source)
    done = await page.answer("补卡")
    assert done["text"] == "补卡每张10元，三天内办好。"
    assert done["unsupported"] == ["三天"]
    await house.close()


async def test_an_answer_is_cut_before_a_fact_that_no_passage_has(database: Database) -> None:
    """`government` lets no such sentence out: the fallback follows, and the model is stopped."""
    source = ScriptedSource(lambda request: "补卡每张10元。三天内办好。" + "再说。" * 500, delay_seconds=0)
    shelf = Shelf({"补卡": Grounded((PASSAGE,))})
    house, page = await opened(database, shelf, source=source, preset=load_preset("government"))
    done = await page.answer("补卡")
    assert done["text"] == "补卡每张10元。\n这个问题我没有把握，建议查阅课本或请教老师。"
    assert done["finish"] == "stop" and "unsupported" not in done
    await page.answer("那呢")
    assert source.requests[1].turns[0].ids is None
    await house.close()


async def test_an_answer_does_not_repeat_its_question(database: Database) -> None:
    """Small models like to; what was left out is not remembered as token ids."""
    source = ScriptedSource(lambda request: "补卡多少钱？每张10元。", delay_seconds=0)
    house, page = await opened(database, Shelf({"补卡多少钱": Grounded((PASSAGE,))}), source=source)
    assert (await page.answer("补卡多少钱"))["text"] == "每张10元。"
    await page.answer("那呢")
    assert source.requests[1].turns[0].ids is None
    await house.close()


async def test_an_answer_in_one_piece_is_judged_in_small_ones(database: Database) -> None:
    """Another server may send it so; others have their turn in between, and nothing of it is lost."""
    text = "补卡每张十元。" * 140
    source = ScriptedSource(lambda request: [text], delay_seconds=0)
    house, page = await opened(database, Shelf({"补卡": Grounded((PASSAGE,))}), source=source)
    assert (await page.answer("补卡"))["text"] == text
    reply = GroundedReply(
        source,
        ReplyRequest("r", "c", "u", "", "补卡"),
        (PASSAGE,),
        load_preset("education").knowledge,
        "不确定。",
    )
    pieces = [event.text async for event in reply if isinstance(event, Piece)]
    assert "".join(pieces) == text
    assert max(map(len, pieces)) <= AT_ONCE_CHARS + len("补卡")
    await house.close()


async def test_who_learns_that_nothing_is_written_learns_where_to_ask(database: Database) -> None:
    """`government` adds its fallback where the model found no answer in the passages."""
    source = ScriptedSource(lambda request: "资料中没有写明。", delay_seconds=0)
    shelf = Shelf({"补卡": Grounded((PASSAGE,))})
    house, page = await opened(database, shelf, source=source, preset=load_preset("government"))
    done = await page.answer("补卡")
    assert done["text"] == "资料中没有写明。\n这个问题我没有把握，建议查阅课本或请教老师。"
    assert done["finish"] == "stop"
    await house.close()


async def test_a_short_follow_up_is_looked_up_with_the_question_before(database: Database) -> None:
    """`多少钱` alone finds nothing; what is another matter is not held against what was asked before."""
    shelf = Shelf(
        {
            "补办校园卡": Grounded((PASSAGE,)),
            "多少费用？": Nothing(is_empty=False),
            "补办校园卡\n多少费用？": Grounded((PASSAGE,)),
            "期末考试安排": Nothing(is_empty=False),
        }
    )
    house, page = await opened(database, shelf, preset=load_preset("government"))
    await page.answer("补办校园卡")
    await page.answer("多少费用？")
    await page.answer("期末考试安排")
    assert [len(request.turns) for request in house.source.requests] == [0, 1]
    assert house.source.requests[1].question.endswith("问题：多少费用？")
    assert [question for question, _ in shelf.asked][-1] == "期末考试安排"
    await house.close()


async def test_an_approved_answer_needs_no_model(database: Database) -> None:
    """It is served while the model is not ready."""
    shelf = Shelf({"多少钱": Served(FARE, 1.0)})
    house, page = await opened(database, shelf, source=ScriptedSource(ready=False))
    assert (await page.answer("多少钱"))["text"] == "每张十元。"
    await house.close()


async def test_two_pages_asking_at_once_are_answered_one_at_a_time(database: Database) -> None:
    """While one question is looked up another comes: one begins, the other is told to wait."""
    shelf = Shelf()
    house, page = await opened(database, shelf, source=ScriptedSource(delay_seconds=0.05))
    await page.answer("先来一个")
    other = await house.at_desk(conversation=page.conversation)
    shelf.gate = asyncio.Event()
    one = asyncio.create_task(page.ask("一", "id-1"))
    two = asyncio.create_task(other.ask("二", "id-2"))
    await until(lambda: len(shelf.asked) == 3)
    shelf.gate.set()
    kinds = sorted([(await one)["type"], (await two)["type"]])
    assert kinds == ["accepted", "refused"]
    await house.close()


async def test_a_failure_of_knowledge_costs_no_answer(database: Database) -> None:
    """The library logs it and finds nothing; the model answers."""

    class Broken:
        async def find(self, question: str, class_id: str | None) -> None:
            raise RuntimeError("index gone")

        def served(self, answer_id: str) -> None:
            raise AssertionError(answer_id)

    house, page = await opened(database, Library(Broken(), None))
    assert (await page.answer("还行吗"))["finish"] == "stop"
    await house.close()


async def test_a_question_sent_twice_is_looked_up_once(database: Database) -> None:
    """The second time its outcome is told again."""
    shelf = Shelf()
    house, page = await opened(database, shelf)
    await page.answer("一次", "same")
    await page.send(type="ask", id="same", text="一次")
    await page.answer("另一次")
    assert [question for question, _ in shelf.asked] == ["一次", "另一次"]
    await house.close()
