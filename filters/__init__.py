"""The word filter, a library of its own: compile a word list, check texts, filter streams.

This is the front door; nothing outside imports deeper. Pure: no I/O, no asyncio, no clock.
"""

from filters.files import REASONS, ParsedWord, parse_word_file
from filters.fold import fold
from filters.lint import Finding, lint
from filters.pipeline import Pipeline, compile_pipeline
from filters.stream import Stream
from filters.types import (
    LANE_DEFAULTS,
    Action,
    AllowPhrase,
    BadLine,
    Category,
    Detector,
    DetectorKind,
    Direction,
    Lane,
    LaneUse,
    MaskStyle,
    Match,
    MatchMode,
    Options,
    Verdict,
    Word,
    WordList,
    WordListProblem,
    strongest,
)

__all__ = [
    "LANE_DEFAULTS",
    "REASONS",
    "Action",
    "AllowPhrase",
    "BadLine",
    "Category",
    "Detector",
    "DetectorKind",
    "Direction",
    "Finding",
    "Lane",
    "LaneUse",
    "MaskStyle",
    "Match",
    "MatchMode",
    "Options",
    "ParsedWord",
    "Pipeline",
    "Stream",
    "Verdict",
    "Word",
    "WordList",
    "WordListProblem",
    "compile_pipeline",
    "fold",
    "lint",
    "parse_word_file",
    "strongest",
]
