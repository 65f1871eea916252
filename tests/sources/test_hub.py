"""Models come from hubs by the hubs' own clients: whole or not at all, resumed, each failure one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.errors import SettingsProblem, SourceProblem
from server.sources.prepare import prepare, prepared_folder
from tests.sources import tiny_models
from tests.sources.loopback_hub import Hub, serving

KINDS = ("hub", "modelscope")


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A loopback hub with a tiny model, and clients that know no other."""
    folder = tiny_models.write_directory(tmp_path / "tiny", shards=2)
    (folder / "README.md").write_text("not needed")
    (folder / "pytorch_model.bin").write_text("not needed")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home" / "hf"))
    with serving(folder) as running:
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        monkeypatch.setenv("MODELSCOPE_ENDPOINT", running.url)
        yield running


@pytest.mark.parametrize("kind", KINDS)
def test_model_is_fetched_prepared_and_never_asked_for_again(hub: Hub, tmp_path: Path, kind: str) -> None:
    """Only what is needed is fetched, downloads go when all is prepared, a later start needs no network."""
    models = tmp_path / "models"
    made = prepare(f"{kind}:owner/tiny", models)
    tiny_models.same_weights(made)
    assert set(hub.sent) == {
        "config.json",
        "tokenizer.json",
        "tokenizer_config.json",
        "model.safetensors.index.json",
        "model-00001-of-00002.safetensors",
        "model-00002-of-00002.safetensors",
    }
    assert [path.name for path in models.iterdir() if not path.name.startswith(".lock")] == [made.name]
    num_requests = len(hub.requests)
    assert prepare(f"{kind}:owner/tiny", models) == made
    assert len(hub.requests) == num_requests


@pytest.mark.parametrize("kind", KINDS)
def test_download_that_breaks_off_is_resumed_by_the_next_start(hub: Hub, tmp_path: Path, kind: str) -> None:
    """The network goes away in the middle: a clear problem, and what came is not fetched twice."""
    models = tmp_path / "models"
    hub.broken_file = "model-00002-of-00002.safetensors"
    with pytest.raises(SourceProblem, match="cannot be reached or broke off") as caught:
        prepare(f"{kind}:owner/tiny", models)
    assert caught.value.code == "unavailable"
    assert prepared_folder(f"{kind}:owner/tiny", models, "bf16") is None
    hub.broken_file = ""
    files, before = hub.files(), dict(hub.sent)
    tiny_models.same_weights(prepare(f"{kind}:owner/tiny", models))
    assert before["model-00001-of-00002.safetensors"] == len(files["model-00001-of-00002.safetensors"])
    assert all(hub.sent[name] == before[name] for name in before if before[name] == len(files[name]))
    if kind == "modelscope":  # this client also goes on within a file
        assert sum(hub.sent.values()) == sum(len(files[name]) for name in hub.sent)


@pytest.mark.parametrize("kind", KINDS)
def test_wrong_bytes_are_refused(hub: Hub, tmp_path: Path, kind: str) -> None:
    """A file of the right size with another content does not become a model."""
    hub.damage = True
    with pytest.raises(SourceProblem):
        prepare(f"{kind}:owner/tiny", tmp_path / "models")
    hub.damage = False
    tiny_models.same_weights(prepare(f"{kind}:owner/tiny", tmp_path / "models"))


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("hub:owner/none", "no such model"),
        ("hub:owner/tiny@none", "no such revision"),
        ("modelscope:owner/none", "no such model"),
        ("modelscope:owner/tiny@none", "no such model or revision"),
    ],
)
def test_what_the_hub_does_not_have_is_a_wrong_setting(
    hub: Hub, tmp_path: Path, name: str, says: str
) -> None:
    """A typing mistake is told as one, and leaves no folders behind."""
    with pytest.raises(SettingsProblem, match=says):
        prepare(name, tmp_path / "models")
    assert [path for path in (tmp_path / "models").iterdir() if not path.name.startswith(".lock")] == []


@pytest.mark.parametrize("kind", KINDS)
def test_hub_that_cannot_be_reached_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Nobody listens there: the address and the reason, in one line."""
    for variable in ("HF_ENDPOINT", "MODELSCOPE_ENDPOINT"):
        monkeypatch.setenv(variable, "http://127.0.0.1:9")
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(SourceProblem, match=r"http://127\.0\.0\.1:9 cannot be reached") as caught:
        prepare(f"{kind}:owner/tiny", tmp_path / "models")
    assert "\n" not in str(caught.value)


def test_repository_without_safetensors_is_refused(hub: Hub, tmp_path: Path) -> None:
    """The message says what can be done instead."""
    for path in hub.folder.glob("*.safetensors*"):
        path.unlink()
    with pytest.raises(SettingsProblem, match="no safetensors weights"):
        prepare("hub:owner/tiny", tmp_path / "models")
