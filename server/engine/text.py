"""Text to token ids and back: a tokenizer in which nothing a person types is a control token.

This module does not know how a prompt is built.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from server.engine.shape import TOKENIZER_FILE
from server.errors import SourceProblem


class Text:
    """The tokenizer of a prepared folder, for byte-level vocabularies (Qwen's are).

    Added tokens are taken out before it is loaded: `encode_special_tokens` would still recognise those
    that are not marked special, such as `<tool_call>`, in what a person typed.

    Raises:
        SourceProblem: `bad_model`, when the tokenizer is missing or not byte-level.
    """

    def __init__(self, folder: Path) -> None:
        path = folder / TOKENIZER_FILE
        try:
            plain, added = _without_added_tokens(path.read_text(encoding="utf-8"))
            self._tokenizer = Tokenizer.from_str(plain)
            if "ByteLevel" not in repr(self._tokenizer.decoder):
                raise SourceProblem("bad_model", f"{path}: only byte-level vocabularies are supported")
        except SourceProblem:
            raise
        except Exception as problem:  # tokenizers raises bare Exceptions
            raise SourceProblem("bad_model", f"{path}: {problem}") from None
        # Special tokens show as nothing; the other added ones (tool marks) as their own text.
        self._added: dict[int, bytes] = {
            token["id"]: b"" if token["special"] else token["content"].encode() for token in added
        }
        self._bytes = _byte_of_character()

    def encode(self, text: str) -> list[int]:
        """The ids of a text; control tokens in it are letters like any other."""
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    def token_bytes(self, token: int) -> bytes:
        """The bytes that a token stands for."""
        known = self._added.get(token)
        if known is not None:
            return known
        spelled: str | None = self._tokenizer.id_to_token(token)
        if spelled is None:  # rows beyond the vocabulary, there for alignment only
            return b""
        try:
            return bytes(self._bytes[character] for character in spelled)
        except KeyError:  # a token that was added without saying so
            return spelled.encode()

    def decode(self, ids: Iterable[int]) -> str:
        """The whole text of ids, as `Detokenizer` would give it."""
        reader = Detokenizer(self)
        return reader.feed(ids) + reader.flush()


class Detokenizer:
    """Ids in, whole characters out: bytes of a character still open are held. Linear in the ids."""

    def __init__(self, text: Text) -> None:
        self._text = text
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def feed(self, ids: Iterable[int]) -> str:
        """The characters that these ids complete."""
        return self._decoder.decode(b"".join(self._text.token_bytes(token) for token in ids))

    @property
    def num_open_bytes(self) -> int:
        """Bytes held because their character is not whole yet."""
        return len(self._decoder.getstate()[0])

    def flush(self) -> str:
        """What is left at the end: a replacement character where a character stayed open."""
        return self._decoder.decode(b"", final=True)


def _without_added_tokens(whole: str) -> tuple[str, list[dict[str, Any]]]:
    """A tokenizer's JSON without its added tokens and post-processor, and those tokens.

    The two values are cut out where they stand, before the vocabulary: reading and writing the megabytes
    behind them would cost half a second of every start.
    """
    values: dict[str, Any] = {}
    for key, instead in (("added_tokens", "[]"), ("post_processor", "null")):
        found = re.search(rf'"{key}"\s*:\s*', whole[: whole.index('"vocab"')])
        if found is None:
            raise ValueError(f"no {key} before the vocabulary")
        values[key], end = json.JSONDecoder().raw_decode(whole, found.end())
        whole = whole[: found.end()] + instead + whole[end:]
    return whole, values["added_tokens"]


def _byte_of_character() -> dict[str, int]:
    """Byte-level vocabularies spell each byte as one printable character; this is the way back."""
    printable = [
        *range(ord("!"), ord("~") + 1),
        *range(ord("¡"), ord("¬") + 1),
        *range(ord("®"), ord("ÿ") + 1),
    ]
    table = {chr(byte): byte for byte in printable}
    others = [byte for byte in range(256) if byte not in set(printable)]
    table.update({chr(256 + place): byte for place, byte in enumerate(others)})
    return table
