"""One reply under way in the engine: its prompt, its ledger, what it has generated.

This module does not know about other replies.
"""

from __future__ import annotations

from server.engine.ledger import Ledger
from server.engine.pace import Work
from server.engine.prompt import Prompt
from server.engine.sampler import Chooser
from server.engine.text import Detokenizer, Text
from server.engine.types import EngineRequest, Waiting


class Reply:
    """State of a request from its arrival to its end."""

    def __init__(self, request: EngineRequest, prompt: Prompt, text: Text) -> None:
        self.request = request
        self.prompt = prompt
        self.ids = [*prompt.ids, *request.generated]  # everything that is to be in the ledger
        self.generated = list(request.generated)
        self.ledger: Ledger | None = None  # while it runs
        self.chooser: Chooser | None = None
        self.reused = 0
        self.passed_over = 0  # steps in which another prefill went first
        self.last_waiting: Waiting | None = None
        self._text = text
        self._detokenizer = Detokenizer(text)
        self._detokenizer.feed(request.generated)  # shown already

    @property
    def max_tokens(self) -> int:
        """Tokens that the answer may have."""
        return self.prompt.max_tokens

    @property
    def num_pending(self) -> int:
        """Ids that are not cached yet: one while it decodes, more while it prefills."""
        return len(self.ids) - (len(self.ledger.ids) if self.ledger else 0)

    @property
    def work(self) -> Work:
        """What is left to do, for estimates."""
        return Work(self.num_pending, len(self.generated), self.max_tokens)

    def add(self, token: int) -> str:
        """The next token of the answer; the text that it completes."""
        self.ids.append(token)
        self.generated.append(token)
        return self._detokenizer.feed((token,))

    def answer_ids(self) -> tuple[int, ...]:
        """The ids of what was shown: those of a character that never became whole are left out."""
        keep, num_open = len(self.generated), self._detokenizer.num_open_bytes
        # (An id that ends one character and begins another stays: part of it was shown.)
        while num_open and (size := len(self._text.token_bytes(self.generated[keep - 1]))) <= num_open:
            keep, num_open = keep - 1, num_open - size
        return tuple(self.generated[:keep])
