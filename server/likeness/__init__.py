"""What two questions have in common, and the labelled pairs by which that is judged. Pure."""

from server.likeness.likeness import Features, features_of, likeness
from server.likeness.pairs import Agreement, Pair, shipped_pairs

__all__ = ["Agreement", "Features", "Pair", "features_of", "likeness", "shipped_pairs"]
