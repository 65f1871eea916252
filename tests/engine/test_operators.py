"""Operators for 8-bit weights: what the self-test refuses, and a whole model through each of them."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from server.engine import operators
from server.engine.model import Model, Run
from server.engine.native.library import Unavailable, is_available
from server.engine.operators import NATIVE, OPERATORS, Operator, Packed, choose_operator, try_operator
from server.engine.process import open_batch
from server.engine.shape import ModelShape
from server.engine.types import EngineOptions
from server.errors import SettingsProblem
from tests.engine.tiny import ended, random_weights, request, run, write_prepared

HERE = [name for name in OPERATORS if name != NATIVE or is_available()]
EACH = pytest.mark.parametrize("name", HERE)


def saturating(weight: torch.Tensor, scale: torch.Tensor) -> Packed:
    """As processors without VNNI add: the sums of pairs of products have 16 bits."""
    pairs = weight.int().view(len(weight), -1, 2)

    def multiply(rows: torch.Tensor) -> torch.Tensor:
        whole = (rows * 127).round().int() + 128
        sums = (whole.view(len(rows), 1, -1, 2) * pairs).sum(-1).clamp(-(1 << 15), (1 << 15) - 1).sum(-1)
        return (sums - 128 * weight.int().sum(1)).float() / 127 * scale

    return multiply


def missing(weight: torch.Tensor, scale: torch.Tensor) -> Packed:
    """As a build of torch without it says."""
    raise NotImplementedError("Could not run 'quantized::linear_prepack'\nwith arguments")


def not_built(weight: torch.Tensor, scale: torch.Tensor) -> Packed:
    """As an installation without a compiler says."""
    raise Unavailable("not built")


def off_for_lone_rows(weight: torch.Tensor, scale: torch.Tensor) -> Packed:
    """Another kernel computes single rows, and that one is wrong."""
    whole = weight * scale.unsqueeze(1)
    return lambda rows: F.linear(rows, whole) * (1.1 if len(rows) == 1 else 1.0)


def not_numbers(weight: torch.Tensor, scale: torch.Tensor) -> Packed:
    """What reads beyond its memory may give."""
    return lambda rows: torch.full((len(rows), len(weight)), float("nan"))


@pytest.mark.parametrize(
    ("pack", "problem"),
    [
        (saturating, "computes wrong"),
        (off_for_lone_rows, "computes wrong"),
        (not_numbers, "computes wrong"),
        (missing, "not available (Could not run 'quantized::linear_prepack')"),
        (not_built, "not available (not built)"),
    ],
)
def test_the_self_test_refuses_what_computes_wrong_or_not_at_all(
    pack: Callable[[torch.Tensor, torch.Tensor], Packed], problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Saturated sums, a wrong kernel for lone rows, no numbers, no kernel: each is said in words."""
    monkeypatch.setattr(operators, "_milliseconds", lambda *_: 0.0)  # however slow they are here
    assert problem in try_operator(Operator("bad", pack)).problem


@EACH
def test_every_operator_works_here(name: str) -> None:
    """On the machine that runs the suite none is refused, and each is timed for three numbers of rows."""
    trial = try_operator(OPERATORS[name])
    assert trial.problem == ""
    assert len(trial.milliseconds) == 3
    assert choose_operator(name)[0] is OPERATORS[name], "one that is asked for is taken"


def test_the_fastest_that_computes_right_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong one is not, however fast; and what was seen of every one is reported."""
    trials = {
        "native": operators.Trial("native", (), "not available (no AVX-512)"),
        "fbgemm": operators.Trial("fbgemm", (0.1, 0.1, 0.1), "it computes wrong (error 0.300)"),
        "onednn": operators.Trial("onednn", (1.0, 1.0, 4.0)),
        "woq8": operators.Trial("woq8", (0.5, 1.0, 20.0)),
        "plain": operators.Trial("plain", (2.0, 2.0, 2.0)),
    }
    monkeypatch.setattr(operators, "try_operator", lambda operator: trials[operator.name])
    operator, seen = choose_operator()
    assert operator.name == "onednn"
    assert seen == tuple(trials.values())
    with pytest.raises(SettingsProblem, match="operator fbgemm: it computes wrong"):
        choose_operator("fbgemm")


def test_an_unknown_operator_is_named_with_those_that_are_known() -> None:
    """Said before anything is tried."""
    with pytest.raises(SettingsProblem, match="'fast': known are auto, native, fbgemm, onednn, woq8, plain"):
        choose_operator("fast")


@EACH
@settings(max_examples=25, deadline=None)
@given(
    num_rows=st.sampled_from([1, 2, 3, 7, 16, 65]),
    num_outputs=st.sampled_from([8, 24, 48, 200]),
    num_inputs=st.sampled_from([8, 48, 80, 256]),
    seed=st.integers(0, 99),
)
def test_products_agree_with_fp32(
    name: str, num_rows: int, num_outputs: int, num_inputs: int, seed: int
) -> None:
    """Any sizes, rows in [-1, 1] with the extremes among them."""
    generator = torch.Generator().manual_seed(seed)
    weight = torch.randint(-127, 128, (num_outputs, num_inputs), generator=generator, dtype=torch.int8)
    scale = torch.rand(num_outputs, generator=generator) * 0.01 + 1e-4
    rows = torch.rand(num_rows, num_inputs, generator=generator) * 2 - 1
    rows[:, 0] = 1
    rows[-1] = -1
    found = OPERATORS[name].pack(weight, scale)(rows)
    wanted = F.linear(rows, weight * scale.unsqueeze(1))
    assert found.dtype == torch.float32
    # Half a step of the rows, or of bf16, for every product, all in one direction: more is a mistake.
    bound = (weight.float().abs() * scale.unsqueeze(1)).sum(1) / 127
    assert ((found - wanted).abs() <= bound + wanted.abs() / 100).all()


@pytest.mark.parametrize("num_inputs", [64, 72])
def test_weights_are_multiplied_wherever_they_lie(num_inputs: int) -> None:
    """Unpacked, at any place of a file: kernels that take many numbers at once are choosy about addresses."""
    held = torch.randint(-127, 128, (48 * num_inputs + 64,), dtype=torch.int8)
    rows = torch.rand(9, num_inputs)
    for place in range(0, 64, 4):
        weight = held[place : place + 48 * num_inputs].view(48, num_inputs)
        found = operators.unpacked(weight, torch.ones(48))(rows)
        wanted = F.linear(rows, weight.float())
        assert (found - wanted).norm() < 0.01 * wanted.norm()


@pytest.fixture(scope="module")
def int8(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A prepared folder of a tiny model in 8 bits."""
    folder = tmp_path_factory.mktemp("int8")
    write_prepared(folder, dtype="int8")
    return folder


def logits(shape: ModelShape, model: Model) -> torch.Tensor:
    """Of a prompt in two chunks, and of ids after it that come one by one."""
    ids = torch.randint(shape.vocab_size, (40,), generator=torch.Generator().manual_seed(3)).tolist()
    chunks = [(0, ids[:20]), (20, ids[20:30]), *((place, [ids[place]]) for place in range(30, 40))]
    return torch.cat([model.step([Run(0, start, part, "all")]) for start, part in chunks])


@EACH
def test_a_model_through_each_operator_says_what_it_says_in_fp32(int8: Path, name: str) -> None:
    """Within what 8 bits cost a model of random weights; and near what bf16 arithmetic makes of them."""
    shape = ModelShape.load(int8)
    exact = dataclasses.replace(shape, dtype="fp32")
    cpu = torch.device("cpu")
    wanted = logits(exact, Model(exact, random_weights(exact), cpu, 1, 512))
    weights = random_weights(shape)
    model, reference = (Model(shape, weights, cpu, 1, 512, OPERATORS[one]) for one in (name, "plain"))
    unpacked = logits(shape, model)
    model.pack()
    reference.pack()
    found, plain = logits(shape, model), logits(shape, reference)
    assert (unpacked - wanted).norm() < 0.15 * wanted.norm()
    assert (found - wanted).norm() < 0.15 * wanted.norm()
    assert (found - plain).norm() < 0.1 * wanted.norm()


@EACH
def test_an_engine_answers_with_the_operator_that_was_asked_for(int8: Path, name: str) -> None:
    """From the folder to the last token; a second turn reuses the first."""
    batch = open_batch(EngineOptions(int8, threads=1, operator=name, window_tokens=512))
    assert batch._model.operator is OPERATORS[name]
    assert ended(run(batch, request("a", "hello"))["a"]).generated_tokens > 0


def test_the_report_is_json_for_a_program_that_has_no_torch() -> None:
    """`python -m server.engine.operators` says which operator is chosen, and of each its times or problem."""
    done = subprocess.run(
        [sys.executable, "-m", "server.engine.operators", "plain"],
        capture_output=True,
        check=True,
        timeout=60,
    )
    report = json.loads(done.stdout)
    assert report["chosen"] == "plain"
    assert [trial["name"] for trial in report["trials"]] == list(OPERATORS)
    usable = [trial for trial in report["trials"] if not trial["problem"]]
    assert [trial["name"] for trial in usable] == HERE
    assert all(len(trial["milliseconds"]) == 3 for trial in usable)
