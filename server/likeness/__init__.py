"""What two questions have in common, whether they are one, and the labelled pairs that judge it. Pure."""

from server.likeness.features import Features, features_of
from server.likeness.likeness import Signals, likeness, signals
from server.likeness.pairs import Agreement, Pair, shipped_pairs
from server.likeness.reading import Reading, read
from server.likeness.sameness import SURE, sameness, speaks_against

__all__ = [
    "SURE",
    "Agreement",
    "Features",
    "Pair",
    "Reading",
    "Signals",
    "features_of",
    "likeness",
    "read",
    "sameness",
    "shipped_pairs",
    "signals",
    "speaks_against",
]
