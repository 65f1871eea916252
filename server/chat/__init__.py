"""The chat, live: connections, conversations, and the journal that makes resuming possible.

It does not know the web.
"""

from server.chat.connection import Connection
from server.chat.desk import ChatDesk
from server.chat.messages import texts_of
from server.chat.own_data import OwnData, nothing_there
from server.chat.parts import ChatRules, Parts, Published, Recorder
from server.chat.quotes import Quotes
from server.chat.retention import Retention, RetentionRules

__all__ = [
    "ChatDesk",
    "ChatRules",
    "Connection",
    "OwnData",
    "Parts",
    "Published",
    "Quotes",
    "Recorder",
    "Retention",
    "RetentionRules",
    "nothing_there",
    "texts_of",
]
