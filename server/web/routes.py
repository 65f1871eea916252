"""The table of all routes: every row names who may come in, and that is checked here, once.

What an endpoint does, and what a role is allowed, is not known here.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum, auto

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from server.accounts import Permission, Who, require
from server.web import (
    answers,
    conversations,
    documents,
    groups,
    logins,
    moderations,
    own,
    pages,
    passages,
    people,
    presets,
    privacy,
    record_routes,
    site,
    stages,
    statistics,
    threads,
    word_drafts,
    word_entries,
    word_versions,
    words,
)
from server.web.chat_socket import chat_socket
from server.web.cookies import who_is
from server.web.door import BodyLimit
from server.web.messages import problem
from server.web.parts import Call, address_of, now_ms, parts_of

Endpoint = Callable[[Call], Awaitable[Response]]

BODY_BYTES = 256 * 1024
IMPORT_BYTES = 16 * 1024 * 1024
TEXTS_BYTES = 4 * 1024 * 1024


class Access(Enum):
    """Who may come in where no role is asked for."""

    ANYONE = auto()  # also where a key is asked for instead, by the endpoint itself
    LOGIN = auto()  # whoever has a password
    THIS_MACHINE = auto()  # or who may see the metrics


@dataclass(frozen=True, slots=True)
class Row:
    """One route."""

    method: str
    path: str
    access: Access | Permission
    endpoint: Endpoint
    max_bytes: int = BODY_BYTES


ANYONE, LOGIN, THIS_MACHINE = Access.ANYONE, Access.LOGIN, Access.THIS_MACHINE
WORDS, STATISTICS, TOPICS = Permission.EDIT_WORDS, Permission.SEE_STATISTICS, Permission.EDIT_TOPICS
USERS, CLASSES = Permission.MANAGE_USERS, Permission.MANAGE_CLASSES
KEYS, PRESET = Permission.MANAGE_KEYS, Permission.EDIT_PRESET
ANSWERS, DOCUMENTS = Permission.EDIT_ANSWERS, Permission.EDIT_DOCUMENTS
APPROVE = Permission.APPROVE_WORDS

TABLE: tuple[Row, ...] = (
    *(Row("GET", path, ANYONE, pages.page) for path in pages.PAGES),
    Row("GET", "/healthz", ANYONE, site.health),
    Row("GET", "/readyz", ANYONE, site.ready),
    Row("GET", "/metrics", THIS_MACHINE, site.metrics),
    Row("GET", "/api/site", ANYONE, site.site),
    Row("GET", "/api/frames.json", ANYONE, site.frames),
    Row("GET", "/api/conversations", ANYONE, conversations.list_own),
    Row("DELETE", "/api/conversations/{id}", ANYONE, conversations.delete),
    Row("GET", "/api/me/privacy", ANYONE, own.view),
    Row("GET", "/api/me/data", ANYONE, own.download),
    Row("DELETE", "/api/me/data", ANYONE, own.delete),
    Row("POST", "/api/join", ANYONE, logins.join),
    Row("POST", "/api/login", ANYONE, logins.login),
    Row("POST", "/api/logout", ANYONE, logins.logout),
    Row("POST", "/api/setup", ANYONE, logins.set_up),
    Row("POST", "/api/password", LOGIN, logins.change_password),
    Row("GET", "/api/words", WORDS, words.overview),
    Row("POST", "/api/words/lists", WORDS, words.add_list),
    Row("PATCH", "/api/words/lists/{id}", WORDS, words.change_list),
    Row("DELETE", "/api/words/lists/{id}", WORDS, words.delete_list),
    Row("GET", "/api/words/entries", WORDS, word_entries.list_words),
    Row("POST", "/api/words/entries", WORDS, word_entries.add_word),
    Row("POST", "/api/words/entries/delete", WORDS, word_entries.delete_words, TEXTS_BYTES),
    Row("POST", "/api/words/entries/enable", WORDS, word_entries.enable_words, TEXTS_BYTES),
    Row("PATCH", "/api/words/entries/{id}", WORDS, word_entries.change_word),
    Row("DELETE", "/api/words/entries/{id}", WORDS, word_entries.delete_word),
    Row("POST", "/api/words/import", WORDS, word_entries.import_file, IMPORT_BYTES),
    Row("GET", "/api/words/export", WORDS, word_entries.export_file),
    Row("POST", "/api/words/try", WORDS, words.try_text),
    Row("GET", "/api/words/samples", WORDS, words.list_samples),
    Row("POST", "/api/words/samples", WORDS, words.add_sample),
    Row("DELETE", "/api/words/samples/{id}", WORDS, words.delete_sample),
    Row("GET", "/api/words/rehearsal", WORDS, word_drafts.rehearsal),
    Row("POST", "/api/words/rehearsal", WORDS, word_drafts.rehearse),
    Row("POST", "/api/words/publish", WORDS, word_drafts.publish),
    Row("POST", "/api/words/unschedule", WORDS, word_drafts.unschedule),
    Row("POST", "/api/words/discard", WORDS, word_drafts.discard),
    Row("POST", "/api/words/submit", WORDS, word_drafts.submit),
    Row("POST", "/api/words/withdraw", WORDS, word_drafts.withdraw),
    Row("POST", "/api/words/approve", APPROVE, word_drafts.approve),
    Row("POST", "/api/words/refuse", APPROVE, word_drafts.refuse),
    Row("PUT", "/api/approval", Permission.CHOOSE_APPROVAL, word_drafts.choose_approval),
    Row("GET", "/api/words/versions", WORDS, word_versions.versions),
    Row("GET", "/api/words/difference", WORDS, word_versions.difference),
    Row("GET", "/api/words/difference/export", WORDS, word_versions.export_difference),
    Row("POST", "/api/words/rollback", WORDS, word_versions.roll_back),
    Row("GET", "/api/words/changes", WORDS, word_versions.changes),
    Row("GET", "/api/stats/classes", STATISTICS, statistics.classes),
    Row("GET", "/api/stats", STATISTICS, statistics.numbers),
    Row("GET", "/api/stats/export", STATISTICS, statistics.export),
    Row("GET", "/api/stats/groups", Permission.SEE_GROUPS, groups.groups),
    Row("GET", "/api/stats/groups/wordings", Permission.SEE_TEXT, groups.wordings),
    Row("POST", "/api/stats/groups/merge", Permission.EDIT_GROUPS, groups.merge),
    Row("POST", "/api/stats/groups/free", Permission.EDIT_GROUPS, groups.free),
    Row("POST", "/api/stats/groups/split", Permission.EDIT_GROUPS, groups.split),
    Row("GET", "/api/answers", ANSWERS, answers.listed),
    Row("POST", "/api/answers", ANSWERS, answers.add),
    Row("POST", "/api/answers/try", ANSWERS, answers.try_question),
    Row("POST", "/api/answers/alike", ANSWERS, answers.alike),
    Row("GET", "/api/answers/groups", ANSWERS, answers.of_groups),
    Row("POST", "/api/answers/import", ANSWERS, answers.import_file, IMPORT_BYTES),
    Row("GET", "/api/answers/export", ANSWERS, answers.export_file),
    Row("DELETE", "/api/answers/files/{id}", ANSWERS, answers.remove_file),
    Row("PATCH", "/api/answers/{id}", ANSWERS, answers.change),
    Row("DELETE", "/api/answers/{id}", ANSWERS, answers.delete),
    Row("GET", "/api/answers/{id}/history", ANSWERS, answers.history),
    Row("POST", "/api/answers/{id}/files", ANSWERS, answers.add_file, TEXTS_BYTES),
    Row("GET", "/api/attachments/{id}", ANYONE, answers.open_file),
    Row("POST", "/api/stats/groups/apart", Permission.EDIT_GROUPS, groups.keep_apart),
    Row("POST", "/api/stats/groups/allow", Permission.EDIT_GROUPS, groups.allow),
    Row("GET", "/api/stats/poor", Permission.SEE_GROUPS, groups.poor),
    Row("GET", "/api/stats/safety", STATISTICS, statistics.safety),
    Row("GET", "/api/stats/threads", Permission.ANSWER_THREADS, threads.listed),
    Row("POST", "/api/stats/threads/{id}/answer", Permission.ANSWER_THREADS, threads.give_answer),
    Row("GET", "/api/stats/stages", STATISTICS, stages.listed),
    Row("POST", "/api/stats/led", Permission.ANSWER_THREADS, stages.lead),
    Row("PUT", "/api/classes/{id}/stage", CLASSES, stages.choose),
    *(Row(method, path, LOGIN, endpoint) for method, path, endpoint in record_routes.OWN),
    *(Row(method, path, Permission.SEE_RECORDS, endpoint) for method, path, endpoint in record_routes.ALL),
    Row("GET", "/api/topics", STATISTICS, statistics.topics),
    Row("GET", "/api/topics/export", STATISTICS, statistics.export_topics),
    Row("GET", "/api/topics/shipped", TOPICS, statistics.shipped_topics),
    Row("PUT", "/api/topics", TOPICS, statistics.replace_topics),
    Row("GET", "/api/documents", DOCUMENTS, documents.list_documents),
    Row("POST", "/api/documents", DOCUMENTS, documents.add_document, documents.UPLOAD_BYTES),
    Row("POST", "/api/documents/try", DOCUMENTS, documents.try_question),
    Row("GET", "/api/documents/{id}", DOCUMENTS, documents.get_document),
    Row("PATCH", "/api/documents/{id}", DOCUMENTS, documents.rename_document),
    Row("DELETE", "/api/documents/{id}", DOCUMENTS, documents.delete_document),
    Row("POST", "/api/documents/{id}/again", DOCUMENTS, documents.read_anew),
    Row("GET", "/api/documents/{id}/text", DOCUMENTS, documents.read_text),
    Row("GET", "/api/passages/{id}", ANYONE, passages.open_passage),
    Row("GET", "/api/users", USERS, people.list_users),
    Row("POST", "/api/users", USERS, people.add_user),
    Row("PATCH", "/api/users/{id}", USERS, people.change_user),
    Row("POST", "/api/reveals", Permission.SEE_NAMES, privacy.reveal),
    Row("GET", "/api/reveals", USERS, privacy.list_reveals),
    Row("GET", "/api/removals", USERS, privacy.list_removals),
    Row("GET", "/api/keys", KEYS, moderations.list_keys),
    Row("POST", "/api/keys", KEYS, moderations.add_key),
    Row("DELETE", "/api/keys/{id}", KEYS, moderations.revoke_key),
    Row("POST", "/v1/moderations", ANYONE, moderations.moderations, TEXTS_BYTES),
    Row("GET", "/icon.svg", ANYONE, presets.icon),
    Row("GET", "/api/preset", PRESET, presets.preset_fields),
    Row("PUT", "/api/preset", PRESET, presets.change_preset),
    Row("GET", "/api/preset/history", PRESET, presets.preset_history),
    Row("GET", "/api/preset/export", PRESET, presets.export_preset),
    Row("GET", "/api/examples", PRESET, presets.examples),
    Row("POST", "/api/examples", PRESET, presets.load_examples),
    Row("POST", "/api/examples/remove", PRESET, presets.remove_examples),
    Row("GET", "/api/classes", CLASSES, people.list_classes),
    Row("POST", "/api/classes", CLASSES, people.add_class),
    Row("PATCH", "/api/classes/{id}", CLASSES, people.change_class),
    Row("POST", "/api/classes/{id}/code", CLASSES, people.renew_code),
    Row("GET", "/api/classes/{id}/names", CLASSES, people.names),
    Row("PUT", "/api/classes/{id}/names", CLASSES, people.put_names),
)


def routes() -> list[BaseRoute]:
    """Everything that is served."""
    return [
        *(_route(path, [row for row in TABLE if row.path == path]) for path in _paths()),
        WebSocketRoute("/ws/chat", chat_socket),
        Mount("/static", pages.Files(directory=pages.static_folder(), check_dir=False)),
    ]


def let_in(access: Access | Permission, who: Who | None, address: str) -> None:
    """Let pass who may.

    Raises:
        ClientProblem: 401 `login_needed` or 403 `not_allowed`.
    """
    if isinstance(access, Permission):
        require(who, access)
    elif access is Access.LOGIN and (who is None or who.kind != "user"):
        raise problem("login_needed")
    elif access is Access.THIS_MACHINE and not _is_loopback(address):
        require(who, Permission.SEE_METRICS)


def _paths() -> list[str]:
    return list(dict.fromkeys(row.path for row in TABLE))


def _route(path: str, rows: list[Row]) -> Route:
    # One Starlette route a path, so that a wrong method is answered with all the right ones.
    by_method = {row.method: row for row in rows}
    if "GET" in by_method:
        by_method["HEAD"] = by_method["GET"]

    async def endpoint(request: Request) -> Response:
        row = by_method[request.method]
        parts = parts_of(request)
        who = await who_is(request, parts)
        let_in(row.access, who, address_of(request))
        return await row.endpoint(Call(request, parts, who, now_ms()))

    limit = Middleware(BodyLimit, max_bytes=max(row.max_bytes for row in rows))
    return Route(path, endpoint, methods=list(by_method), name=path, middleware=[limit])


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
