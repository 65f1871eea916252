"""One reply under way in the engine: its prompt, its ledger, what it has generated.

This module does not know about other replies.
"""

from __future__ import annotations

from server.engine.forecast import Work
from server.engine.guess import Guesser
from server.engine.ledger import Ledger
from server.engine.prompt import Prompt
from server.engine.sampler import Chooser
from server.engine.text import Detokenizer, Text
from server.engine.types import EngineRequest, Waiting

# An estimate is told again when it is off by this share of it (or by a second), but not all the time.
_NEWS_SHARE = 0.2
_NEWS_SECONDS = 1.0
_QUIET_SECONDS = 2.0
_FOLLOW_UP_IDS = 16  # the marks around a question


class Reply:
    """State of a request from its arrival to its end."""

    def __init__(self, request: EngineRequest, prompt: Prompt, text: Text) -> None:
        self.request = request
        self.prompt = prompt
        self.ids = [*prompt.ids, *request.generated]  # everything that is to be in the ledger
        self.generated = list(request.generated)
        self.ledger: Ledger | None = None  # while it runs
        self.chooser: Chooser | None = None
        self.guesser: Guesser | None = None
        self.reused = 0
        self.passed_over = 0  # steps in which another prefill went first
        self._waiting: Waiting | None = None  # what was told last …
        self._told_at = 0.0  # … and when
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
        num_ids = self.num_pending
        if self.ledger is None:
            # What will be cached then is not known yet. In most cases it is all but the question.
            known = self.prompt.num_system
            if self.request.turns:
                known = len(self.prompt.ids) - len(self.prompt.question_ids) - _FOLLOW_UP_IDS
            num_ids = max(1, num_ids - known)
        return Work(num_ids, len(self.generated), self.max_tokens)

    def is_news(self, position: int, eta_seconds: float, now: float) -> bool:
        """Whether its place and estimate are to be told (again) at `now`, in seconds."""
        if self._waiting is None or self._waiting.position != position:
            return True
        since = now - self._told_at
        off = abs(eta_seconds - max(0.0, self._waiting.eta_seconds - since))
        return since >= _QUIET_SECONDS and off > max(_NEWS_SECONDS, _NEWS_SHARE * eta_seconds)

    def told(self, position: int, eta_seconds: float, now: float) -> Waiting:
        """It is told now."""
        self._waiting, self._told_at = Waiting(self.request.id, position, round(eta_seconds, 1)), now
        return self._waiting

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
