"""The life of word lists: draft, publication, effect, record.

It does not know who may edit (the web asks `server.accounts`), nor how words are found (`filters`).
"""

from server.moderation.desk import WordDesk
from server.moderation.files import Origin
from server.moderation.published import PublishedFilter
from server.moderation.service import moderate
from server.moderation.views import ListPatch, NewList, NewWord, WordPatch
from server.moderation.views_way import NewSample
from server.moderation.writing import WordFile

__all__ = [
    "ListPatch",
    "NewList",
    "NewSample",
    "NewWord",
    "Origin",
    "PublishedFilter",
    "WordDesk",
    "WordFile",
    "WordPatch",
    "moderate",
]
