"""A preset as a TOML file, for an organisation that takes its own texts elsewhere. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from server.presets import Preset


def as_toml(preset: Preset) -> str:
    """A file that `load_preset` reads to the same preset."""
    content = preset.model_dump(exclude_none=True)
    head = f"# {preset.organisation}: exported from the administrator's page.\n"
    return head + "\n".join(_table(content, ())) + "\n"


def _table(table: dict[str, Any], place: tuple[str, ...]) -> Iterator[str]:
    inner = {key: value for key, value in table.items() if isinstance(value, dict)}
    for key, value in table.items():
        if key not in inner:
            yield f"{_key(key)} = {_value(value)}"
    for key, value in inner.items():
        yield f"\n[{'.'.join(_key(part) for part in (*place, key))}]"
        yield from _table(value, (*place, key))


def _key(key: str) -> str:
    plain = key.isascii() and key.replace("_", "").replace("-", "").isalnum()
    return key if plain else json.dumps(key, ensure_ascii=False)


def _value(value: Any) -> str:
    if isinstance(value, list):
        return "[" + "".join(f"\n  {_value(each)}," for each in value) + "\n]"
    if isinstance(value, str):
        if "\n" in value:
            escaped = value.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
            return f'"""\n{escaped}\n"""'
        # JSON escapes what TOML wants escaped, but for one character.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return json.dumps(value)  # numbers, true and false
