"""Which chat pages are open, whose they are and from where. It does not know what is said on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from server.chat.connection import Connection
from server.chat.parts import ChatRules


class Presence:
    """Open connections, counted by person and by address."""

    def __init__(self) -> None:
        self._connections: set[Connection] = set()
        self._by_user: Counter[str] = Counter()
        self._by_address: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._connections)

    def __iter__(self) -> Iterator[Connection]:
        return iter(list(self._connections))  # some are removed while they are looked at

    @property
    def people(self) -> set[str]:
        """The ids of those who have a page open."""
        return set(self._by_user)

    def is_full(self, user_id: str, address: str, rules: ChatRules) -> bool:
        """Whether this person or this address has as many pages open as there may be."""
        return (
            self._by_user[user_id] >= rules.connections_per_user
            or self._by_address[address] >= rules.connections_per_address
        )

    def tell_unread(self, owner_id: str, conversation_id: str) -> None:
        """Tell every open page of somebody that there is something to read in a conversation of theirs."""
        for connection in self:
            if connection.who.id == owner_id:
                connection.tell_unread(conversation_id)

    def add(self, connection: Connection) -> None:
        """A page was opened."""
        self._connections.add(connection)
        self._by_user[connection.who.id] += 1
        self._by_address[connection.address] += 1

    def remove(self, connection: Connection) -> None:
        """A page is gone."""
        self._connections.discard(connection)
        for counter, key in ((self._by_user, connection.who.id), (self._by_address, connection.address)):
            counter[key] -= 1
            if counter[key] <= 0:
                del counter[key]
