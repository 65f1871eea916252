"""The texts that the office keeps to try drafts on. What the filter says of them is not known here."""

from __future__ import annotations

from server.moderation import problems
from server.moderation.record import record_act
from server.moderation.views_way import NewSample, SampleView
from server.storage import word_desk
from server.storage.database import Database
from server.storage.ids import new_id
from server.storage.word_desk import StoredSample

MOST = 500
_NAMED_CHARS = 24


class Samples:
    """Everybody's saved texts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list_all(self) -> list[SampleView]:
        """All of them, by name."""
        async with self._database.read() as connection:
            return [SampleView.model_validate(row) for row in await word_desk.samples(connection)]

    async def add(self, new: NewSample, *, who: str, now_ms: int) -> SampleView:
        """Keep a text; without a name its beginning names it.

        Raises:
            ClientProblem: 409 `too_many`.
        """
        name = " ".join(new.name.split()) or " ".join(new.text.split())[:_NAMED_CHARS] or "…"
        row = StoredSample(
            id=new_id(),
            name=name,
            text=new.text,
            direction=new.direction,
            expected=new.expected,
            at_ms=now_ms,
            who=who,
        )
        async with self._database.write() as connection:
            if await word_desk.count_samples(connection) >= MOST:
                raise problems.too_many_samples(MOST)
            await word_desk.add_sample(connection, row)
            await record_act(connection, "add_sample", name, who=who, now_ms=now_ms)
        return SampleView.model_validate(row)

    async def delete(self, sample_id: str, *, who: str, now_ms: int) -> None:
        """Let go of a text.

        Raises:
            ClientProblem: 404 `not_found`.
        """
        async with self._database.write() as connection:
            row = await word_desk.delete_sample(connection, sample_id)
            if row is None:
                raise problems.no_sample()
            await record_act(connection, "delete_sample", row.name, who=who, now_ms=now_ms)
