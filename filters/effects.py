"""What a hit does to the text: its action in a direction, and how a masked or replaced word looks.

It does not know where hits come from.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final, NamedTuple

from filters.types import Action, Category, Detector, Direction, Options, Word

_REPORTS: Final = frozenset((Action.REVIEW, Action.WARN, Action.LOG))


class Effect(NamedTuple):
    """How a word looks when it is masked (`text` is None) or replaced.

    Args:
        text: what stands in for it; None if its characters are masked.
        keep_start: how many of its first characters stay.
        keep_end: how many of its last ones stay.
    """

    text: str | None = None
    keep_start: int = 0
    keep_end: int = 0

    @property
    def masks(self) -> bool:
        """Whether the characters are masked one by one, not replaced."""
        return self.text is None


_CHARACTERS: Final = Effect()


def effect_of(word: Word | Detector, action: Action | None, options: Options) -> Effect:
    """How a word looks under an action; a text that it does not have masks."""
    style = word.style
    if style is None:
        style = "text" if action is Action.REPLACE and word.replacement is not None else options.style
    if style == "label":
        return Effect(f"【{word.category}】")
    if style == "text" and word.replacement is not None:
        return Effect(word.replacement)
    return Effect(None, *options.keep_ends) if style == "ends" else _CHARACTERS


def actions_of(word: Word | Detector, category: Category) -> Mapping[Direction, Action]:
    """What it does in each direction in which it is looked for."""
    chosen = {**category.actions, **word.actions} if category.actions else word.actions
    if Action.PASS in chosen.values():
        chosen = {direction: action for direction, action in chosen.items() if action is not Action.PASS}
    return chosen


def soften(action: Action | None) -> Action | None:
    """The action of a hit that can only be looked at by a person."""
    return action if action is None or action in _REPORTS else Action.REVIEW


@cache
def rank_of(effect: Effect, action: Action | None) -> int:
    """Orders what hits do: by strength, then by how much they hide of the text."""
    if action is None:
        return 0
    hidden = 3 if effect.masks and not effect.keep_start and not effect.keep_end else int(effect.masks)
    return 4 * action.strength + (hidden if action.alters_text else 0)
