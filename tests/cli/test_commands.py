"""The commands that work on the data folder, as an administrator types them."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from filters import Action
from server import __version__
from server.cli import main
from server.cli.words import ACTIONS

PASSWORD = "bamboo-river-19\n"


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder that every command uses."""
    monkeypatch.setenv("DAYI_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def dayi(*arguments: str, stdin: str | None = None) -> Result:
    """`dayi ARGUMENTS`; a traceback fails the test."""
    result = CliRunner().invoke(main, list(arguments), input=stdin)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_version_is_told() -> None:
    """One line, whichever way one asks."""
    assert dayi("version").output == dayi("--version").output == f"dayi {__version__}\n"


def test_users_are_added_listed_and_given_another_password(data: Path) -> None:
    """The password comes from standard input and is shown nowhere."""
    added = dayi("users", "add", "王老师", "--role", "teacher", "--password-stdin", stdin=PASSWORD)
    assert added.exit_code == 0 and PASSWORD.strip() not in added.output
    assert dayi("users", "list").output == "王老师\tteacher\n"
    changed = dayi("users", "passwd", "王老师", "--password-stdin", stdin="other-" + PASSWORD)
    assert changed.exit_code == 0


def test_users_refuse_with_one_line(data: Path) -> None:
    """A weak password, a name taken, someone unknown: exit code 1 and the reason."""
    weak = dayi("users", "add", "甲", "--role", "teacher", "--password-stdin", stdin="short\n")
    assert (weak.exit_code, weak.stderr.count("\n")) == (1, 1)
    assert "at least 8" in weak.stderr
    dayi("users", "add", "甲", "--role", "teacher", "--password-stdin", stdin=PASSWORD)
    taken = dayi("users", "add", "甲", "--role", "admin", "--password-stdin", stdin=PASSWORD)
    assert taken.exit_code == 1 and "taken" in taken.stderr
    unknown = dayi("users", "passwd", "乙", "--password-stdin", stdin=PASSWORD)
    assert unknown.exit_code == 1 and "no user" in unknown.stderr


def test_words_check_names_every_bad_line(tmp_path: Path) -> None:
    """All of them at once, with the line numbers of the file."""
    file = tmp_path / "words.csv"
    file.write_text("text,question_action\n好词,nonsense\n,block\n不错,block\n", encoding="utf-8")
    result = dayi("words", "check", str(file))
    assert result.exit_code == 1
    assert "words.csv:2: The action is none of block" in result.stderr
    assert "words.csv:3: The line has no word." in result.stderr
    file.write_text("text\n的\n合适之词\n", encoding="utf-8")
    result = dayi("words", "check", str(file))
    assert result.exit_code == 0
    assert "words.csv:2: one_character" in result.output and "2 words, 2 findings" in result.output


def test_words_are_imported_tried_published_and_exported(tmp_path: Path, data: Path) -> None:
    """The draft first, then the published version; and back out as a file."""
    file = tmp_path / "words.txt"
    file.write_text("咕噜咕噜\n叽里呱啦\n", encoding="utf-8")
    dry = dayi("words", "import", str(file), "--list", "测试", "--dry-run")
    assert dry.exit_code == 1 and "no list" in dry.stderr
    assert "2 words added" in dayi("words", "import", str(file), "--list", "测试", "--category", "x").output
    assert "nothing found" in dayi("words", "try", "咕 噜咕噜").output
    assert "block" in dayi("words", "try", "咕 噜咕噜", "--draft").output
    again = dayi("words", "import", str(file), "--list", "测试", "--publish").output
    assert "0 words added" in again and "version 2 is published" in again
    assert "block" in dayi("words", "try", "咕 噜咕噜").output
    assert "mask" in dayi("words", "try", "咕噜咕噜", "--direction", "answer").output
    assert (
        dayi("words", "export", "--list", "测试", "--format", "txt").output == "# 测试\n叽里呱啦\n咕噜咕噜\n"
    )
    dayi("words", "export", "--output", str(tmp_path / "all.csv"))
    assert (tmp_path / "all.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_words_are_imported_into_a_layer(tmp_path: Path, data: Path) -> None:
    """Of everybody, or of one class by its name; a class that is not there is named."""
    file = tmp_path / "words.txt"
    file.write_text("咕噜咕噜\n", encoding="utf-8")
    refused = dayi("words", "import", str(file), "--list", "甲", "--layer", "class:七班")
    assert refused.exit_code == 1 and "no layer 'class:七班'" in refused.stderr
    assert dayi("words", "import", str(file), "--list", "甲", "--layer", "base", "--publish").exit_code == 0
    assert "block" in dayi("words", "try", "咕噜咕噜").output


def test_words_of_a_bad_file_leave_no_list_behind(tmp_path: Path, data: Path) -> None:
    """Nothing is imported means nothing: not even the list that the words were meant for."""
    file = tmp_path / "words.csv"
    file.write_text("text,question_action\n好词,nonsense\n", encoding="utf-8")
    refused = dayi("words", "import", str(file), "--list", "新")
    assert refused.exit_code == 1 and "words.csv:2: The action is none of block" in refused.stderr
    assert not data.exists()


def test_words_are_imported_with_an_action_that_exists_only(tmp_path: Path, data: Path) -> None:
    """A misspelt action is refused with those that there are, which are the filter's own."""
    file = tmp_path / "words.txt"
    file.write_text("咕噜咕噜\n", encoding="utf-8")
    refused = dayi("words", "import", str(file), "--list", "新", "--question-action", "explode")
    assert refused.exit_code == 2
    assert "'block', 'mask'" in refused.output
    assert {*ACTIONS, "pass"} == {action.value for action in Action}


@pytest.mark.parametrize(
    "command", ["users list", "users passwd 甲 --password-stdin", "words export", "words try 好"]
)
def test_looking_into_a_wrong_folder_makes_none(data: Path, command: str) -> None:
    """A mistyped --data is told; an empty list would look as if everything were lost."""
    result = dayi(*command.split(), stdin=PASSWORD)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "no server has kept anything there yet" in result.stderr
    assert not data.exists()


def test_model_is_told_without_preparing_it(data: Path) -> None:
    """`info` changes nothing on the disk."""
    result = dayi("model", "info", "--model", "bundled:0.5b")
    assert result.exit_code == 0 and "dayi model prepare" in result.output
    assert not data.exists()
    assert "needs no preparing" in dayi("model", "prepare", "--model", "scripted:").output


def test_model_of_another_server_is_told_without_asking_it(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody answers at this address, and the key is shown nowhere."""
    monkeypatch.setenv("DAYI_OPENAI_KEY", "sk-secret")
    told = dayi("model", "info", "--model", "openai:http://models.invalid/v1#qwen")
    assert told.exit_code == 0 and "models.invalid" in told.output and "sk-secret" not in told.output
    prepared = dayi("model", "prepare", "--model", "openai:http://models.invalid/v1#qwen")
    assert "needs no preparing" in prepared.output and not data.exists()


def test_keys_are_made_listed_and_revoked(data: Path) -> None:
    """The key is printed once; the list has its beginning and says that it is revoked."""
    dayi("words", "export")
    dayi("users", "add", "王老师", "--role", "teacher", "--password-stdin", stdin=PASSWORD)
    made = dayi("keys", "add", "教务系统", "--role", "compliance", "--per-minute", "60")
    key = made.output.strip()
    assert made.exit_code == 0 and key.startswith("dayi-")
    listed = dayi("keys", "list").output
    assert key not in listed and key[:11] in listed and "60/min" in listed
    assert dayi("keys", "revoke", listed.split("\t")[0]).exit_code == 0
    assert dayi("keys", "list").output.endswith("\trevoked\n")
    assert dayi("keys", "revoke", "nothing").exit_code == 1


def test_text_is_tried_with_a_word_file_alone(tmp_path: Path) -> None:
    """No data folder is needed; every hit says its lane, its folded text and its line."""
    file = tmp_path / "words.txt"
    file.write_text("# 注释\n敏感词\n", "utf-8")
    tried = dayi("words", "try", "这是min感*词", "--words", str(file))
    assert tried.exit_code == 0
    assert "'min感*词' folded 'min感词' is '敏感词' by lane pinyin, of line 2" in tried.output


def test_checking_a_word_file_predicts_harmless_hits(tmp_path: Path) -> None:
    """With the text that comes along."""
    file = tmp_path / "words.txt"
    file.write_text("闪电汤圆\n天气\n", "utf-8")
    checked = dayi("words", "check", str(file))
    assert f"{file}:2: hits_harmless: 天气" in checked.output
    assert "2 words, 2 findings" in checked.output
