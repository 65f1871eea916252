"""What pages are told of the site."""

from __future__ import annotations

import pytest

from server.errors import SettingsProblem
from server.presets import SHIPPED, check_kept, load_preset
from server.web.site import privacy_sentences


def test_the_privacy_panel_says_where_answers_are_written() -> None:
    """Beside a server elsewhere no page promises that questions stay here; the other sentences remain."""
    for name in SHIPPED:
        preset = load_preset(name)
        here, there = privacy_sentences(preset, False, 3), privacy_sentences(preset, True, 3)
        assert here["zh"][0] == preset.privacy.zh[0] and here["en"][0] == preset.privacy.en[0]
        assert there["zh"][0] == preset.privacy_elsewhere.zh
        assert "另一台服务器" in there["zh"][0] and "another server" in there["en"][0]
        assert there["zh"][1:] == here["zh"][1:] and there["en"][1:] == here["en"][1:]


def test_the_privacy_panel_names_the_group_size_that_is_in_force() -> None:
    """Where groups under five are hidden, nobody is promised three."""
    for name in SHIPPED:
        said = privacy_sentences(load_preset(name), False, 5)
        assert any("少于 5 个人" in sentence for sentence in said["zh"])
        assert any("fewer than 5 people" in sentence for sentence in said["en"])
        assert "{small_group}" not in str(said)


def test_privacy_panel_says_what_is_kept_of_hits() -> None:
    """Each value of the setting has a sentence of its own, with the days of the settings."""
    for name in SHIPPED:
        preset = load_preset(name)
        said = [
            privacy_sentences(preset, False, 3, hit_text=kept, hit_days=90)
            for kept in ("none", "masked", "sealed")
        ]
        assert "不会保存原文" in str(said[0]["zh"]) or "不保存原文" in str(said[0]["zh"])
        for other in said[1:]:
            assert "保存原文" not in str(other["zh"])
            assert "90" in str(other["zh"])
            assert "90 days" in str(other["en"])
        assert "{" not in str([list(each.values()) for each in said])


def test_preset_that_does_not_say_what_is_kept_cannot_keep_it() -> None:
    """A copy of an older preset promises that nothing is kept: then nothing may be."""
    older = load_preset("education").model_copy(update={"privacy_kept": None})
    check_kept(older, "none")
    assert "kept" not in str(privacy_sentences(older, False, 3)["zh"])
    with pytest.raises(SettingsProblem, match="privacy_kept"):
        check_kept(older, "masked")
