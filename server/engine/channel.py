"""Lines over a socket for the engine process: reading never blocks a step, writing never blocks at all.

What the other side does not read yet stays here; answers are bounded, and so is this. This module does
not know what the lines mean.
"""

from __future__ import annotations

import select
import socket
from collections.abc import Iterable

from server.engine.types import Line, dump_line, parse_line

_CHUNK_BYTES = 1 << 16


class Closed(Exception):
    """The other side is gone."""


class Channel:
    """The engine process's end of the socket pair."""

    def __init__(self, end: socket.socket) -> None:
        end.setblocking(False)
        self._end = end
        self._inbox = bytearray()
        self._outbox = bytearray()

    def receive(self, *, wait: bool) -> list[Line]:
        """The lines that have come in; with `wait`, at least one.

        Raises:
            Closed: nothing will ever come in again.
        """
        lines = self._read()
        while wait and not lines:
            select.select([self._end], [self._end] if self._outbox else [], [])
            self._flush()
            lines = self._read()
        return lines

    def send(self, lines: Iterable[Line]) -> None:
        """Hand lines over; returns at once."""
        for line in lines:
            self._outbox += dump_line(line)
        self._flush()

    def _read(self) -> list[Line]:
        while True:
            try:
                read = self._end.recv(_CHUNK_BYTES)
            except BlockingIOError:
                break
            except OSError as problem:
                raise Closed from problem
            if not read:
                raise Closed
            self._inbox += read
        *whole, rest = self._inbox.split(b"\n")
        self._inbox = bytearray(rest)
        return [parse_line(line) for line in whole]

    def _flush(self) -> None:
        while self._outbox:
            try:
                sent = self._end.send(self._outbox)
            except BlockingIOError:
                return
            except OSError as problem:
                raise Closed from problem
            del self._outbox[:sent]
