"""Passwords: the rule, the hash, the comparison.

Hashing takes tens of milliseconds and 19 MiB on purpose, so it runs in a thread, two
at a time. Whose password it is, is not known here.
"""

from __future__ import annotations

import asyncio
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from server.errors import ClientProblem

MIN_CHARS = 8
MAX_CHARS = 256  # a longer one is no safer, only slower to read
_COMMON_TEXT = """
    12345678 123456789 1234567890 123123123 12341234 12344321 1234abcd 1234qwer 147258369 987654321
    87654321 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 1qaz2wsx3edc 5201314a 520131400 a1234567 a12345678
    aa123456 aa12345678 ab123456 abc12345 abc123456 abcd1234 abcdefgh admin123 admin1234 admin888
    administrator asd123456 asdf1234 asdfghjk asdfghjkl baseball changeme computer dayidayi football
    iloveyou iloveyou1 internet letmein1 login123 michelle p@ssw0rd passw0rd password password1
    password12 password123 princess q1w2e3r4 q1w2e3r4t5 qazwsxedc qq123456 qq123456789 qwe123456
    qwer1234 qwerty12 qwerty123 qwertyui qwertyuiop sunshine superman trustno1 welcome1 welcome123
    woaini1314 woaini520 woaini521 wodemima xiaoming zaq12wsx zhang123 zxcvbnm1 zxcvbnm123
"""
_COMMONEST = frozenset(_COMMON_TEXT.split())


class Passwords:
    """Makes and compares hashes; bounded, because forty pupils may log in in one second."""

    def __init__(self) -> None:
        # OWASP's second choice: as hard to guess as the library's default, with a third of the memory.
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._turns = asyncio.Semaphore(2)
        self._nobody: str | None = None

    async def hash(self, password: str) -> str:
        """The hash to store."""
        async with self._turns:
            return await asyncio.to_thread(self._hasher.hash, _normal(password))

    async def matches(self, password: str, stored: str | None) -> bool:
        """Whether this is the password; with `stored` None the answer is no, after the same work."""
        if len(password) > MAX_CHARS:
            password = ""  # can be nobody's, and is not worth reading to its end
        if stored is None:
            if self._nobody is None:
                await self.prepare()
            await self._compare(password, self._nobody or "")
            return False
        return await self._compare(password, stored)

    async def prepare(self) -> None:
        """Do beforehand what the first wrong name would otherwise take longer for."""
        self._nobody = await self.hash("nobody has this password")

    def outdated(self, stored: str) -> bool:
        """Whether the hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(stored)

    async def _compare(self, password: str, stored: str) -> bool:
        async with self._turns:
            try:
                return await asyncio.to_thread(self._hasher.verify, stored, _normal(password))
            except (VerificationError, InvalidHashError):
                return False


def check_password(password: str, name: str) -> None:
    """Hold a new password against the rule.

    Raises:
        ClientProblem: 422 `weak_password`, saying what is wrong.
    """
    lowered = _normal(password).casefold()
    if len(lowered) < MIN_CHARS:
        zh, en = f"密码至少要有 {MIN_CHARS} 个字符。", f"A password needs at least {MIN_CHARS} characters."
    elif len(lowered) > MAX_CHARS:
        zh, en = f"密码最多 {MAX_CHARS} 个字符。", f"A password has at most {MAX_CHARS} characters."
    elif lowered == _normal(name).casefold():
        zh, en = "密码不能与用户名相同。", "The password must not be the name."
    elif lowered in _COMMONEST or len(set(lowered)) == 1:
        zh, en = "这个密码太常见，请换一个。", "This password is among the commonest; please choose another."
    else:
        return
    raise ClientProblem("weak_password", zh, message_en=en, status=422)


def _normal(password: str) -> str:
    # One password, whichever input method or system it is typed on.
    return unicodedata.normalize("NFKC", password)
