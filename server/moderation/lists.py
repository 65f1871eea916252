"""The lists of the draft: shown, made, changed, deleted. Their entries are in `entries`."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from server.moderation import problems
from server.moderation.conflicts import list_conflict, next_stamp
from server.moderation.layers import class_of, layer_of
from server.moderation.record import list_change, record_edit
from server.moderation.views import ClassLayer, DraftView, ListPatch, ListView, NewList, Overview, VersionView
from server.storage import classes, word_versions, words
from server.storage.classes import StoredClass
from server.storage.database import Database
from server.storage.ids import new_id
from server.storage.words import StoredList

NAME_CHARS = 64


class Lists:
    """Every word list and allow list of the draft."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def overview(self) -> Overview:
        """The lists, the state of the draft, and what is in effect."""
        async with self._database.read() as connection:
            rows = await words.all_lists(connection)
            counts = await words.count_by_list(connection)
            pending = await word_versions.pending(connection)
            published = await word_versions.newest(connection)
            known = await classes.list_all(connection)
        assert published is not None  # `PublishedFilter.load` comes first
        return Overview(
            lists=tuple(_view(row, counts.get(row.id, 0)) for row in rows),
            classes=_class_layers(known, rows),
            draft=DraftView(num_changes=pending.num_changes),
            published=VersionView.model_validate(published),
        )

    async def add(self, new: NewList, *, who: str, now_ms: int) -> ListView:
        """Make a list.

        Raises:
            ClientProblem: 409 `name_taken`, 422 `bad_name` or `bad_layer`.
        """
        name = _clean(new.name)
        async with self._database.write() as connection:
            known = await classes.list_all(connection)
            _check_layer(new.layer, known)
            if await words.find_list(connection, name) is not None:
                raise problems.name_taken(name)
            positions = [row.position for row in await words.all_lists(connection)]
            row = StoredList(
                id=new_id(),
                name=name,
                kind=new.kind,
                category=new.category.strip(),
                question_action=new.question_action,
                answer_action=new.answer_action,
                enabled=True,
                note=new.note,
                lanes=new.model_dump(mode="json")["lanes"],
                style=new.style,
                replacement=new.replacement or None,
                refusal_zh=new.refusal_zh.strip(),
                refusal_en=new.refusal_en.strip(),
                layer=new.layer,
                position=max(positions, default=-1) + 1,
                updated_at_ms=now_ms,
                updated_by=who,
            )
            await words.add_lists(connection, [row])
            change = list_change("add_list", None, row, who=who, now_ms=now_ms, layers=_named(known))
            await record_edit(connection, change)
        return _view(row, 0)

    async def change(self, list_id: str, patch: ListPatch, *, who: str, now_ms: int) -> ListView:
        """Change a list; what changes nothing leaves no trace.

        Raises:
            ClientProblem: 404 `not_found`, 409 `name_taken` or `changed_meanwhile`, 422 `bad_name` or
                `bad_layer`.
        """
        values = patch.model_dump(mode="json", exclude_unset=True, exclude={"based_on"})
        for needed in ("name", "category", "enabled", "note", "lanes", "refusal_zh", "refusal_en", "layer"):
            if values.get(needed, "") is None:
                del values[needed]
        if "name" in values:
            values["name"] = _clean(values["name"])
        async with self._database.write() as connection:
            known = await classes.list_all(connection)
            before = await words.get_list(connection, list_id)
            if before is None:
                raise problems.no_list()
            counts = await words.count_by_list(connection)
            if patch.based_on not in (None, before.updated_at_ms):
                raise list_conflict(_view(before, counts.get(list_id, 0)))
            if "name" in values:
                holder = await words.find_list(connection, values["name"])
                if holder is not None and holder.id != list_id:
                    raise problems.name_taken(values["name"])
            if values.get("layer", before.layer) != before.layer:
                _check_layer(values["layer"], known)
            after = replace(before, **values)
            if after != before:
                values |= {"updated_at_ms": next_stamp(now_ms, before.updated_at_ms), "updated_by": who}
                after = replace(before, **values)
                await words.change_list(connection, list_id, values)
                change = list_change("edit_list", before, after, who=who, now_ms=now_ms, layers=_named(known))
                await record_edit(connection, change)
        return _view(after, counts.get(list_id, 0))

    async def delete(
        self,
        list_id: str,
        *,
        who: str,
        now_ms: int,
        based_on: int | None = None,
        num_words: int | None = None,
    ) -> None:
        """Delete a list with its entries.

        Args:
            list_id: which.
            who: deletes it.
            now_ms: when.
            based_on: the `updated_at_ms` of the list as it was looked at.
            num_words: how many entries it had then.

        Raises:
            ClientProblem: 404 `not_found`, 409 `changed_meanwhile`.
        """
        async with self._database.write() as connection:
            row = await words.get_list(connection, list_id)
            if row is None:
                raise problems.no_list()
            count = (await words.count_by_list(connection)).get(list_id, 0)
            if based_on not in (None, row.updated_at_ms) or num_words not in (None, count):
                raise list_conflict(_view(row, count))
            known = await classes.list_all(connection)
            await words.delete_list(connection, list_id)
            change = list_change(
                "delete_list", row, None, who=who, now_ms=now_ms, num_words=count, layers=_named(known)
            )
            await record_edit(connection, change)


def _named(known: list[StoredClass]) -> dict[str, str]:
    return {layer_of(each.id): each.name for each in known}


def _check_layer(layer: str, known: list[StoredClass]) -> None:
    class_id = class_of(layer)
    if class_id is not None and class_id not in {each.id for each in known if not each.archived}:
        raise problems.bad_layer()


def _class_layers(known: list[StoredClass], rows: list[StoredList]) -> tuple[ClassLayer, ...]:
    """Classes that a list may belong to, and those gone to which one still does."""
    used = {row.layer for row in rows}
    found = [
        ClassLayer(id=each.id, name=each.name, archived=each.archived)
        for each in known
        if not each.archived or layer_of(each.id) in used
    ]
    lost = {class_of(layer) for layer in used} - {each.id for each in known} - {None}
    return (*found, *(ClassLayer(id=each, name=each, archived=True) for each in sorted(filter(None, lost))))


def _clean(name: str) -> str:
    # Not NFKC: a name that is only read keeps its Chinese punctuation.
    cleaned = " ".join(unicodedata.normalize("NFC", name).split())
    if not 1 <= len(cleaned) <= NAME_CHARS or not cleaned.isprintable():
        raise problems.bad_name()
    return cleaned


def _view(row: StoredList, num_words: int) -> ListView:
    values = {name: getattr(row, name) for name in row.__dataclass_fields__ if name != "position"}
    return ListView(**values, num_words=num_words)
