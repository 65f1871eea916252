"""How well two colours stand apart, as WCAG 2 measures it, and the grounds that an accent stands on. Pure.

`static/shared/contrast.js` computes the same for the page; a test holds the two together.
"""

from __future__ import annotations

from typing import Final

ENOUGH: Final = 4.5
# What an accent is seen on, or what is written on it: the colours of `static/shared/tokens.css`.
GROUNDS: Final = {
    "light": {"paper": "#ffffff", "ground": "#f5f7f6", "text on it": "#ffffff"},
    "dark": {"paper": "#171c1b", "raised": "#1e2423", "text on it": "#0c1a18"},
}


def contrast(one: str, other: str) -> float:
    """From 1 to 21, of two colours such as `#0f766e`."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def least_contrast(theme: str, accent: str) -> tuple[float, str]:
    """The contrast of an accent where it is worst, and with what."""
    return min((contrast(accent, colour), name) for name, colour in GROUNDS[theme].items())


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)
