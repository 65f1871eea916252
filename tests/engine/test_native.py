"""Layers in C: they compute what torch's operators compute, whatever else is in a step or on the machine."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from server.engine.attention import Span
from server.engine.body import TorchBody, _normed, _turned
from server.engine.cache import Slots
from server.engine.model import Model, Run
from server.engine.native import body, library, matrix
from server.engine.native.body import NativeBody, fits
from server.engine.operators import OPERATORS
from server.engine.shape import ModelShape
from server.engine.weights import Weights
from tests.engine.test_attention import naive
from tests.engine.tiny import random_weights, tiny_shape, write_tokenizer

pytestmark = pytest.mark.skipif(not library.is_available(), reason="no AVX-512 here, or no compiler")

CPU = torch.device("cpu")
NUM_SLOTS, NUM_TOKENS = 6, 320
KINDS = ("qwen1.5", "qwen2.5", "qwen3")


@pytest.fixture(scope="module", params=KINDS)
def shape(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> ModelShape:
    """A tiny model whose heads are as wide as the smallest that can be computed here."""
    folder = tmp_path_factory.mktemp("native")
    write_tokenizer(folder)
    tiny = tiny_shape(folder, request.param)
    # Sizes that leave something over: of panels, of 64 bytes, of four.
    return dataclasses.replace(tiny, dtype="int8", head_dim=32, hidden_size=100, intermediate_size=70)


@pytest.fixture(scope="module")
def weights(shape: ModelShape) -> Weights:
    """Random ones in 8 bits."""
    return random_weights(shape)


@pytest.fixture(params=["_bf16", "_vnni"])
def build(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Each of the two builds."""
    path = next(Path(library.__file__).parent.glob(f"{request.param}*.so"))
    found = library.opened(path)
    if not found.dayi_runs_here():
        pytest.skip("this processor cannot run it")
    for user in (body, matrix):
        monkeypatch.setattr(user, "library", lambda: found)
    yield request.param


@st.composite
def steps(draw: st.DrawFn) -> list[Span]:
    """Spans of different slots: lone rows, guesses, chunks longer than one look takes; any lengths."""
    slots = draw(st.lists(st.integers(0, NUM_SLOTS - 1), unique=True, min_size=1))
    counts = st.sampled_from([1, 1, 2, 7, 33, 70])
    starts = st.sampled_from([0, 1, 15, 16, 63, 64, 65]) | st.integers(0, NUM_TOKENS - 70)
    return [Span(slot, draw(starts), draw(counts)) for slot in slots]


def filled(shape: ModelShape, spans: Sequence[Span], seed: int, behind: float) -> Slots:
    """Slots with the tokens that the spans come after, and `behind` everywhere else."""
    slots = Slots(shape, CPU, NUM_SLOTS, NUM_TOKENS)
    slots.pool.fill_(behind)
    generator = torch.Generator().manual_seed(seed)
    for span in spans:
        known = slots.pool[:, span.slot, : span.start]
        known.copy_(torch.randn(known.shape, generator=generator))
    return slots


def turns(shape: ModelShape) -> torch.Tensor:
    """A rotation for every place and pair of channels."""
    angles = torch.outer(torch.arange(NUM_TOKENS).float(), torch.rand(shape.head_dim // 2))
    return torch.polar(torch.ones_like(angles), angles)


@settings(max_examples=40, deadline=None)
@given(spans=steps(), seed=st.integers(0, 99))
def test_all_layers_compute_what_torch_computes(
    shape: ModelShape, weights: Weights, spans: list[Span], seed: int
) -> None:
    """Near what bf16 and 8 bits leave open; behind a conversation there may be anything, even no numbers."""
    rows = torch.randn(
        sum(span.count for span in spans), shape.hidden_size, generator=torch.manual_seed(seed)
    )
    rotations = turns(shape)
    reference = Model(shape, weights, CPU, 1, 64, OPERATORS["native"])
    torch_slots = filled(shape, spans, seed, 0.0)
    plain = TorchBody(
        shape, weights, torch_slots, rotations, lambda name: reference._projection(weights, name)
    )
    reference.pack()
    native_slots = filled(shape, spans, seed, float("nan"))
    with torch.inference_mode():
        wanted = plain(rows.clone(), spans)
        found = NativeBody(shape, weights, native_slots, rotations, fine=1)(rows.clone(), spans)
    first = 0
    for span in spans:
        rows_of = slice(first, first + span.count)
        first += span.count
        difference = (found[rows_of] - wanted[rows_of]).norm() / wanted[rows_of].norm()
        assert float(difference) < 0.3, "a number rounded to the other side makes random layers differ"
        held, reference_held = (slots.pool[:, span.slot] for slots in (native_slots, torch_slots))
        own = slice(span.start, span.total)
        difference = (held[:, own].float() - reference_held[:, own].float()).norm()
        assert float(difference / reference_held[:, own].float().norm()) < 0.1
        is_kept = torch.equal(held[:, : span.start], reference_held[:, : span.start])
        assert is_kept, "what was there stays"
        is_untouched = bool(held[:, span.total :].isnan().all())
        assert is_untouched, "nothing is written behind it"


def transparent(shape: ModelShape) -> tuple[ModelShape, Weights]:
    """One layer that adds to the rows what attention found: no projection behind it, no feed-forward."""
    size = shape.q_rows
    shape = dataclasses.replace(shape, num_layers=1, hidden_size=size)
    weights = random_weights(shape)
    for name in ("norm1", "norm2"):
        weights[f"layers.0.{name}"] = torch.ones(size)
    for name, weight, largest in (
        ("qkv", weights["layers.0.qkv.weight"], 0.15),  # scores that no rounding decides
        ("o", 127 * torch.eye(size, dtype=torch.int8), 1.0),
        ("gate_up", torch.zeros_like(weights["layers.0.gate_up.weight"]), 1.0),
    ):
        weights[f"layers.0.{name}.weight"] = weight
        weights[f"layers.0.{name}.scale"] = torch.full((len(weight),), largest / 127)
        weights[f"layers.0.{name}.smooth"] = torch.ones(weight.shape[1])
    return shape, weights


def projected(shape: ModelShape, weights: Weights, rows: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
    """Queries, keys and values of rows `[n, heads, head_dim]`, at their places, in bf16."""
    whole = weights["layers.0.qkv.weight"].float() * weights["layers.0.qkv.scale"].unsqueeze(1)
    made = F.rms_norm(rows, rows.shape[1:], None, shape.norm_eps) @ whole.T
    if shape.qkv_bias:
        made += weights["layers.0.qkv.bias"]
    heads = made.view(len(rows), -1, shape.head_dim)
    if shape.qk_norm:
        heads = _normed(heads, weights["layers.0.q_norm"], weights["layers.0.k_norm"], shape)
    num_turned = shape.num_heads + shape.num_kv_heads
    heads = torch.cat([_turned(heads[:, :num_turned], places.unsqueeze(1)), heads[:, num_turned:]], 1)
    return heads.bfloat16()


@settings(max_examples=60, deadline=None)
@given(spans=steps(), seed=st.integers(0, 99))
def test_each_row_sees_every_token_before_it_once(shape: ModelShape, spans: list[Span], seed: int) -> None:
    """Against attention row by row in fp32: after 15 or 64 tokens, one too many or too few would show."""
    shape, weights = transparent(shape)
    rotations, slots = turns(shape), filled(shape, spans, seed, float("nan"))
    held = slots.pool[0].clone()
    rows = torch.randn(
        sum(span.count for span in spans), shape.hidden_size, generator=torch.manual_seed(seed)
    )
    with torch.inference_mode():
        found = NativeBody(shape, weights, slots, rotations)(rows.clone(), spans) - rows
    first = 0
    for span in spans:
        own = slice(first, first + span.count)
        first += span.count
        heads = projected(shape, weights, rows[own], rotations[span.start : span.total])
        held[span.slot, span.start : span.total] = heads[:, shape.num_heads :]
        wanted = naive(shape, held[span.slot], heads[:, : shape.num_heads], span)
        # The rows of `o` are rounded to 8 bits; queries, keys, values and chances were to bf16.
        assert float(((found[own] - wanted).abs().amax(1) / wanted.abs().amax(1)).max()) < 0.02


def answers(model: Model, ids: Sequence[int], together: bool) -> list[torch.Tensor]:
    """Logits of three conversations after prompts in two chunks, and of one more id of each."""
    prompts = [ids[:70], ids[5:30], ids[9:50]]
    for slot, prompt in enumerate(prompts):
        model.step([Run(slot, 0, prompt[:20], "none")])
        model.step([Run(slot, 20, prompt[20:], "none")])
    runs = [Run(slot, len(prompt), [ids[slot]]) for slot, prompt in enumerate(prompts)]
    return [*model.step(runs)] if together else [model.step([run])[0] for run in runs]


def test_a_row_is_the_same_to_the_last_bit_alone_and_in_a_batch(
    shape: ModelShape, weights: Weights, build: str
) -> None:
    """Sums are of integers, and attention takes the tokens of a conversation in one order."""
    ids = torch.randint(shape.vocab_size, (70,), generator=torch.manual_seed(4)).tolist()
    model = Model(shape, weights, CPU, 3, NUM_TOKENS, OPERATORS["native"])
    assert fits(shape)
    alone, together = answers(model, ids, False), answers(model, ids, True)
    assert all(torch.equal(one, other) for one, other in zip(alone, together, strict=True))


def test_any_number_of_threads_computes_the_same(shape: ModelShape, weights: Weights, build: str) -> None:
    """One, as many as there are cores, and far more."""
    ids = torch.randint(shape.vocab_size, (70,), generator=torch.manual_seed(5)).tolist()
    before, found = torch.get_num_threads(), []
    try:
        for threads in (1, 2, 7):
            torch.set_num_threads(threads)
            model = Model(shape, weights, CPU, 3, NUM_TOKENS, OPERATORS["native"])
            found.append(torch.stack(answers(model, ids, True)))
    finally:
        torch.set_num_threads(before)
    assert torch.equal(found[0], found[1])
    assert torch.equal(found[0], found[2])


def test_callers_at_the_same_time_do_not_disturb_one_another() -> None:
    """Several threads multiply matrices of their own, again and again; one of them at a time is helped."""
    wrong: list[str] = []

    def multiply(seed: int) -> None:
        generator = torch.Generator().manual_seed(seed)
        weight = torch.randint(-127, 128, (700 + seed, 128), generator=generator, dtype=torch.int8)
        rows = torch.randint(-127, 128, (5, 128), generator=generator).float() / 127
        rows[:, 0] = 1.0
        packed = matrix.Packed(weight, torch.ones(len(weight)), threads=3)
        scratch = matrix.Scratch()
        wanted = rows @ weight.float().T
        wrong.extend(
            f"matrix {seed}" for _ in range(300) if (packed(rows, scratch) - wanted).abs().max() > 1e-2
        )

    threads = [threading.Thread(target=multiply, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@settings(max_examples=30, deadline=None)
@given(
    num_rows=st.sampled_from([1, 2, 5, 6, 7, 13, 40]),
    num_outputs=st.sampled_from([1, 31, 32, 100]),
    num_inputs=st.sampled_from([1, 3, 64, 130]),
    seed=st.integers(0, 99),
)
def test_two_8_bit_rows_stand_for_one_almost_exactly(
    num_rows: int, num_outputs: int, num_inputs: int, seed: int
) -> None:
    """What is lost is within half a step of 254 times finer ones, for any sizes, bias and norm included."""
    generator = torch.Generator().manual_seed(seed)
    weight = torch.randint(-127, 128, (num_outputs, num_inputs), generator=generator, dtype=torch.int8)
    scale, bias = torch.rand(num_outputs, generator=generator) + 0.1, torch.randn(num_outputs)
    factors = torch.rand(num_inputs, generator=generator) + 0.5
    rows = torch.randn(num_rows, num_inputs, generator=generator)
    found = matrix.Packed(weight, scale, factors, bias, depth=2)(rows, matrix.Scratch(), norm=1e-6)
    sizes = (rows.double().square().mean(-1, keepdim=True) + 1e-6).sqrt()
    scaled = rows.double() * factors / sizes
    whole = weight.double() * scale.unsqueeze(1)
    lost = scaled.abs().amax(-1, keepdim=True) / 127 / 254 / 2 * whole.abs().sum(1)
    wanted = scaled @ whole.T + bias
    assert ((found - wanted).abs() <= 1.01 * lost + 1e-5 * (1 + wanted.abs() + whole.abs().sum(1))).all()


def test_rows_that_are_no_numbers_give_none() -> None:
    """A fault upstream stays visible: it does not become a plausible word."""
    packed, scratch = matrix.Packed(torch.ones(40, 8, dtype=torch.int8), torch.ones(40)), matrix.Scratch()
    rows = torch.ones(2, 8)
    rows[0, 3] = float("nan")
    found = packed(rows, scratch)
    assert found[0].isnan().all()
    assert torch.allclose(found[1], torch.full((40,), 8.0))
    assert torch.equal(packed(torch.zeros(1, 8), scratch), torch.zeros(1, 40)), "a row of zeros is one"


def test_what_was_not_built_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """The self-test repeats it, and the engine takes another operator."""
    monkeypatch.setattr(library, "_NAMES", ("_absent",))
    with pytest.raises(library.Unavailable, match="no C compiler"):
        library.library.__wrapped__()
