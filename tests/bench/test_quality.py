"""The comparison of two models' predictions: what its figures mean."""

from __future__ import annotations

import math

import pytest
import torch

from bench.quality import TEXTS, compare, read_text


def saying(*logits: float) -> torch.Tensor:
    return torch.tensor(logits)


def test_a_model_does_not_differ_from_itself() -> None:
    """No divergence, and the same best token everywhere; every token is counted once."""
    table = torch.randn(50, 50, generator=torch.Generator().manual_seed(0))
    figures = compare(list(range(23)), lambda ids: table[ids], lambda ids: table[ids], 5).figures()
    assert figures == {"mean_kl": pytest.approx(0, abs=1e-6), "top1_agreement_percent": 100, "num_tokens": 23}


def test_divergence_is_that_of_the_reference_from_the_found() -> None:
    """KL(reference ‖ found), in nats, which is another thing the other way round."""
    reference, found = saying(math.log(0.9), math.log(0.1)), saying(math.log(0.4), math.log(0.6))
    figures = compare([7], lambda ids: found[None], lambda ids: reference[None]).figures()
    assert figures["mean_kl"] == pytest.approx(0.9 * math.log(0.9 / 0.4) + 0.1 * math.log(0.1 / 0.6))
    assert figures["top1_agreement_percent"] == 0


def test_chunks_know_nothing_of_each_other() -> None:
    """Each is read alone, so that a text may be longer than a window."""
    seen: list[list[int]] = []

    def reading(ids: list[int]) -> torch.Tensor:
        seen.append(ids)
        return torch.zeros(len(ids), 3)

    compare(list(range(7)), reading, lambda ids: torch.zeros(len(ids), 3), 3)
    assert seen == [[0, 1, 2], [3, 4, 5], [6]]


def test_texts_are_not_those_that_models_are_prepared_with() -> None:
    """Or the figures would flatter; a sentence of one is in none of the others."""
    from importlib.resources import files

    sample = files("server.sources").joinpath("calibration.txt").read_text(encoding="utf-8")
    for text in TEXTS:
        lines = [line for line in read_text(text).splitlines() if line]
        assert not any(line[:20] in sample for line in lines)
