"""The problems the server can have, named by who can mend them.

Anything that is not one of these is a bug: it is logged with its traceback and
shown to the outside as `internal`. Foreign exceptions are mapped where they enter.
"""

from __future__ import annotations


class DayiProblem(Exception):
    """Base of everything that is expected to go wrong now and then."""


class ClientProblem(DayiProblem):
    """The sender can fix it: an `error` frame, or a 4xx with one JSON shape.

    Args:
        code: a stable snake_case word for programs, such as `bad_frame`.
        message: one sentence for people: in Chinese where `message_en` has it in English, else in the
            language of the request.
        message_en: the same in English, for parts that do not know the language of the request.
        status: the HTTP status that says the same.
        retry_after_seconds: when trying again makes sense, if it does.
        details: further findings, one a row (the bad lines of an import, say).
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        message_en: str | None = None,
        status: int = 400,
        retry_after_seconds: float | None = None,
        details: list[dict[str, object]] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.message_en = message_en
        self.status = status
        self.retry_after_seconds = retry_after_seconds
        self.details = details or []

    def message_in(self, lang: str) -> str:
        """The sentence in `lang` (`zh` or `en`), as far as it is known."""
        return self.message_en if lang == "en" and self.message_en is not None else self.message


class SourceProblem(DayiProblem):
    """A source of replies cannot answer.

    Args:
        code: `unavailable`, `busy`, `timed_out` or `bad_model`.
        message: one sentence for the log and the administrator.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class StorageProblem(DayiProblem):
    """The database refused: disk full, locked beyond the time-out, damaged."""


class SettingsProblem(DayiProblem):
    """A setting, preset or model name is wrong: one line on stderr, exit code 2."""
