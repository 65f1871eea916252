"""The preset in effect: the file's, with what the administrator's page put over it.

A change is checked by the rules of the file, kept with its entry in the audit log, and in effect at once. It
does not know who may change something, nor what the texts are used for.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import structlog
from pydantic import ValidationError

from server.errors import ClientProblem
from server.presets import Preset
from server.presets.check import wrong_accent, wrong_text
from server.presets.mistakes import mistakes_of
from server.storage import audit
from server.storage import preset_overrides as storage
from server.storage.database import Database
from server.storage.preset_overrides import Override

log = structlog.get_logger(__name__)

CHANGED: Final = "preset_changed"  # the kind of act in the audit log
Value = str | list[str]


@dataclass(frozen=True, slots=True)
class Editable:
    """A field that can be edited: a place in the preset, and how it is asked for."""

    name: str
    kind: Literal["line", "text", "lines", "choice", "colour"]
    max_chars: int = 300
    choices: tuple[str, ...] = ()


def _both(name: str, kind: Literal["line", "text", "lines"], max_chars: int) -> tuple[Editable, ...]:
    return tuple(Editable(f"{name}.{lang}", kind, max_chars) for lang in ("zh", "en"))


FIELDS: Final = (
    Editable("organisation", "line", 40),
    *_both("title", "line", 40),
    Editable("accent.light", "colour", 7),
    Editable("accent.dark", "colour", 7),
    *_both("greeting", "text", 300),
    *_both("examples", "lines", 120),
    *_both("label", "line", 60),
    *_both("fallback", "text", 300),
    *_both("refusal", "text", 300),
    *_both("filtered", "text", 300),
    Editable("system_prompt", "text", 4000),
    Editable("hints_prompt", "text", 4000),
    Editable("knowledge.nothing_fits", "choice", choices=("model", "decline_own", "decline")),
    Editable("knowledge.grounding", "choice", choices=("off", "mark", "fallback")),
)
_BY_NAME: Final = {field.name: field for field in FIELDS}


@dataclass(frozen=True, slots=True)
class EditedField:
    """A field as the page shows it. `who` and `at_ms` are of its latest change, if there was one."""

    name: str
    kind: str
    max_chars: int
    choices: tuple[str, ...]
    value: Value
    file_value: Value
    who: str | None
    at_ms: int | None

    @property
    def is_own(self) -> bool:
        """Whether it differs from the file's."""
        return self.value != self.file_value


class PresetDesk:
    """Keeps the preset in effect. Call `load` before anything else.

    Args:
        database: where changes are kept.
        preset: the file's.
    """

    def __init__(self, database: Database, preset: Preset) -> None:
        self._database = database
        self._file = preset
        self._current = preset
        self._overrides: dict[str, Override] = {}
        self._revision = 0
        self._edit_turn = asyncio.Lock()
        self._told: list[Callable[[Preset], None]] = []

    @property
    def current(self) -> Preset:
        """What is in effect."""
        return self._current

    @property
    def revision(self) -> int:
        """The number of the latest change."""
        return self._revision

    def on_change(self, tell: Callable[[Preset], None]) -> None:
        """Call this with the new preset after each change."""
        self._told.append(tell)

    async def load(self) -> None:
        """Read what was changed; what the file no longer allows is left out and logged.

        Raises:
            StorageProblem: the database refused.
        """
        async with self._database.read() as connection:
            rows = await storage.list_overrides(connection, self._file.name)
        self._overrides = {row.field: row for row in rows}
        self._revision = max((row.revision for row in rows), default=0)
        kept: dict[str, Value] = {}
        for row in rows:
            if row.value is None:
                continue
            value = json.loads(row.value)
            if wrong := self._wrong({row.field: value}):
                log.warning("a change of the preset does not fit its file", field=row.field, reason=wrong[0])
            else:
                kept[row.field] = value
        self._current = _with(self._file, kept)

    async def refresh(self) -> bool:
        """Take over what another process changed; whether there was something.

        Raises:
            StorageProblem: the database refused.
        """
        async with self._database.read() as connection:
            newest = await storage.newest_revision(connection, self._file.name)
        if newest == self._revision:
            return False
        async with self._edit_turn:
            await self.load()
        self._tell()
        return True

    def fields(self) -> list[EditedField]:
        """Every field that can be edited, as it is and as the file has it."""
        return [self._edited(field) for field in FIELDS]

    async def change(
        self, values: Mapping[str, Value | None], *, revision: int | None, who: str, now_ms: int
    ) -> None:
        """Put values over the file's; None goes back to the file's. All of them, or none.

        Args:
            values: by the names of `FIELDS`.
            revision: what the editor had before their eyes; None overwrites whatever is there.
            who: for the audit log.
            now_ms: the time.

        Raises:
            ClientProblem: 422 `bad_preset` with every mistake; 409 `changed_meanwhile`.
            StorageProblem: the database refused; nothing is changed.
        """
        async with self._edit_turn:
            if revision is not None and revision != self._revision:
                raise ClientProblem(
                    "changed_meanwhile",
                    "在您编辑时，别人已经修改了设置。请看过最新内容后再保存。",
                    message_en="Somebody else changed this while you were editing. Look, then save again.",
                    status=409,
                )
            if wrong := self._wrong(values):
                raise ClientProblem(
                    "bad_preset",
                    f"没有保存：{wrong[0]['message']}",
                    message_en=f"Nothing was saved: {wrong[0]['message_en']}",
                    status=422,
                    details=wrong,
                )
            before = {field: _at(self._current, field) for field in values}
            after = {f: _at(self._file, f) if v is None else _clean(v) for f, v in values.items()}
            changed = [field for field in values if after[field] != before[field]]
            if not changed:
                return
            number = self._revision + 1
            async with self._database.write() as connection:
                for field in changed:
                    own = after[field] != _at(self._file, field)
                    value = json.dumps(after[field], ensure_ascii=False) if own else None
                    row = Override(field, value, number, now_ms, who)
                    await storage.put_override(connection, self._file.name, row)
                    await audit.append(
                        connection,
                        at_ms=now_ms,
                        who=who,
                        what=CHANGED,
                        subject=field,
                        detail={"before": before[field], "after": after[field], "own": own},
                    )
            await self.load()
        self._tell()

    async def history(self, limit: int = 100) -> list[audit.Entry]:
        """The latest changes, newest first.

        Raises:
            StorageProblem: the database refused.
        """
        async with self._database.read() as connection:
            return (await audit.list_page(connection, what=CHANGED, limit=limit))[0]

    def _tell(self) -> None:
        for tell in self._told:
            tell(self._current)

    def _edited(self, field: Editable) -> EditedField:
        row = self._overrides.get(field.name)
        return EditedField(
            name=field.name,
            kind=field.kind,
            max_chars=field.max_chars,
            choices=field.choices,
            value=_at(self._current, field.name),
            file_value=_at(self._file, field.name),
            who=row.who if row else None,
            at_ms=row.at_ms if row else None,
        )

    def _wrong(self, values: Mapping[str, Value | None]) -> list[dict[str, object]]:
        """Every mistake in these values, for people."""
        wrong: list[dict[str, object]] = []

        def note(field: str, zh: str, en: str) -> None:
            wrong.append({"field": field, "message": zh, "message_en": en})

        for name, value in values.items():
            field = _BY_NAME.get(name)
            if field is None:
                note(name, "没有这一项，或不能在这里修改。", "There is no such field, or not here.")
                continue
            for text in [] if value is None else [value] if isinstance(value, str) else value:
                if not text.strip():
                    note(name, "不能为空。", "This must not be empty.")
                elif len(text) > field.max_chars:
                    note(name, f"最多 {field.max_chars} 个字。", f"At most {field.max_chars} characters.")
                for place, reason in wrong_text(name, text):
                    note(name, _in_chinese(reason), f"{place}: {reason}.")
            if field.kind == "colour" and isinstance(value, str):
                for _, reason in wrong_accent(name.partition(".")[2], value):
                    note(name, "与背景的对比度不足 4.5:1，看不清。", f"{reason}.")
        if not wrong:
            own = {field: _clean(value) for field, value in values.items() if value is not None}
            try:
                _with(self._file, own)
            except ValidationError as error:
                for each in mistakes_of(error, Preset):
                    note(each.place, "这个值不能用。", f"{each.reason}.")
        return wrong


def _with(preset: Preset, values: Mapping[str, Value]) -> Preset:
    """The preset with other values at some places.

    Raises:
        ValidationError: one of them is none that a preset may have.
    """
    content: dict[str, Any] = preset.model_dump()
    for name, value in values.items():
        *tables, key = name.split(".")
        table = content
        for each in tables:
            table = table[each]
        table[key] = value
    return Preset.model_validate(content)


def _at(preset: Preset, name: str) -> Value:
    value: Any = preset
    for part in name.split("."):
        value = getattr(value, part)
    return list(value) if isinstance(value, (list, tuple)) else str(value)


def _clean(value: Value) -> Value:
    return value.strip() if isinstance(value, str) else [text.strip() for text in value]


def _in_chinese(reason: str) -> str:
    if "brace" in reason or "stands for nothing" in reason:
        return "大括号里的内容在这里没有意义。"
    if "Chinese" in reason:
        return "中文文字里没有汉字。"
    return "文字太长了。"
