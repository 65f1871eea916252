"""The tokenizer of a model that is being prepared: built from a GGUF head, or read from `tokenizer.json`.

Ends as one `tokenizer.json` that the engine opens without knowing where it came from.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers

from server.errors import SourceProblem
from server.sources.gguf_header import Header

# How the Qwen family cuts text before byte-pair merging; a GGUF file only names it (`qwen2`).
_QWEN_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_CONTROL, _USER_DEFINED = 3, 4  # token types of GGUF


@dataclass(frozen=True, slots=True)
class Marks:
    """The ids that a prompt is built with."""

    start_id: int
    end_id: int
    endoftext_id: int
    newline_id: int


def from_gguf(header: Header) -> Tokenizer:
    """Build the tokenizer that a GGUF file describes.

    Raises:
        SourceProblem: `bad_model`, when it is not of the Qwen kind.
    """
    kind = (header.text("tokenizer.ggml.model"), header.text("tokenizer.ggml.pre"))
    if kind != ("gpt2", "qwen2"):
        raise SourceProblem("bad_model", f"GGUF tokenizer {kind}: only ('gpt2', 'qwen2') is known here")
    tokens = header.texts("tokenizer.ggml.tokens")
    merges = [_pair(merge) for merge in header.texts("tokenizer.ggml.merges")]
    try:
        tokenizer = Tokenizer(models.BPE({token: i for i, token in enumerate(tokens)}, merges))
    except Exception as error:  # the library raises bare Exception
        raise SourceProblem("bad_model", f"GGUF tokenizer: {error}") from None
    # NFC as in the publisher's own tokenizer.json: the model was trained on composed characters.
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_QWEN_SPLIT), behavior="isolated", invert=False),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    types = header.integers("tokenizer.ggml.token_type")
    marked = [
        (tokens[i], kind) for i, kind in enumerate(types[: len(tokens)]) if kind in (_CONTROL, _USER_DEFINED)
    ]
    tokenizer.add_tokens(
        [AddedToken(token, normalized=False) for token, kind in marked if kind == _USER_DEFINED]
    )
    tokenizer.add_special_tokens(
        [AddedToken(token, normalized=False, special=True) for token, kind in marked if kind == _CONTROL]
    )
    return tokenizer


def from_file(path: Path) -> Tokenizer:
    """Open a `tokenizer.json`, freed of padding and truncation that training may have left in it.

    Raises:
        SourceProblem: `bad_model`, when it is absent or damaged.
    """
    if not path.is_file():
        raise SourceProblem("bad_model", f"{path}: missing; a model folder needs tokenizer.json")
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises bare Exception
        raise SourceProblem("bad_model", f"{path}: not a tokenizer ({error})") from None
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def find_marks(tokenizer: Tokenizer) -> Marks:
    """The ids of the ChatML marks.

    Raises:
        SourceProblem: `bad_model`, when the tokenizer has none: a model that is not made for chatting.
    """
    start, end, endoftext = map(tokenizer.token_to_id, ("<|im_start|>", "<|im_end|>", "<|endoftext|>"))
    newline = tokenizer.encode("\n", add_special_tokens=False).ids
    if start is None or end is None or endoftext is None or len(newline) != 1:
        raise SourceProblem(
            "bad_model",
            "the tokenizer lacks <|im_start|>, <|im_end|> or <|endoftext|>: no chat model of the Qwen family",
        )
    return Marks(start, end, endoftext, newline[0])


def _pair(merge: str) -> tuple[str, str]:
    left, _, right = merge.partition(" ")
    return left, right
