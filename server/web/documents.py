"""Routes of documents for those who look after them.

Which classes are someone's own is asked of the accounts; how documents are read and found, of knowledge.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field
from starlette.datastructures import UploadFile
from starlette.responses import Response

from server.accounts import Role
from server.knowledge import FILE_BYTES, DocumentView, Opened, sentence_of
from server.web.bodies import FURTHEST, Body, Query, answer, read_body, read_query
from server.web.messages import problem
from server.web.parts import Call

UPLOAD_BYTES = FILE_BYTES + 64 * 1024  # the form around it


class ListQuery(Query):
    """Which documents to show."""

    q: str = Field("", max_length=200)
    offset: int = Field(0, ge=0, le=FURTHEST)
    limit: int = Field(100, ge=1, le=500)


class TextQuery(Query):
    """Which stretch of a text."""

    start: int = Field(0, ge=0, le=FURTHEST)
    chars: int = Field(20_000, ge=1, le=100_000)


class TitleBody(Body):
    """Another title."""

    title: str = Field(max_length=1000)


class TryBody(Body):
    """A question, as somebody of this class (none: of no class) would ask it."""

    question: str = Field(min_length=1, max_length=2000)
    class_id: str | None = Field(None, max_length=64)


async def list_documents(call: Call) -> Response:
    """A page of the documents of one's own classes and of everyone's."""
    query = read_query(call.request, ListQuery)
    refs = await call.parts.accounts.classes.classes_for(call.user)
    own = await _own_classes(call)
    desk = call.parts.documents
    views, total = await desk.list_for(
        await classes_of(call), text=query.q, offset=query.offset, limit=query.limit
    )
    return answer(
        {
            "documents": [_shown(call, view, own) for view in views],
            "total": total,
            "classes": refs,
            "for_all": own is None,
            "max_bytes": FILE_BYTES,
        }
    )


async def add_document(call: Call) -> Response:
    """Take in a file; it is read afterwards."""
    async with call.request.form(max_files=1, max_fields=4) as form:
        file, class_id = form.get("file"), form.get("class_id") or None
        if not isinstance(file, UploadFile) or isinstance(class_id, UploadFile):
            raise problem("bad_upload")
        content = await file.read()
        name = file.filename or "document"
    view = await call.parts.documents.add(
        content,
        name,
        class_id=class_id,
        classes=await _own_classes(call),
        who=call.user_name,
        now_ms=call.now_ms,
    )
    return answer(_shown(call, view, await _own_classes(call)), 201)


async def get_document(call: Call) -> Response:
    """One document."""
    document_id = call.request.path_params["id"]
    view = await call.parts.documents.get(document_id, await classes_of(call))
    return answer(_shown(call, view, await _own_classes(call)))


async def rename_document(call: Call) -> Response:
    """Give it another title."""
    body = await read_body(call.request, TitleBody)
    view = await call.parts.documents.rename(
        call.request.path_params["id"],
        body.title,
        await _own_classes(call),
        who=call.user_name,
        now_ms=call.now_ms,
    )
    return answer(_shown(call, view, await _own_classes(call)))


async def read_anew(call: Call) -> Response:
    """Read its file again."""
    view = await call.parts.documents.read_anew(
        call.request.path_params["id"], await _own_classes(call), who=call.user_name, now_ms=call.now_ms
    )
    return answer(_shown(call, view, await _own_classes(call)))


async def delete_document(call: Call) -> Response:
    """Delete it."""
    await call.parts.documents.delete(
        call.request.path_params["id"], await _own_classes(call), who=call.user_name, now_ms=call.now_ms
    )
    return Response(status_code=204)


async def read_text(call: Call) -> Response:
    """A stretch of its text, with the passages in it."""
    query = read_query(call.request, TextQuery)
    opened = await call.parts.documents.read(
        call.request.path_params["id"], await classes_of(call), start=query.start, num_chars=query.chars
    )
    return answer(opened_json(opened))


async def try_question(call: Call) -> Response:
    """Which passages a question would get, and how well each fits."""
    body = await read_body(call.request, TryBody)
    classes = await classes_of(call)
    if body.class_id is not None and classes is not None and body.class_id not in classes:
        raise problem("not_allowed")
    finder = call.parts.documents.finder
    candidates = await finder.candidates(body.question.strip(), body.class_id)
    finding = await finder.find(body.question.strip(), body.class_id)
    used = {each.id for each in getattr(finding, "passages", ())}
    return answer(
        {
            "passages": [
                {
                    "id": each.passage.id,
                    "title": each.passage.title,
                    "heading": each.passage.heading,
                    "page": each.passage.page,
                    "text": each.passage.text,
                    "fit": round(each.fit, 3),
                    "used": each.passage.id in used,
                }
                for each in candidates
            ]
        }
    )


async def _own_classes(call: Call) -> set[str] | None:
    """The classes whose documents somebody looks after; None: all, and those for everyone."""
    if call.user.role == Role.ADMIN:
        return None
    return {ref.id for ref in await call.parts.accounts.classes.classes_for(call.user)}


async def classes_of(call: Call) -> set[str] | None:
    """The classes whose documents someone sees beside those for everyone; None: all."""
    own = await _own_classes(call)
    if own is None or call.user.class_id is None:
        return own
    return own | {call.user.class_id}


def _shown(call: Call, view: DocumentView, own: set[str] | None) -> dict[str, Any]:
    document, progress = view.document, view.progress
    return {
        "id": document.id,
        "title": document.title,
        "file_name": document.file_name,
        "kind": document.kind,
        "size_bytes": document.size_bytes,
        "class_id": document.class_id,
        "may_edit": own is None or document.class_id in own,
        "state": document.state,
        "problem": None if document.problem is None else sentence_of(document.problem, call.language),
        "progress": (
            None
            if progress is None
            else {"stage": progress.stage, "done": progress.done, "total": progress.total}
        ),
        "is_found": document.edition is not None,
        "vectors_share": view.vectors_share,
        "num_pages": document.num_pages,
        "num_chars": document.num_chars,
        "num_passages": document.num_passages,
        "added_at_ms": document.added_at_ms,
        "added_by": document.added_by,
        "indexed_at_ms": document.indexed_at_ms,
    }


def opened_json(opened: Opened) -> dict[str, Any]:
    """The shape of `docs/api.md`."""
    return {
        "id": opened.document.id,
        "title": opened.document.title,
        "num_chars": opened.num_chars,
        "start": opened.start,
        "text": opened.text,
        "passages": [
            {"start": start, "end": end, "heading": heading, "page": page}
            for start, end, heading, page in opened.places
        ],
    }
