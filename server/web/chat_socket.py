"""The chat's WebSocket: text up, text down, and who may open it.

A reader task and a writer task around the chat's own connection. It does not know what
the texts mean; what may be said when is the protocol's affair.
"""

from __future__ import annotations

import asyncio

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect

from server.accounts import Who
from server.chat import Connection
from server.errors import ClientProblem, StorageProblem
from server.protocol.frames import Error, dump
from server.protocol.session import POLICY_VIOLATION, TRY_AGAIN_LATER
from server.web.cookies import visitor_header, who_is
from server.web.languages import language_of
from server.web.messages import problem
from server.web.parts import address_of, now_ms, origins_of, parts_of
from server.web.problems import problem_response

log = structlog.get_logger(__name__)

INTERNAL_ERROR = 1011
CLOSING_SECONDS = 2.0
# A page that takes nothing for so long holds its place for nothing; it can come back and resume.
STUCK_SECONDS = 30.0
# A binary message is answered, and counted against the sender, like any other message that is no frame.
BINARY = "(binary)"


async def chat_socket(socket: WebSocket) -> None:
    """One open chat page."""
    parts = parts_of(socket)
    if origins_of(socket).is_foreign(socket.headers):
        parts.metrics.connection_refused("foreign_origin")
        await socket.send_denial_response(problem_response(socket, problem("foreign_origin")))
        return
    who = await who_is(socket, parts)
    headers = []
    if who is None and parts.settings.who_may_chat != "login":
        token, who = await parts.accounts.classes.new_visitor(now_ms())
        headers.append(visitor_header(socket, parts, token))
    # From here on refusals are frames: a browser hides the reason of a failed handshake from its page.
    await socket.accept(headers=headers)
    try:
        connection = _connect(socket, who)
    except ClientProblem as refusal:
        await _refuse(socket, refusal)
        return
    try:
        await _carry(socket, connection)
    finally:
        await connection.closed()


def _connect(socket: WebSocket, who: Who | None) -> Connection:
    parts = parts_of(socket)
    if who is None:
        parts.metrics.connection_refused("login_needed")
        raise problem("login_needed")
    return parts.chat.connect(who, address_of(socket))


async def _carry(socket: WebSocket, connection: Connection) -> None:
    """Carry texts both ways until either side has had enough."""
    reader = asyncio.create_task(_read(socket, connection), name="chat reader")
    writer = asyncio.create_task(_write(socket, connection), name="chat writer")
    # A writer can hang in a send to a page that does not read; this one wakes us then.
    abandoned = asyncio.create_task(connection.outbox.abandoned.wait(), name="chat abandoned")
    tasks = {reader, writer, abandoned}
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
    bugs = [
        result
        for result in results
        if isinstance(result, Exception) and not isinstance(result, WebSocketDisconnect)
    ]
    for bug in bugs:
        log.error("bug in a chat connection", exc_info=bug)
    if bugs:
        await _close(socket, INTERNAL_ERROR, "internal")
    elif connection.outbox.close_code is not None:
        await _close(socket, connection.outbox.close_code, connection.outbox.close_reason)


async def _read(socket: WebSocket, connection: Connection) -> None:
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return
        if not await _may_stay(socket, connection):
            continue
        text = message.get("text")
        await connection.receive(BINARY if text is None else text)


async def _may_stay(socket: WebSocket, connection: Connection) -> bool:
    """Whether a login still holds: a socket may be open for hours after it ended, expired or was taken away.

    Asked at every message, pings included; the page comes back at once and is told what it is then.
    """
    if connection.who.kind != "user":
        return True
    try:
        who = await who_is(socket, parts_of(socket))
    except StorageProblem:
        connection.close(TRY_AGAIN_LATER, "storage")
        return False
    if who is not None and who.id == connection.who.id:
        return True
    connection.close(POLICY_VIOLATION, "logged out")
    return False


async def _write(socket: WebSocket, connection: Connection) -> None:
    outbox = connection.outbox
    async for text in outbox:
        try:
            async with asyncio.timeout(STUCK_SECONDS):
                await socket.send_text(text)
        except TimeoutError:
            outbox.abandon(TRY_AGAIN_LATER, "reading too slowly")


async def _refuse(socket: WebSocket, refusal: ClientProblem) -> None:
    frame = Error(
        code=refusal.code,
        message=refusal.message_in(language_of(socket)),
        retry_after_seconds=refusal.retry_after_seconds,
    )
    later = refusal.status in (429, 503)  # too many pages, or the server is stopping
    try:
        await socket.send_text(dump(frame))
    except WebSocketDisconnect:
        return
    await _close(socket, TRY_AGAIN_LATER if later else POLICY_VIOLATION, refusal.code)


async def _close(socket: WebSocket, code: int, reason: str) -> None:
    """Say goodbye, unless the other side is gone already or does not even take that."""
    try:
        async with asyncio.timeout(CLOSING_SECONDS):
            await socket.close(code, reason)
    except (TimeoutError, OSError, RuntimeError, WebSocketDisconnect):
        return
