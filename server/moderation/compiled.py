"""Makes filters of a snapshot: one that counts for everybody, and one upon it for each class that has lists.

What did not change since the last version is not compiled anew. It does not know where snapshots are, nor
which classes there are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from filters import Pipeline, compile_pipeline
from server.moderation.calm import many_objects
from server.moderation.layers import BASE, ORGANISATION, class_of
from server.moderation.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Compiled:
    """A filter ready for use, and the names of the lists that its words come from.

    Args:
        pipeline: base and organisation; in one of `classes` its own layer as well.
        list_names: the list of every entry, of all layers, by the entry's id.
        refusals: language → category → sentence.
        categories: of the lists that count.
        last_day: after it something of it has expired.
        classes: by class, for those that have a layer.
        layers: what counts, the most trusted first.
        num_words: by category, of those that count for everybody today.
    """

    pipeline: Pipeline
    list_names: dict[str, str]
    refusals: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    categories: tuple[str, ...] = ()
    last_day: date | None = None
    classes: Mapping[str, Compiled] = field(default_factory=dict)
    layers: tuple[str, ...] = (ORGANISATION,)
    parts: Mapping[str, Part] = field(default_factory=dict, repr=False)
    num_words: Mapping[str, int] = field(default_factory=dict)

    def of(self, class_id: str | None) -> Compiled:
        """What counts in a class."""
        return self if class_id is None else self.classes.get(class_id, self)


@dataclass(frozen=True, slots=True)
class Part:
    """A layer as it was compiled upon those below it."""

    content: Snapshot
    last_day: date | None
    pipeline: Pipeline


_EMPTY = Snapshot((), ())


def compile_snapshot(
    snapshot: Snapshot, version: int, today: date, known: Compiled | None = None
) -> Compiled:
    """Make filters of what counts today; takes up to a second, so call it in a thread.

    Args:
        known: an earlier version, of which layers that are the same are taken over.

    Raises:
        filters.WordListProblem: an entry cannot be looked for.
    """
    with many_objects():
        return _compile(snapshot, version, today, known)


def _compile(snapshot: Snapshot, version: int, today: date, known: Compiled | None) -> Compiled:
    layers = snapshot.by_layer()
    names = snapshot.list_names()
    parts: dict[str, Part] = {}
    old = {} if known is None else known.parts

    def put(layer: str, below: tuple[str, ...]) -> Pipeline:
        content = layers.get(layer, _EMPTY)
        before = old.get(layer)
        # Entries that were taken over are the very same objects: comparing them takes no time.
        is_same = before is not None and before.content == content
        # What lies upon something else than before must be put there anew.
        is_same = is_same and all(old.get(each) is parts[each] for each in below)
        if before is not None and is_same and (before.last_day is None or today <= before.last_day):
            parts[layer] = before
        else:
            upon = parts[below[-1]].pipeline if below else None
            pipeline = compile_pipeline(content.word_list(version), today=today, upon=upon)
            parts[layer] = Part(content, content.last_day(today), pipeline)
        return parts[layer].pipeline.as_version(version)

    put(BASE, ())
    shared = put(ORGANISATION, (BASE,))
    classes = {
        class_id: _compiled(put(layer, (BASE, ORGANISATION)), layers, (BASE, ORGANISATION, layer), names)
        for layer in layers
        if (class_id := class_of(layer)) is not None
    }
    everybody = _compiled(shared, layers, (BASE, ORGANISATION), names)
    return Compiled(
        shared,
        names,
        everybody.refusals,
        everybody.categories,
        snapshot.last_day(today),
        classes,
        everybody.layers,
        parts,
        sum((layers.get(each, _EMPTY).count_by_category(today) for each in (BASE, ORGANISATION)), Counter()),
    )


def _compiled(
    pipeline: Pipeline, layers: Mapping[str, Snapshot], chosen: tuple[str, ...], names: dict[str, str]
) -> Compiled:
    present = tuple(layer for layer in chosen if layer in layers)
    lists = Snapshot.lists_of([layers[layer] for layer in present])
    refusals = {lang: lists.refusals(lang) for lang in ("zh", "en")}
    return Compiled(pipeline, names, refusals, lists.categories(), layers=present)
