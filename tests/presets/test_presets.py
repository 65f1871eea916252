"""Presets: what ships is complete, and a mistake in a copy is named."""

from __future__ import annotations

from pathlib import Path

import pytest

import server.presets
from server.errors import SettingsProblem
from server.presets import SHIPPED, load_preset

FOLDER = Path(server.presets.__file__).parent


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_preset_carries_its_own_name(name: str) -> None:
    """Each shipped file loads and is called what it says."""
    assert load_preset(name).name == name


def test_government_preset_names_the_hotline_where_it_cannot_help() -> None:
    """A citizen who is not answered is told where to turn."""
    preset = load_preset("government")
    for text in (preset.system_prompt, preset.refusal.zh, preset.filtered.zh, preset.fallback.zh):
        assert "建议您拨打12345政务服务热线获取权威解答" in text
    assert "不使用 Markdown" in preset.system_prompt


def test_preset_is_loaded_from_a_copied_file(tmp_path: Path) -> None:
    """An organisation copies a preset, edits it and names its path."""
    copy = tmp_path / "ours.toml"
    text = (FOLDER / "education.toml").read_text(encoding="utf-8")
    copy.write_text(text.replace('organisation = "答疑"', 'organisation = "第一中学"'), encoding="utf-8")
    assert load_preset(str(copy)).organisation == "第一中学"


def test_preset_with_mistakes_names_every_one(tmp_path: Path) -> None:
    """Two mistakes in one file are two mistakes in one message."""
    copy = tmp_path / "ours.toml"
    text = (FOLDER / "education.toml").read_text(encoding="utf-8")
    copy.write_text(text.replace("#0f766e", "teal").replace("temperature = 0.3", "temperature = 7"), "utf-8")
    with pytest.raises(SettingsProblem) as caught:
        load_preset(str(copy))
    assert "accent.light" in str(caught.value)
    assert "sampling.temperature" in str(caught.value)


def test_misspelt_key_of_a_preset_is_said_in_plain_words(tmp_path: Path) -> None:
    """The key that is missing and the one that nobody reads."""
    copy = tmp_path / "ours.toml"
    text = (FOLDER / "education.toml").read_text(encoding="utf-8")
    copy.write_text(text.replace("organisation =", "organization ="), "utf-8")
    with pytest.raises(SettingsProblem, match="organisation: is missing; organization: there is no such key"):
        load_preset(str(copy))


def test_preset_that_does_not_exist_says_what_does() -> None:
    """The message lists the names one may use."""
    with pytest.raises(SettingsProblem, match="education, government"):
        load_preset("educaton")
