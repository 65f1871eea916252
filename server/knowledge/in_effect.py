"""Which editions of documents are in effect: for whom, and under which titles they are indexed. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from server.storage.documents import StoredDocument


class InEffect:
    """Every document that was read, by its edition."""

    def __init__(self) -> None:
        self.edition_of: dict[str, int] = {}
        self.classes: dict[int, str | None] = {}
        self.titles: dict[int, str] = {}  # as they are indexed: titles are found, too

    def take_up(self, every: Iterable[StoredDocument]) -> None:
        """These are in effect, those that were read."""
        for each in every:
            if each.edition is not None:
                self.put(each.id, each.edition, each.class_id)
                self.titles[each.edition] = each.title

    def put(self, document_id: str, edition: int, class_id: str | None) -> int | None:
        """This edition is in effect; the one before it, which still is, too."""
        before = self.edition_of.get(document_id)
        self.edition_of[document_id] = edition
        self.classes[edition] = class_id
        return before

    def drop(self, edition: int) -> None:
        """This edition is not."""
        self.classes.pop(edition, None)
        self.titles.pop(edition, None)

    def editions_for(self, class_id: str | None) -> frozenset[int] | None:
        """The editions that somebody of this class may see; None where that is every one."""
        if all(each is None or each == class_id for each in self.classes.values()):
            return None
        return frozenset(
            edition for edition, each in self.classes.items() if each is None or each == class_id
        )

    def differs(self, every: Iterable[StoredDocument]) -> tuple[dict[int, StoredDocument], list[int]]:
        """What is to be indexed so that these are in effect, and which editions are to go."""
        wanted = {each.edition: each for each in every if each.edition is not None}
        stale = {edition: each for edition, each in wanted.items() if self.titles.get(edition) != each.title}
        return stale, [edition for edition in self.classes if edition not in wanted]
