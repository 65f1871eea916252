"""Routes of the approved answers: kept by teachers for their own classes, by administrators for everybody.

How an answer is found, and what may be one, is not known here.
"""

from __future__ import annotations

import asyncio
from typing import Literal

from pydantic import Field
from starlette.datastructures import UploadFile
from starlette.responses import Response

from server.accounts import ClassRef, Permission, Role, may, require_chat
from server.knowledge import MEDIA, Editor, Written
from server.knowledge.answer_views import MOST_WORDINGS
from server.web.bodies import FURTHEST, Body, Query, answer, read_body, read_query
from server.web.messages import problem
from server.web.parts import Call
from server.web.word_entries import file_answer

MOST_LISTED = 200
QUESTION_CHARS = 4000


class ListQuery(Query):
    """Which answers."""

    q: str = Field("", max_length=200)
    offset: int = Field(0, ge=0, le=FURTHEST)
    limit: int = Field(50, ge=1, le=MOST_LISTED)


class ChangeBody(Written):
    """Another form of an answer, made from this revision of it."""

    revision: int = Field(ge=0, le=FURTHEST)


class TryBody(Body):
    """A question that nobody asked."""

    question: str = Field(max_length=QUESTION_CHARS)
    class_id: str | None = Field(None, max_length=64)


class AlikeBody(Body):
    """Wordings that are being written; `but`: the answer that they are written for."""

    wordings: tuple[str, ...] = Field(max_length=MOST_WORDINGS)
    but: str | None = Field(None, max_length=64)


class ExportQuery(Query):
    """As what."""

    format: Literal["csv", "xlsx", "json"] = "csv"


async def listed(call: Call) -> Response:
    """A page of the answers, and the classes that one may write for."""
    query = read_query(call.request, ListQuery)
    editor, own = await _editor(call)
    found = await call.parts.answers.listed(editor, query.q, query.offset, query.limit)
    return await asyncio.to_thread(answer, {**found, "classes": own, "for_all": None in editor.class_ids})


async def add(call: Call) -> Response:
    """Write a new answer."""
    body = await read_body(call.request, Written)
    editor, _ = await _editor(call)
    return answer({"answer": await call.parts.answers.add(body, editor, call.now_ms)}, status=201)


async def change(call: Call) -> Response:
    """Put another form in its place."""
    body = await read_body(call.request, ChangeBody)
    editor, _ = await _editor(call)
    written = Written(**body.model_dump(exclude={"revision"}))
    answer_id = call.request.path_params["id"]
    changed = await call.parts.answers.change(answer_id, written, body.revision, editor, call.now_ms)
    return answer({"answer": changed})


async def delete(call: Call) -> Response:
    """Take an answer back."""
    editor, _ = await _editor(call)
    await call.parts.answers.delete(call.request.path_params["id"], editor, call.now_ms)
    return answer({})


async def history(call: Call) -> Response:
    """What became of an answer."""
    editor, _ = await _editor(call)
    return answer({"changes": await call.parts.answers.history(call.request.path_params["id"], editor)})


async def try_question(call: Call) -> Response:
    """Which answer a question would get, and how sure that is."""
    body = await read_body(call.request, TryBody)
    editor, _ = await _editor(call)
    if not editor.may_see(body.class_id):
        raise problem("not_allowed")
    return answer(await call.parts.answers.tried(body.question, body.class_id))


async def alike(call: Call) -> Response:
    """Answers that one of these wordings would get already."""
    body = await read_body(call.request, AlikeBody)
    editor, _ = await _editor(call)
    return answer({"alike": await call.parts.answers.alike(body.wordings, body.but, editor)})


async def of_groups(call: Call) -> Response:
    """Which groups of like questions have an answer."""
    editor, _ = await _editor(call)
    return answer({"groups": await call.parts.answers.of_groups(editor)})


async def import_file(call: Call) -> Response:
    """Read a file, whole or not at all."""
    async with call.request.form(max_files=1, max_fields=4) as form:
        file, class_id, dry_run = form.get("file"), form.get("class_id"), form.get("dry_run", "false")
        if not isinstance(file, UploadFile):
            raise problem("bad_upload")
        content, filename = await file.read(), file.filename or "answers.csv"
    editor, own = await _editor(call)
    report = await call.parts.answer_files.load(
        content,
        filename,
        editor,
        {each.name: each.id for each in own},
        class_id=class_id if isinstance(class_id, str) and class_id else None,
        dry_run=dry_run == "true",
        lang=call.language,
        now_ms=call.now_ms,
    )
    return answer(report)


async def export_file(call: Call) -> Response:
    """All of one's answers as a file."""
    form = read_query(call.request, ExportQuery).format
    editor, own = await _editor(call)
    content = await call.parts.answer_files.export(editor, {each.id: each.name for each in own}, form)
    return file_answer(content, f"dayi-answers.{form}", MEDIA[form])


async def add_file(call: Call) -> Response:
    """Put a small file beside an answer."""
    async with call.request.form(max_files=1, max_fields=2) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise problem("bad_upload")
        content, name = await file.read(), file.filename or ""
    editor, _ = await _editor(call)
    answer_id = call.request.path_params["id"]
    added = await call.parts.attachments.add(answer_id, name, content, editor, call.now_ms)
    return answer({"file": added}, status=201)


async def remove_file(call: Call) -> Response:
    """Take a file away."""
    editor, _ = await _editor(call)
    await call.parts.attachments.remove(call.request.path_params["id"], editor, call.now_ms)
    return answer({})


async def open_file(call: Call) -> Response:
    """Hand a file out: to whom its answer is for while it counts, and to those who keep it."""
    if call.who is None:
        raise problem("login_needed")
    require_chat(call.who, call.parts.settings.who_may_chat)
    keeps: frozenset[str | None] = frozenset()
    if may(call.who, Permission.EDIT_ANSWERS):
        keeps = frozenset({None}) | (await _editor(call))[0].class_ids
    name, media_type, content = await call.parts.attachments.opened(
        call.request.path_params["id"], call.who.class_id, keeps
    )
    return file_answer(content, name, media_type)


async def _editor(call: Call) -> tuple[Editor, list[ClassRef]]:
    own = await call.parts.accounts.classes.classes_for(call.user)
    ids: frozenset[str | None] = frozenset(each.id for each in own)
    if call.user.role == Role.ADMIN:
        ids |= {None}
    return Editor(call.user_name, ids), own
