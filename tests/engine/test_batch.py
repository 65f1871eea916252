"""Steps, cancel, places: what a person notices of the batch."""

from __future__ import annotations

import dataclasses

import pytest

from server.engine.types import Begun, Ended, Tokens, Waiting
from tests.engine.tiny import GREEDY, Tiny, begun, ended, request, run, shown, spoken

LONG = dataclasses.replace(GREEDY, max_tokens=100)


def test_events_come_in_order_and_text_is_the_ids_text(tiny: Tiny) -> None:
    """Begun, tokens, ended; the pieces together are the decoded answer."""
    events = run(tiny.batch(), request("a", "你好"))["a"]
    assert isinstance(events[0], Begun)
    assert all(isinstance(event, Tokens) for event in events[1:-1])
    assert shown(events) == tiny.text.decode(ended(events).answer_ids)
    assert ended(events).generated_tokens == len(spoken(events))


def test_a_length_limit_ends_an_answer(tiny: Tiny) -> None:
    """`length` after exactly the allowed tokens; the window limits too."""
    events = run(tiny.batch(), request("a", sampling=dataclasses.replace(GREEDY, max_tokens=3)))["a"]
    assert (ended(events).finish, len(spoken(events))) == ("length", 3)
    greedy = dataclasses.replace(GREEDY, max_tokens=500)
    events = run(tiny.batch(window_tokens=128), request("a", "x" * 40, sampling=greedy))["a"]
    assert ended(events).prompt_tokens + len(spoken(events)) <= 128


def test_a_question_that_does_not_fit_fails_at_once(tiny: Tiny) -> None:
    """It takes no place, and says how long it is."""
    batch = tiny.batch(window_tokens=128)
    (end,) = batch.ask(request("a", "x" * 200))
    assert isinstance(end, Ended)
    assert end.finish == "failed"
    assert "too long" in end.message
    assert batch.idle


def test_streams_go_on_while_a_long_question_is_prefilled(tiny: Tiny) -> None:
    """Every step of a long prefill also brings a token of the reply that decodes."""
    batch = tiny.batch()
    batch.ask(request("quick", sampling=LONG))
    while not any(isinstance(event, Tokens) for event in batch.step()):
        pass
    batch.ask(request("slow", "x" * 200))
    num_steps = 0
    while True:
        events = batch.step()
        num_steps += 1
        assert next(event.id for event in events if isinstance(event, Tokens)) == "quick"
        if any(event.id == "slow" for event in events):
            break
    assert num_steps >= 200 // 16


@pytest.mark.parametrize("num_steps", [0, 1, 30])
def test_cancel_ends_a_running_reply_before_the_next_step(tiny: Tiny, num_steps: int) -> None:
    """In prefill and in decode: no token after it, and the place goes to who waits."""
    batch = tiny.batch(max_running=1)
    batch.ask(request("a", "why? " * 20, sampling=LONG))
    batch.ask(request("b"))
    for _ in range(num_steps):
        batch.step()
    events = batch.cancel("a")
    assert isinstance(events[0], Ended)
    assert events[0].finish == "cancelled"
    assert [event.id for event in events if isinstance(event, Begun)] == ["b"]
    while not batch.idle:
        assert {event.id for event in batch.step()} <= {"b"}
    assert batch.cancel("a") == [], "cancelling twice does nothing"


def test_cancel_takes_a_waiting_reply_out_of_the_queue(tiny: Tiny) -> None:
    """It ends at once without having had a place, and the others move up."""
    batch = tiny.batch(max_running=1)
    for name in ("a", "b", "c"):
        batch.ask(request(name))
    events = batch.cancel("b")
    assert ended(events[:1]).finish == "cancelled"
    assert events[0].id == "b"
    assert [(event.id, event.position) for event in events if isinstance(event, Waiting)] == [("c", 0)]
    assert batch.cancel("nobody") == []


def test_waiting_replies_know_their_place_and_a_growing_estimate(tiny: Tiny) -> None:
    """Positions count from zero, estimates grow with them, and both are told again when they change."""
    batch = tiny.batch(max_running=2)
    events = [event for name in "abcdef" for event in batch.ask(request(name, sampling=LONG))]
    last = {event.id: event for event in events if isinstance(event, Waiting)}
    assert [last[name].position for name in "cdef"] == [0, 1, 2, 3]
    estimates = [last[name].eta_seconds for name in "cdef"]
    assert estimates == sorted(estimates)
    assert estimates[-1] > 0
    events = []
    while not any(isinstance(event, Begun) for event in events):
        events = batch.step()
    assert {event.id for event in events if isinstance(event, Waiting)} == {"d", "e", "f"}


def test_one_person_with_many_questions_does_not_push_others_back(tiny: Tiny) -> None:
    """The second person's only question comes right after the first one's running reply."""
    batch = tiny.batch(max_running=1)
    for place in range(5):
        batch.ask(request(f"many{place}", user="many"))
    batch.ask(request("one", user="one"))
    order = []
    while not batch.idle:
        order += [event.id for event in batch.step() if isinstance(event, Begun)]
    assert order[0] == "one"


def test_two_questions_of_one_conversation_are_answered_one_after_the_other(tiny: Tiny) -> None:
    """A ledger serves one reply at a time; the second waits although there are places."""
    batch = tiny.batch()
    events = batch.ask(request("r1", conversation="talk")) + batch.ask(request("r2", conversation="talk"))
    assert [event.id for event in events if isinstance(event, Begun)] == ["r1"]
    while not batch.idle:
        events += batch.step()
    ends = [event for event in events if isinstance(event, Ended)]
    assert [event.id for event in ends] == ["r1", "r2"]
    assert ends[0].answer_ids == ends[1].answer_ids


def test_replies_wait_while_memory_is_short(tiny: Tiny) -> None:
    """Two that do not fit together run one after the other, within the budget; none is refused."""
    budget_bytes = 400 * tiny.shape.kv_bytes_per_token
    batch = tiny.batch(kv_budget_bytes=budget_bytes)
    events = [event for name in "ab" for event in batch.ask(request(name, "x" * 100, sampling=LONG))]
    assert [type(event) for event in events] == [Begun, Waiting]
    while not batch.idle:
        events += batch.step()
        assert batch.memory().kv_bytes <= budget_bytes
    assert [event.id for event in events if isinstance(event, Ended)] == ["a", "b"]


def test_a_short_prefill_goes_before_a_long_one(tiny: Tiny) -> None:
    """A follow-up of a few ids does not wait behind thousands, and the long one is not starved."""
    batch = tiny.batch(chunk_tokens=4)
    batch.ask(request("long", "x" * 300))
    batch.step()
    batch.ask(request("short", "hi"))
    first = [event.id for _ in range(40) for event in batch.step() if isinstance(event, Tokens)]
    assert first[0] == "short"
    assert "long" not in first
    names = []
    for place in range(60):  # short ones keep coming
        batch.ask(request(f"s{place}", "hi " * 10))
        for _ in range(8):
            names += [event.id for event in batch.step() if isinstance(event, Tokens)]
    assert "long" in names


def test_the_shown_answer_has_no_half_character(tiny: Tiny) -> None:
    """Cut at any length, text and remembered ids end with a whole character, and the next turn is a hit."""
    for max_tokens in range(1, 20):
        batch = tiny.batch()
        sampling = dataclasses.replace(GREEDY, max_tokens=max_tokens)
        events = run(batch, request("a", "hello", sampling=sampling))["a"]
        turn = tiny.turn("hello", ended(events))
        assert shown(events) == tiny.text.decode(ended(events).answer_ids)
        assert begun(run(batch, request("a", "next", turns=(turn,)))["a"]).reason == "hit"
