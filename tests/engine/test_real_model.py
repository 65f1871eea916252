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
from server.engine.types import EngineOptions, Turn
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
    return prepare("bundled:0.5b", Path(os.environ.get("DAYI_MODELS", root / ".cache" / "models")))


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
        self.model = Model(self.shape, weights, torch.device("cpu"), 2048)
        self.reference: Any = in_transformers(self.shape, weights)
        self.folder, self.text = folder, text

    def batch(self) -> Batch:
        """A fresh engine."""
        return Batch(self.model, self.text, EngineOptions(self.folder, window_tokens=2048))


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
        turns = (
            *turns,
            Turn(
                question,
                real.text.decode(ended(events).answer_ids),
                ended(events).question_ids,
                ended(events).answer_ids,
                real.shape.tokenizer,
            ),
        )
    together = run(real.batch(), *asked)
    assert [spoken(together[one.id]) for one in asked] == wanted


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
