"""The preset's own texts over HTTP: seen on the site at once, and exported as a file."""

from __future__ import annotations

from pathlib import Path

import httpx

from server.presets import load_preset
from tests.web.conftest import problem_of


def test_change_is_on_the_site_at_once_and_back_again(admin: httpx.Client, nobody: httpx.Client) -> None:
    """A page that opens now shows it; null brings the file's text back."""
    before = nobody.get("/api/site").json()
    fields = admin.get("/api/preset").json()
    values = {"organisation": "晨光中学", "title.zh": "问一问", "accent.light": "#7a1f1f"}
    changed = admin.put("/api/preset", json={"values": values, "revision": fields["revision"]})
    assert changed.status_code == 200, changed.text
    now = nobody.get("/api/site").json()
    assert (now["organisation"], now["title"]["zh"], now["accent"]["light"]) == tuple(values.values())
    assert "#7a1f1f" in nobody.get("/icon.svg").text
    row = next(each for each in changed.json()["fields"] if each["name"] == "organisation")
    assert (row["is_own"], row["who"], row["file_value"]) == (True, "admin", before["organisation"])
    history = admin.get("/api/preset/history").json()["changes"]
    assert {each["field"] for each in history} >= set(values)
    back = admin.put("/api/preset", json={"values": dict.fromkeys(values)})
    assert not any(each["is_own"] for each in back.json()["fields"])
    assert nobody.get("/api/site").json() == before


def test_bad_value_is_refused_in_the_readers_language(admin: httpx.Client) -> None:
    """With the field and the reason; the wrong form and a stale page have their own answers."""
    bad = {"values": {"accent.dark": "#101010"}}
    refused = admin.put("/api/preset", json=bad, headers={"Accept-Language": "en"})
    assert (refused.status_code, problem_of(refused)) == (422, "bad_preset")
    assert refused.json()["error"]["details"][0]["field"] == "accent.dark"
    assert problem_of(admin.put("/api/preset", json={"values": {"organisation": 7}})) == "bad_body"
    stale = admin.put("/api/preset", json={"values": {"organisation": "x"}, "revision": 10_000})
    assert (stale.status_code, problem_of(stale)) == (409, "changed_meanwhile")


def test_export_is_a_preset_that_loads(admin: httpx.Client, tmp_path: Path) -> None:
    """What is downloaded is what `--preset` takes."""
    answer = admin.get("/api/preset/export")
    assert "preset.toml" in answer.headers["content-disposition"]
    file = tmp_path / "own.toml"
    file.write_bytes(answer.content)
    assert load_preset(str(file)).name == "education"
