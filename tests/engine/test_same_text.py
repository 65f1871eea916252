"""Law: greedy ids in fp32 are transformers' own, with and without reuse, alone and in every batch."""

from __future__ import annotations

import dataclasses

import pytest

from server.engine.prompt import PromptBuilder
from server.engine.types import EngineRequest, Hint, Turn
from server.sources.fuse import fused
from tests.engine.tiny import GREEDY, Tiny, begun, ended, request, run, spoken

QUESTIONS = [
    "hello",
    "你好，世界！" * 6,
    "a",
    "why? " * 20,
    "0123456789" * 5,
    "勾股定理",
    "hello hello",
    "x\ny",
]


def wanted(tiny: Tiny, asked: EngineRequest) -> tuple[int, ...]:
    """What transformers answers to the request's prompt."""
    prompt = PromptBuilder(tiny.shape, tiny.text, 512).build(asked)
    return tiny.generate(prompt.ids, asked.sampling.max_tokens, asked.sampling.repetition_penalty)


def test_weights_of_transformers_fuse_into_the_prepared_ones(each_tiny: Tiny) -> None:
    """Fusing what transformers holds gives back the tensors it was built from."""
    state = each_tiny.reference.state_dict()
    made = dict(fused(each_tiny.shape, state.__getitem__))
    assert made.keys() == each_tiny.weights.keys()
    assert all((made[name] == tensor).all() for name, tensor in each_tiny.weights.items())


def test_a_lone_reply_is_what_transformers_generates(each_tiny: Tiny) -> None:
    """A first question, prefilled in chunks, gives generate's ids."""
    for question in QUESTIONS:
        asked = request("one", question)
        assert spoken(run(each_tiny.batch(), asked)["one"]) == wanted(each_tiny, asked)


@pytest.mark.parametrize("size", [2, 3, 8])
def test_a_batch_answers_as_each_alone_would(each_tiny: Tiny, size: int) -> None:
    """Ragged batches, also with more requests than places, give the same ids."""
    asked = [request(f"r{place}", question) for place, question in enumerate(QUESTIONS)]
    events = run(each_tiny.batch(max_running=size), *asked)
    for one in asked:
        assert spoken(events[one.id]) == wanted(each_tiny, one)


def test_a_penalty_works_as_in_transformers(tiny: Tiny) -> None:
    """Repetition is measured against prompt and answer, and changes the text."""
    sampling = dataclasses.replace(GREEDY, repetition_penalty=1.3, max_tokens=24)
    asked = request("p", "hello hello hello", sampling=sampling)
    answer = spoken(run(tiny.batch(), asked)["p"])
    assert answer == wanted(tiny, asked)
    assert answer != wanted(tiny, dataclasses.replace(asked, sampling=GREEDY))[: len(answer)]


def test_every_turn_of_a_conversation_reuses_all_before_it(each_tiny: Tiny) -> None:
    """Five turns: each computes exactly its new ids, and answers as a fresh engine would."""
    batch, turns = each_tiny.batch(), ()
    cached = 0
    for place, question in enumerate(QUESTIONS[:5]):
        asked = request("talk", question, turns=turns)
        events = run(batch, asked)["talk"]
        end, begin = ended(events), begun(events)
        assert spoken(events) == wanted(each_tiny, asked)
        assert begin.reason == ("hit" if place else "new")
        assert begin.reused == cached
        assert begin.reused + begin.prefilled == end.prompt_tokens
        turns = (*turns, each_tiny.turn(question, end))
        # The last token of a full-length answer was sampled and not fed; an open character is cropped.
        fed = end.generated_tokens - (end.finish == "length")
        cached = end.prompt_tokens + min(len(end.answer_ids), fed)


def test_a_long_conversation_equals_a_from_scratch_prefill(tiny: Tiny) -> None:
    """Thirty turns of reuse, truncation included, leave no drift."""
    batch, turns, reasons = tiny.batch(window_tokens=300), (), []
    sampling = dataclasses.replace(GREEDY, max_tokens=5)
    for place in range(30):
        asked = request("talk", f"hello {place}", turns=turns, sampling=sampling)
        events = run(batch, asked)["talk"]
        fresh = run(tiny.batch(window_tokens=300), asked)["talk"]
        assert spoken(events) == spoken(fresh)
        reasons.append(begun(events).reason)
        turns = (*turns, tiny.turn(f"hello {place}", ended(events)))
    assert 2 <= reasons.count("truncated") <= 8, "truncation goes in blocks, not turn by turn"
    assert set(reasons) == {"new", "hit", "truncated"}


@pytest.mark.parametrize("hint", ["edited", "filtered"])
def test_an_edited_answer_is_cropped_to_what_is_shared(tiny: Tiny, hint: Hint) -> None:
    """A turn whose text was changed is computed anew from there, and the report says why."""
    batch = tiny.batch()
    first = ended(run(batch, request("talk", "hello"))["talk"])
    changed = Turn("hello", "something else", first.question_ids, None, tiny.shape.tokenizer)
    asked = request("talk", "go on", turns=(changed,), hint=hint)
    events = run(batch, asked)["talk"]
    assert begun(events).reason == hint
    assert 0 < begun(events).reused <= first.prompt_tokens
    assert spoken(events) == wanted(tiny, asked)


def test_an_answer_asked_anew_reuses_the_whole_question(tiny: Tiny) -> None:
    """Regenerating computes one id: the one whose logits begin the answer."""
    batch = tiny.batch()
    first = run(batch, request("talk", "hello"))["talk"]
    events = run(batch, request("talk", "hello", hint="edited"))["talk"]
    assert (begun(events).prefilled, begun(events).reason) == (1, "edited")
    assert spoken(events) == spoken(first)


def test_a_cancelled_reply_leaves_a_usable_ledger(tiny: Tiny) -> None:
    """Cancelled after any number of steps, the next turn answers as if nothing had been cached."""
    for num_steps in range(9):
        batch = tiny.batch()
        batch.ask(request("talk", "why? " * 10))
        for _ in range(num_steps):
            batch.step()
        (end,) = batch.cancel("talk")
        turns = (tiny.turn("why? " * 10, ended([end])),)
        asked = request("talk", "and now?", turns=turns)
        events = run(batch, asked)["talk"]
        assert begun(events).reason == "hit" or num_steps == 0
        assert spoken(events) == wanted(tiny, asked)


def test_an_evicted_conversation_is_slow_and_correct(tiny: Tiny) -> None:
    """With memory for one conversation, two that alternate are rebuilt each time, and say so."""
    batch = tiny.batch(kv_budget_bytes=100 * tiny.shape.kv_bytes_per_token)
    turns: dict[str, tuple[Turn, ...]] = {"a": (), "b": ()}
    for place in range(3):
        for name in turns:
            asked = request(name, f"{name} hello " * 4, turns=turns[name])
            events = run(batch, asked)[name]
            assert begun(events).reason == ("evicted" if place else "new")
            assert spoken(events) == wanted(tiny, asked)
            turns[name] = (*turns[name], tiny.turn(asked.question, ended(events)))


def test_a_reply_goes_on_after_a_restart(tiny: Tiny) -> None:
    """Whatever had been generated, a new engine goes on to the same ids, drawn ones included."""
    for sampling in (GREEDY, dataclasses.replace(GREEDY, temperature=1.5, top_p=0.95, seed=7)):
        asked = request("talk", "hello", sampling=sampling)
        whole = run(tiny.batch(), asked)["talk"]
        answer = spoken(whole)
        for cut in range(len(answer) + 1):
            resumed = dataclasses.replace(asked, generated=answer[:cut])
            events = run(tiny.batch(), resumed)["talk"]
            assert answer[:cut] + spoken(events) == answer
            assert ended(events).answer_ids == ended(whole).answer_ids
            assert ended(events).finish == ended(whole).finish
            assert begun(events).reason == ("restart" if cut else "new")


def test_system_prompts_are_computed_once(tiny: Tiny) -> None:
    """A second conversation starts after the shared system prompt; another prompt is not mixed up."""
    batch = tiny.batch()
    first = begun(run(batch, request("a", "hello"))["a"])
    assert (first.reused, first.reason) == (0, "new")
    asked = request("b", "hello there")
    second = run(batch, asked)["b"]
    assert begun(second).reason == "new"
    assert begun(second).reused == len(PromptBuilder(tiny.shape, tiny.text, 512).system("Be brief."))
    assert spoken(second) == wanted(tiny, asked)
    other = request("c", "hello there", system="Be long.")
    third = run(batch, other)["c"]
    assert begun(third).reused == 0
    assert spoken(third) == wanted(tiny, other)
