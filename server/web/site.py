"""Routes that say what this site is and how it is: for pages, for watchers, for Prometheus."""

from __future__ import annotations

from starlette.responses import Response

from server import __version__
from server.accounts import RIGHTS, may
from server.metrics import CONTENT_TYPE
from server.presets import KEPT, Bilingual, Preset
from server.protocol.frames import json_schema
from server.settings import HitText
from server.web.bodies import answer
from server.web.parts import Call


async def site(call: Call) -> Response:
    """Everything a page must know before it can be drawn."""
    parts, preset, settings, who = call.parts, call.parts.preset, call.parts.settings, call.who
    status = parts.source.status()
    login = None
    if who is not None and who.kind == "user":
        rights = [right for right in RIGHTS if may(who, right)]
        login = {"id": who.id, "name": who.name, "role": who.role, "rights": rights}
    return answer(
        {
            "preset": preset.name,
            "title": preset.title,
            "organisation": preset.organisation,
            "accent": preset.accent,
            "greeting": preset.greeting,
            "examples": preset.examples,
            "label": preset.label,
            "privacy": privacy_sentences(
                preset,
                status.is_elsewhere,
                settings.small_group,
                hit_text=settings.hit_text,
                hit_days=settings.hit_days,
            ),
            "class_word": preset.class_word,
            "teacher_word": preset.teacher_word,
            "pupil_word": preset.pupil_word,
            "list_defaults": preset.filter,
            "masked_notice": preset.masked_notice,
            "unfounded_notice": preset.knowledge.notice,
            "who_may_chat": settings.who_may_chat,
            "limits": {"question_chars": settings.question_chars, "frame_bytes": settings.frame_bytes},
            "lists_version": parts.published.current.version,
            "model": status.model,
            "ready": status.ready,
            "class": await parts.accounts.classes.class_of(who) if who else None,
            "stage": await parts.stages.of(who.class_id if who else None),
            "asks_without_class": preset.asks_without_class,
            "login": login,
            "setup_needed": await parts.accounts.logins.setup_needed(),
        }
    )


def privacy_sentences(
    preset: Preset, is_elsewhere: bool, small_group: int, *, hit_text: HitText = "none", hit_days: int = 180
) -> dict[str, list[str]]:
    """Who sees what is asked; the preset's first sentence says where answers are written.

    `{small_group}` in a sentence is the number of the settings: a promise must not name another one.
    `{kept}` is the sentence on what the hit log keeps of texts.
    """
    zh, en = list(preset.privacy.zh), list(preset.privacy.en)
    if is_elsewhere:
        zh[0], en[0] = preset.privacy_elsewhere.zh, preset.privacy_elsewhere.en
    kept: Bilingual | None = getattr(preset.privacy_kept, hit_text, None)
    zh = [kept.zh if kept and sentence == KEPT else sentence for sentence in zh if kept or sentence != KEPT]
    en = [kept.en if kept and sentence == KEPT else sentence for sentence in en if kept or sentence != KEPT]
    numbers = {"{small_group}": str(small_group), "{hit_days}": str(hit_days)}
    return {
        lang: [_filled(sentence, numbers) for sentence in sentences]
        for lang, sentences in (("zh", zh), ("en", en))
    }


def _filled(sentence: str, numbers: dict[str, str]) -> str:
    for name, number in numbers.items():
        sentence = sentence.replace(name, number)
    return sentence


async def frames(call: Call) -> Response:
    """The JSON Schema of every chat frame."""
    return answer(json_schema())


async def health(call: Call) -> Response:
    """The process lives and answers."""
    uptime_ms = call.now_ms - call.parts.started_at_ms
    embedding = call.parts.embedding
    return answer(
        {
            "status": "ok",
            "version": __version__,
            "lists_version": call.parts.published.current.version,
            "uptime_seconds": round(uptime_ms / 1000, 1),
            # Without its model questions are answered as before; why it is away stands in the log.
            "embedding": None if embedding is None else ("ready" if embedding.note is None else "away"),
        }
    )


async def ready(call: Call) -> Response:
    """Questions can be answered; 503 while they cannot."""
    status = call.parts.source.status()
    body = {
        "ready": status.ready,
        "model": status.model,
        "note": status.note,
        "running": status.running,
        "waiting": status.waiting,
        "restarts": status.restarts,
    }
    return answer(body, 200 if status.ready else 503)


async def metrics(call: Call) -> Response:
    """Every number, as Prometheus text."""
    return Response(call.parts.metrics.text(), headers={"Content-Type": CONTENT_TYPE})
