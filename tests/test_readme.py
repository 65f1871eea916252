"""Both READMEs are true: their settings, commands, targets and links are those of the product."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
from pydantic_core import PydanticUndefined

from server.cli import main
from server.settings import Settings

ROOT = Path(__file__).parents[1]
BOTH = pytest.mark.parametrize("name", ["README.md", "README.zh.md"])


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def setting_rows(name: str) -> dict[str, tuple[str, str]]:
    """Setting → (default, description) as the table of a README has them."""
    rows = re.findall(r"^\| `--([a-z0-9-]+)` \| (.*?) \| (.*) \|$", text_of(name), re.MULTILINE)
    return {option.replace("-", "_"): (default, description) for option, default, description in rows}


def written_default(name: str) -> str:
    """A default as the README writes it."""
    field = Settings.model_fields[name]
    default = field.get_default(call_default_factory=True)
    return "–" if default is PydanticUndefined or default in (None, []) else f"`{default}`"


@BOTH
def test_readme_table_has_every_setting_with_its_default(name: str) -> None:
    """Nobody looks for a setting that is not there, or trusts a default that has changed."""
    assert {setting: default for setting, (default, _) in setting_rows(name).items()} == {
        setting: written_default(setting) for setting in Settings.model_fields
    }


def test_readme_describes_settings_as_the_help_does() -> None:
    """The English table says what `dayi serve --help` says."""
    assert {setting: description for setting, (_, description) in setting_rows("README.md").items()} == {
        setting: str(field.description) for setting, field in Settings.model_fields.items()
    }


@BOTH
def test_readme_names_commands_that_exist(name: str) -> None:
    """Each `dayi …` resolves to a command, its options exist, and those it cannot do without are there."""
    lines = re.findall(r"`dayi ([^`]+)`", text_of(name))
    assert len(lines) > 10
    for line in lines:
        command: click.Command = main
        words = line.split()
        while words and isinstance(command, click.Group):
            word = words.pop(0)
            found = command.get_command(click.Context(command), word)
            assert found is not None, f"dayi {line}"
            command = found
        options = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options | {"--help"}, f"dayi {line}"
        needed = [each for each in command.params if each.required and isinstance(each, click.Option)]
        assert all(set(each.opts) & set(words) for each in needed), f"dayi {line}: something is missing"


@BOTH
def test_readme_names_make_targets_that_exist(name: str) -> None:
    """Each `make …` is a target of the Makefile."""
    targets = set(re.findall(r"^([a-z-]+):", text_of("Makefile"), re.MULTILINE))
    named = set(re.findall(r"(?:`|^)make ([a-z-]+)", text_of(name), re.MULTILINE))
    assert {"serve", "test", "check"} <= named <= targets


@BOTH
def test_readme_links_to_files_that_exist(name: str) -> None:
    """Pictures and documents are there."""
    targets = re.findall(r"\]\(([^)#]+)\)", text_of(name))
    assert [target for target in targets if "://" not in target and not (ROOT / target).exists()] == []


def test_architecture_names_tests_that_exist() -> None:
    """Each invariant's guard is a test function in that file."""
    guards = re.findall(r"`(tests/[a-z0-9_/]+\.py)::(test_\w+)`", text_of("ARCHITECTURE.md"))
    assert len(guards) >= 9
    for file, function in guards:
        assert re.search(rf"def {function}\(", text_of(file)), f"{file}::{function}"


def test_filter_guide_names_what_the_library_has() -> None:
    """Nothing public is missing in docs/filters.md, and its example runs and says what it says."""
    import filters

    guide = text_of("docs/filters.md")
    missing = [name for name in filters.__all__ if not re.search(rf"\b{name}\b", guide)]
    assert set(missing) <= {"BadLine", "Expression", "MaskStyle", "MatchMode"}
    code = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)[0]
    said: list[str] = []
    given = "from datetime import date\npieces = ['很敏', '感词']\nsend = said.append\n"
    names: dict[str, object] = {"said": said}
    exec(given + code, names)  # the guide is ours
    assert "".join(said) == "很***"
    verdict = names["verdict"]
    assert isinstance(verdict, filters.Verdict)
    assert (verdict.action, verdict.text, verdict.lists_version) == ("mask", "很*****", 7)
