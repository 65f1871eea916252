"""The chat, live: connections, conversations, and the journal that makes resuming possible.

It does not know the web.
"""

from server.chat.connection import Connection
from server.chat.desk import ChatDesk
from server.chat.messages import texts_of
from server.chat.parts import ChatRules, Parts, Published, Recorder

__all__ = ["ChatDesk", "ChatRules", "Connection", "Parts", "Published", "Recorder", "texts_of"]
