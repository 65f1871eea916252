"""Law: after every step the cached length equals the number of ids in the ledger, and the cache is theirs."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from server.engine.batch import Batch
from server.engine.cache import Cache
from server.engine.ledger import Ledger
from server.engine.model import Run
from server.engine.types import Ended, Event, Tokens, Turn
from tests.engine.tiny import GREEDY, Tiny, begun, ended, request, run

CONVERSATIONS = ("a", "b", "c")
operations = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), st.sampled_from(CONVERSATIONS), st.integers(1, 60)),
        st.tuples(st.just("anew"), st.sampled_from(CONVERSATIONS), st.integers(1, 60)),
        st.tuples(st.just("step"), st.just(""), st.integers(1, 6)),
        st.tuples(st.just("cancel"), st.sampled_from(CONVERSATIONS), st.just(0)),
        st.tuples(st.just("forget"), st.sampled_from(CONVERSATIONS), st.just(0)),
    ),
    max_size=25,
)


def ledgers(batch: Batch) -> list[Ledger]:
    """Every ledger that the engine holds, idle and in use."""
    held = batch.ledgers
    return [*held._idle.values(), *held._open.values()]


def check(batch: Batch, tiny: Tiny, *, deep: bool = False) -> None:
    """The law; `deep` compares keys and values with those computed from scratch."""
    for ledger in ledgers(batch):
        assert len(ledger.ids) == ledger.cache.length <= ledger.cache.capacity
        if deep and ledger.ids:
            fresh = Cache(tiny.shape, torch.device("cpu"))
            fresh.reserve(len(ledger.ids))
            tiny.model.step([Run(fresh, ledger.ids, wants_logits=False)])
            torch.testing.assert_close(
                ledger.cache.copy(ledger.cache.length), fresh.copy(fresh.length), rtol=1e-3, atol=1e-3
            )


@settings(max_examples=60, deadline=None)
@given(operations=operations, budget_tokens=st.sampled_from([300, 700, 5000]))
def test_ledger_and_cache_agree_after_any_operations(
    tiny: Tiny, operations: Sequence[tuple[str, str, int]], budget_tokens: int
) -> None:
    """Random asking, stepping, cancelling and forgetting: ids and cache never part, and every reply ends."""
    budget_bytes = budget_tokens * tiny.shape.kv_bytes_per_token
    batch = tiny.batch(window_tokens=256, max_running=2, kv_budget_bytes=budget_bytes)
    turns: dict[str, tuple[Turn, ...]] = dict.fromkeys(CONVERSATIONS, ())
    busy: dict[str, tuple[str, str]] = {}  # conversation → request, question
    num_asked = 0

    def took(events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, Ended):
                for name, (asked, question) in list(busy.items()):
                    if asked == event.id:
                        del busy[name]
                        turns[name] = (*turns[name], tiny.turn(question, event))
        check(batch, tiny)

    for kind, name, size in operations:
        if kind in {"ask", "anew"} and name not in busy:
            num_asked += 1
            if kind == "anew":
                turns[name] = turns[name][:-1]
            question = f"{num_asked} hello "[:size] * 3
            busy[name] = (f"r{num_asked}", question)
            sampling = dataclasses.replace(GREEDY, max_tokens=1 + size % 9)
            took(
                batch.ask(
                    request(
                        f"r{num_asked}", question, conversation=name, turns=turns[name], sampling=sampling
                    )
                )
            )
        elif kind == "step":
            for _ in range(size):
                took(batch.step())
        elif kind == "cancel" and name in busy:
            took(batch.cancel(busy[name][0]))
        elif kind == "forget":
            took(batch.forget(name))
    while not batch.idle:
        took(batch.step())
    assert not busy
    check(batch, tiny, deep=True)


def test_the_budget_evicts_the_least_recently_used(tiny: Tiny) -> None:
    """Memory stays within the budget; the conversation used last survives, the older ones do not."""
    budget_bytes = 400 * tiny.shape.kv_bytes_per_token
    batch = tiny.batch(kv_budget_bytes=budget_bytes)
    first = {name: ended(run(batch, request(name, "hello"))[name]) for name in "abcd"}
    assert batch.memory().kv_bytes <= budget_bytes
    for name, reason in (("d", "hit"), ("a", "evicted")):
        events = run(batch, request(name, "go on", turns=(tiny.turn("hello", first[name]),)))[name]
        assert begun(events).reason == reason


def test_a_history_this_process_never_saw_is_a_restart(tiny: Tiny) -> None:
    """A conversation that comes with turns and no ledger came from before."""
    turns = (Turn("hello", "你好"),)
    assert begun(run(tiny.batch(), request("old", "go on", turns=turns))["old"]).reason == "restart"


def test_a_forgotten_conversation_is_dropped_also_while_it_runs(tiny: Tiny) -> None:
    """Nothing of a deleted conversation stays in memory, and it is new when its name comes again."""
    batch = tiny.batch()
    batch.ask(request("a"))
    batch.step()
    batch.forget("a")
    while not batch.idle:
        batch.step()
    run(batch, request("b"))
    batch.forget("b")
    assert batch.memory().num_conversations == 0
    assert begun(run(batch, request("a"))["a"]).reason == "new"


def test_the_end_token_is_sampled_and_never_fed(tiny: Tiny) -> None:
    """The ledger ends with the answer's last content id; the end token comes with the next prompt."""
    for seed in range(40):
        batch = tiny.batch()
        sampling = dataclasses.replace(GREEDY, temperature=3.0, top_k=0, top_p=1.0, max_tokens=400, seed=seed)
        events = run(batch, request("a", sampling=sampling))["a"]
        end = ended(events)
        if end.finish == "stop":
            break
    else:
        raise AssertionError("no answer ended by itself")
    assert not set(tiny.shape.end_ids) & {t for e in events if isinstance(e, Tokens) for t in e.ids}
    (ledger,) = ledgers(batch)
    assert len(ledger.ids) == end.prompt_tokens + len(end.answer_ids)
    assert tuple(ledger.ids[end.prompt_tokens :]) == end.answer_ids
    after = run(batch, request("a", "next", turns=(tiny.turn("hello", end),)))["a"]
    assert begun(after).reason == "hit"
