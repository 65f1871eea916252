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


def _document_of(passage: Passage) -> str:
    return passage.id.rsplit(".", 2)[0]
