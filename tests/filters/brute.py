"""The filter once more, as plainly as possible: try every word at every place.

The reference that the real one is held against. Only the tables of single characters, and the keys of a
word in a lane, are shared.
"""

from __future__ import annotations

from filters import Action, Direction, LaneUse, WordList, strongest
from filters.expressions import parse_expression
from filters.fold import LETTER, OTHER, PLAIN_SIGNS
from filters.lanes import FLAG_LETTERS, NEEDS_LETTER, PLAIN, Key, lane_keys, signs_of
from filters.placing import bound_of, place_allow, place_word
from filters.walk import ANYWHERE, CELL_EDGES, MAX_HIDDEN, SENTENCE_ENDS, WHOLE

REPORTS = (Action.REVIEW, Action.WARN, Action.LOG)


def occurrences(text: str, key: Key, max_gap: int) -> set[tuple[int, int, bool]]:
    """All raw (start, end, only for review) at which a key stands."""
    row = []  # (character, kinds to its left and right, raw position, what stands before it)
    between = ""
    for place, char in enumerate(text):
        sign = signs_of(key.table)[char]
        for code, left, right in sign or ():
            row.append((chr(code), left, right, place, between))
            between = ""
        if not sign:
            between += " " if sign == () else char
            between = between[:-1] + "\0" if sign == () else between

    def near(i):
        hidden = row[i][4].count("\0")
        return len(row[i][4]) - hidden <= max_gap and hidden <= MAX_HIDDEN

    def joined(i):
        touches = 0 < i < len(row) and not row[i][4].strip("\0") and near(i)
        return touches and row[i][1] == row[i - 1][2] != OTHER

    def crosses(i):
        return not SENTENCE_ENDS.isdisjoint(row[i][4]) or (short and not CELL_EDGES.isdisjoint(row[i][4]))

    def ends(i, k, soft):
        """Every (row of the last character, soft) for a key whose k-th character stands in row i."""
        if k == len(key.folded) - 1:
            yield i, soft
        if i + 1 < len(row) and near(i + 1):
            if key.table == "repeat" and row[i + 1][0] == key.folded[k]:
                yield from ends(i + 1, k, soft or crosses(i + 1))
            if row[i + 1][0] == key.folded[k + 1 : k + 2]:
                yield from ends(i + 1, k + 1, soft or crosses(i + 1))

    short = len(key.folded) <= 2 and key.folded.isascii()
    found = set()
    for i in range(len(row)):
        if row[i][0] == key.folded[0] and not (key.bound != ANYWHERE and joined(i)):
            for last, soft in ends(i, 0, False):
                start, end = row[i][3], row[last][3] + 1
                lettered = any(
                    c in FLAG_LETTERS or any(kind == LETTER for _, kind, _ in PLAIN_SIGNS[c] or ())
                    for c in text[start:end]
                )
                if not (key.bound == WHOLE and joined(last + 1)) and (
                    lettered or key.table not in NEEDS_LETTER
                ):
                    found.add((start, end, soft))
    return found


def keys_of(word, text, lanes) -> list[tuple[Key, bool]]:
    """The keys of a text, and whether a match under each is only for review."""
    table, folded = place_word(text)
    keys = [(Key(table, folded, bound_of(word.match, folded)), False)]
    for lane, use in lanes.items() if table == PLAIN else ():
        if use is not LaneUse.OFF:
            keys += [(key, use is LaneUse.REVIEW) for key in lane_keys(lane, folded, keys[0][0].bound)]
    return keys


def find(word, text, lanes, word_list):
    """(start, end, only for review, which key) of every match of a word."""
    gap, within = word_list.options.max_gap, word_list.options.within

    def all_of(part):
        for number, (key, review) in enumerate(keys_of(word, part, lanes)):
            yield from ((s, e, soft or review, number) for s, e, soft in occurrences(text, key, gap))

    left, operator, right = parse_expression(word.text)
    if not operator:
        return list(all_of(left))
    pairs = [(a, b) for a in all_of(left) for b in all_of(right) if max(a[0] - b[1], b[0] - a[1]) <= within]
    if operator == "!":
        return [(*a[:3], 0) for a in all_of(left) if all(a != near for near, _ in pairs)]
    return [(min(a[0], b[0]), max(a[1], b[1]), a[2] or b[2], 0) for a, b in pairs]


def brute(word_list: WordList, text: str, direction: Direction) -> tuple[Action | None, str, set]:
    """(action, text to go on with, all surviving (start, end, word id, action))."""
    options = word_list.options
    spared = [
        (start, end, phrase.categories)
        for phrase in word_list.allow
        for start, end, _ in occurrences(text, Key(*place_allow(phrase.text), ANYWHERE), options.max_gap)
        if phrase.directions is None or direction in phrase.directions
    ]
    hits = []
    for place, word in enumerate(word_list.words):
        asked = word.actions.get(direction, Action.PASS)
        if asked is Action.PASS:
            continue
        for start, end, soft, number in find(word, text, {**options.lanes, **word.lanes}, word_list):
            action = Action.REVIEW if soft and asked not in REPORTS else asked
            allowed = any(
                a <= start and end <= z and (only is None or word.category in only) for a, z, only in spared
            )
            if not allowed:
                hits.append((start, end, -action.strength, number > 0, place, number, word, action))

    def masks(hit):
        return hit[7] is Action.MASK or (hit[7] is Action.REPLACE and hit[6].replacement is None)

    masked = [hit for hit in hits if masks(hit)]
    swaps = [hit for hit in hits if hit[7] is Action.REPLACE and not masks(hit)]
    out = []
    for i, char in enumerate(text):
        if any(hit[0] <= i < hit[1] for hit in masked):
            out.append(options.mask_char)
        elif any(hit[0] <= i < hit[1] for hit in swaps):
            starting = sorted((-hit[1], hit[3:6], hit[6].replacement) for hit in swaps if hit[0] == i)
            covered = any(hit[0] < i < hit[1] for hit in masked + swaps)
            out.append(starting[0][2] if starting and not covered else "")
        else:
            out.append(char)
    cut = min((hit[0] for hit in hits if hit[7] is Action.BLOCK), default=len(text))
    action = strongest(hit[7] for hit in hits)
    told = [hit for hit in hits if not any(hides(other, hit, options.report) for other in hits)]
    return action, "".join(out[:cut]), {(hit[0], hit[1], hit[6].id, hit[7]) for hit in told}


def hides(one, other, report: str) -> bool:
    """Whether a match makes another one not worth telling: it covers it, and is as strong."""
    if report == "all" and one[6] is not other[6]:
        return False
    inside = one[0] <= other[0] and other[1] <= one[1] and one[7].strength >= other[7].strength
    same = one[:3] == other[:3]
    return inside and (not same or one[3:6] < other[3:6])
