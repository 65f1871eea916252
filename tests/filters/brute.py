"""The filter once more, as plainly as possible: try every word at every place.

The reference that the real one is held against. Only the table of single characters is shared.
"""

from __future__ import annotations

from filters import Action, Direction, WordList, strongest
from filters.fold import DIGIT, LETTER, literal_sign_of, sign_of
from filters.lexicon import LITERAL, place_allow, place_word, wants_whole
from filters.walk import MAX_HIDDEN


def occurrences(text: str, folded: str, lane: str, max_gap: int, whole: bool) -> set[tuple[int, int]]:
    """All raw (start, end) at which a folded word stands."""
    row = []  # (code, kind, raw position, reachable from the one before, touches the one before)
    ignored, hidden = max_gap + 1, 0
    for place, char in enumerate(text):
        sign = (literal_sign_of if lane == LITERAL else sign_of)(char)
        if sign:
            for code, kind in sign:
                near = ignored <= max_gap and hidden <= MAX_HIDDEN
                row.append((code, kind, place, near, ignored == 0 and hidden <= MAX_HIDDEN))
                ignored = hidden = 0
        elif sign is None:
            ignored += 1
        else:
            hidden += 1

    def joined(i: int) -> bool:
        return 0 < i < len(row) and row[i][4] and row[i][1] == row[i - 1][1] in (LETTER, DIGIT)

    found = set()
    for i in range(len(row) - len(folded) + 1):
        part = row[i : i + len(folded)]
        fits = "".join(chr(code) for code, *_ in part) == folded and all(near for *_, near, _ in part[1:])
        if fits and not (whole and (joined(i) or joined(i + len(folded)))):
            found.add((part[0][2], part[-1][2] + 1))
    return found


def brute(word_list: WordList, text: str, direction: Direction) -> tuple[Action | None, str, set]:
    """(action, text to go on with, all surviving (start, end, word id))."""
    gap = word_list.options.max_gap
    spared = {
        span
        for phrase in word_list.allow
        for span in occurrences(text, *reversed(place_allow(phrase.text)), gap, False)
    }
    hits = []
    for word in word_list.words:
        lane, folded = place_word(word.text)
        if word.actions.get(direction, Action.PASS) is not Action.PASS:
            for start, end in occurrences(text, folded, lane, gap, wants_whole(word.match, folded)):
                if not any(a <= start and end <= z for a, z in spared):
                    hits.append((start, end, word))

    def action_of(word):
        action = word.actions[direction]
        return Action.MASK if action is Action.REPLACE and word.replacement is None else action

    masks = [hit for hit in hits if action_of(hit[2]) is Action.MASK]
    swaps = [hit for hit in hits if action_of(hit[2]) is Action.REPLACE]
    out = []
    for i, char in enumerate(text):
        if any(start <= i < end for start, end, _ in masks):
            out.append(word_list.options.mask_char)
        elif any(start <= i < end for start, end, _ in swaps):
            starting = [hit for hit in swaps if hit[0] == i]
            covered = any(start < i < end for start, end, _ in masks + swaps)
            longest = max(starting, key=lambda hit: hit[1], default=None)
            out.append(longest[2].replacement if longest and not covered else "")
        else:
            out.append(char)
    cut = min((hit[0] for hit in hits if action_of(hit[2]) is Action.BLOCK), default=len(text))
    action = strongest(hit[2].actions[direction] for hit in hits)
    if word_list.options.report == "longest":
        hits = [hit for hit in hits if not any(hides(other, hit, direction) for other in hits)]
    return action, "".join(out[:cut]), {(start, end, word.id) for start, end, word in hits}


def hides(one, other, direction: Direction) -> bool:
    """Whether a match makes another one not worth telling: it covers it, and is as strong."""
    strengths = one[2].actions[direction].strength, other[2].actions[direction].strength
    if not (one[0] <= other[0] and other[1] <= one[1] and strengths[0] >= strengths[1]):
        return False
    same = one[:2] == other[:2] and strengths[0] == strengths[1]
    return int(one[2].id) < int(other[2].id) if same else True
