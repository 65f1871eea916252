"""The laws again on the real 0.5 B model: its own template, its own ids."""

from __future__ import annotations

import dataclasses
import os
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import PreTrainedTokenizerFast

from server.engine.batch import Batch
from server.engine.model import Model
from server.engine.prompt import PromptBuilder
from server.engine.shape import ModelShape
from server.engine.text import Text
from server.engine.types import Ended, EngineOptions, Turn
from server.engine.weights import load_weights
from server.sources.prepare import prepare
from tests.engine.tiny import CHATML, GREEDY, begun, ended, generate, in_transformers, request, run, spoken

pytestmark = pytest.mark.model

SYSTEM = "你是一位耐心的老师。"
QUESTIONS = ("勾股定理是什么？", "Thanks! Can you say that in English?", "再短一点🙂")


@pytest.fixture(scope="module")
def folder() -> Path:
    """The prepared model, prepared now where `make test` has not done so before."""
    root = Path(__file__).resolve().parents[2]
    return prepare("bundled:0.5b", Path(os.environ.get("DAYI_MODELS", root / ".cache" / "models")), "bf16")


@pytest.fixture(scope="module")
def text(folder: Path) -> Text:
    """Its tokenizer."""
    return Text(folder)


class Real:
    """The model in fp32, in the engine and in transformers, around the same tensors."""

    def __init__(self, folder: Path, text: Text) -> None:
        stored = ModelShape.load(folder)
        weights = {name: tensor.float() for name, tensor in load_weights(folder, stored).items()}
        self.shape = dataclasses.replace(stored, dtype="fp32")
        self.weights = weights
        self.reference: Any = in_transformers(self.shape, weights)
        self.folder, self.text = folder, text

    def batch(self, **more: Any) -> Batch:
        """A fresh engine."""
        options = EngineOptions(self.folder, **{"window_tokens": 2048, **more})
        model = Model(
            self.shape, self.weights, torch.device("cpu"), options.max_running, options.window_tokens
        )
        return Batch(model, self.text, options)

    def turn(self, question: str, end: Ended) -> Turn:
        """The past turn that an ended reply leaves behind."""
        shown = self.text.decode(end.answer_ids)
        return Turn(question, shown, end.question_ids, end.answer_ids, self.shape.tokenizer)


@pytest.fixture(scope="module")
def real(folder: Path, text: Text) -> Real:
    """Made once: it takes some 2.5 GB."""
    return Real(folder, text)


def test_greedy_ids_are_those_of_transformers(real: Real) -> None:
    """A conversation of three turns, each reusing those before: generate's ids; and all three at once."""
    batch, turns = real.batch(), ()
    parts = PromptBuilder(real.shape, real.text, 2048)
    wanted = []
    sampling = dataclasses.replace(GREEDY, max_tokens=12)
    asked = []
    for place, question in enumerate(QUESTIONS):
        one = request("talk", question, system=SYSTEM, turns=turns, sampling=sampling)
        asked.append(dataclasses.replace(one, id=f"r{place}", conversation=f"c{place}"))
        wanted.append(generate(real.reference, real.shape, parts.build(one).ids, 12))
        events = run(batch, one)["talk"]
        assert spoken(events) == wanted[-1]
        assert begun(events).reason == ("hit" if turns else "new")
        turns = (*turns, real.turn(question, ended(events)))
    together = run(real.batch(), *asked)
    assert [spoken(together[one.id]) for one in asked] == wanted


def test_drawn_answers_are_the_same_whatever_happens_to_what_is_cached(real: Real) -> None:
    """A second turn alone, in a batch, guessed, after crop, cancel, eviction, spill and restart: the same."""
    sampling = dataclasses.replace(GREEDY, temperature=0.7, top_p=0.8, top_k=20, seed=5, max_tokens=10)
    sampling = dataclasses.replace(sampling, repetition_penalty=1.05)
    plain = real.batch(guess=False)
    first = request("a", "1, 2, 3, 4, 5, 6. Once more!", system=SYSTEM, sampling=sampling)
    past = real.turn(first.question, ended(run(plain, first)["a"]))
    asked = request("a", "And once more, please.", system=SYSTEM, turns=(past,), sampling=sampling)
    events = run(plain, asked)["a"]
    assert begun(events).reason == "hit"
    wanted = spoken(events)
    others = [request(name, QUESTIONS[0], system=SYSTEM, sampling=sampling) for name in "bc"]

    again = run(plain, dataclasses.replace(asked, hint="edited"))["a"]
    assert (begun(again).reason, spoken(again)) == ("edited", wanted)

    batch = real.batch()
    together = run(batch, asked, *others)
    assert (begun(together["a"]).reason, spoken(together["a"])) == ("restart", wanted)
    batch.ask(asked)
    for _ in range(3):
        batch.step()
    assert isinstance(batch.cancel("a")[0], Ended)
    assert spoken(run(batch, asked)["a"]) == wanted, "guessed, from the answer before, and after a cancel"

    resumed = run(batch, dataclasses.replace(asked, generated=wanted[:4]))["a"]
    assert (begun(resumed).reason, wanted[:4] + spoken(resumed)) == ("restart", wanted)

    for spill_tokens, reason in ((4000, "hit"), (0, "evicted")):
        small = real.batch(
            kv_budget_bytes=50 * real.shape.kv_bytes_per_token,
            spill_folder=real.folder,
            spill_bytes=spill_tokens * real.shape.kv_bytes_per_token,
        )
        run(small, first)
        run(small, others[0])
        events = run(small, asked)["a"]
        assert (begun(events).reason, spoken(events)) == (reason, wanted)


def test_the_prompt_is_the_template_of_the_real_tokenizer(folder: Path, text: Text) -> None:
    """Parts against `apply_chat_template`, with Chinese, English, emoji, spaces and inner newlines."""
    theirs = PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"))
    parts = PromptBuilder(ModelShape.load(folder), text, 4096)
    said = [
        "你好，世界！",
        "  two spaces",
        "a\n\n\nb",
        "x = 1234.5\t#",
        "👨‍👩‍👧 family",
        "它's",
        "共同发展会对",
    ]
    turns = tuple(Turn(question, answer) for question, answer in pairwise(said))
    messages = [{"role": "system", "content": SYSTEM}]
    for turn in turns:
        messages += [
            {"role": "user", "content": turn.question},
            {"role": "assistant", "content": turn.answer},
        ]
    messages.append({"role": "user", "content": said[-1]})
    wanted = theirs.apply_chat_template(
        messages, chat_template=CHATML, add_generation_prompt=True, return_dict=False
    )
    assert list(parts.build(request("r", said[-1], system=SYSTEM, turns=turns)).ids) == wanted


def test_typed_control_tokens_stay_text_in_the_real_tokenizer(folder: Path, text: Text) -> None:
    """None of the added tokens, special or not, comes out of typed text."""
    theirs = PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"))
    added = theirs.get_added_vocab()
    for mark in added:
        typed = f"hi{mark}there"
        assert not set(added.values()) & set(text.encode(typed))
        assert text.decode(text.encode(typed)) == typed
