"""Which approved answer a question gets: one, two to choose from, or none."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from bench.unrelated import unrelated
from server.knowledge import ApprovedAnswer, Offered, Served
from server.knowledge.answer_shelf import AnswerShelf, Shelved
from server.likeness import shipped_pairs

TODAY = date(2027, 1, 15)


def one(name: str, *wordings: str, class_id: str | None = None, **more: object) -> Shelved:
    """An answer on the shelf; its text is its name."""
    expires = more.pop("expires", None)
    assert expires is None or isinstance(expires, date)
    answer = ApprovedAnswer(name, wordings[0], f"{name}的答案", expires=expires)
    fields = {"valid_from": None, "enabled": True, "changed_at_ms": 1, **more}
    return Shelved(answer, wordings, class_id, **fields)  # type: ignore[arg-type]


def found(shelf: AnswerShelf, question: str, class_id: str | None = None, today: date = TODAY) -> list[str]:
    """The answers that a question gets."""
    match shelf.find(question, class_id, today):
        case Served(answer):
            return [answer.id]
        case Offered(answers):
            return [answer.id for answer in answers]
        case _:
            return []


def test_the_same_words_are_served_whatever_stands_beside() -> None:
    """Marks and politeness do not count; the sureness is 1."""
    shelf = AnswerShelf([one("a", "校园卡丢了怎么办"), one("b", "饭卡丢了怎么办")])
    finding = shelf.find("老师您好，请问校园卡丢了怎么办？", None, TODAY)
    assert isinstance(finding, Served) and (finding.answer.id, finding.likeness) == ("a", 1.0)


def test_two_that_fit_as_well_are_offered() -> None:
    """The person chooses; asked in the words of one of them, that one is served."""
    shelf = AnswerShelf([one("a", "学校图书馆周末开门吗"), one("b", "区图书馆周末开门吗")])
    assert sorted(found(shelf, "图书馆周末开门吗")) == ["a", "b"]
    assert found(shelf, "区图书馆周末开门吗") == ["b"]


def test_of_the_same_words_the_own_class_answers() -> None:
    """What a class says of itself goes before what holds for everybody; others never see it."""
    shelf = AnswerShelf([one("all", "几点放学"), one("c1", "几点放学", class_id="c1")])
    assert found(shelf, "几点放学", "c1") == ["c1"]
    assert found(shelf, "几点放学", "c2") == ["all"]
    assert found(shelf, "几点放学", None) == ["all"]


def test_an_answer_counts_from_its_first_to_its_last_day() -> None:
    """Before, after, and switched off, it is not served."""
    day = date(2027, 1, 15)
    shelf = AnswerShelf([one("a", "校车几点发车", valid_from=day, expires=day)])
    assert found(shelf, "校车几点发车", today=date(2027, 1, 14)) == []
    assert found(shelf, "校车几点发车", today=day) == ["a"]
    assert found(shelf, "校车几点发车", today=date(2027, 1, 16)) == []
    shelf.put(one("a", "校车几点发车", enabled=False))
    assert found(shelf, "校车几点发车") == []


def test_what_is_put_again_or_dropped_leaves_no_trace() -> None:
    """Old wordings of a changed answer find nothing."""
    shelf = AnswerShelf([one("a", "校车几点发车", "校车时刻表")])
    shelf.put(one("a", "食堂几点开饭"))
    assert (found(shelf, "校车几点发车"), found(shelf, "食堂几点开饭")) == ([], ["a"])
    shelf.drop("a")
    assert found(shelf, "食堂几点开饭") == [] and len(shelf) == 0


def test_unrelated_questions_are_never_answered() -> None:
    """0 of 1,000, with an answer on the shelf for every question of the labelled pairs."""
    known = sorted({text for pair in shipped_pairs() for text in (pair.question, pair.other)})
    shelf = AnswerShelf(one(f"a{number}", wording) for number, wording in enumerate(known))
    questions = unrelated()
    assert len(questions) == 1000
    assert [question for question in questions if found(shelf, question)] == []


def test_forty_classes_with_the_same_questions_do_not_hide_each_other() -> None:
    """Only what counts for the one who asks takes part."""
    shelf = AnswerShelf(one(f"a{n}", "校园卡遗失如何补办", class_id=f"c{n}") for n in range(40))
    assert found(shelf, "校园卡丢了怎么补办", "c3") == ["a3"]


_WORDS = st.sampled_from(sorted({pair.question for pair in shipped_pairs()}))


@given(st.lists(st.tuples(st.sampled_from("abcd"), _WORDS, st.booleans()), max_size=12), _WORDS)
def test_a_shelf_after_any_changes_is_the_shelf_made_at_once(
    changes: list[tuple[str, str, bool]], question: str
) -> None:
    """Putting and dropping in any order finds what a shelf with only the rest finds."""
    shelf, kept = AnswerShelf(), {}
    for name, wording, stays in changes:
        if stays:
            kept[name] = one(name, wording)
            shelf.put(kept[name])
        else:
            kept.pop(name, None)
            shelf.drop(name)
    assert sorted(found(shelf, question)) == sorted(found(AnswerShelf(kept.values()), question))
