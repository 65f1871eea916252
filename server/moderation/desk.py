"""The word desk: everything compliance staff do with word lists, put together."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from server.moderation.approvals import Approvals
from server.moderation.differences import Differences
from server.moderation.draft import Draft
from server.moderation.entries import Entries
from server.moderation.files import WordFiles
from server.moderation.lists import Lists
from server.moderation.press import Press
from server.moderation.published import PublishedFilter
from server.moderation.rehearsals import Rehearsals
from server.moderation.rollbacks import Rollbacks
from server.moderation.samples import Samples
from server.moderation.schedule import Schedule
from server.moderation.versions import Versions
from server.storage.database import Database


class WordDesk:
    """Lists and entries of the draft, files in and out, and the versions that take effect.

    Everyone may be at it at once: each change is one transaction with its line in the record.

    Args:
        database: where everything is.
        published: the filter in effect.
        timezone: on whose clock publications are scheduled.
    """

    def __init__(self, database: Database, published: PublishedFilter, timezone: str = "UTC") -> None:
        draft = Draft(database, published)
        press = Press(database, published, draft)
        self.lists = Lists(database)
        self.entries = Entries(database, published)
        self.files = WordFiles(database, draft)
        self.samples = Samples(database)
        self.rehearsals = Rehearsals(database, published, draft)
        self.versions = Versions(database, published, draft, press)
        self.differences = Differences(database, draft)
        self.schedule = Schedule(database, draft, press, ZoneInfo(timezone))
        self.approvals = Approvals(database, draft, press, self.schedule)
        self.rollbacks = Rollbacks(database, draft, press)

    async def close(self) -> None:
        """End what is under way."""
        await self.rehearsals.close()
