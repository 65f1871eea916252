"""Fits the weights of `server.likeness.likeness` to labelled pairs: `python -m bench.fitting` prints them.

Logistic regression with a pull towards nothing, on the pairs that may be looked at; those that judge
(`judge`, `blind`) take no part. It knows neither groups nor the threshold.
"""

from __future__ import annotations

from dataclasses import astuple, fields
from typing import Final

import click
import numpy as np

from server.likeness import Pair, Signals, features_of, fitted, seen_pairs, shipped_pairs, signals

FITTED_ON: Final = ("tune", "fresh")


def fitted_on() -> list[Pair]:
    """The pairs that the weights are fitted to."""
    return [pair for pair in shipped_pairs() if pair.half in FITTED_ON] + list(seen_pairs())


def fit(pairs: list[Pair]) -> tuple[dict[str, float], float]:
    """The weight of every signal, and what is added to their sum."""
    rows = np.array(
        [astuple(signals(features_of(pair.question), features_of(pair.other))) for pair in pairs], float
    )
    same = np.array([pair.same for pair in pairs], float)
    scaled, bias = fitted(rows, same)
    names = (field.name for field in fields(Signals))
    return dict(zip(names, map(float, scaled), strict=True)), bias


def run() -> None:
    """Print the weights as `server/likeness/likeness.py` holds them."""
    weights, bias = fit(fitted_on())
    for name, weight in weights.items():
        click.echo(f'    "{name}": {weight:.2f},')
    click.echo(f"BIAS: Final = {bias:.2f}")


if __name__ == "__main__":
    run()
