"""What an organisation changes in its preset: checked, kept, recorded, and in effect at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.errors import ClientProblem
from server.office import FIELDS, PresetDesk
from server.presets import Preset, load_preset
from server.presets.write import as_toml
from server.storage import audit
from server.storage.database import Database

NOW_MS = 1_800_000_000_000
FILE = load_preset("government")


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """An open, migrated database."""
    opened = await Database.open(tmp_path / "dayi.sqlite3")
    yield opened
    await opened.close()


async def opened(database: Database, preset: Preset = FILE) -> PresetDesk:
    """A desk that has loaded."""
    desk = PresetDesk(database, preset)
    await desk.load()
    return desk


async def change(desk: PresetDesk, revision: int | None = None, **values: str | list[str] | None) -> None:
    """Change fields; `__` stands for the dot in their names."""
    named = {name.replace("__", "."): value for name, value in values.items()}
    await desk.change(named, revision=revision, who="王主任", now_ms=NOW_MS)


async def test_change_is_in_effect_at_once_and_after_a_restart(database: Database) -> None:
    """Who listens is told the new preset; another desk on the database reads the same."""
    desk = await opened(database)
    told: list[str] = []
    desk.on_change(lambda preset: told.append(preset.organisation))
    await change(
        desk, organisation=" 云州市政务大厅 ", accent__light="#7a1f1f", knowledge__nothing_fits="model"
    )
    assert told == ["云州市政务大厅"]
    assert (desk.current.accent.light, desk.current.knowledge.nothing_fits) == ("#7a1f1f", "model")
    assert (await opened(database)).current == desk.current
    assert desk.current.system_prompt == FILE.system_prompt


async def test_field_goes_back_to_the_files_text(database: Database) -> None:
    """Without a value, and also when somebody types the file's own text: a new file then shows through."""
    desk = await opened(database)
    await change(desk, greeting__zh="您好！", fallback__zh="请到一楼咨询台。")
    await change(desk, greeting__zh=None, fallback__zh=FILE.fallback.zh)
    assert desk.current == FILE
    newer = FILE.model_copy(update={"greeting": FILE.greeting.model_copy(update={"zh": "欢迎。"})})
    assert (await opened(database, newer)).current.greeting.zh == "欢迎。"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("organisation", "  ", "must not be empty"),
        ("organisation", "长" * 41, "At most 40"),
        ("greeting.zh", "hello there", "no Chinese character"),
        ("refusal.zh", "您好，{name}", "stands for nothing"),
        ("accent.light", "#aaccff", "contrast"),
        ("accent.dark", "blue", "no colour"),
        ("knowledge.grounding", "strict", "none of"),
        ("examples.zh", ["一个问题？"], "at least 4"),
        ("system_prompt", "你叫{name}。", "stands for nothing"),
        ("window_tokens", "8192", "no such field"),
    ],
)
async def test_bad_value_is_refused_with_its_reason(
    database: Database, field: str, value: str | list[str], said: str
) -> None:
    """And nothing of the same request is kept."""
    desk = await opened(database)
    with pytest.raises(ClientProblem) as caught:
        await desk.change({"title.zh": "咨询台", field: value}, revision=None, who="王主任", now_ms=NOW_MS)
    (detail,) = caught.value.details
    assert detail["field"] == field
    assert said in str(detail["message_en"])
    assert (await opened(database)).current == FILE


async def test_two_who_edit_do_not_overwrite_each_other(database: Database) -> None:
    """Whoever saves second is told, and nothing of theirs is kept."""
    desk = await opened(database)
    seen = desk.revision
    await change(desk, seen, organisation="第一")
    with pytest.raises(ClientProblem, match="别人") as caught:
        await change(desk, seen, organisation="第二")
    assert (caught.value.code, desk.current.organisation) == ("changed_meanwhile", "第一")


async def test_history_tells_who_changed_what(database: Database) -> None:
    """Each field has its own entry in the audit log, whose chain holds; a change of nothing has none."""
    desk = await opened(database)
    await change(desk, organisation="第一", title__zh="咨询")
    await change(desk, organisation="第一")
    await change(desk, organisation=None)
    entries = await desk.history()
    assert [(each.subject, each.detail["own"]) for each in entries] == [
        ("organisation", False),
        ("title.zh", True),
        ("organisation", True),
    ]
    assert (entries[0].who, entries[0].detail["before"]) == ("王主任", "第一")
    async with database.read() as connection:
        assert (await audit.verify(connection)).first_broken is None


async def test_another_node_follows(database: Database) -> None:
    """What one changed, the other takes over when it looks."""
    one, other = await opened(database), await opened(database)
    assert not await other.refresh()
    await change(one, organisation="第一")
    assert await other.refresh()
    assert other.current.organisation == "第一"
    assert not await other.refresh()


async def test_change_that_a_new_file_forbids_is_left_out(database: Database) -> None:
    """The server starts all the same."""
    desk = await opened(database)
    await change(desk, organisation="第一", greeting__zh="您好！")
    async with database.write() as connection:
        await connection.exec_driver_sql(
            """update preset_overrides set value='"hello there"' where field='greeting.zh'"""
        )
    again = await opened(database)
    assert (again.current.organisation, again.current.greeting.zh) == ("第一", FILE.greeting.zh)


async def test_exported_file_is_the_preset_in_effect(database: Database, tmp_path: Path) -> None:
    """Quotes, line breaks and all; for either shipped preset."""
    desk = await opened(database)
    await change(desk, fallback__zh='请说"你好"\\\n第二行', examples__en=["a?", "b?", "c?", "d?"])
    for preset in (desk.current, load_preset("education")):
        file = tmp_path / "own.toml"
        file.write_text(as_toml(preset), encoding="utf-8")
        assert load_preset(str(file)) == preset


def test_every_editable_field_is_one_of_a_preset() -> None:
    """No name is misspelt, and choices are those of the type."""
    for field in FIELDS:
        value: object = FILE
        for part in field.name.split("."):
            value = getattr(value, part)
        assert not field.choices or value in field.choices
