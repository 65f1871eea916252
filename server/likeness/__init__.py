"""What two questions have in common, whether they are one, and the labelled pairs that judge it. Pure."""

from server.likeness.likeness import Features, features_of, likeness
from server.likeness.pairs import Agreement, Pair, shipped_pairs
from server.likeness.reading import Reading, read
from server.likeness.sameness import SURE, sameness, speaks_against

__all__ = [
    "SURE",
    "Agreement",
    "Features",
    "Pair",
    "Reading",
    "features_of",
    "likeness",
    "read",
    "sameness",
    "shipped_pairs",
    "speaks_against",
]
