"""What somebody takes along of their own: one archive with a file for programs and a page for people.

Pure. Both carry the AI label where people read it and where machines do; what a teacher wrote is called that.
"""

from __future__ import annotations

import html
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from server.accounts import RevealView, Who
from server.presets import Preset
from server.presets.label import FIELD, machine_label, machine_label_text
from server.storage.conversations import StoredConversation
from server.storage.own import OwnHit, OwnTurn

APPROVED = {"zh": "标准答案", "en": "Approved answer"}
_WORDS = {
    "zh": {
        "title": "我的数据",
        "made": "导出时间",
        "who": "我",
        "visitor": "没有账号的访客",
        "none": "还没有对话。",
        "question": "我的提问",
        "hits": "命中词语的记录",
        "reveals": "谁查看过我的姓名",
        "untitled": "对话",
        "to_teacher": "我写给老师的",
    },
    "en": {
        "title": "My data",
        "made": "Made on",
        "who": "Me",
        "visitor": "a visitor without an account",
        "none": "No conversations yet.",
        "question": "My question",
        "hits": "Words that were hit",
        "reveals": "Who was told my name",
        "untitled": "Conversation",
        "to_teacher": "What I wrote to the teacher",
    },
}


@dataclass(frozen=True, slots=True)
class Belongings:
    """Everything that is stored of one person."""

    who: Who
    class_name: str | None
    made_at_ms: int
    conversations: list[tuple[StoredConversation, list[OwnTurn]]]
    hits: list[OwnHit]
    reveals: list[RevealView]


def archive(own: Belongings, preset: Preset, zone: ZoneInfo, lang: str) -> bytes:
    """A ZIP with `my-data.json` and `my-data.html`; takes some milliseconds for hundreds of turns."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.comment = machine_label_text(preset).encode()
        file.writestr("my-data.json", _json(own, preset, lang))
        file.writestr("my-data.html", "".join(_page(own, preset, zone, lang)))
    return out.getvalue()


def _label(turn: OwnTurn, preset: Preset, lang: str) -> str:
    if turn.origin == "approved_answer":
        return APPROVED[lang]
    return preset.label.get(lang)


def _json(own: Belongings, preset: Preset, lang: str) -> str:
    conversations = [
        {
            "title": stored.title,
            "created_at_ms": stored.created_at_ms,
            "updated_at_ms": stored.updated_at_ms,
            "turns": [{**asdict(turn), "label": _label(turn, preset, lang)} for turn in turns],
        }
        for stored, turns in own.conversations
    ]
    value = {
        FIELD: machine_label(preset),
        "label": preset.label.get(lang),
        "made_at_ms": own.made_at_ms,
        "me": {"name": own.who.name, "role": own.who.role, "class": own.class_name},
        "conversations": conversations,
        "hits": [asdict(hit) for hit in own.hits],
        "reveals": [reveal.model_dump(mode="json") for reveal in own.reveals],
    }
    return json.dumps(value, ensure_ascii=False, indent=1)


def _page(own: Belongings, preset: Preset, zone: ZoneInfo, lang: str) -> Iterator[str]:
    words = _WORDS[lang]
    safe = html.escape

    def at(ms: int) -> str:
        return f"{datetime.fromtimestamp(ms / 1000, zone):%Y-%m-%d %H:%M}"

    label = safe(preset.label.get(lang))
    machine = safe(json.dumps(machine_label(preset), ensure_ascii=False))
    yield f'<!doctype html>\n<html lang="{"en" if lang == "en" else "zh-CN"}">\n<meta charset="utf-8">\n'
    yield f'<meta name="{FIELD}" content="{machine}">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield f"<title>{words['title']} · {safe(preset.title.get(lang))}</title>\n"
    yield "<style>body{max-width:45rem;margin:2rem auto;padding:0 1rem;font:16px/1.6 system-ui}"
    yield "pre{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit}</style>\n"
    yield f"<h1>{words['title']}</h1>\n<p>{words['made']} {at(own.made_at_ms)} · {label}</p>\n"
    me = " · ".join(each for each in (own.who.name or words["visitor"], own.class_name) if each)
    yield f"<p>{words['who']}: {safe(me)}</p>\n"
    if not own.conversations:
        yield f"<p>{words['none']}</p>\n"
    for stored, turns in own.conversations:
        yield f"<h2>{safe(stored.title or words['untitled'])}</h2>\n"
        for turn in turns:
            yield f"<h3>{words['question']} · {at(turn.asked_at_ms)}</h3>\n<pre>{safe(turn.question)}</pre>\n"
            yield f"<h3>{safe(_label(turn, preset, lang))}</h3>\n<pre>{safe(turn.answer)}</pre>\n"
            for post in turn.posts:
                yield f"<h4>{safe(post.by or words['to_teacher'])} · {at(post.at_ms)}</h4>\n"
                yield f"<pre>{safe(post.text)}</pre>\n"
    if own.hits:
        yield f"<h2>{words['hits']}</h2>\n<ul>\n"
        yield from (
            f"<li>{at(hit.at_ms)} · {safe(hit.category)} · {safe(hit.action)}</li>\n" for hit in own.hits
        )
        yield "</ul>\n"
    if own.reveals:
        yield f"<h2>{words['reveals']}</h2>\n<ul>\n"
        yield from (
            f"<li>{at(each.at_ms)} · {safe(each.by_name)}: {safe(each.note)}</li>\n" for each in own.reveals
        )
        yield "</ul>\n"
    yield f"<footer>{label}</footer>\n</html>\n"
