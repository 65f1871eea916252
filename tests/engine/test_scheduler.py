"""Rounds: in each, everybody has one turn at most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from server.engine.prompt import Prompt
from server.engine.reply import Reply
from server.engine.scheduler import Queue
from tests.engine.tiny import Tiny, request


def reply(tiny: Tiny, name: str, user: str) -> Reply:
    return Reply(request(name, user=user), Prompt((1, 2), (2,), 0, False, 9), tiny.text)


def served(queue: Queue) -> list[str]:
    """Everyone in the order in which they are taken, one place at a time."""
    names = []
    while (first := queue.first(())) is not None:
        queue.take(first)
        names.append(first.request.id)
    return names


def asked(tiny: Tiny, users: Iterable[str]) -> Queue:
    queue = Queue()
    for place, user in enumerate(users):
        queue.add(reply(tiny, f"{user}{place}", user))
    return queue


def test_forty_people_are_served_by_arrival_whatever_one_of_them_asks_besides(tiny: Tiny) -> None:
    """The greedy one asks eight times before anyone else: one answer, then those of the 39 others."""
    queue = asked(tiny, ["greedy"] * 8 + [f"pupil-{place}-" for place in range(39)])
    order = served(queue)
    assert order[0] == "greedy0"
    assert order[1:40] == [f"pupil-{place}-{place + 8}" for place in range(39)]
    assert order[40:] == [f"greedy{place}" for place in range(1, 8)]


def test_nobody_starves_while_newcomers_keep_coming(tiny: Tiny) -> None:
    """A second question of someone who was served waits for one newcomer, not for all of them."""
    queue = asked(tiny, ["old"])
    first = queue.first(())
    assert first is not None
    queue.take(first)
    queue.add(reply(tiny, "second", "old"))
    taken = []
    for place in range(10):
        queue.add(reply(tiny, f"new{place}", f"new{place}"))
        chosen = queue.first(())
        assert chosen is not None
        queue.take(chosen)
        taken.append(chosen.request.id)
    assert "second" in taken[:3]


def test_whoever_leaves_the_queue_is_not_put_back_for_it(tiny: Tiny) -> None:
    """Eight questions withdrawn while waiting: the ninth has the place of a first one."""
    queue = asked(tiny, ["fickle"] * 8 + ["patient"])
    for place in reversed(range(8)):
        assert queue.remove(f"fickle{place}") is not None
    queue.add(reply(tiny, "ninth", "fickle"))
    queue.add(reply(tiny, "late", "late"))
    assert served(queue) == ["patient8", "ninth", "late"]
    assert queue.remove("ninth") is None


@given(st.lists(st.sampled_from("abcd"), max_size=30))
def test_the_told_order_is_the_order_of_service_and_fair(tiny: Tiny, users: list[str]) -> None:
    """Positions are true; and at no moment has one person had two answers more than one who still waits."""
    queue = asked(tiny, users)
    told = [each.request.id for each in queue.order()]
    assert served(queue) == told
    for place in range(len(told)):
        had = Counter(name[0] for name in told[:place])
        assert all(max(had.values(), default=0) - had[name[0]] <= 1 for name in told[place:])


def test_two_questions_of_one_conversation_do_not_run_together(tiny: Tiny) -> None:
    """While it is being answered, others of its conversation are passed over."""
    queue = asked(tiny, [])
    running = reply(tiny, "running", "a")
    same = Reply(
        request("same", conversation="running", user="b"), Prompt((1, 2), (2,), 0, False, 9), tiny.text
    )
    queue.add(same)
    assert queue.first([running]) is None
    queue.add(reply(tiny, "other", "c"))
    first = queue.first([running])
    assert first is not None
    assert first.request.id == "other"
