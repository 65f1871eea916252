"""What is kept of a hit beside its word, by each policy."""

from __future__ import annotations

from filters import Action, Direction
from server.chat.hit_notes import HitNotes
from server.protocol.effects import Hits
from server.storage import verdicts
from server.storage.database import Database
from server.topics import private_pipeline
from tests.chat.house import House, word, words

TEXT = "老师我想问月亮枪和坏蛋词是什么意思，我的电话是13812345678，请尽快告诉我好吗谢谢老师"
PIPELINE = words(word("月亮枪", Action.BLOCK, Action.BLOCK), word("坏蛋词", Action.LOG, Action.REVIEW))


def _hits(text: str = TEXT) -> Hits:
    found = PIPELINE.check(text, Direction.QUESTION)
    return Hits(Direction.QUESTION, found.matches, None, 1, 1, text)


def test_without_a_policy_no_text_is_kept() -> None:
    """Only the name of the list."""
    notes = HitNotes("none", list_of=lambda word_id: f"list of {word_id}").of(_hits())
    assert [(note.list_name, note.text, note.sealed) for note in notes] == [
        ("list of w-月亮枪", None, None),
        ("list of w-坏蛋词", None, None),
    ]


def test_masked_text_shows_neither_a_hit_nor_a_number() -> None:
    """A few characters at either side; the neighbour's hit is hidden, too."""
    first, second = HitNotes("masked", private=lambda class_id: private_pipeline()).of(_hits())
    assert first.text == "老师我想问***和***是什么意思，我的电话是*…"
    assert second.text == "老师我想问***和***是什么意思，我的电话是*****…"
    whole = " ".join(note.text or "" for note in (first, second))
    assert not any(part in whole for part in ("月亮", "坏蛋", "138"))


def test_masked_text_shows_no_listed_name_of_the_class() -> None:
    """The names of the class of whoever asked are hidden like numbers."""
    names = {"7a": private_pipeline(("张小伟",))}
    notes = HitNotes("masked", private=lambda class_id: names.get(class_id or "", private_pipeline()))
    hits = _hits("张小伟问月亮枪")
    assert notes.of(hits, "7a")[0].text == "***问***"
    assert notes.of(hits)[0].text == "张小伟问***"


def test_sealed_text_is_bytes_and_nothing_else() -> None:
    """The seal gets the whole text; in clear nothing is kept."""
    (note, *_) = HitNotes("sealed", seal=lambda text: b"sealed:" + text.encode()).of(_hits())
    assert note.text is None
    assert note.sealed == b"sealed:" + TEXT.encode()


async def test_review_hits_wait_in_the_queue_and_others_do_not(database: Database) -> None:
    """What the chat stores has word, list and text by policy; a blocked question's text stays out."""
    house = House(database)
    house.publication.pipeline = PIPELINE
    await house.open()
    page = await house.at_desk()
    await page.answer("坏蛋词是什么")
    assert (await page.ask("月亮枪是什么"))["type"] == "refused"
    await house.close()
    async with database.read() as connection:
        found = await verdicts.between(connection, 0, 10**15)
    stored = {(each.word, each.direction): (each.review, each.text, each.sealed) for each in found}
    assert stored["坏蛋词", "question"] == ("open", None, None)
    assert stored["月亮枪", "question"] == (None, None, None)
