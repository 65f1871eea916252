"""`openai:` — replies from another server that speaks OpenAI's interface, streamed over HTTP.

A source like the others: it queues, and says how it stands: it looks whether the server answers, and looks
again when an answer gave reason to doubt it. Does not know HTTP, nor what lies in a message.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection
from weakref import WeakSet

from server.errors import SourceProblem
from server.sources.names import ModelName
from server.sources.openai_link import Link, Patience
from server.sources.openai_reply import Dialect, OpenAIReply
from server.sources.openai_wire import Trouble
from server.sources.places import Places
from server.sources.types import ReplyRequest, SourceStatus

_LOG = logging.getLogger(__name__)

_PROBE_SECONDS = 1.0  # from one look to the next while it is not ready, doubled up to the longest
_LONGEST_PROBE_SECONDS = 60.0


class OpenAISource:
    """Replies from an OpenAI-compatible server.

    Args:
        model: an `openai:` name.
        key: what the server wants to see, if anything.
        window_tokens: what a conversation and its answer may take, as estimated here.
        max_running: replies asked for at once.
        max_waiting: replies that may wait for that.
        fields: further fields of a request that the server understands.
        patience: the time limits.
        probe_seconds: the first pause between two looks whether it is ready.
    """

    def __init__(
        self,
        model: ModelName,
        key: str | None = None,
        *,
        window_tokens: int = 4096,
        max_running: int = 8,
        max_waiting: int = 64,
        fields: Collection[str] = (),
        patience: Patience | None = None,
        probe_seconds: float = _PROBE_SECONDS,
    ) -> None:
        self._model = model
        self._key = key
        self._dialect = Dialect(model.remote_model, window_tokens, fields)
        self._patience = patience or Patience()
        self._probe_seconds = probe_seconds
        self._places = Places(max_running, max_waiting)
        self._replies: WeakSet[OpenAIReply] = WeakSet()
        self._note = "the source has not been started"
        self._doubt = asyncio.Event()  # a reply failed in a way that may concern all
        self._link: Link | None = None
        self._watching: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to look whether the server answers; returns before that is known.

        Raises:
            SettingsProblem: the machine's proxy or certificate settings cannot be used.
        """
        self._link = Link(self._model.base_url, self._key, self._patience)
        self._note = "the server has not answered yet"
        self._watching = asyncio.create_task(self._watch(self._link), name="openai probe")

    async def close(self) -> None:
        """End the replies under way and close the connections."""
        self._note = "the source is closed"
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.wait([self._watching])
        for reply in list(self._replies):
            reply.cancel()
        if self._link is not None:
            await self._link.close()

    def status(self) -> SourceStatus:
        """How it stands. The address is left out: pages are told the status, and it may be an inner one."""
        return SourceStatus(
            ready=not self._note,
            model=f"openai:…#{self._model.remote_model}",
            note=self._note,
            running=self._places.num_running,
            waiting=self._places.num_waiting,
            is_elsewhere=not self._model.is_local,
        )

    def reply(self, request: ReplyRequest) -> OpenAIReply:
        """Begin a reply; the server is asked when it has its place and is iterated.

        Raises:
            SourceProblem: `busy` when too many wait, `unavailable` while the server is not ready.
        """
        if self._note or self._link is None:
            raise SourceProblem("unavailable", self._note)
        reply = OpenAIReply(
            request, self._places.enter(request.user), self._link, self._dialect, failed=self._failed
        )
        self._replies.add(reply)
        return reply

    def forget(self, conversation: str) -> None:
        """Nothing is kept here."""

    async def _watch(self, link: Link) -> None:
        """Look whether the server is ready: until it is, and again when a reply gave reason to doubt it."""
        pause = self._probe_seconds
        while True:
            self._doubt.clear()
            try:
                names = await link.models()
            except SourceProblem as problem:
                if problem.message != self._note:
                    _LOG.warning("%s is not ready: %s", self._model, problem.message)
                self._note = problem.message
            except Exception as error:
                # Nobody awaits this before the end: say it, and go on looking.
                _LOG.exception("a bug in looking whether %s is ready", self._model)
                self._note = f"looking whether the server is ready failed: {type(error).__name__}"
            else:
                if self._model.remote_model not in names:
                    # Some serve a model without listing it, and some answer to any name.
                    _LOG.warning("the server does not list the model of %s", self._model)
                self._note = ""
                await self._doubt.wait()
                if not self._note:  # a broken connection, not a refusal: one look tells
                    pause = self._probe_seconds
                    continue
                pause = _LONGEST_PROBE_SECONDS  # a look would succeed again and tell nothing new
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PROBE_SECONDS)

    def _failed(self, trouble: Trouble) -> None:
        """A reply failed. What only the administrator can mend is told as the status, not to who asked."""
        if trouble.kind == "administrator":
            _LOG.error("%s: %s", self._model, trouble.message)
            self._note = trouble.message
        if trouble.kind in ("administrator", "again"):
            self._doubt.set()
