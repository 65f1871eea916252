"""Law: after every step the keys and values that are held are those of the ids in the ledger."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from server.engine.batch import Batch
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


def held(batch: Batch, ledger: Ledger) -> torch.Tensor | None:
    """Its keys and values, wherever they lie; None where the file had no room for them."""
    if ledger.slot is not None:
        return batch.ledgers._slots.save(ledger.slot, len(ledger.ids))
    if ledger.kept is not None:
        return ledger.kept
    spill = batch.ledgers._spill
    kept = spill.take(ledger.conversation)
    assert kept is not None, "an idle ledger has what it says"
    assert spill.put(ledger.conversation, kept)
    return kept


def check(batch: Batch, tiny: Tiny, *, deep: bool = False) -> None:
    """The law; `deep` compares keys and values with those computed from scratch."""
    inside = batch.ledgers
    slots = [ledger.slot for ledger in inside._open.values()]
    assert None not in slots
    assert sorted([*slots, *inside._slots._free]) == list(range(inside._slots.pool.shape[1]))
    for ledger in inside._idle.values():
        assert ledger.slot is None
        assert ledger.kept is None or ledger.kept.shape[1] == len(ledger.ids)
        assert (ledger.kept is None) == (ledger.conversation in inside._spill)
    assert {ledger.conversation for ledger in inside._idle.values() if ledger.kept is None} == set(
        inside._spill._entries
    )
    for ledger in ledgers(batch) if deep else ():
        fresh = tiny.model()
        slot = fresh.slots.take()
        fresh.step([Run(slot, 0, ledger.ids, "none")])
        wanted = fresh.slots.save(slot, len(ledger.ids))
        torch.testing.assert_close(held(batch, ledger), wanted, rtol=1e-3, atol=1e-3)


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
    budget_bytes = 200 * tiny.shape.kv_bytes_per_token  # for three of them, the shared system prompt included
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
