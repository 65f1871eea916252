"""The taxonomy: subjects, their knowledge points and the keywords that lead to them.

Pure: reads what is shipped and checks what an editor sends, naming every mistake. It does
not know where the taxonomy is kept or how a question is matched.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from filters import fold
from server.errors import ClientProblem, SettingsProblem
from server.topics.wording import Lang, mistake, say

MAX_TOPICS = 1000
MAX_KEYWORDS = 300  # of one topic
NAME_CHARS = 60
KEYWORD_CHARS = 40
_ID = re.compile(r"[A-Za-z0-9_.\-]{1,64}")


@dataclass(frozen=True, slots=True)
class TopicNode:
    """A subject (no parent) or a knowledge point of one."""

    id: str
    parent_id: str | None
    name_zh: str
    name_en: str
    keywords: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """The shape of `docs/api.md`."""
        return {
            "id": self.id,
            "parent_id": self.parent_id,
            "name_zh": self.name_zh,
            "name_en": self.name_en,
            "keywords": list(self.keywords),
        }


def shipped_taxonomy(preset: str) -> tuple[TopicNode, ...]:
    """What a new database begins with: public services for `government`, the topics of a TOML file where
    this is the path of one, else school subjects.

    Raises:
        SettingsProblem: the file cannot be read, or has not the form of those that ship.
    """
    if preset.endswith(".toml"):
        return _own_taxonomy(Path(preset))
    name = "government.toml" if preset == "government" else "education.toml"
    return _nodes(tomllib.loads(files("server.topics").joinpath(name).read_text("utf-8")))


def _own_taxonomy(file: Path) -> tuple[TopicNode, ...]:
    try:
        nodes = _nodes(tomllib.loads(file.read_text(encoding="utf-8")))
        return checked_taxonomy([node.as_json() for node in nodes], "en")
    except OSError as error:
        raise SettingsProblem(f"topics {file}: {error.strerror}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsProblem(f"topics {file}: {error}") from None
    except (KeyError, TypeError) as error:
        raise SettingsProblem(f"topics {file}: a subject or topic lacks {error}") from None
    except ClientProblem as problem:
        first = (problem.details or [{}])[0]
        raise SettingsProblem(f"topics {file}: {first.get('message', problem.message)}") from None


def _nodes(content: dict[str, Any]) -> tuple[TopicNode, ...]:
    return tuple(
        TopicNode(node["id"], parent_id, node["zh"], node["en"], tuple(node["keywords"]))
        for subject in content["subject"]
        for parent_id, node in [
            (None, subject),
            *((subject["id"], point) for point in subject.get("topic", ())),
        ]
    )


def checked_taxonomy(raw: object, lang: Lang, make_id: Sequence[str] | None = None) -> tuple[TopicNode, ...]:
    """Turn what an editor sent into a taxonomy; texts are trimmed, the order is kept.

    Args:
        raw: the `topics` of a request: a list of objects as in `docs/api.md`.
        lang: the language of the messages.
        make_id: fresh ids for topics that come without one; taken from the left.

    Raises:
        ClientProblem: `bad_topics`, with every mistake in `details` (`row` counts from 1).
    """
    mistakes: list[dict[str, object]] = []
    if not isinstance(raw, list) or len(raw) > MAX_TOPICS:
        raise ClientProblem("bad_topics", say(lang, "topics_not_a_list", limit=MAX_TOPICS), status=422)
    fresh = iter(make_id or ())
    nodes: list[TopicNode] = []
    for row, item in enumerate(raw, start=1):
        node, wrong = _read_row(item, fresh)
        mistakes += [mistake(lang, row, field, reason, node.name_zh, **at) for field, reason, at in wrong]
        nodes.append(node)
    mistakes += _mistakes_between(nodes, lang)
    if mistakes:
        mistakes.sort(key=lambda found: int(str(found["row"])))
        raise ClientProblem("bad_topics", say(lang, "bad_topics"), status=422, details=mistakes)
    return tuple(nodes)


type_of_wrong = tuple[str, str, dict[str, object]]  # field, reason, what the message names


def _read_row(item: object, fresh: Any) -> tuple[TopicNode, list[type_of_wrong]]:
    """One row and what is wrong with it on its own."""
    if not isinstance(item, Mapping):
        return TopicNode("", None, "", "", ()), [("row", "not_an_object", {})]
    wrong: list[type_of_wrong] = []
    topic_id = item.get("id") or next(fresh, "")
    if not isinstance(topic_id, str) or not _ID.fullmatch(topic_id):
        wrong.append(("id", "bad_id", {}))
        topic_id = str(topic_id)
    parent_id = item.get("parent_id") or None
    if parent_id is not None and not isinstance(parent_id, str):
        wrong.append(("parent_id", "unknown_parent", {}))
        parent_id = None
    names = {}
    for field in ("name_zh", "name_en"):
        value = item.get(field)
        names[field] = value.strip() if isinstance(value, str) else ""
        if not names[field]:
            wrong.append((field, "empty_name", {}))
        elif len(names[field]) > NAME_CHARS:
            wrong.append((field, "long_name", {"limit": NAME_CHARS}))
    keywords, wrong_keywords = _read_keywords(item.get("keywords"))
    return TopicNode(
        topic_id, parent_id, names["name_zh"], names["name_en"], keywords
    ), wrong + wrong_keywords


def _read_keywords(raw: object) -> tuple[tuple[str, ...], list[type_of_wrong]]:
    if not isinstance(raw, list) or not all(isinstance(keyword, str) for keyword in raw):
        return (), [("keywords", "keywords_not_texts", {})]
    keywords = [keyword.strip() for keyword in raw if keyword.strip()]
    wrong: list[type_of_wrong] = []
    if len(keywords) > MAX_KEYWORDS:
        wrong.append(("keywords", "many_keywords", {"limit": MAX_KEYWORDS}))
    seen: set[str] = set()
    for keyword in keywords:
        folded = folded_text(keyword)
        if len(folded) < 2:  # a single character occurs in questions about anything
            wrong.append(("keywords", "short_keyword", {"keyword": keyword}))
        elif len(keyword) > KEYWORD_CHARS:
            wrong.append(("keywords", "long_keyword", {"keyword": keyword, "limit": KEYWORD_CHARS}))
        elif folded in seen:
            wrong.append(("keywords", "keyword_twice", {"keyword": keyword}))
        seen.add(folded)
    return tuple(keywords), wrong


def _mistakes_between(nodes: Sequence[TopicNode], lang: Lang) -> list[dict[str, object]]:
    """What is wrong between rows: ids and names used twice, parents that are none."""
    found: list[dict[str, object]] = []
    subjects = {node.id for node in nodes if node.parent_id is None}
    all_ids = {node.id for node in nodes}
    ids: set[str] = set()
    names: set[tuple[str | None, str, str]] = set()
    for row, node in enumerate(nodes, start=1):
        if node.id in ids and node.id:
            found.append(mistake(lang, row, "id", "id_twice", node.name_zh))
        ids.add(node.id)
        if node.parent_id is not None and node.parent_id not in subjects:
            reason = "parent_not_subject" if node.parent_id in all_ids else "unknown_parent"
            found.append(mistake(lang, row, "parent_id", reason, node.name_zh))
        for field, name in (("name_zh", node.name_zh), ("name_en", node.name_en)):
            if name and (node.parent_id, field, name) in names:
                found.append(mistake(lang, row, field, "name_twice", node.name_zh, other=name))
            names.add((node.parent_id, field, name))
    return found


def folded_text(text: str) -> str:
    """How the matcher sees `text`; keywords with one folded form are one keyword."""
    return str(fold(text)).strip()
