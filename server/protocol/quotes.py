"""What becomes of the quotes of a document that is deleted: a stored frame says only that there was one.

Its title and heading go, too: a document is deleted because people should not see it, and a title may name
whom it is about. Pure; which frames are stored where is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Set
from typing import Final

from server.protocol.frames import Sources, dump
from server.protocol.knowledge_frames import Passage

_IDS: Final = re.compile(r'"id":"([\w-]+)\.\d+\.\d+"')

_REMOVED: Final = '"removed":true'  # in a text its quotation marks would be escaped
REMOVED: Final = Passage(id="", title="", quote="", removed=True)


def without_quotes(frame: str, document_ids: Set[str]) -> str | None:
    """A `sources` frame without what it quotes of these documents; None where it quotes none of them.

    Args:
        frame: as it was sent.
        document_ids: of the documents that are gone.
    """
    if document_ids.isdisjoint(_IDS.findall(frame)):
        return None
    sources = Sources.model_validate_json(frame)
    passages = [REMOVED if _document_of(each) in document_ids else each for each in sources.passages]
    if passages == sources.passages:
        return None
    return dump(sources.model_copy(update={"passages": passages}))


def turn_of_removed(frame: str) -> str | None:
    """The turn of a `sources` frame from which a deleted document was taken; None where none was."""
    return Sources.model_validate_json(frame).turn if _REMOVED in frame else None


def _document_of(passage: Passage) -> str:
    return passage.id.rsplit(".", 2)[0]
