"""The log: one line an event on stderr, as text or as JSON.

Modules log with `structlog.get_logger(...)` or with the standard library; both come out
the same way. It does not know what is worth logging, only what must never be in a log.
"""

from __future__ import annotations

import logging
import sys
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

# What people wrote and what opens doors. A second fence: no caller should pass these at all.
NEVER_LOGGED = frozenset(
    {
        "answer", "cookie", "frame", "message_text", "new_password", "note", "old_password", "password",
        "piece", "prompt", "question", "set_cookie", "text", "token", "turns",
    }
)  # fmt: skip
HIDDEN = "[hidden]"


def hide_contents(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """A structlog processor: replace message texts, passwords and tokens by a mark."""
    for key in NEVER_LOGGED & event.keys():
        event[key] = HIDDEN
    return event


def configure_logs(form: str, level: str, stream: TextIO | None = None) -> None:
    """Send every log line of the process to `stream` (stderr by default).

    Args:
        form: `text` for people or `json` for programs.
        level: least level logged, such as `info`.
        stream: where the lines go.
    """
    stream = stream or sys.stderr
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        hide_contents,
    ]
    ending: list[Processor]
    if form == "json":
        # Tracebacks as text without local variables: those could hold what people wrote.
        ending = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    else:
        colours = stream.isatty()
        ending = [
            structlog.dev.ConsoleRenderer(colors=colours, exception_formatter=structlog.dev.plain_traceback)
        ]
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *ending],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in ("aiosqlite", "alembic", "httpcore", "httpx", "uvicorn", "websockets"):
        # Chatty below warning; aiosqlite at `debug` would even log the parameters of statements.
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
