"""The forms that detectors recognise: patterns, what may stand beside them, and their checksums.

Written over symbols: lower-case ASCII, digits, and Chinese numerals as digits of their own. It does
not know texts.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from typing import Final, Literal, NamedTuple

from filters.addresses import ADDRESS, NAME_HAN, STOPS
from filters.automata import Automaton, Pattern, alt, one, rep, seq, word
from filters.types import DetectorKind

HAN_ZERO: Final = 0xE000  # a Chinese numeral is this plus its value
UNSEEN: Final = "\ue0ff"  # an invisible character that has no business in a text

_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_DIGITS: Final = "0123456789"
WORD_SYMBOLS: Final = frozenset(_LETTERS + _DIGITS + "@._%+-/")
NAME_SYMBOLS: Final = frozenset(_LETTERS + _DIGITS + "_-")
DIGIT_SYMBOLS: Final = frozenset(_DIGITS) | {chr(HAN_ZERO + value) for value in range(10)}

# `line`: 建国路1号线 is a railway; `host`: a Chinese name of a host ends where no Han follows.
Guard = Literal["", "digit", "word", "line", "host"]


class Form(NamedTuple):
    """What a kind looks like.

    Args:
        left: what may not stand right before it.
        right: what may not stand right behind it.
        valid: says of the symbols of a match whether it is one.
        merges: of two beginnings from which the same may follow, the later one need not be followed: matches
            are bounded, and what they consist of does not matter.
    """

    pattern: Pattern
    left: Guard = ""
    right: Guard = ""
    valid: Callable[[str], bool] | None = None
    merges: bool = False


def _digit(values: str) -> Pattern:
    return one(values + "".join(chr(HAN_ZERO + int(value)) for value in values))


def _spaced(*digits: Pattern) -> Pattern:
    """Digits as people write long numbers: in groups."""
    gap = rep(one(" -"), 0, 2)
    return seq(*(part for digit in digits for part in (gap, digit)), seq())


def _optional(pattern: Pattern) -> Pattern:
    return rep(pattern, 0, 1)


def _words(text: str) -> Pattern:
    return alt(*map(word, text.split()))


_ANY: Final = _digit(_DIGITS)
_DOT: Final = one("._·")
_JOINTS: Final = one(" -_=.·*~/\t—–")
_LABEL: Final = seq(one(_LETTERS + _DIGITS), rep(one(_LETTERS + _DIGITS + "-"), 0, 62))
_TOP: Final = _words(
    "com cn net org edu gov mil int info biz io co me cc tv top xyz vip app dev club site online shop store"
    " work ltd ink wang icu fun live link pro mobi asia tech cloud art hk tw us uk jp kr ru de fr eu ai gg"
    " ly ws pw fm cx la space website host wiki ren red win bid loan"
)
_ANY_HAN: Final = (NAME_HAN | STOPS) - frozenset("这那哪")
_HAN_LABEL: Final = rep(one(_ANY_HAN | frozenset(_LETTERS + _DIGITS + "-")), 1, 20)
# Those under which names are in use; the others count behind http:// or www. only: 加油.中国！
_HAN_TOP: Final = "网址 公司 网络 集团 中文网 我爱你 商城"
_MORE_HAN_TOPS: Final = _HAN_TOP + " 中国 网店 在线 商标 手机 政务 公益 机构"
_PATH: Final = rep(seq(rep(one(".,?!;:'()[]"), 0, None), one(_LETTERS + _DIGITS + "/=_&#%~+-@$*")), 1, None)
_TAIL: Final = seq(
    _optional(seq(one(":"), rep(one(_DIGITS), 1, 5))), _optional(seq(one("/?#"), _optional(_PATH)))
)
_OCTET: Final = alt(
    seq(word("25"), one("012345")),
    seq(one("2"), one("01234"), one(_DIGITS)),
    seq(one("1"), one(_DIGITS), one(_DIGITS)),
    seq(_optional(one("123456789")), one(_DIGITS)),
)
_TELLS: Final = rep(one(":：是为= -"), 0, 3)


@cache
def form_of(kind: DetectorKind, min_digits: int) -> Form:
    """The form of a kind; `min_digits` counts for digit runs only."""
    if kind is DetectorKind.DIGITS:
        more = rep(seq(rep(_JOINTS, 0, 3), _ANY), max(1, min_digits) - 1, None)
        return Form(seq(_ANY, more), left="digit")
    return _FORMS[kind]


def values(symbols: str) -> list[int]:
    """The digits among symbols."""
    return [int(s) if s in _DIGITS else ord(s) - HAN_ZERO for s in symbols if s in DIGIT_SYMBOLS]


def _id_card(symbols: str) -> bool:
    digits = values(symbols)[:17]
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    expected = "10x98765432"[sum(a * b for a, b in zip(digits, weights, strict=True)) % 11]
    return (symbols[-1] if symbols[-1] == "x" else str(values(symbols)[-1])) == expected


def _luhn(symbols: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(values(symbols))):
        doubled = digit * 2 if place % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def _wechat(symbols: str) -> bool:
    # 微信 download is no name of anybody.
    tail = symbols.rstrip(_LETTERS)
    return any(char in tail for char in ":：号是为=_0123456789")


_FORMS: Final = {
    DetectorKind.MOBILE: Form(
        seq(
            _optional(seq(alt(word("+86"), word("86"), word("0086")), rep(one(" -"), 0, 2))),
            _digit("1"),
            alt(
                _spaced(_digit("3456789"), *[_ANY] * 9),
                # With dots only in the groups people write: 1.3862943611 is a logarithm.
                seq(_digit("3456789"), _ANY, _DOT, *[_ANY] * 4, _DOT, *[_ANY] * 4),
            ),
        ),
        left="digit",
        right="digit",
    ),
    DetectorKind.ID_CARD: Form(
        seq(
            _digit("12345678"),
            _spaced(*[_ANY] * 5),
            alt(_spaced(_digit("1"), _digit("9")), _spaced(_digit("2"), _digit("0"))),
            _spaced(_ANY, _ANY),
            alt(_spaced(_digit("0"), _digit("123456789")), _spaced(_digit("1"), _digit("012"))),
            alt(
                _spaced(_digit("0"), _digit("123456789")),
                _spaced(_digit("12"), _ANY),
                _spaced(_digit("3"), _digit("01")),
            ),
            _spaced(*[_ANY] * 3),
            _spaced(alt(_ANY, one("x"))),
        ),
        left="digit",
        right="digit",
        valid=_id_card,
    ),
    DetectorKind.BANK_CARD: Form(
        seq(_digit("3456"), _spaced(*[_ANY] * 15), rep(_spaced(_ANY), 0, 3)),
        left="digit",
        right="digit",
        valid=_luhn,
    ),
    DetectorKind.EMAIL: Form(
        seq(
            one(_LETTERS + _DIGITS),
            rep(one(_LETTERS + _DIGITS + "._%+-"), 0, 63),
            one("@"),
            rep(seq(_LABEL, one(".")), 1, 5),
            rep(one(_LETTERS), 2, 24),
        ),
        left="word",
    ),
    DetectorKind.URL: Form(
        alt(
            seq(_words("http https ftp"), word("://"), _PATH),
            # 中文.网址: found by the last character of the name, or any text would be held back for long.
            seq(one(_ANY_HAN), one("."), _words(_HAN_TOP), _TAIL),
            seq(
                alt(seq(_words("http https ftp"), word("://")), word("www.")),
                rep(seq(_HAN_LABEL, one(".")), 1, 4),
                _words(_MORE_HAN_TOPS),
                _TAIL,
            ),
            seq(rep(seq(_LABEL, one(".")), 1, 6), _TOP, _TAIL),
            seq(word("www."), rep(seq(_LABEL, one(".")), 1, 5), rep(one(_LETTERS), 2, 24), _TAIL),
        ),
        left="word",
        right="host",
    ),
    DetectorKind.IPV4: Form(
        seq(*[seq(_OCTET, one("."))] * 3, _OCTET),
        left="word",
        right="digit",
    ),
    DetectorKind.WECHAT: Form(
        seq(
            _words("微信 薇信 威信 weixin wechat wx vx v信 加v 加微"),
            _optional(_words("号 id 号码")),
            _TELLS,
            one(_LETTERS),
            rep(one(_LETTERS + _DIGITS + "_-"), 5, 19),
        ),
        left="word",
        right="word",
        valid=_wechat,
    ),
    DetectorKind.QQ: Form(
        seq(
            _words("qq 扣扣 球球 企鹅"),
            _optional(_words("群 号 号码 群号")),
            _TELLS,
            _digit("123456789"),
            rep(_ANY, 4, 10),
        ),
        left="word",
        right="digit",
    ),
    DetectorKind.ADDRESS: Form(ADDRESS, right="line", merges=True),
    DetectorKind.INVISIBLE: Form(rep(one(UNSEEN), 1, None)),
}


@lru_cache(64)
def automaton_of(kinds: tuple[tuple[DetectorKind, int], ...]) -> Automaton:
    """What follows these forms together. Shared: it only grows, by states that are met."""
    return Automaton([form_of(kind, min_digits).pattern for kind, min_digits in kinds])


@cache
def named_han() -> frozenset[str]:
    """The Han characters that mean something to a form; all others are alike to them."""
    alphabet = Automaton([form.pattern for form in _FORMS.values()]).alphabet
    return frozenset(char for char in alphabet if "\u3400" <= char <= "\u9fff") | STOPS
