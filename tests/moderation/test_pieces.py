"""Snapshots as bytes: what is known already is taken over, and nothing is taken for what it is not."""

from __future__ import annotations

import gc
import random
import weakref
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filters import Direction
from server.moderation.calm import many_objects
from server.moderation.compiled import compile_snapshot
from server.moderation.snapshot import Snapshot
from server.storage.words import StoredList, StoredWord

LIST = StoredList("l", "词表", "words", "类", "block", "mask", True, "", 0)
TODAY = date(2026, 11, 26)


def words(num: int, seed: int = 1) -> tuple[StoredWord, ...]:
    """Entries in the order in which a draft is read."""
    dice = random.Random(seed)
    ids = sorted(f"{dice.getrandbits(96):024x}" for _ in range(num))
    return tuple(
        StoredWord(key, "l", f"词{key[:6]}", None, None, "auto", "", True, n, "lin")
        for n, key in enumerate(ids)
    )


def test_an_edit_reads_its_own_piece_and_takes_over_all_others() -> None:
    """Of ten thousand entries a changed, an added and a deleted one cost three pieces."""
    old = words(10_000)
    known = Snapshot.from_bytes(Snapshot((LIST,), old).to_bytes())
    edited = [each for each in old if each is not old[7000]]
    edited[100] = replace(edited[100], note="改过")
    edited = sorted([*edited, replace(old[0], id="5" * 24)], key=lambda each: each.id)
    new = Snapshot((LIST,), tuple(edited))
    read = Snapshot.from_bytes(new.to_bytes(), known)
    assert read == new
    before = {id(each) for each in known.words}
    num_anew = sum(id(each) not in before for each in read.words)
    assert len(known.pieces) > 10
    assert len(read.pieces.keys() - known.pieces.keys()) <= 3
    assert 2 <= num_anew < len(old) / 3


@given(st.integers(0, 60), st.integers(0, 3), st.data())
def test_whatever_is_known_the_same_is_read(num: int, seed: int, data: st.DataObject) -> None:
    """With any earlier version at hand, or none, bytes mean what was written."""
    some = words(num, seed)
    now = Snapshot((LIST,), tuple(data.draw(st.permutations(some))))
    kept = data.draw(st.lists(st.sampled_from(some))) if some else []
    then = Snapshot.from_bytes(Snapshot((), tuple(kept)).to_bytes())
    assert Snapshot.from_bytes(now.to_bytes(), then) == Snapshot.from_bytes(now.to_bytes()) == now


@pytest.mark.parametrize("place", [3, 20, 60, -30, -5])
def test_damage_is_noticed_wherever_it_is(place: int) -> None:
    """One byte that is another one, or an end that is missing, is no snapshot."""
    content = bytearray(Snapshot((LIST,), words(40)).to_bytes())
    for damaged in (content[:place], content[:place] + bytes([content[place] ^ 255]) + content[place:][1:]):
        with pytest.raises(ValueError):
            Snapshot.from_bytes(bytes(damaged))


def test_the_collector_goes_on_whatever_happened_meanwhile() -> None:
    """Also after an error, and only when the last of several is done."""
    with pytest.raises(KeyError), many_objects():
        with many_objects():
            assert not gc.isenabled()
        assert not gc.isenabled()
        raise KeyError
    assert gc.isenabled()


def test_a_filter_that_nobody_holds_is_gone_without_the_collector() -> None:
    """What the collector never looks at again must need none: a filter has no cycles."""
    gc.disable()
    try:
        compiled = compile_snapshot(Snapshot((LIST,), words(50)), 1, TODAY)
        compiled.pipeline.check("词表里的词", Direction.QUESTION)
        gone = weakref.ref(compiled.pipeline._layers._lexicons[0])
        del compiled
        assert gone() is None
    finally:
        gc.enable()
