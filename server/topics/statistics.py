"""The statistics of a class or of several: sheets from the database, summed and put into words.

Finished weeks are kept in memory, as nothing is added to them any more; the running one is kept until told
that it is outdated, if somebody promises to tell. Who may see which class is decided by the caller.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from server.storage.database import Database
from server.topics.kept import kept_for_good
from server.topics.periods import Period, local_time, period_of, week_of
from server.topics.report import Figures, Report, Tiles, day_cells
from server.topics.sentence import Story, tell
from server.topics.sheet_store import OwnGroups, SheetStore, nobodys_own
from server.topics.sheets import Place, Sheet
from server.topics.taxonomy import TopicNode
from server.topics.wording import Lang, say

_KEPT_SHEETS = 4000


@dataclass(frozen=True, slots=True)
class Audience:
    """The classes a report is about.

    Args:
        class_ids: their ids; None among them stands for questions asked outside every class.
        name: what to call them in the sentence; None for everyone.
        enrolled: how many people belong to them, if it is known.
    """

    class_ids: tuple[str | None, ...]
    name: str | None = None
    enrolled: int | None = None


class Statistics:
    """Reports for teachers.

    Args:
        database: where questions are counted.
        taxonomy: gives the taxonomy in effect.
        small_group: fewest people a number may stand for.
        timezone: the school's time zone.
        own_groups: fewest people in classes that have a number of their own.
        is_told: whoever counts a question calls `outdate`, so that the running week may be kept, too.
    """

    def __init__(
        self,
        database: Database,
        taxonomy: Callable[[], Sequence[TopicNode]],
        *,
        small_group: int,
        timezone: str,
        is_told: bool = False,
        own_groups: OwnGroups = nobodys_own,
    ) -> None:
        self.small_group = small_group
        self.timezone = timezone
        self._zone = ZoneInfo(timezone)
        self._database = database
        self.own_groups = own_groups
        self._store = SheetStore(database, small_group, own_groups)
        self._taxonomy = taxonomy
        self._kept: dict[Place, Sheet] = {}
        self._is_told = is_told
        self._running: dict[Place, Sheet] = {}
        self._round = 0  # grows with every change, so that what was counted before it is not kept

    def today(self, now_ms: int) -> date:
        """The day it is in the school."""
        return local_time(now_ms, self._zone).date()

    async def keep_up(self) -> int:
        """Work out anew what changed, so that nobody who looks has to wait for it; how many sheets that were.

        Raises:
            StorageProblem: the database refused.
        """
        return await self._store.keep_up()

    def forget(self) -> None:
        """Read everything anew: facts of finished weeks were changed or deleted."""
        self._kept.clear()
        self._running.clear()
        self._round += 1

    def outdate(self, class_id: str | None) -> None:
        """A question of a class was counted, or its answer rated, just now."""
        self._round += 1
        for place in [place for place in self._running if place[0] == class_id]:
            del self._running[place]

    async def report(self, audience: Audience, first: date, last: date, *, lang: Lang, now_ms: int) -> Report:
        """The statistics of the whole weeks that hold the days from `first` to `last`.

        Raises:
            ClientProblem: `bad_period`.
            StorageProblem: the database refused.
        """
        today = self.today(now_ms)
        current, previous = await self.figures(audience, period_of(first, last, lang), today)
        return self._tell(audience, current, previous, today, lang)

    async def figures(self, audience: Audience, period: Period, today: date) -> tuple[Figures, Figures]:
        """The numbers of a period and of the one before, nothing small in them.

        Raises:
            StorageProblem: the database refused.
        """
        sheets = await self.sheets(audience, period, today)
        return (
            Figures(audience.class_ids, period, sheets),
            Figures(audience.class_ids, period.previous(), sheets),
        )

    async def sheets(self, audience: Audience, period: Period, today: date) -> dict[Place, Sheet]:
        """What may be shown of each class and week of a period and of the one before.

        Raises:
            StorageProblem: the database refused.
        """
        weeks = Period(period.previous().first_week, period.last_week).weeks
        places = {(class_id, week) for class_id in audience.class_ids for week in weeks}
        known = {**self._running, **self._kept}
        missing = places - known.keys()
        if not missing:
            return {place: known[place] for place in places}
        began = self._round
        made = await kept_for_good(self._database, missing)
        seen, old = await self._store.look(missing - made.keys())
        made |= seen
        # Of a week whose questions are being removed, its sheet was kept before the first of them went.
        made |= await kept_for_good(self._database, missing)
        found = {place: known.get(place) or made[place] for place in places}
        # A question asked just before midnight on Sunday may be counted a little later.
        finished = week_of(today - timedelta(days=1))
        if len(self._kept) > _KEPT_SHEETS:
            self._kept.clear()
        true = {place: sheet for place, sheet in found.items() if place not in old}
        self._kept |= {place: sheet for place, sheet in true.items() if place[1] < finished}
        if len(self._running) > _KEPT_SHEETS:
            self._running.clear()
        if self._is_told and began == self._round:
            self._running |= {place: sheet for place, sheet in true.items() if place[1] >= finished}
        return found

    def _tell(
        self, audience: Audience, current: Figures, previous: Figures, today: date, lang: Lang
    ) -> Report:
        topics, hidden_topics = current.topics(self._taxonomy(), lang)
        tiles = Tiles(
            questions=current.questions,
            askers=current.askers,
            enrolled=audience.enrolled,
            answered_share=current.answered_share,
            not_answered=current.not_answered,
            previous_questions=previous.questions,
        )
        days, hours, outcomes = day_cells(current, previous), current.hours(), current.outcomes()
        reasons = current.reasons()
        top = topics[0] if topics else None
        cells = (
            [tiles.questions, tiles.askers]
            + [cell.questions for cell in days]
            + [cell.questions for cell in hours]
            + [cell.questions for cell in outcomes]
            + [cell.questions for cell in reasons]
        )
        return Report(
            sentence=tell(Story(audience.name, current, previous, top, today, self.small_group), lang),
            first_day=current.period.first_day,
            last_day=current.period.last_day,
            period=current.period.name(today),
            num_weeks=len(current.period.weeks),
            running=current.period.first_day <= today <= current.period.last_day,
            small_group=self.small_group,
            tiles=tiles,
            days=days,
            hours=hours,
            topics=topics,
            outcomes=outcomes,
            reasons=reasons,
            first_token_ms=current.first_token(),
            hidden_topics=hidden_topics,
            hidden=sum(number is None for number in cells) + hidden_topics,
            left_out=len(current.left_out) if current.questions is not None else 0,
            label=say(lang, "label"),
        )
