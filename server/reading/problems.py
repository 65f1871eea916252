"""What can be wrong with a file, by its code; the sentences are the server's."""

from __future__ import annotations


class Unreadable(Exception):
    """The file cannot be read, and why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
