"""Lets many objects come into being that stay: without the garbage collector looking at them over and over.

For 50,000 words it would take longer than reading and compiling them, and hold up every chat meanwhile. What
the objects are is not known here.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Final


class _Calm:
    """How many are at it; the first one stops the collector, the last one lets it go on."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._num = 0
        self._was_on = False

    def begin(self) -> None:
        with self._lock:
            self._num += 1
            if self._num == 1:
                self._was_on = gc.isenabled()
                gc.collect()  # what is garbage by now is not to be kept for good below
                gc.disable()

    def end(self) -> None:
        with self._lock:
            self._num -= 1
            if self._num == 0 and self._was_on:
                # They stay: who looks for garbage from now on need not look at them. What is no longer
                # referred to is let go of all the same; only cycles made in this very moment are not.
                gc.freeze()
                gc.enable()


_CALM: Final = _Calm()


@contextmanager
def many_objects() -> Iterator[None]:
    """While this lasts no garbage is looked for; what came into being is never looked at again."""
    _CALM.begin()
    try:
        yield
    finally:
        _CALM.end()
