"""What two questions have in common, whether they are one, and the labelled pairs that judge it. Pure."""

from server.likeness.bridging import bridging
from server.likeness.features import Features, features_of
from server.likeness.likeness import Signals, likeness, signals
from server.likeness.pairs import Agreement, Pair, seen_pairs, shipped_pairs
from server.likeness.reading import Reading, read
from server.likeness.regression import fitted
from server.likeness.sameness import SURE, sameness, speaks_against

__all__ = [
    "SURE",
    "Agreement",
    "Features",
    "Pair",
    "Reading",
    "Signals",
    "bridging",
    "features_of",
    "fitted",
    "likeness",
    "read",
    "sameness",
    "seen_pairs",
    "shipped_pairs",
    "signals",
    "speaks_against",
]
