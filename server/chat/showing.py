"""What knowledge found, as the chat's frames show it. Pure."""

from __future__ import annotations

from server.knowledge import ApprovedAnswer
from server.knowledge import Passage as Found
from server.protocol.frames import Approved, Attached, Passage


def approved_frame(answer: ApprovedAnswer) -> Approved:
    """Who answers for an approved answer."""
    return Approved(
        id=answer.id,
        question=answer.question,
        source=answer.source or None,
        author=answer.author or None,
        approved=None if answer.approved is None else answer.approved.isoformat(),
        expires=None if answer.expires is None else answer.expires.isoformat(),
        attachments=[Attached(name=each.name, url=each.url) for each in answer.attachments] or None,
    )


def passage_frame(passage: Found) -> Passage:
    """A passage with its place."""
    return Passage(
        id=passage.id,
        title=passage.title,
        heading=passage.heading or None,
        page=passage.page,
        quote=passage.text,
    )
