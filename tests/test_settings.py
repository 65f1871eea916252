"""Settings come from four places, in order, and every mistake is named with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.errors import SettingsProblem
from server.settings import read_settings, unknown_variables


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DAYI_CONFIG", raising=False)
    for name in ("PORT", "HOST", "MAX_RUNNING", "SMALL_GROUP"):
        monkeypatch.delenv(f"DAYI_{name}", raising=False)


def test_settings_follow_the_order_of_their_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Defaults, then the file, then the environment, then the command line; the last one wins."""
    config = tmp_path / "dayi.toml"
    config.write_text('port = 1001\nhost = "10.0.0.1"\nmax_running = 2\n', encoding="utf-8")
    monkeypatch.setenv("DAYI_HOST", "10.0.0.2")
    monkeypatch.setenv("DAYI_MAX_RUNNING", "3")
    settings = read_settings({"max_running": 4}, config)
    assert (settings.port, settings.host, settings.max_running) == (1001, "10.0.0.2", 4)
    assert settings.small_group == 3


def test_settings_file_may_be_named_in_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`DAYI_CONFIG` names the file where no `--config` does."""
    config = tmp_path / "dayi.toml"
    config.write_text("port = 1001", encoding="utf-8")
    monkeypatch.setenv("DAYI_CONFIG", str(config))
    assert read_settings().port == 1001


def test_settings_name_every_mistake_with_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One message lists them all: the option, the variable, the line of the file."""
    config = tmp_path / "dayi.toml"
    config.write_text('small_group = 1\nprot = 8000\ntimezone = "Mars/Olympus"\n', encoding="utf-8")
    monkeypatch.setenv("DAYI_MAX_RUNNING", "many")
    with pytest.raises(SettingsProblem) as raised:
        read_settings({"port": 70000}, config)
    message = str(raised.value)
    for place in (
        "--port:",
        "DAYI_MAX_RUNNING:",
        f"{config}: small_group:",
        f"{config}: prot: there is no such setting",
        f"{config}: timezone:",
    ):
        assert place in message


def test_variables_that_are_no_settings_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelt variable does nothing, but not in silence. One that cannot be read says its form."""
    monkeypatch.setenv("DAYI_MODLE", "bundled:0.5b")
    monkeypatch.setenv("DAYI_CONFIG", "x.toml")
    assert unknown_variables() == ["DAYI_MODLE"]
    monkeypatch.delenv("DAYI_CONFIG")
    monkeypatch.setenv("DAYI_ALLOWED_ORIGINS", "https://a.example")
    with pytest.raises(SettingsProblem, match="DAYI_ALLOWED_ORIGINS: write a JSON list"):
        read_settings()


def test_key_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not in the settings as text, nor where it is refused; a newline from a file does not matter."""
    monkeypatch.setenv("DAYI_OPENAI_KEY", "sk-secret\n")
    settings = read_settings()
    assert settings.openai_key is not None
    assert settings.openai_key.get_secret_value() == "sk-secret"
    assert "sk-secret" not in f"{settings!r}{settings.model_dump_json()}"
    monkeypatch.setenv("DAYI_OPENAI_KEY", "sk-secret sk-other")
    with pytest.raises(SettingsProblem, match="DAYI_OPENAI_KEY: a key has neither") as raised:
        read_settings()
    assert "sk-" not in str(raised.value)
    monkeypatch.setenv("DAYI_OPENAI_KEY", "")
    assert read_settings().openai_key is None


def test_further_fields_are_known_ones() -> None:
    """A slip is told with what there is; blanks do not matter."""
    assert read_settings({"openai_fields": "cache_salt, user"}).openai_field_names == ("cache_salt", "user")
    assert read_settings().openai_field_names == ()
    with pytest.raises(SettingsProblem, match="--openai-fields: no such field: salt"):
        read_settings({"openai_fields": "salt"})


def test_a_gpu_computes_in_bf16(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has to say so; whoever says otherwise is told which of the two cannot be."""
    monkeypatch.setenv("DAYI_DEVICE", "cuda")
    assert read_settings().dtype == "bf16"
    assert read_settings({"dtype": "bf16"}).device == "cuda"
    with pytest.raises(SettingsProblem, match="DAYI_DEVICE: a GPU computes in bf16, and dtype is fp32"):
        read_settings({"dtype": "fp32"})


@pytest.mark.parametrize("content", ["port = ", b"\xff\xfe"])
def test_settings_file_that_cannot_be_read_is_named(tmp_path: Path, content: str | bytes) -> None:
    """Neither broken TOML nor another encoding ends in a traceback; nor does a missing file."""
    config = tmp_path / "dayi.toml"
    config.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(SettingsProblem, match=r"dayi\.toml"):
        read_settings(config=config)
    with pytest.raises(SettingsProblem, match=r"nowhere\.toml"):
        read_settings(config=tmp_path / "nowhere.toml")
