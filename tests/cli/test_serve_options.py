"""`dayi serve --help` is made from the settings and misses none."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from server.cli import COMMANDS, main
from server.cli.options import GROUPS
from server.settings import Settings


def test_every_setting_has_its_place_in_the_help() -> None:
    """Each setting is under exactly one heading, and nothing else is."""
    placed = [name for names in GROUPS.values() for name in names]
    assert sorted(placed) == sorted(Settings.model_fields)


def test_help_tells_option_variable_and_default_of_every_setting() -> None:
    """What the table says is what the help says."""
    result = CliRunner().invoke(main, ["serve", "--help"], terminal_width=300)
    assert result.exit_code == 0
    text = " ".join(result.output.split())
    for name, field in Settings.model_fields.items():
        told = f"[env: DAYI_{name.upper()}"
        if isinstance(field.default, int | float | str):
            told += f"; default: {field.default}]"
        assert f" --{name.replace('_', '-')} " in text
        assert told in text
    for heading in GROUPS:
        assert f"\n{heading}:\n" in result.output


def test_help_of_every_command_reads_without_its_parts() -> None:
    """Each command has a help of its own and a line in that of `dayi`."""
    overview = CliRunner().invoke(main, ["--help"]).output
    for name, line in COMMANDS.items():
        assert f"  {name}" in overview and line.split()[0] in overview
        assert CliRunner().invoke(main, [name, "--help"]).exit_code == 0


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--port", "70000"], "--port: "),
        (["--preset", "pirates"], "no preset 'pirates'"),
        (["--model", "gpt"], "model 'gpt'"),
        (["--model", "gguf:/nowhere.gguf"], "/nowhere.gguf"),
        (["--timezone", "Mars"], "dayi: --timezone: no time zone 'Mars'\n"),
        (["--host", "203.0.113.1"], "cannot listen on 203.0.113.1"),
        (["--data", "/proc/nowhere"], "--data /proc/nowhere: cannot write there"),
        (["--config", "/nowhere.toml"], "dayi: settings file /nowhere.toml: No such file or directory\n"),
    ],
)
def test_wrong_setting_is_one_line_and_exit_code_2(tmp_path: Path, options: list[str], says: str) -> None:
    """No traceback, nothing on standard output, and what to change."""
    arguments = ["serve", "--model", "scripted:", "--port", "0", "--data", str(tmp_path / "data"), *options]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("dayi: ") and result.stderr.count("\n") == 1
    assert says in result.stderr


@pytest.mark.parametrize("options", [["--preset", "pirates"], ["--model", "bundled:7b"]])
def test_wrong_name_leaves_no_folder_behind(tmp_path: Path, options: list[str]) -> None:
    """A slip of the pen makes nothing that has to be cleaned up."""
    arguments = ["serve", "--model", "scripted:", "--port", "0", "--data", str(tmp_path / "data"), *options]
    assert CliRunner().invoke(main, arguments).exit_code == 2
    assert not (tmp_path / "data").exists()
