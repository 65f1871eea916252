"""The filter as a service fails closed."""

from __future__ import annotations

import pytest

from filters import Action, Direction
from server.errors import StorageProblem
from server.moderation import PublishedFilter, moderate
from server.moderation.service import score_of
from server.storage.database import Database


async def test_without_a_filter_no_text_is_called_harmless(database: Database) -> None:
    """Before a version is loaded."""
    with pytest.raises(StorageProblem):
        await moderate(PublishedFilter(database), ["你好"], Direction.QUESTION, with_words=False)


async def test_scores_follow_the_strength_of_actions(published: PublishedFilter) -> None:
    """1 for a block, 0 for nothing; a review is no flag."""
    assert [score_of(action) for action in Action] == sorted((score_of(a) for a in Action), reverse=True)
    assert (score_of(Action.BLOCK), score_of(Action.PASS)) == (1.0, 0.0)
    said = await moderate(published, ["叮咚石油灯"], Direction.QUESTION, with_words=True)
    (result,) = said["results"]
    assert (result["flagged"], result["category_scores"]["演示·记录"]) == (False, 0.5)
