"""The life of word lists: draft, publication, effect, record.

It does not know who may edit (the web asks `server.accounts`), nor how words are found (`filters`).
"""

from server.moderation.desk import WordDesk
from server.moderation.files import Origin, WordFile
from server.moderation.published import PublishedFilter
from server.moderation.service import moderate
from server.moderation.views import ListPatch, NewList, NewWord, WordPatch

__all__ = [
    "ListPatch",
    "NewList",
    "NewWord",
    "Origin",
    "PublishedFilter",
    "WordDesk",
    "WordFile",
    "WordPatch",
    "moderate",
]
