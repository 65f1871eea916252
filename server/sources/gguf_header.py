"""The head of a GGUF file: its metadata and where each tensor lies.

Written out here because `gguf.GGUFReader` makes an array object of each of 300,000 vocabulary entries
(nine seconds); this takes a tenth. Does not know what the tensors mean; opens neither torch nor gguf.
"""

from __future__ import annotations

import mmap
import struct
from dataclasses import dataclass
from math import prod
from pathlib import Path

from server.errors import SourceProblem

# Value types of the format; 8 is a string, 9 an array.
_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING, _ARRAY = 8, 9
_MAX_COUNT = 1 << 24  # no vocabulary is larger; a damaged count must not take all memory

Value = int | float | bool | str | list["Value"]


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a tensor lies: `shape` in rows-first order, `type_number` as ggml counts its types."""

    shape: tuple[int, ...]
    type_number: int
    start_byte: int


@dataclass(frozen=True, slots=True)
class Header:
    """What a GGUF file says before its tensors."""

    fields: dict[str, Value]
    slots: dict[str, Slot]

    def integer(self, key: str) -> int:
        """A whole number that must be there.

        Raises:
            SourceProblem: `bad_model`, when it is not.
        """
        value = self.fields.get(key)
        if not isinstance(value, int):
            raise SourceProblem("bad_model", f"GGUF metadata: {key} is missing or no number")
        return value

    def number(self, key: str, default: float | None = None) -> float:
        """A number, or `default` where it is absent."""
        value = self.fields.get(key, default)
        if not isinstance(value, int | float):
            raise SourceProblem("bad_model", f"GGUF metadata: {key} is missing or no number")
        return float(value)

    def text(self, key: str, default: str = "") -> str:
        """A text, or `default` where it is absent."""
        value = self.fields.get(key, default)
        return value if isinstance(value, str) else default

    def texts(self, key: str) -> list[str]:
        """A list of texts that must be there."""
        value = self.fields.get(key)
        if not isinstance(value, list):
            raise SourceProblem("bad_model", f"GGUF metadata: {key} is missing or no list")
        return [str(entry) for entry in value]

    def integers(self, key: str) -> list[int]:
        """A list of numbers, empty where it is absent."""
        value = self.fields.get(key)
        return [entry for entry in value if isinstance(entry, int)] if isinstance(value, list) else []

    @property
    def num_weights(self) -> int:
        """Weights in all tensors."""
        return sum(prod(slot.shape) for slot in self.slots.values())


def read_header(path: Path) -> Header:
    """Read the head of a GGUF file.

    Raises:
        SourceProblem: `bad_model`, when the file is absent, none, of an unknown version, or ends too soon.
    """
    try:
        with path.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
            return _Cursor(mapped).header()
    except (struct.error, IndexError):
        raise SourceProblem("bad_model", f"{path}: the GGUF file ends too soon (truncated?)") from None
    except OSError as error:
        raise SourceProblem("bad_model", f"{path}: {error.strerror or error}") from None
    except ValueError as error:  # an empty file cannot be mapped; a damaged one is named by the cursor
        raise SourceProblem("bad_model", f"{path}: not a usable GGUF file ({error})") from None


class _Cursor:
    """Reads the format from front to back."""

    def __init__(self, mapped: mmap.mmap) -> None:
        self._mapped = mapped
        self._at = 0

    def header(self) -> Header:
        if self._mapped[:4] != b"GGUF":
            raise ValueError("it does not begin with the letters GGUF")
        self._at = 4
        (version,) = self._take("I")
        if version not in (2, 3):
            raise ValueError(f"GGUF version {version}; versions 2 and 3 can be read")
        num_tensors, num_fields = self._take("QQ")
        if max(num_tensors, num_fields) > _MAX_COUNT:
            raise ValueError("its counts are damaged")
        fields = {}
        for _ in range(num_fields):
            key = self._string()
            (kind,) = self._take("I")
            fields[key] = self._value(kind)
        found = [self._slot() for _ in range(num_tensors)]
        alignment = fields.get("general.alignment", 32)
        if not isinstance(alignment, int) or alignment <= 0:
            raise ValueError("its alignment is damaged")
        start = -(-self._at // alignment) * alignment
        slots = {name: Slot(shape, kind, start + offset) for name, shape, kind, offset in found}
        return Header(fields, slots)

    def _slot(self) -> tuple[str, tuple[int, ...], int, int]:
        name = self._string()
        (num_dimensions,) = self._take("I")
        if num_dimensions > 4:
            raise ValueError(f"tensor {name!r} has {num_dimensions} dimensions")
        shape = self._take(f"{num_dimensions}Q")
        kind, offset = self._take("IQ")
        # The format stores the dimension that moves fastest first.
        return name, tuple(reversed(shape)), kind, offset

    def _value(self, kind: int) -> Value:
        if kind == _STRING:
            return self._string()
        if kind != _ARRAY:
            value: Value = self._take(_scalar(kind))[0]
            return value
        element, count = self._take("IQ")
        if count > _MAX_COUNT:
            raise ValueError("the length of a list is damaged")
        if element == _STRING:
            return [self._string() for _ in range(count)]
        return list(self._take(f"{count}{_scalar(element)}"))

    def _string(self) -> str:
        (num_bytes,) = self._take("Q")
        start, self._at = self._at, self._at + num_bytes
        if self._at > len(self._mapped):
            raise IndexError
        return self._mapped[start : self._at].decode("utf-8", "replace")

    def _take(self, form: str) -> tuple[int, ...]:
        values = struct.unpack_from(f"<{form}", self._mapped, self._at)
        self._at += struct.calcsize(f"<{form}")
        return values


def _scalar(kind: int) -> str:
    if kind not in _SCALARS:
        raise ValueError(f"value type {kind} is unknown")
    return _SCALARS[kind]
