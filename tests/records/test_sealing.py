"""Texts that only the holder of the private key can read."""

from __future__ import annotations

import pytest

from server.errors import ClientProblem
from server.records import HitSeal, PrivateKey, new_key_pair


def test_sealed_text_is_opened_by_its_private_key_only() -> None:
    """The public key seals and cannot open; two seals of one text differ."""
    private, public = new_key_pair()
    seal = HitSeal(public)
    first, second = seal.seal("不想让别人看到的话"), seal.seal("不想让别人看到的话")
    assert first != second
    assert "别人".encode() not in first
    assert PrivateKey(private).open(first) == "不想让别人看到的话"
    assert PrivateKey(private).public_key == public
    other, _ = new_key_pair()
    with pytest.raises(ClientProblem, match="密封"):
        PrivateKey(other).open(first)
    with pytest.raises(ClientProblem):
        PrivateKey(private).open(first[:-1])


@pytest.mark.parametrize("key", ["", "dayi-public-", "dayi-public-AAAA", "dayi-public-é", "AAAA"])
def test_key_that_is_none_is_named(key: str) -> None:
    """A private key in the place of the public one is not taken either."""
    with pytest.raises(ClientProblem, match="公钥"):
        HitSeal(key)
    with pytest.raises(ClientProblem, match="公钥"):
        HitSeal(new_key_pair()[0])
