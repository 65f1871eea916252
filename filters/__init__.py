"""The word filter, a library of its own: compile a word list, check texts, filter streams.

    words = (Word("1", "敏感词", "demo", {Direction.ANSWER: Action.MASK}, lanes={Lane.SPLIT: LaneUse.SAME}),)
    pipeline = compile_pipeline(WordList(1, words, detectors=(...)))
    verdict = pipeline.check("很敏感词", Direction.ANSWER)     # action, text, matches, list version
    stream = pipeline.stream(Direction.ANSWER)                # feed(piece) …, flush(), matches
    pipeline.check("词", Direction.QUESTION, before=pipeline.tail("敏感"))   # over two messages

This is the front door; nothing outside imports deeper. Pure: no network, no asyncio, no clock; its
own tables of syllables and split characters are read when they are first needed.
"""

from filters.cells import lanes_cell
from filters.expressions import Expression, parse_expression
from filters.files import REASONS, ParsedWord, parse_word_file
from filters.fold import fold
from filters.lint import Finding, lint
from filters.pipeline import Pipeline, compile_pipeline
from filters.predict import Prediction, harmless_texts, lint_harmless, predict
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
    "Expression",
    "Finding",
    "Lane",
    "LaneUse",
    "MaskStyle",
    "Match",
    "MatchMode",
    "Options",
    "ParsedWord",
    "Pipeline",
    "Prediction",
    "Stream",
    "Verdict",
    "Word",
    "WordList",
    "WordListProblem",
    "compile_pipeline",
    "fold",
    "harmless_texts",
    "lanes_cell",
    "lint",
    "lint_harmless",
    "parse_expression",
    "parse_word_file",
    "predict",
    "strongest",
]
