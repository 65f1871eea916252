"""The filter in effect as a service for other systems, in the shape of OpenAI's moderation endpoint.

It does not know HTTP, nor who asks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from filters import Action, Direction, Match, Verdict
from server.moderation.compiled import Compiled
from server.moderation.published import PublishedFilter
from server.storage.ids import new_id


async def moderate(
    published: PublishedFilter,
    texts: Sequence[str],
    direction: Direction,
    *,
    with_words: bool,
    class_id: str | None = None,
) -> dict[str, Any]:
    """What the filter in effect says of each text. Nothing is recorded.

    Args:
        published: where the filter is.
        texts: each is looked at by itself.
        direction: whose actions count.
        class_id: the class whose lists count as well.
        with_words: name the entries that were hit, for those who may see the lists.

    Raises:
        StorageProblem: there is no filter; nothing may pass.
    """
    compiled = published.view(class_id)

    def check() -> list[Verdict]:
        return [compiled.pipeline.check(text, direction) for text in texts]

    verdicts = await asyncio.to_thread(check)
    return {
        "id": f"modr-{new_id()}",
        "model": f"dayi-words-{compiled.pipeline.version}",
        "results": [_result(compiled, verdict, with_words) for verdict in verdicts],
    }


def _result(compiled: Compiled, verdict: Verdict, with_words: bool) -> dict[str, Any]:
    scores = dict.fromkeys(compiled.categories, 0.0)
    flagged = dict.fromkeys(compiled.categories, False)
    for match in verdict.matches:
        scores[match.category] = max(scores.get(match.category, 0.0), score_of(match.action))
        flagged[match.category] = flagged.get(match.category, False) or match.action.alters_text
    return {
        "flagged": any(flagged.values()),
        "categories": flagged,
        "category_scores": scores,
        "category_applied_input_types": {category: ["text"] for category in flagged},
        "dayi": {
            "action": verdict.action,
            "text": verdict.text,
            "lists_version": verdict.lists_version,
            "layers": compiled.layers,
            "matches": [_match(compiled, match, with_words) for match in verdict.matches],
        },
    }


def score_of(action: Action) -> float:
    """1 for `block`, less for weaker actions; a filter of words has no probabilities."""
    return round(action.strength / Action.BLOCK.strength, 2)


def _match(compiled: Compiled, match: Match, with_words: bool) -> dict[str, Any]:
    told = {
        "start": match.start,
        "end": match.end,
        "start_utf16": match.start_utf16,
        "end_utf16": match.end_utf16,
        "category": match.category,
        "action": match.action,
        "lane": match.lane,
    }
    if with_words:
        told["word"] = match.word
        told["list_name"] = compiled.list_names.get(match.word_id, "")
    return told
