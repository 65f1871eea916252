"""Fits the weights of `server.likeness.likeness` to labelled pairs: `python -m bench.fitting` prints them.

Logistic regression with a pull towards nothing, on the pairs that may be looked at; those that judge
(`judge`, `blind`) take no part. It knows neither groups nor the threshold.
"""

from __future__ import annotations

import csv
from dataclasses import astuple, fields
from importlib.resources import files
from typing import Final

import click
import numpy as np

from server.likeness import Pair, Signals, features_of, shipped_pairs, signals

FITTED_ON: Final = ("tune", "fresh")
_PULL: Final = 0.01  # by which a weight of standardised signals is held back
_MOST_STEPS: Final = 50
_ENOUGH: Final = 1e-10


def fitted_on() -> list[Pair]:
    """The pairs that the weights are fitted to."""
    lines = files("bench").joinpath("pairs_seen.csv").read_text("utf-8").splitlines()
    seen = [
        Pair(row["question"], row["other"], row["same"] == "1", "", "seen") for row in csv.DictReader(lines)
    ]
    return [pair for pair in shipped_pairs() if pair.half in FITTED_ON] + seen


def fit(pairs: list[Pair]) -> tuple[dict[str, float], float]:
    """The weight of every signal, and what is added to their sum."""
    rows = np.array(
        [astuple(signals(features_of(pair.question), features_of(pair.other))) for pair in pairs], float
    )
    same = np.array([pair.same for pair in pairs], float)
    mean, spread = rows.mean(0), rows.std(0) + 1e-9
    standard = np.hstack([(rows - mean) / spread, np.ones((len(rows), 1))])
    pull = np.append(np.full(rows.shape[1], 2 * _PULL), 0.0)
    weights = np.zeros(standard.shape[1])
    for _ in range(_MOST_STEPS):  # Newton's
        likely = 1 / (1 + np.exp(-standard @ weights))
        slope = standard.T @ (likely - same) / len(same) + pull * weights
        bend = (standard.T * (likely * (1 - likely))) @ standard / len(same) + np.diag(pull)
        step = np.linalg.solve(bend, slope)
        weights -= step
        if float(np.abs(step).max()) < _ENOUGH:
            break
    scaled = weights[:-1] / spread
    names = (field.name for field in fields(Signals))
    return dict(zip(names, map(float, scaled), strict=True)), float(weights[-1] - scaled @ mean)


def run() -> None:
    """Print the weights as `server/likeness/likeness.py` holds them."""
    weights, bias = fit(fitted_on())
    for name, weight in weights.items():
        click.echo(f'    "{name}": {weight:.2f},')
    click.echo(f"BIAS: Final = {bias:.2f}")


if __name__ == "__main__":
    run()
