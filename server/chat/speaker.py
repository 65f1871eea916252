"""Someone at one of the connections of a conversation: data only."""

from __future__ import annotations

from dataclasses import dataclass

from server.accounts import Who
from server.chat.watchers import Watcher
from server.protocol.conversation import Asker
from server.protocol.texts import Texts


@dataclass(frozen=True, slots=True)
class Speaker:
    """Someone at one of the connections: who, how their questions are counted, and where answers go."""

    who: Who
    asker: Asker
    watcher: Watcher

    @property
    def texts(self) -> Texts:
        """The sentences in their language."""
        return self.asker.texts
