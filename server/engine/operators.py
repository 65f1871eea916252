"""The operators that multiply int8 weights, and the choice between them on this machine.

Each takes activations scaled into [-1, 1] and gives `x @ (weight * scale).T` in fp32. They round
activations to 8 bits a row, all but `woq8` and `plain`, which round to bf16. Some compute wrong sums or
nothing at all on some processors (without VNNI, FBGEMM's sums of pairs saturate): a self-test finds out.
This module does not know what a projection is for.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F

from server.engine.native.library import Unavailable
from server.engine.native.matrix import Packed as NativeMatrix
from server.engine.native.matrix import Scratch
from server.errors import SettingsProblem

Packed = Callable[[torch.Tensor], torch.Tensor]

# The relative error of 8-bit rounding is about 0.006 on the test's rows; saturated sums are far beyond.
_MAX_ERROR = 0.02
_TEST_ROWS = (1, 8, 64)
_TRIES = 25  # of each, the quickest of which counts
_TEST_SIZE = (1024, 896)


@dataclass(frozen=True, slots=True)
class Operator:
    """`pack(weight int8 [out, in], scale fp32 [out])` gives what multiplies rows `[n, in]` to `[n, out]`."""

    name: str
    pack: Callable[[torch.Tensor, torch.Tensor], Packed]


@dataclass(frozen=True, slots=True)
class Trial:
    """What the self-test saw of an operator; `problem` is empty when it may be used."""

    name: str
    milliseconds: tuple[float, ...] = ()  # for 1, 8 and 64 rows of a projection of 1,024 by 896
    problem: str = ""


def _fbgemm(weight: torch.Tensor, scale: torch.Tensor) -> Packed:
    # torch is pinned, and the other operators stay. (No `catch_warnings`: layers are packed in threads.)
    warnings.filterwarnings("ignore", message=".*quantized.*deprecated")
    torch.backends.quantized.engine = "fbgemm"
    zeros = torch.zeros(len(scale), dtype=torch.int64)
    tensor = torch._make_per_channel_quantized_tensor(weight, scale.double(), zeros, 0)
    packed = torch.ops.quantized.linear_prepack(tensor, None)
    multiply = torch.ops.quantized.linear_with_input_q_dq_qweight_dq_output_fp32.default
    return lambda rows: multiply(rows, 1 / 127, 128, packed)


def _onednn(weight: torch.Tensor, scale: torch.Tensor) -> Packed:
    packed = torch.ops.onednn.qlinear_prepack(weight, None)
    zeros = torch.zeros(len(scale), dtype=torch.int64)
    scale = scale.clone()

    def multiply(rows: torch.Tensor) -> torch.Tensor:
        # Signed activations would fall to a slow reference kernel.
        whole = (rows * 127).round_().add_(128).to(torch.uint8)
        product: torch.Tensor = torch.ops.onednn.qlinear_pointwise(
            whole, 1 / 127, 128, packed, scale, zeros, None, 1.0, 0, torch.float32, "none", [], ""
        )
        return product

    return multiply


def unpacked(weight: torch.Tensor, scale: torch.Tensor) -> Packed:
    """As `woq8`, on the weights where they lie: slower for many rows, and there at once."""
    # The kernel takes 16 inputs at a time, from addresses that are multiples of 16: it crashes at others.
    if weight.shape[1] % 16:
        return _plain(weight, scale)
    if weight.data_ptr() % 16:  # as in a file with sizes of tensors that are none
        weight = weight.clone()
    scales = scale.bfloat16()
    return lambda rows: torch.ops.aten._weight_int8pack_mm(rows.bfloat16(), weight, scales).float()


def _woq8(weight: torch.Tensor, scale: torch.Tensor) -> Packed:
    return unpacked(weight.clone(), scale)


def _plain(weight: torch.Tensor, scale: torch.Tensor) -> Packed:
    whole = (weight * scale.unsqueeze(1)).bfloat16()
    return lambda rows: F.linear(rows.to(whole.dtype), whole).float()


def _native(weight: torch.Tensor, scale: torch.Tensor) -> Packed:
    matrix, scratch = NativeMatrix(weight, scale, threads=torch.get_num_threads()), Scratch()
    return lambda rows: matrix(rows, scratch)


NATIVE = "native"  # whole layers are computed by it (`server.engine.native`)

# What else an operator is good for, as a factor to the product of its three times.
_HANDICAPS = {NATIVE: 1.5 ** len(_TEST_ROWS)}  # it also does what lies between the products

OPERATORS = {
    operator.name: operator
    for operator in (
        Operator(NATIVE, _native),
        Operator("fbgemm", _fbgemm),
        Operator("onednn", _onednn),
        Operator("woq8", _woq8),
        Operator("plain", _plain),
    )
}


def choose_operator(wanted: str = "auto") -> tuple[Operator, tuple[Trial, ...]]:
    """The fastest operator that computes right here, or the one asked for.

    Args:
        wanted: a name of `OPERATORS`, or `auto`.

    Returns:
        the operator, and what the self-test saw of each that was tried.

    Raises:
        SettingsProblem: the one asked for is unknown or does not work on this machine.
    """
    if wanted != "auto" and wanted not in OPERATORS:
        raise SettingsProblem(f"operator {wanted!r}: known are auto, {', '.join(OPERATORS)}.")
    names = OPERATORS if wanted == "auto" else (wanted,)
    trials = tuple(try_operator(OPERATORS[name]) for name in names)
    usable = [trial for trial in trials if not trial.problem]
    if not usable:
        raise SettingsProblem(f"operator {wanted}: {trials[0].problem} on this machine.")
    # A lone conversation, a class, a prefill: each counts as much as the others, whatever it takes.
    best = min(usable, key=lambda trial: _product(trial.milliseconds) / _HANDICAPS.get(trial.name, 1.0))
    return OPERATORS[best.name], trials


@torch.inference_mode()
def try_operator(operator: Operator) -> Trial:
    """Run an operator on random and on extreme rows; it must agree with fp32, and is timed."""
    random = torch.Generator().manual_seed(1)
    weight = torch.randint(-127, 128, _TEST_SIZE, generator=random, dtype=torch.int8)
    weight[:8] = 127  # with rows of ones, every sum of a pair is as large as can be
    scale = torch.rand(_TEST_SIZE[0], generator=random) * 1e-3 + 1e-4
    rows = torch.rand((_TEST_ROWS[-1], _TEST_SIZE[1]), generator=random) * 2 - 1
    rows[0], rows[1] = 1, -1
    wanted = F.linear(rows, weight * scale.unsqueeze(1))
    try:
        multiply = operator.pack(weight, scale)
        found = multiply(rows)
        lone = torch.cat([multiply(rows[place : place + 1]) for place in range(8)])
        times = tuple(_milliseconds(multiply, rows[:count]) for count in _TEST_ROWS)
    except (Unavailable, RuntimeError, NotImplementedError, AttributeError) as problem:
        return Trial(operator.name, problem=f"not available ({str(problem).splitlines()[0][:80]})")
    for product, reference in ((found, wanted), (lone, wanted[:8])):
        error = float((product - reference).norm() / reference.norm())
        if not error < _MAX_ERROR:
            return Trial(operator.name, times, f"it computes wrong (error {error:.3f})")
    return Trial(operator.name, times)


def _milliseconds(multiply: Packed, rows: torch.Tensor) -> float:
    times = []
    for _ in range(_TRIES):
        begin = time.perf_counter()
        multiply(rows)
        times.append((time.perf_counter() - begin) * 1e3)
    return min(times)  # what others do on the machine meanwhile says nothing about the operator


def _product(values: tuple[float, ...]) -> float:
    product = 1.0
    for value in values:
        product *= value
    return product


def main() -> None:
    """Print what the self-test sees of every operator: `python -m server.engine.operators [WANTED]`."""
    wanted = sys.argv[1] if len(sys.argv) > 1 else "auto"
    trials = tuple(try_operator(operator) for operator in OPERATORS.values())
    try:
        chosen, problem = choose_operator(wanted)[0].name, ""
    except SettingsProblem as found:
        chosen, problem = "", str(found)
    print(json.dumps({"chosen": chosen, "problem": problem, "trials": [asdict(trial) for trial in trials]}))


if __name__ == "__main__":
    main()
