"""Sheets as texts, to be kept in the database. Pure; a change of their meaning is a change of `FORMAT`."""

from __future__ import annotations

import json

from server.topics.sheets import GroupCount, Sheet, TopicCount

FORMAT = 1


def written(sheet: Sheet) -> str:
    """The sheet as a text."""
    groups = {
        key: [count.num_questions, count.num_askers, count.good, count.bad]
        for key, count in sheet.groups.items()
    }
    topics = {
        key: None if count is None else [count.num_questions, count.num_askers]
        for key, count in sheet.topics.items()
    }
    content = [
        FORMAT,
        sheet.num_questions,
        sheet.num_askers,
        list(sheet.days.items()),
        [[weekday, hour, number] for (weekday, hour), number in sheet.hours.items()],
        dict(sheet.outcomes),
        topics,
        list(sheet.first_tokens.items()),
        groups,
        sheet.hides_groups,
        dict(sheet.reasons),
        {reason: dict(cells) for reason, cells in sheet.poor.items()},
    ]
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def sheet_of(text: str) -> Sheet | None:
    """The sheet that was written; None where that was in another format."""
    content = json.loads(text)
    if content[0] != FORMAT:
        return None
    (_, questions, askers, days, hours, outcomes, topics, tokens, groups, hides, reasons, poor) = content
    return Sheet(
        num_questions=questions,
        num_askers=askers,
        days=dict(days),
        hours={(weekday, hour): number for weekday, hour, number in hours},
        outcomes=outcomes,
        topics={key: None if count is None else TopicCount(*count) for key, count in topics.items()},
        first_tokens=dict(tokens),
        groups={key: GroupCount(*count) for key, count in groups.items()},
        hides_groups=hides,
        reasons=reasons,
        poor=poor,
    )
