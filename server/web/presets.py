"""Routes of the preset's own texts and of the examples, for administrators; and the icon in the accent."""

from __future__ import annotations

from typing import Literal
from urllib.parse import quote

from starlette.responses import Response

from server.office import Examples
from server.presets.write import as_toml
from server.web.bodies import Body, answer, read_body
from server.web.pages import static_folder
from server.web.parts import Call


class Change(Body):
    """New values by the names of the fields; null goes back to the file's text."""

    values: dict[str, str | list[str] | None]
    revision: int | None = None


class Load(Body):
    """Nothing to say: which examples there are, the preset decides."""


class Removal(Body):
    """What becomes of examples that somebody edited: `keep` asks about them, `own` keeps them."""

    edited: Literal["keep", "remove", "own"] = "keep"


async def preset_fields(call: Call) -> Response:
    """Every field that can be edited, as it is and as the file has it."""
    presets = call.parts.presets
    fields = [
        {
            "name": field.name,
            "kind": field.kind,
            "max_chars": field.max_chars,
            "choices": list(field.choices),
            "value": field.value,
            "file_value": field.file_value,
            "is_own": field.is_own,
            "who": field.who,
            "at_ms": field.at_ms,
        }
        for field in presets.fields()
    ]
    return answer({"preset": presets.current.name, "revision": presets.revision, "fields": fields})


async def change_preset(call: Call) -> Response:
    """Put texts and colours into effect, at once."""
    body = await read_body(call.request, Change)
    await call.parts.presets.change(
        body.values, revision=body.revision, who=call.user_name, now_ms=call.now_ms
    )
    return await preset_fields(call)


async def preset_history(call: Call) -> Response:
    """The latest changes: who, when, from what to what."""
    changes = [
        {"at_ms": entry.at_ms, "who": entry.who, "field": entry.subject, **entry.detail}
        for entry in await call.parts.presets.history()
    ]
    return answer({"changes": changes})


async def export_preset(call: Call) -> Response:
    """The preset in effect, as a file that `--preset` takes."""
    preset = call.parts.presets.current
    name = quote(f"{preset.organisation}.toml")
    headers = {
        "Content-Disposition": f"attachment; filename=\"preset.toml\"; filename*=UTF-8''{name}",
        "Cache-Control": "no-store",
    }
    return Response(as_toml(preset), media_type="application/toml", headers=headers)


async def examples(call: Call) -> Response:
    """How many examples there are, and how many are loaded."""
    return _examples(await call.parts.examples.overview())


async def load_examples(call: Call) -> Response:
    """Load the examples of the preset."""
    await read_body(call.request, Load)
    return _examples(await call.parts.examples.load(who=call.user_name, now_ms=call.now_ms))


async def remove_examples(call: Call) -> Response:
    """Take the examples away."""
    body = await read_body(call.request, Removal)
    desk = call.parts.examples
    if body.edited == "own":
        await desk.keep_edited()
    return _examples(
        await desk.remove(with_edited=body.edited == "remove", who=call.user_name, now_ms=call.now_ms)
    )


async def icon(call: Call) -> Response:
    """The picture in the browser's tab, in the accent of the preset."""
    picture = (static_folder() / "icon.svg").read_text(encoding="utf-8")
    coloured = picture.replace("#0f766e", call.parts.preset.accent.light)
    return Response(coloured, media_type="image/svg+xml", headers={"Cache-Control": "no-cache"})


def _examples(found: Examples) -> Response:
    return answer(
        {
            "answers": found.answers,
            "documents": found.documents,
            "loaded_answers": found.loaded_answers,
            "loaded_documents": found.loaded_documents,
            "edited": list(found.edited),
        }
    )
