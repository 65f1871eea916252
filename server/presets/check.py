"""Everything that is wrong with a preset's file, with its lines: what the types say, and what reading shows.

It does not know who asks: `dayi preset check` prints it, the administrator's page refuses by the same rules.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from server.errors import SettingsProblem
from server.presets import SHIPPED, Preset, load_preset
from server.presets.contrast import ENOUGH, least_contrast
from server.presets.mistakes import Mistake, line_of, lines_of, mistakes_of, nearest

# What may stand in braces, by the beginning of the place; anywhere else a brace would be shown as it is.
_PRIVACY: Final = frozenset({"small_group", "kept", "hit_days", "anonymise_after_days", "delete_after_days"})
PLACEHOLDERS: Final = {"privacy": _PRIVACY, "privacy_kept": _PRIVACY, "privacy_elsewhere": _PRIVACY}
COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}")
_BRACES: Final = re.compile(r"\{([^{}]*)\}")
_HAN: Final = re.compile(r"[\u4e00-\u9fff]")
LONGEST: Final = {"title": 40, "label": 60, "greeting": 300}
_PROMPT_CHARS: Final = 4000  # about half of the smallest window that is of use


def check_file(file: Path) -> list[Mistake]:
    """Every mistake in a file; none, if it can be served."""
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        return [Mistake("", f"is not UTF-8 text (byte {error.start})")]
    except OSError as error:
        return [Mistake("", error.strerror or str(error))]
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        return [Mistake("", f"is no TOML: {error}", int(line.group(1)) if line else text.count("\n") + 1)]
    found = []
    try:
        Preset.model_validate(table)
    except ValidationError as error:
        found = mistakes_of(error, Preset, text)
    lines = lines_of(text)
    known = {each.place for each in found}
    found += [
        Mistake(place, reason, line_of(place.split("."), lines))
        for place, reason in wrong_values(table)
        if place not in known
    ]
    if not found:
        try:
            load_preset(str(file))
        except SettingsProblem as problem:
            reason = str(problem).removeprefix(f"preset {file}: ")
            place, _, rest = reason.partition(": ")
            found.append(Mistake(place, rest or reason, line_of(place.split("."), lines)))
    return sorted(found, key=lambda mistake: (mistake.line, mistake.place))


def wrong_values(table: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Places and reasons of what has the right type and is wrong all the same."""
    for place, text in _texts(table, ()):
        yield from wrong_text(place, text)
    accent = table.get("accent")
    for theme in ("light", "dark"):
        colour = accent.get(theme) if isinstance(accent, dict) else None
        if isinstance(colour, str):
            yield from wrong_accent(theme, colour)
    topics = table.get("topics")
    if isinstance(topics, str) and topics and not topics.endswith(".toml") and topics not in SHIPPED:
        meant = nearest(topics, SHIPPED)
        yield (
            "topics",
            f"{topics!r} is none of {', '.join(SHIPPED)}, nor a .toml file"
            + (f"; did you mean {meant}?" if meant else ""),
        )
    retention = table.get("retention")
    if isinstance(retention, dict):
        anonymise, delete = retention.get("anonymise_after_days"), retention.get("delete_after_days")
        if isinstance(anonymise, int) and isinstance(delete, int) and delete < anonymise:
            yield "retention.delete_after_days", f"{delete} is before anonymise_after_days, {anonymise}"


def wrong_text(place: str, text: str) -> Iterator[tuple[str, str]]:
    """What is wrong with one text of a preset."""
    top, _, rest = place.partition(".")
    allowed = PLACEHOLDERS.get(top, frozenset[str]())
    for name in _BRACES.findall(text):
        if name not in allowed:
            meant = nearest(name, sorted(allowed))
            hint = f"; did you mean {{{meant}}}?" if meant else ""
            yield place, f"{{{name}}} stands for nothing here{hint}"
    if _BRACES.sub("", text).count("{") + _BRACES.sub("", text).count("}"):
        yield place, "a brace has no partner"
    language = rest.split(".")[0]
    if language == "zh" and len(_BRACES.sub("", text)) > 3 and not _HAN.search(text) and top != "examples":
        yield place, "has no Chinese character"
    longest = LONGEST.get(top) or (_PROMPT_CHARS if place in ("system_prompt", "hints_prompt") else 0)
    if longest and len(text) > longest:
        yield place, f"is {len(text)} characters long, and may have {longest}"


def wrong_accent(theme: str, colour: str) -> Iterator[tuple[str, str]]:
    """Whether an accent cannot be read; what is no colour at all is for the types to say."""
    if not COLOUR.fullmatch(colour):
        return
    ratio, ground = least_contrast(theme, colour)
    if ratio < ENOUGH:
        yield f"accent.{theme}", f"{colour} has a contrast of {ratio:.1f} with {ground}; {ENOUGH} is needed"


def _texts(value: Any, place: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield ".".join(place), value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(inner, (*place, str(key)))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _texts(inner, (*place, str(index)))
