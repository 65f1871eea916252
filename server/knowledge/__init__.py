"""Knowledge: what people have approved, and what is found of it for a question."""

from server.knowledge.answer_attachments import AnswerAttachments
from server.knowledge.answer_desk import AnswerDesk, Editor
from server.knowledge.answer_files import MEDIA, AnswerFiles
from server.knowledge.answer_views import Written
from server.knowledge.approved import ApprovedAnswers
from server.knowledge.document_views import DocumentView, Opened
from server.knowledge.documents import DocumentDesk
from server.knowledge.finding import Candidate
from server.knowledge.floor import refers_back
from server.knowledge.grounding import Grounding, Support
from server.knowledge.library import Library
from server.knowledge.own import is_own
from server.knowledge.prompt import admits_nothing, compose
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
from server.knowledge.uploads import FILE_BYTES, sentence_of
from server.knowledge.wording_vectors import WordingVectors

__all__ = [
    "FILE_BYTES",
    "MEDIA",
    "AnswerAttachments",
    "AnswerDesk",
    "AnswerFiles",
    "ApprovedAnswer",
    "ApprovedAnswers",
    "Attachment",
    "Candidate",
    "DocumentDesk",
    "DocumentView",
    "Editor",
    "Finding",
    "Grounded",
    "Grounding",
    "Library",
    "Nothing",
    "Offered",
    "Opened",
    "Passage",
    "Served",
    "Support",
    "WordingVectors",
    "Written",
    "admits_nothing",
    "compose",
    "is_own",
    "refers_back",
    "sentence_of",
]
