"""Why questions were not answered well, counted: each question once, under the first reason that holds.

What is too few to show is not known here.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, case, func, select

from server.storage.tables import QuestionFact

REASONS = ("blocked", "failed", "fallback", "rated_down", "asked_again", "stopped_early")
AGAIN_WITHIN_MS = 3 * 60_000
EARLY_MS = 5_000


def reason_query(where: ColumnElement[bool], week: ColumnElement[int], askers: Any) -> Any:
    """Rows of class, week, reason (None: answered well), group, outcome, rating, questions and askers.

    Args:
        where: which questions.
        week: the number of a question's week.
        askers: how a column of askers is put together.
    """
    fact = QuestionFact
    next_ms = func.lead(fact.asked_at_ms).over(
        partition_by=(fact.class_id, fact.asker, fact.group_id), order_by=(fact.asked_at_ms, fact.id)
    )
    again = fact.group_id.is_not(None) & (next_ms - fact.asked_at_ms <= AGAIN_WITHIN_MS)
    reason = case(
        (fact.outcome == "blocked", "blocked"),
        (fact.outcome == "failed", "failed"),
        (fact.outcome == "filtered", "fallback"),
        (fact.rating < 0, "rated_down"),
        (again, "asked_again"),
        ((fact.outcome == "stopped") & (func.coalesce(fact.total_ms, 0) <= EARLY_MS), "stopped_early"),
        else_=None,
    ).label("reason")
    columns = (fact.class_id, week.label("week"), fact.asker, fact.group_id, fact.outcome, fact.rating)
    each = select(*columns, reason).where(where).subquery()
    keys = (each.c.class_id, each.c.week, each.c.reason, each.c.group_id, each.c.outcome, each.c.rating)
    return select(*keys, func.count(), askers(each.c.asker)).group_by(*keys)
