"""Law: after every step the keys and values that are held are those of the ids in the ledger."""

from __future__ import annotations

import dataclasses
import errno
import os
from collections.abc import Sequence

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from server.engine.batch import Batch
from server.engine.ledger import Ledger
from server.engine.model import Run
from server.engine.types import Begun, Ended, Event, Tokens, Turn
from tests.engine.tiny import GREEDY, Tiny, begun, ended, request, run, spoken

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


def held(batch: Batch, ledger: Ledger) -> torch.Tensor:
    """Its keys and values, wherever they lie."""
    if ledger.slot is not None:
        return batch.ledgers._slots.save(ledger.slot, len(ledger.ids))
    if ledger.kept is not None:
        return ledger.kept
    spill = batch.ledgers._spill
    entry = spill._entries[ledger.conversation]
    assert spill._file is not None
    data = bytearray(os.pread(spill._file, entry.extent.size, entry.extent.offset))
    return torch.frombuffer(data, dtype=entry.dtype).view(entry.sizes)


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
@given(
    operations=operations,
    budget_tokens=st.sampled_from([60, 300, 5000]),
    spill_tokens=st.sampled_from([0, 100, 5000]),
)
def test_ledger_and_cache_agree_after_any_operations(
    tiny: Tiny, operations: Sequence[tuple[str, str, int]], budget_tokens: int, spill_tokens: int
) -> None:
    """Random asking, stepping, cancelling and forgetting: ids and cache never part, and every reply ends."""
    budget_bytes = budget_tokens * tiny.shape.kv_bytes_per_token
    batch = tiny.batch(
        window_tokens=256,
        max_running=2,
        kv_budget_bytes=budget_bytes,
        spill_folder=tiny.folder,
        spill_bytes=spill_tokens * tiny.shape.kv_bytes_per_token,
    )
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


def spilling(tiny: Tiny, num_tokens: int) -> Batch:
    """An engine with memory for one conversation, and a file for so many tokens."""
    token_bytes = tiny.shape.kv_bytes_per_token
    return tiny.batch(
        kv_budget_bytes=100 * token_bytes, spill_folder=tiny.folder, spill_bytes=num_tokens * token_bytes
    )


def test_what_memory_has_no_room_for_comes_back_from_the_file(tiny: Tiny) -> None:
    """Three conversations that alternate are a hit each time, as with memory for all, and answer the same."""
    batch, roomy = spilling(tiny, 2000), tiny.batch()
    turns: dict[str, tuple[Turn, ...]] = {"a": (), "b": (), "c": ()}
    for place in range(4):
        for name in turns:
            asked = request(name, f"{name} hello ", turns=turns[name])
            events, wanted = run(batch, asked)[name], run(roomy, asked)[name]
            assert begun(events) == begun(wanted)
            assert begun(events).reason == ("hit" if place else "new")
            assert events[1:] == wanted[1:]
            turns[name] = (*turns[name], tiny.turn(asked.question, ended(events)))
    assert len(batch.ledgers._spill) >= 2
    assert batch.memory().kv_bytes < roomy.memory().kv_bytes
    check(batch, tiny, deep=True)
    for name in turns:
        batch.forget(name)
    assert len(batch.ledgers._spill) == 0, "nothing of a deleted conversation stays"
    assert batch.memory().num_conversations == 0


@pytest.mark.parametrize(("name", "reason"), [("d", "hit"), ("c", "hit"), ("a", "evicted")])
def test_a_file_that_is_too_small_keeps_the_newest(tiny: Tiny, name: str, reason: str) -> None:
    """Those that it has no room for either are evicted, and say so."""
    batch = spilling(tiny, 90)
    first = {each: ended(run(batch, request(each, "hello"))[each]) for each in "abcd"}
    check(batch, tiny, deep=True)
    events = run(batch, request(name, "go on", turns=(tiny.turn("hello", first[name]),)))[name]
    assert begun(events).reason == reason
    check(batch, tiny, deep=True)


def test_a_disk_that_becomes_full_evicts(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine goes on; what had been written before is still there."""
    batch = spilling(tiny, 2000)
    first = {name: ended(run(batch, request(name, "hello"))[name]) for name in "ab"}

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    first["c"] = ended(run(batch, request("c", "hello"))["c"])
    for name, reason in (("c", "hit"), ("a", "hit"), ("b", "evicted")):
        events = run(batch, request(name, "go on", turns=(tiny.turn("hello", first[name]),)))[name]
        assert begun(events).reason == reason
        check(batch, tiny, deep=True)


def test_a_reply_that_nothing_has_room_for_runs_alone(tiny: Tiny) -> None:
    """Longer than the whole budget, it is answered all the same; others wait until it is done."""
    batch = tiny.batch(kv_budget_bytes=50 * tiny.shape.kv_bytes_per_token)
    events = batch.ask(request("long", "x" * 200)) + batch.ask(request("short", "hi"))
    assert [event.id for event in events if isinstance(event, Begun)] == ["long"]
    while not batch.idle:
        events += batch.step()
    assert [event.id for event in events if isinstance(event, Ended)] == ["long", "short"]
    assert batch.memory().kv_bytes <= 50 * tiny.shape.kv_bytes_per_token


def test_a_conversation_cancelled_before_its_first_step_leaves_nothing(tiny: Tiny) -> None:
    """Nothing was computed: there is nothing to keep, nor to write when memory is short."""
    batch = spilling(tiny, 2000)
    batch.ask(request("a", "hello", system=""))
    batch.cancel("a")
    assert batch.memory().num_conversations == 0
    assert begun(run(batch, request("b", "x" * 150))["b"]).reason == "new"
    assert begun(run(batch, request("a", "hello", system=""))["a"]).reason == "new"


def test_a_reply_that_was_complete_when_the_engine_died_ends_at_once(tiny: Tiny) -> None:
    """All its tokens had been sent but not its end: no step computes it, and its slot is free again."""
    asked = request("a", "hello")
    answer = spoken(run(tiny.batch(), asked)["a"])
    assert len(answer) == asked.sampling.max_tokens
    batch = tiny.batch(max_running=1)
    events = batch.ask(dataclasses.replace(asked, generated=answer))
    assert begun(events).reason == "restart"
    assert (ended(events).finish, ended(events).answer_ids) == ("length", answer)
    assert batch.idle
    check(batch, tiny)
    assert spoken(run(batch, request("b", "hello"))["b"]) == answer
