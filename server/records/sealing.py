"""Texts sealed to a public key: whoever holds the private key can read them, and the server cannot.

libsodium's sealed boxes (X25519, XSalsa20-Poly1305, with a key of its own for each text). Keys are written as
text; where they are kept, and that each opening is recorded, is not known here.
"""

from __future__ import annotations

import base64
import binascii

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey as _PrivateKey
from nacl.public import PublicKey as _PublicKey
from nacl.public import SealedBox

from server.records.problems import bad_seal

PUBLIC = "dayi-public-"
PRIVATE = "dayi-private-"


class HitSeal:
    """Seals texts.

    Args:
        key: the public key as `dayi hits keys` printed it.

    Raises:
        ClientProblem: `bad_seal`, if that is no public key.
    """

    def __init__(self, key: str) -> None:
        self._box = SealedBox(_PublicKey(_raw(key, PUBLIC, "公钥", "public key")))

    def seal(self, text: str) -> bytes:
        """The text as only the private key opens it."""
        return self._box.encrypt(text.encode("utf-8", "replace"))


class PrivateKey:
    """Opens what was sealed to its public key.

    Raises:
        ClientProblem: `bad_seal`, if that is no private key.
    """

    def __init__(self, key: str) -> None:
        self._key = _PrivateKey(_raw(key, PRIVATE, "私钥", "private key"))

    @property
    def public_key(self) -> str:
        """The key that belongs to it."""
        return PUBLIC + base64.urlsafe_b64encode(bytes(self._key.public_key)).decode()

    def open(self, sealed: bytes) -> str:
        """The text.

        Raises:
            ClientProblem: `bad_seal`, if it was sealed to another key or is damaged.
        """
        try:
            return SealedBox(self._key).decrypt(sealed).decode()
        except CryptoError:
            raise bad_seal(
                "这段原文不是用对应的公钥密封的，或者已损坏。",
                "This text was sealed to another key, or is damaged.",
            ) from None


def new_key_pair() -> tuple[str, str]:
    """A private key and its public key, as text."""
    private = PRIVATE + base64.urlsafe_b64encode(bytes(_PrivateKey.generate())).decode()
    return private, PrivateKey(private).public_key


def _raw(key: str, kind: str, zh: str, en: str) -> bytes:
    try:
        raw = base64.urlsafe_b64decode(key.strip().removeprefix(kind).encode())
    except (binascii.Error, ValueError):
        raw = b""
    if not key.strip().startswith(kind) or len(raw) != _PublicKey.SIZE:
        raise bad_seal(f"这不是{zh}（应以 {kind} 开头）。", f"This is no {en}: it would begin with {kind}.")
    return raw
