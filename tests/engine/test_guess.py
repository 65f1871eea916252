"""Guessing ahead changes when an answer comes, never what it says."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from server.engine.batch import Batch
from server.engine.guess import Answers, Guesser
from server.engine.model import Run
from server.engine.types import Ended, EngineRequest, Event, Sampling, Tokens
from tests.engine.tiny import GREEDY, Tiny, ended, request, run, shown, spoken

few = st.lists(st.integers(1, 4), max_size=60)  # of four ids every suffix comes again
samplings = st.builds(
    Sampling,
    temperature=st.sampled_from([0.0, 0.4, 1.5]),
    top_k=st.sampled_from([0, 5]),
    top_p=st.sampled_from([0.6, 1.0]),
    repetition_penalty=st.sampled_from([1.0, 1.3]),
    max_tokens=st.integers(1, 60),
    seed=st.integers(0, 50),
)


def followed(ids: Sequence[int], suffix: Sequence[int], guess: Sequence[int]) -> bool:
    """Whether the guess once came right after the suffix."""
    wanted = [*suffix, *guess]
    return any(list(ids[at : at + len(wanted)]) == wanted for at in range(len(ids)))


@given(ids=few, others=st.lists(few, max_size=3), more=few, limit=st.integers(0, 9))
def test_a_guess_is_what_followed_the_same_ids_before(
    ids: list[int], others: list[list[int]], more: list[int], limit: int
) -> None:
    """In this conversation or in another's answer; never more than asked for, and never out of nothing."""
    answers = Answers()
    for other in others:
        answers.add(other)
    mine = list(ids)
    guesser = Guesser(mine, answers)
    for token in [None, *more]:
        if token is not None:
            mine.append(token)
        guess = guesser.guess(limit)
        assert len(guess) <= limit
        assert not guess or any(
            followed(known, mine[-size:], guess)
            for size in range(1, min(4, len(mine)) + 1)
            for known in (mine, *others)
        )
        is_known = any(mine[-2:] == mine[at : at + 2] for at in range(len(mine) - 2))
        assert guess or limit == 0 or len(mine) < 3 or not is_known, "what was there is found"
        guesser.checked(len(guess), len(guess) // 2)


def test_a_longer_match_is_believed_first_and_then_the_newest() -> None:
    """Four ids that match say more than two; of two places the later one is taken."""
    answers = Answers()
    assert Guesser([1, 2, 3, 4, 50, 9, 9, 3, 4, 60, 7, 1, 2, 3, 4], answers).guess(1) == [50]
    assert Guesser([8, 3, 4, 50, 9, 9, 7, 3, 4, 60, 5, 3, 4], answers).guess(1) == [60]
    answers.add([1, 2, 3, 4, 70])
    assert Guesser([3, 4, 50, 1, 2, 3, 4], answers).guess(1) == [70]


def test_right_guesses_grow_and_wrong_ones_shrink() -> None:
    """Whoever is right is asked for more, up to a limit; whoever is wrong for fewer, but for some."""
    guesser = Guesser([*range(1, 40), 1, 2, 3, 4], Answers())
    sizes = []
    for is_right in [True] * 5 + [False] * 5:
        sizes.append(len(guesser.guess(99)))
        guesser.checked(sizes[-1], sizes[-1] * is_right)
    assert sizes[:5] == sorted(sizes[:5])
    assert sizes[5:] == sorted(sizes[5:], reverse=True)
    assert sizes[0] < sizes[5] <= 7
    assert 0 < sizes[-1] < sizes[5]


@given(added=st.lists(few, max_size=40))
def test_remembered_answers_stay_bounded(added: list[list[int]]) -> None:
    """However many come, so many ids are kept and as many places; the newest answer is found."""
    answers = Answers(max_ids=100)
    for ids in added:
        answers.add(ids)
        assert sum(map(len, answers._answers.values())) <= 100
        assert len(answers._answers) <= 100
        assert len(answers._after) <= 6 * 100
        if len(ids) > 4:
            assert answers.after(tuple(ids[:4]), 1)


@given(added=st.lists(st.tuples(st.sampled_from("ab"), few), max_size=12))
def test_answers_of_a_forgotten_conversation_leave_nothing(added: list[tuple[str, list[int]]]) -> None:
    """Neither whole nor in the few ids by which they were found; those of others stay."""
    answers, others = Answers(), Answers()
    for name, ids in added:
        answers.add(ids if name == "a" else [each + 10 for each in ids], name)
        others.add([each + 10 for each in ids] if name == "b" else [], name)
    answers.forget("a")
    assert list(answers._answers.values()) == list(others._answers.values())
    assert answers._after.keys() == others._after.keys()
    assert answers._num_ids == others._num_ids


@pytest.mark.parametrize("is_running", [True, False])
def test_a_deleted_conversation_is_not_guessed_from(tiny: Tiny, is_running: bool) -> None:
    """Deleted while it is answered or afterwards: nothing of its answer stays in the engine."""
    batch = tiny.batch()
    batch.ask(request("a", "hello"))
    for _ in range(6):
        batch.step()
    if is_running:
        batch.forget("a")
    while not batch.idle:
        batch.step()
    batch.forget("a")
    assert not batch._answers._answers
    assert not batch._answers._after


def steps(batch: Batch, asked: EngineRequest) -> tuple[list[Event], int]:
    """Ask and step to the end. Returns the events, and how many steps it took."""
    events = batch.ask(asked)
    num_steps = 0
    while not batch.idle:
        events += batch.step()
        num_steps += 1
    return events, num_steps


@settings(max_examples=40, deadline=None)
@given(sampling=samplings, question=st.sampled_from(["hello", "hello hello hello", "你好你好", "0101010101"]))
def test_an_answer_is_the_same_with_guessing(tiny: Tiny, sampling: Sampling, question: str) -> None:
    """Greedy, drawn, penalised: the same ids, text and end, and no step more than without."""
    asked = request("a", question, sampling=sampling)
    alone, num_alone = steps(tiny.batch(guess=False), asked)
    batch = tiny.batch()
    for number in range(2):  # the second time it was all answered before
        found, num_steps = steps(
            batch, dataclasses.replace(asked, id=f"r{number}", conversation=f"c{number}")
        )
        assert spoken(found) == spoken(alone)
        assert shown(found) == shown(alone)
        assert len(spoken(found)) <= sampling.max_tokens
        assert not set(spoken(found)) & set(tiny.shape.end_ids)
        assert dataclasses.replace(found[-1], id="a", reused_tokens=0) == dataclasses.replace(
            alone[-1], reused_tokens=0
        )
        assert num_steps <= num_alone
    (first, second) = batch.ledgers._idle.values()
    assert first.ids == second.ids


def test_what_was_answered_before_comes_in_fewer_steps(tiny: Tiny) -> None:
    """The point of it all: the same question again takes less than half of the steps."""
    sampling = dataclasses.replace(GREEDY, temperature=1.5, seed=3, max_tokens=60)
    batch = tiny.batch()
    _, first = steps(batch, request("a", "hello", sampling=sampling))
    _, again = steps(batch, request("b", "hello", sampling=sampling))
    assert again < first / 2


def test_some_that_decode_together_guess_too(tiny: Tiny) -> None:
    """Three at once, of different lengths and with different seeds, answer as each would alone."""
    asked = [
        request(
            f"r{place}",
            question,
            sampling=dataclasses.replace(GREEDY, temperature=1.2, seed=place % 2, max_tokens=20 + 9 * place),
        )
        for place, question in enumerate(["hello", "hello", "你好 hello", "why?"])
    ]
    wanted = {one.id: spoken(run(tiny.batch(guess=False), one)[one.id]) for one in asked}
    batch = tiny.batch(max_running=3)
    for number in range(2):
        again = [dataclasses.replace(one, conversation=f"{one.id} {number}") for one in asked]
        events = run(batch, *again)
        assert {name: spoken(each) for name, each in events.items()} == wanted
        assert {name: ended(each).generated_tokens for name, each in events.items()} == {
            name: len(ids) for name, ids in wanted.items()
        }


@pytest.mark.parametrize("num_steps", range(0, 12, 2))
def test_a_cancel_between_guesses_leaves_a_usable_ledger(tiny: Tiny, num_steps: int) -> None:
    """What was guessed wrong is not remembered: the next turn answers as a fresh engine would."""
    sampling = dataclasses.replace(GREEDY, temperature=1.5, seed=3, max_tokens=60)
    batch = tiny.batch()
    run(batch, request("before", "hello", sampling=sampling))
    batch.ask(request("talk", "hello", sampling=sampling))
    for _ in range(num_steps):
        batch.step()
    (end,) = batch.cancel("talk")
    asked = request("talk", "and now?", turns=(tiny.turn("hello", ended([end])),))
    assert spoken(run(batch, asked)["talk"]) == spoken(run(tiny.batch(guess=False), asked)["talk"])


def test_guesses_stay_within_the_window(tiny: Tiny) -> None:
    """At the end of the longest conversation no row is computed beyond its slot, and every id comes."""
    batch = tiny.batch(window_tokens=128)
    longest = 0
    step = batch._model.step

    def watched(runs: Sequence[Run]) -> torch.Tensor:
        nonlocal longest
        longest = max(longest, *(one.start + len(one.ids) for one in runs))
        return step(runs)

    batch._model.step = watched
    sampling = dataclasses.replace(GREEDY, max_tokens=500)
    for name in "ab":
        events = run(batch, request(name, "x" * 40, sampling=sampling))[name]
        end = events[-1]
        assert isinstance(end, Ended)
        assert end.prompt_tokens + end.generated_tokens == 128
        assert sum(isinstance(event, Tokens) for event in events) == end.generated_tokens
    assert longest <= 127, "the last id of an answer is never fed"
