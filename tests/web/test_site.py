"""What pages are told of the site."""

from __future__ import annotations

from server.presets import SHIPPED, load_preset
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
