"""`dayi preset`: every mistake of a file is named with its line; an own one is begun from a shipped one."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import server.presets
from server.cli import main
from server.presets import SHIPPED, load_preset
from server.presets.check import check_file
from server.presets.contrast import contrast, least_contrast
from server.settings import Settings
from server.topics.taxonomy import shipped_taxonomy
from server.wiring.preset_settings import with_preset

FOLDER = Path(server.presets.__file__).parent


def edited(folder: Path, *changes: tuple[str, str], preset: str = "education") -> Path:
    """A copy of a shipped preset with some texts replaced."""
    text = (FOLDER / f"{preset}.toml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    file = folder / "ours.toml"
    file.write_text(text, encoding="utf-8")
    return file


def dayi(*words: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(main, ["preset", *words])


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_preset_has_no_mistake(name: str) -> None:
    """What ships passes its own check."""
    assert check_file(FOLDER / f"{name}.toml") == []


@pytest.mark.parametrize(
    ("old", "new", "place", "reason"),
    [
        ("temperature = 0.3", "temperature = 7", "sampling.temperature", "less than or equal to 2"),
        ("temperature = 0.3", "temprature = 0.3", "sampling.temprature", "did you mean temperature?"),
        ('"decline_own" # where', '"own" # where', "knowledge.nothing_fits", "'own' is none of"),
        ('"老师姓什么", ', '"*密码", ', "knowledge.own.always.0", "leave it out"),
        ('"老师姓什么", ', '"a*b*c*d", ', "knowledge.own.always.0", "may have 2"),
        ('"老师姓什么", ', '"…", ', "knowledge.own.always.0", "no character to look for"),
        ('"老师姓什么", ', '"造句", ', "knowledge.own", "stands in always and in general"),
        ("[knowledge.own]\n", "[knowledge.ours]\n", "knowledge.ours", "there is no such key"),
        ('light = "#0f766e"', 'light = "teal"', "accent.light", "is no colour such as"),
        ('light = "#0f766e"', 'light = "#5eead4"', "accent.light", "has a contrast of 1.4"),
        ('dark = "#5eead4"', 'dark = "#0f766e"', "accent.dark", "4.5 is needed"),
        ("你好，想弄懂什么？", "你好，{name}，想弄懂什么？", "greeting.zh", "{name} stands for nothing here"),
        ("少于 {small_group} 个人", "少于 {smal_group} 个人", "privacy.zh.1", "did you mean {small_group}?"),
        ("anonymise_after_days = 30", "anonymise_after_days = 400", "retention.delete_after_days", "before"),
        ('topics = "education"', 'topics = "eduction"', "topics", "did you mean education?"),
        ('topics = "education"', 'topics = "own.toml"', "topics", "there is no file"),
        ("window_tokens = 4096", "window_tokens = 12", "window_tokens", "greater than or equal to 256"),
        ('zh = "AI 生成"', 'zh = "machine"', "label.zh", "has no Chinese character"),
    ],
)
def test_mistake_is_named_with_its_line(tmp_path: Path, old: str, new: str, place: str, reason: str) -> None:
    """The place, what is wrong, and the line in the file."""
    file = edited(tmp_path, (old, new))
    (mistake,) = [each for each in check_file(file) if each.place == place]
    assert reason in mistake.reason
    lines = file.read_text(encoding="utf-8").splitlines()
    shown = lines[mistake.line - 1]
    key = place.rstrip(".0123456789").split(".")[-1]
    assert new in shown or key in shown or place.split(".")[0] in shown


def test_file_that_is_no_toml_is_pointed_at(tmp_path: Path) -> None:
    """A quote that is not closed, bytes that are no text, a file that is not there."""
    file = edited(tmp_path, ('organisation = "答疑"', 'organisation = "答疑'))
    (mistake,) = check_file(file)
    assert mistake.line == file.read_text(encoding="utf-8").splitlines().index('organisation = "答疑') + 1
    file.write_bytes("name = 答疑".encode("gb18030"))
    assert "UTF-8" in str(check_file(file)[0])
    assert "No such file" in str(check_file(tmp_path / "nothing.toml")[0])


def test_check_tells_all_mistakes_and_ends_with_1(tmp_path: Path) -> None:
    """Several at once, in the order of the lines; without one it ends with 0."""
    file = edited(
        tmp_path, ("temperature = 0.3", "temperature = 7"), ('organisation = "答疑"', 'organization = "x"')
    )
    said = dayi("check", str(file))
    assert said.exit_code == 1
    assert f"{file}:4: organization: there is no such key; did you mean organisation?" in said.output
    assert "organisation: is missing" in said.output
    assert "sampling.temperature" in said.output
    assert dayi("check", str(FOLDER / "government.toml")).exit_code == 0


def test_own_preset_is_begun_from_a_shipped_one(tmp_path: Path) -> None:
    """`copy` writes what `show` prints, and never over a file that is there."""
    file = tmp_path / "ours.toml"
    assert dayi("copy", "government", str(file)).exit_code == 0
    assert file.read_text(encoding="utf-8") == dayi("show", "government").output
    assert load_preset(str(file)) == load_preset("government")
    file.write_text("mine", encoding="utf-8")
    assert dayi("copy", "government", str(file)).exit_code != 0
    assert file.read_text(encoding="utf-8") == "mine"


def test_preset_has_a_word_where_no_setting_was_given() -> None:
    """A setting that was given wins over the preset's."""
    preset = load_preset("education").model_copy(update={"window_tokens": 2048, "mask_private": False})
    assert with_preset(Settings(), preset).window_tokens == 2048
    assert not with_preset(Settings(), preset).mask_private
    assert with_preset(Settings(window_tokens=512), preset).window_tokens == 512


def test_own_topics_lie_beside_the_preset(tmp_path: Path) -> None:
    """A new database begins with them, wherever the server is started."""
    own = '[[subject]]\nid = "tax"\nzh = "税务"\nen = "Taxes"\nkeywords = ["个税"]\n'
    (tmp_path / "own.toml").write_text(own, encoding="utf-8")
    file = edited(tmp_path, ('topics = "education"', 'topics = "own.toml"'))
    assert check_file(file) == []
    assert [node.id for node in shipped_taxonomy(load_preset(str(file)).topics)] == ["tax"]
    (tmp_path / "own.toml").write_text(own.replace('zh = "税务"\n', ""), encoding="utf-8")
    assert "lacks 'zh'" in dayi("check", str(file)).stderr


def test_contrast_is_that_of_wcag() -> None:
    """Black on white is 21; a colour on itself 1; the shipped accents can be read everywhere."""
    assert round(contrast("#000000", "#ffffff"), 1) == 21
    assert contrast("#0f766e", "#0f766e") == 1
    assert round(contrast("#0f766e", "#ffffff"), 2) == 5.47
    for name in SHIPPED:
        accent = load_preset(name).accent
        assert least_contrast("light", accent.light)[0] >= 4.5
        assert least_contrast("dark", accent.dark)[0] >= 4.5
