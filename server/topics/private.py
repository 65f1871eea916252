"""Takes what gives people away out of a text: contacts, numbers, addresses, names that a class listed.

What is shown to others loses more than what is asked: a sum with nine digits is a question, and in a table
of questions it could be a number. It does not know who may see the names.
"""

from __future__ import annotations

import asyncio
from functools import cache
from typing import Final

from filters import (
    Action,
    Detector,
    DetectorKind,
    Direction,
    Options,
    Pipeline,
    Word,
    WordList,
    compile_pipeline,
)
from server.storage import class_names
from server.storage.database import Database

_SHOWN = frozenset(DetectorKind) - {DetectorKind.INVISIBLE}
_ASKED = _SHOWN - {DetectorKind.DIGITS, DetectorKind.IPV4, DetectorKind.URL}
_MASKED = {Direction.QUESTION: Action.MASK}
# 一张，伟大的 is not 张伟; Li Ming, 阿依古丽·买买提 and J. R. Smith have something between their parts.
_CLOSE: Final = Options(max_gap=0)
_APART: Final = Options(max_gap=2)


def without_private_data(text: str) -> str:
    """The text with contacts and long numbers masked."""
    return _pipeline(_SHOWN).check(text, Direction.QUESTION).text


def private_pipeline(names: tuple[str, ...] = ()) -> Pipeline:
    """What takes contacts, numbers and addresses, and these names, out of questions before they are stored
    or answered. A name counts in full: in Latin letters as whole words, in Han wherever it stands."""
    pipeline = _pipeline(_ASKED)
    apart = {name for name in names if not name.isalpha() or name.isascii()}
    for options, chosen in ((_CLOSE, [each for each in names if each not in apart]), (_APART, sorted(apart))):
        words = tuple(Word(f"name-{place}", name, "private", _MASKED) for place, name in enumerate(chosen))
        pipeline = compile_pipeline(WordList(0, words, options=options), upon=pipeline)
    return pipeline


class PrivateFilter:
    """What is taken out of questions in each class; a class without a list of names has none to be masked.

    Args:
        database: where the names are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._plain = private_pipeline()
        self._plain.check("甲路1号", Direction.QUESTION)  # its tables are made now, not while pupils wait
        self._by_class: dict[str, tuple[str, Pipeline]] = {}  # by class: stamp, filter
        self._one_at_a_time = asyncio.Lock()  # of two, the later one must have the last word

    def of(self, class_id: str | None) -> Pipeline:
        """What is looked for in the questions of a class."""
        known = self._by_class.get(class_id or "")
        return self._plain if known is None else known[1]

    async def refresh(self) -> bool:
        """Take over the lists of names that were changed, by whomever; True if any was.

        Raises:
            StorageProblem: they cannot be read; those before stay in effect.
        """
        async with self._one_at_a_time:
            return await self._refresh()

    async def _refresh(self) -> bool:
        async with self._database.read() as connection:
            stamps = await class_names.stamps(connection)
            changed = [
                each
                for each, stamp in stamps.items()
                if each not in self._by_class or self._by_class[each][0] != stamp
            ]
            names = {each: tuple(await class_names.get(connection, each)) for each in changed}
        gone = self._by_class.keys() - stamps.keys()
        made = {each: await asyncio.to_thread(private_pipeline, names[each]) for each in changed}
        for class_id, pipeline in made.items():
            self._by_class[class_id] = (stamps[class_id], pipeline)
        for class_id in gone:
            del self._by_class[class_id]
        return bool(changed or gone)


@cache
def _pipeline(kinds: frozenset[DetectorKind]) -> Pipeline:
    detectors = tuple(Detector(f"private-{kind}", kind, "private", _MASKED) for kind in sorted(kinds))
    return compile_pipeline(WordList(0, (), detectors=detectors))
