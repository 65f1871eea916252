"""What pages are told of the site."""

from __future__ import annotations

from server.presets import SHIPPED, load_preset
from server.web.site import privacy_sentences


def test_the_privacy_panel_says_where_answers_are_written() -> None:
    """Beside a server elsewhere no page promises that questions stay here; the other sentences remain."""
    for name in SHIPPED:
        preset = load_preset(name)
        here, there = privacy_sentences(preset, False), privacy_sentences(preset, True)
        assert here == {"zh": preset.privacy.zh, "en": preset.privacy.en}
        assert there["zh"][0] == preset.privacy_elsewhere.zh
        assert "另一台服务器" in there["zh"][0] and "another server" in there["en"][0]
        assert there["zh"][1:] == here["zh"][1:] and there["en"][1:] == here["en"][1:]
