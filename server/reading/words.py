"""Text as it may be stored: without what no text needs. Pure."""

from __future__ import annotations

import re
from typing import Final

# Control characters, halves of surrogate pairs, marks that turn the direction of what follows.
_UNWANTED: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
_BLANKS: Final = re.compile(r"[ \t\r\u00a0\u3000]+")


def clean(text: str) -> str:
    """One block's text: blanks joined, unwanted characters gone, no empty lines."""
    lines = (_BLANKS.sub(" ", _UNWANTED.sub("", line)).strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line)
