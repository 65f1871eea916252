"""The word desk: everything compliance staff do with word lists, put together."""

from __future__ import annotations

from server.moderation.entries import Entries
from server.moderation.files import WordFiles
from server.moderation.lists import Lists
from server.moderation.published import PublishedFilter
from server.moderation.versions import Versions
from server.storage.database import Database


class WordDesk:
    """Lists and entries of the draft, files in and out, and the versions that take effect.

    Everyone may be at it at once: each change is one transaction with its line in the record.
    """

    def __init__(self, database: Database, published: PublishedFilter) -> None:
        self.lists = Lists(database)
        self.entries = Entries(database, published)
        self.files = WordFiles(database)
        self.versions = Versions(database, published)
