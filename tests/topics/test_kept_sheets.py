"""Kept sheets are those that counting would make, whatever is written, changed or deleted, in any order."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from server.storage import facts, kept
from server.storage.database import Database
from server.topics.kept_sheets import sheet_of, written
from server.topics.sheet_store import AT_A_LOOK, SheetStore
from server.topics.sheets import OUTCOMES, Place, Sheet, make_sheets

CLASSES = ("7a", None)
FIRST_WEEK = 105_000
WEEKS = range(FIRST_WEEK, FIRST_WEEK + 2)
PLACES: list[Place] = [(class_id, week) for class_id in CLASSES for week in WEEKS]
SMALL_GROUP = 2

asking = st.tuples(
    st.just("ask"),
    st.sampled_from(CLASSES),
    st.integers(0, 13),  # day
    st.sampled_from("abcd"),
    st.sampled_from(OUTCOMES[:4]),
    st.sampled_from(("g1", "g2", None)),
)
rating = st.tuples(st.just("rate"), st.integers(0, 20), st.sampled_from((1, -1, None)))
deleting = st.tuples(st.just("delete"), st.integers(0, 20))
moving = st.tuples(st.just("move"), st.integers(0, 20), st.sampled_from(CLASSES))
looking = st.tuples(st.just("look"))
steps = st.lists(st.one_of(asking, asking, asking, rating, deleting, moving, looking), max_size=40)


@settings(deadline=None, max_examples=25)
@given(steps)
def test_kept_sheets_are_what_counting_makes(made: list[tuple[object, ...]]) -> None:
    """After every look, and at the end; what is kept is read back, not made again."""

    async def live() -> None:
        with tempfile.TemporaryDirectory() as folder:
            database = await Database.open(Path(folder) / "dayi.sqlite3")
            try:
                for number, step in enumerate(made):
                    await _do(database, number, step)
                await _compare(database)
                await SheetStore(database, SMALL_GROUP).keep_up()
                async with database.read() as connection:
                    rows = await kept.read(connection, CLASSES, WEEKS[0], WEEKS[-1], SMALL_GROUP)
                    assert await kept.stale(connection, SMALL_GROUP, 9) == []
                assert all(row.content is not None for row in rows.values())
                await _compare(database)
            finally:
                await database.close()

    asyncio.run(live())


async def _do(database: Database, number: int, step: tuple[object, ...]) -> None:
    if step[0] == "look":
        await _compare(database)
        return
    async with database.write() as connection:
        if step[0] == "ask":
            _, class_id, day, asker, outcome, group = step
            fact = facts.NewFact(
                f"t{number}",
                number * 60_000,
                FIRST_WEEK * 7 + 1 + int(str(day)),
                9,
                None if class_id is None else str(class_id),
                str(asker),
                str(outcome),
                "model",
                1200,
                4000,
                None if group is None else str(group),
            )
            await facts.record(connection, fact, ("sums",) if group == "g1" else ())
        elif step[0] == "rate":
            value = None if step[2] is None else int(str(step[2]))
            await facts.set_rating(connection, f"t{step[1]}", value)
        elif step[0] == "move":
            moved = text("UPDATE question_facts SET class_id = :class_id WHERE turn_id = :turn")
            await connection.execute(moved, {"class_id": step[2], "turn": f"t{step[1]}"})
        else:
            gone = text("DELETE FROM question_facts WHERE turn_id = :turn")
            await connection.execute(gone, {"turn": f"t{step[1]}"})


async def _compare(database: Database) -> None:
    async with database.read() as connection:
        counts = await facts.count(connection, facts.Within(CLASSES, WEEKS[0], WEEKS[-1]))
    counted = make_sheets(counts, SMALL_GROUP)
    sheets = await SheetStore(database, SMALL_GROUP).sheets(PLACES)
    assert sheets == {place: counted.get(place) or Sheet() for place in PLACES}
    assert all(sheet_of(written(sheet)) == sheet for sheet in sheets.values())


async def test_sheets_for_another_small_group_are_made_anew(database: Database) -> None:
    """A school that hides more from now on does not show what was kept before."""
    async with database.write() as connection:
        for number, asker in enumerate("abc"):
            fact = facts.NewFact(
                f"t{number}", 0, FIRST_WEEK * 7 + 1, 9, "7a", asker, "answered", "model", 1, 2
            )
            await facts.record(connection, fact, ())
    assert (await SheetStore(database, 3).sheets(PLACES))[PLACES[0]].num_questions == 3
    assert (await SheetStore(database, 5).sheets(PLACES))[PLACES[0]].num_questions is None


async def test_a_look_at_many_outdated_sheets_shows_what_was_kept_last(database: Database) -> None:
    """A whole school asks at once: whoever looks does not wait for every class; seconds later all is new."""
    store = SheetStore(database, SMALL_GROUP)
    classes = [f"class {number}" for number in range(AT_A_LOOK + 1)]
    places = [(class_id, FIRST_WEEK) for class_id in classes]

    async def everybody_asks(moment: str) -> None:
        async with database.write() as connection:
            for class_id in classes:
                for asker in "abc":
                    turn = f"{moment} {class_id} {asker}"
                    fact = facts.NewFact(
                        turn, 0, FIRST_WEEK * 7 + 1, 9, class_id, asker, "answered", "model", 1, 2
                    )
                    await facts.record(connection, fact, ())

    await everybody_asks("first")
    shown, old = await store.look(places)
    assert ({sheet.num_questions for sheet in shown.values()}, old) == ({3}, frozenset())
    await everybody_asks("second")
    shown, old = await store.look(places)
    assert ({sheet.num_questions for sheet in shown.values()}, old) == ({3}, frozenset(places))
    shown, old = await store.look(places[:AT_A_LOOK])
    assert ({sheet.num_questions for sheet in shown.values()}, old) == ({6}, frozenset())
    await store.keep_up()
    shown, old = await store.look(places)
    assert ({sheet.num_questions for sheet in shown.values()}, old) == ({6}, frozenset())
