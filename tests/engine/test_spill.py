"""The file for resting conversations against a plain dict: what it gives back is what it was given."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

import pytest
import torch
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from server.engine.spill import Spill

BUDGET = 4000
NAMES = st.sampled_from("abcdef")


def tensor(num_tokens: int, seed: int = 0, dtype: torch.dtype = torch.bfloat16) -> torch.Tensor:
    """Keys and values of a conversation; 8 numbers a token."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(2, num_tokens, 2, 2, generator=generator).to(dtype)


def same(one: torch.Tensor | None, other: torch.Tensor) -> bool:
    """Equal to the last bit, in the same dtype."""
    return one is not None and one.dtype == other.dtype and torch.equal(one, other)


class AgainstDict(RuleBasedStateMachine):
    """Puts, takes and drops in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.spill = Spill(Path(tempfile.gettempdir()), BUDGET)
        self.model: dict[str, torch.Tensor] = {}  # the least recently written first

    @rule(name=NAMES, num_tokens=st.integers(1, 300), seed=st.integers(0, 9), whole=st.booleans())
    def put(self, name: str, num_tokens: int, seed: int, whole: bool) -> None:
        """What is too large is refused; else the oldest leave, and only as many as have to."""
        given = tensor(num_tokens, seed, torch.float32 if whole else torch.bfloat16)
        self.model.pop(name, None)
        assert self.spill.put(name, given) == (given.nbytes <= BUDGET)
        if given.nbytes <= BUDGET:
            self.model[name] = given
        left = [each for each in self.model if each not in self.spill]
        assert left == list(self.model)[: len(left)], "the least recently written leave first"
        for each in left:
            del self.model[each]

    @rule(name=NAMES)
    def take(self, name: str) -> None:
        """It comes back as it was, once."""
        wanted = self.model.pop(name, None)
        found = self.spill.take(name)
        assert found is None if wanted is None else same(found, wanted)
        assert self.spill.take(name) is None

    @rule(name=NAMES)
    def drop(self, name: str) -> None:
        """Gone, whether it was there or not."""
        self.model.pop(name, None)
        self.spill.drop(name)

    @invariant()
    def names_and_sizes_agree(self) -> None:
        """The same names are kept, within the budget."""
        assert {name for name in "abcdef" if name in self.spill} == set(self.model)
        assert len(self.spill) == len(self.model)
        assert self.spill.num_bytes == sum(each.nbytes for each in self.model.values()) <= BUDGET

    @invariant()
    def extents_and_holes_tile_the_file(self) -> None:
        """Nothing overlaps, nothing is lost, no two holes touch, and no hole lies at the end."""
        holes = [(hole.offset, hole.size, True) for hole in self.spill._holes]
        used = [(one.extent.offset, one.extent.size, False) for one in self.spill._entries.values()]
        end, after_hole = 0, False
        for offset, size, is_hole in sorted([*holes, *used]):
            assert offset == end
            assert not (is_hole and after_hole)
            end, after_hole = offset + size, is_hole
        assert end == self.spill._end <= BUDGET
        assert not after_hole

    def teardown(self) -> None:
        """Every one that is left comes back."""
        for name, wanted in self.model.items():
            assert same(self.spill.take(name), wanted)
        if self.spill._file is not None:
            os.close(self.spill._file)


TestAgainstDict = AgainstDict.TestCase


def test_the_file_has_no_name(tmp_path: Path) -> None:
    """Nothing of it stays when the process ends, however it ends; nor is one made before it is needed."""
    spill = Spill(tmp_path, BUDGET)
    assert spill.put("a", tensor(20))
    assert list(tmp_path.iterdir()) == []
    assert spill._file is not None
    assert os.fstat(spill._file).st_nlink == 0


def test_without_folder_or_budget_nothing_is_kept(tmp_path: Path) -> None:
    """It is a setting: off, it costs nothing."""
    for spill in (Spill(None, BUDGET), Spill(tmp_path, 0)):
        assert not spill.put("a", tensor(1))
        assert spill.take("a") is None
        assert spill._file is None


def test_a_full_disk_loses_nothing_that_was_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that could not be written is refused, and further ones; those from before come back."""
    spill = Spill(tmp_path, BUDGET)
    before = tensor(30)
    assert spill.put("before", before)

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "pwrite", full)
        assert not spill.put("a", tensor(40))
    assert not spill.put("b", tensor(5)), "it is not tried again"
    assert same(spill.take("before"), before)
    assert spill.take("a") is None


def test_a_folder_that_is_gone_is_a_full_disk(tmp_path: Path) -> None:
    """The engine goes on without a file."""
    assert not Spill(tmp_path / "gone", BUDGET).put("a", tensor(3))


def test_a_file_that_cannot_be_read_is_a_miss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken disk costs computing, never an answer: read errors and short reads give nothing."""
    for num_read in (None, 10):
        spill = Spill(tmp_path, BUDGET)
        assert spill.put("a", tensor(30))

        def read(*_: object, num_read: int | None = num_read) -> int:
            if num_read is None:
                raise OSError(errno.EIO, "Input/output error")
            return num_read

        with monkeypatch.context() as patched:
            patched.setattr(os, "preadv", read)
            assert spill.take("a") is None
        assert "a" not in spill


def test_a_write_in_pieces_arrives_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system may write less than it was given."""
    spill, write, given = Spill(tmp_path, BUDGET), os.pwrite, tensor(60)
    monkeypatch.setattr(os, "pwrite", lambda file, data, offset: write(file, data[:100], offset))
    assert spill.put("a", given)
    assert same(spill.take("a"), given)
