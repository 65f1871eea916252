"""The records of the house, and what the chat notes of a hit: both follow from the settings.

It does not know what the parts do with one another.
"""

from __future__ import annotations

from collections.abc import Callable

from filters import Pipeline
from server.chat.hit_notes import HitNotes
from server.errors import ClientProblem, SettingsProblem
from server.moderation import PublishedFilter
from server.records import HitSeal, Records
from server.settings import Settings
from server.storage.database import Database
from server.topics import PrivateFilter, private_pipeline


def records_of(database: Database, settings: Settings) -> Records:
    """The records."""
    return Records(database, timezone=settings.timezone, hit_text=settings.hit_text)


def hit_notes_of(settings: Settings, published: PublishedFilter, private: PrivateFilter | None) -> HitNotes:
    """What is noted of a hit.

    Args:
        settings: with the policy.
        published: knows the lists by name.
        private: knows the names of each class; None: nothing is masked in questions.

    Raises:
        SettingsProblem: texts are to be sealed, and there is no key for it.
    """

    def list_of(word_id: str) -> str:
        return published.compiled.list_names.get(word_id, "")

    if settings.hit_text != "sealed":
        plain = private_pipeline()
        of_class: Callable[[str | None], Pipeline] = private.of if private else lambda class_id: plain
        return HitNotes(settings.hit_text, list_of=list_of, private=of_class)
    if not settings.hit_key:
        raise SettingsProblem("hit_text sealed: name the public key with hit_key; `dayi hits keys` makes one")
    try:
        return HitNotes("sealed", list_of=list_of, seal=HitSeal(settings.hit_key).seal)
    except ClientProblem as problem:
        raise SettingsProblem(f"hit_key: {problem.message_in('en')}") from None
