"""Characters that look like others though Unicode does not say so by decomposition.

Hand-written pairs of lower-case characters. It does not know how they are applied (`fold`).
"""

from __future__ import annotations

# Left and right of each string correspond character by character.
_PAIRS = (
    # Cyrillic; a letter is here if its small or its capital form looks Latin.
    ("авсекмнорѕтухіјԁһԛԝӏґ", "abcekmhopstyxijdhqwlr"),
    # Greek, by the capital where small and capital differ, for capitals deceive best.
    ("αβεζηικμνορτυχϲϳ", "abezhikmnoptuxcj"),
    # Latin letters with strokes and hooks, which have no decomposition.
    ("đħıłøŧƀƈɗƒɠɨɩƙɲƥʠʈʋɓɐɑɡɪʟɴʀʏʜʙɢʃ", "dhiłotbcdfgiiknpqtvbaagilnryhbgf"),
    # Small capitals.
    ("ᴀᴄᴅᴇꜰᴊᴋᴍᴏᴘꜱᴛᴜᴠᴡᴢ", "acdefjkmopstuvwz"),
    # CJK radicals that stand for a whole character and are not decomposed by Unicode.
    (
        "⺁⺌⺮⺷⻁⻄⻅⻆⻉⻋⻓⻔⻗⻘⻙⻚⻛⻜⻝⻢⻥⻦⻧⻨⻩⻬⻮⻰",
        "厂小竹羊虎西见角贝车长门雨青韦页风飞食马鱼鸟卤麦黄齐齿龙",
    ),
)

LOOKALIKES: dict[str, str] = {a: b for left, right in _PAIRS for a, b in zip(left, right, strict=True)}
LOOKALIKES["ł"] = "l"
LOOKALIKES["Υ"] = "y"  # the small letter looks like u

# Digits on dark or double circles, and ten to twenty, which `unicodedata.digit` does not know.
CIRCLED_NUMBERS: dict[str, str] = (
    {chr(0x2776 + n): str(n + 1) for n in range(10)}
    | {chr(0x2780 + n): str(n + 1) for n in range(10)}
    | {chr(0x278A + n): str(n + 1) for n in range(10)}
    | {chr(0x24EB + n): str(n + 11) for n in range(10)}
    | {chr(0x24F5 + n): str(n + 1) for n in range(10)}
    | {"\u24ff": "0", "\U0001f10b": "0", "\U0001f10c": "0"}
)

# Letters in dark circles and squares.
CIRCLED_LETTERS: dict[str, str] = {
    chr(first + n): chr(ord("a") + n) for first in (0x1F150, 0x1F170) for n in range(26)
}

# They decompose into letters, but are signs that stand behind a word, not part of it.
SIGNS = frozenset("™℠©®")

# Letters by category, blanks to the eye.
BLANKS = frozenset("\u115f\u1160\u3164\uffa0")
