"""Knowledge: what people have approved, and what is found of it for a question."""

from server.knowledge.answer_attachments import AnswerAttachments
from server.knowledge.answer_desk import AnswerDesk, Editor
from server.knowledge.answer_files import MEDIA, AnswerFiles
from server.knowledge.answer_views import Written
from server.knowledge.approved import ApprovedAnswers
from server.knowledge.library import Library
from server.knowledge.types import (
    ApprovedAnswer,
    Attachment,
    Finding,
    Grounded,
    Nothing,
    Offered,
    Passage,
    Served,
)

__all__ = [
    "MEDIA",
    "AnswerAttachments",
    "AnswerDesk",
    "AnswerFiles",
    "ApprovedAnswer",
    "ApprovedAnswers",
    "Attachment",
    "Editor",
    "Finding",
    "Grounded",
    "Library",
    "Nothing",
    "Offered",
    "Passage",
    "Served",
    "Written",
]
