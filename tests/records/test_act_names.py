"""Every act that the server writes into the audit log has a name on the page, in both languages."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import server
from server.accounts import names
from server.office import editing, examples
from server.topics.desk import ACTS

SOURCES = Path(server.__file__).parent
TEXTS = SOURCES.parent / "static" / "records" / "texts_acts.js"
# Which argument of a call is the kind of act, where it has no name.
PLACES = {"record_act": 1, "StoredChange": 2, "word_change": 0, "list_change": 0}


def test_every_act_has_a_name_in_both_languages() -> None:
    """The names are read from the calls that write them; a new act without a name fails here."""
    chinese, english = TEXTS.read_text(encoding="utf-8").split("  en: {")
    for act in _written():
        assert f"'act.{act}':" in chinese and f"'act.{act}':" in english, act


def _written() -> set[str]:
    found = {editing.CHANGED, examples.LOADED, examples.REMOVED, *ACTS.values()}
    found |= {names.SET, names.CHANGED, names.CLEARED}
    for file in SOURCES.rglob("*.py"):
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call):
                found |= {f"{each}" for each in _acts_of(call)}
    assert len(found) > 60
    return found


def _acts_of(call: ast.Call) -> list[str]:
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    holder = getattr(call.func, "value", None)
    held_by = getattr(holder, "attr", getattr(holder, "id", ""))
    given = [each.value for each in call.keywords if each.arg == "what"]
    if name in PLACES and len(call.args) > PLACES[name]:
        given.append(call.args[PLACES[name]])
    if name == "note" and held_by == "acts":
        given.append(call.args[2])
    if name == "note" and held_by in ("self", "_desk") and len(call.args) == 6:
        return [f"{each}_approved_answer" for each in _strings(call.args[1])]
    return [each for one in given for each in _strings(one)]


def _strings(node: ast.expr) -> list[str]:
    if isinstance(node, ast.JoinedStr):
        return []  # put together from parts that are looked at where they come from
    words = [each.value for each in ast.walk(node) if isinstance(each, ast.Constant)]
    return [each for each in words if isinstance(each, str) and re.fullmatch("[a-z_]+", each)]
