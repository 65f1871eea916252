"""Vectors: what is near is found exactly, nothing of what is gone, and nothing of another model."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.embedding import Vectors
from server.knowledge.vector_blocks import DamagedBlock, block_of, read_block, write_block
from server.knowledge.vector_table import VectorTable

DIMENSIONS = 16
steps = st.lists(
    st.tuples(st.sampled_from(["add", "remove", "open", "rename"]), st.integers(1, 6), st.integers(1, 5)),
    max_size=30,
)


def drawn(seed: int, num: int) -> Vectors:
    vectors = np.random.default_rng(seed).standard_normal((num, DIMENSIONS)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@settings(max_examples=40, deadline=None)
@given(steps, st.sets(st.integers(1, 6)))
def test_table_holds_what_was_put_in_last(steps: list[tuple[str, int, int]], visible: set[int]) -> None:
    """Law: after any coming, going and opening anew, what is there is near, and only what may be seen."""
    with TemporaryDirectory() as folder:
        table = VectorTable("one", Path(folder))
        table.open({})
        titles = dict.fromkeys(range(1, 7), "title")
        held: dict[int, dict[int, Vectors]] = {}
        next_id = 1
        for number, (act, edition, num) in enumerate(steps):
            if act == "add":
                vectors, ids = drawn(number, num), list(range(next_id, next_id + num))
                next_id += num
                table.add(edition, titles[edition], ids, vectors)
                held.setdefault(edition, {}).update(zip(ids, vectors, strict=True))
            elif act == "remove":
                table.remove(edition)
                held.pop(edition, None)
            else:
                if act == "rename":  # the server ended before its vectors were made anew
                    titles[edition] += "!"
                    held.pop(edition, None)
                table = VectorTable("one", Path(folder))
                table.open(titles)
        assert len(table) == sum(map(len, held.values()))
        question = drawn(1000, 1)[0]
        for editions in (None, visible):
            seen = {
                id_: float(vector @ question)
                for edition, its in held.items()
                if editions is None or edition in editions
                for id_, vector in its.items()
            }
            look = table.look(question, editions)
            assert look.of(range(1, next_id)) == pytest.approx(seen, abs=0.02)
            nearest = look.nearest(3)
            assert len(nearest) == min(3, len(seen)) and set(nearest) <= set(seen)
            worst = min((seen[each] for each in nearest), default=0.0)
            assert all(seen[each] <= worst + 0.04 for each in set(seen) - set(nearest))


def test_block_comes_back_as_it_was_written(tmp_path: Path) -> None:
    """Every number, and nothing where a single byte differs or some are missing."""
    block = block_of("one", 7, "题目", 3, [4, 5, 9], drawn(1, 3))
    file = write_block(block, tmp_path)
    read = read_block(file)
    assert (read.model, read.edition, read.title, read.after) == ("one", 7, "题目", 3)
    for name in ("passages", "scales", "codes"):
        assert getattr(read, name).tolist() == getattr(block, name).tolist()
    content = bytearray(file.read_bytes())
    for place in range(len(content)):
        content[place] ^= 1
        file.write_bytes(content)
        with pytest.raises(DamagedBlock):
            read_block(file)
        content[place] ^= 1
    for size in range(len(content)):
        file.write_bytes(content[:size])
        with pytest.raises(DamagedBlock):
            read_block(file)


def test_what_follows_a_damaged_block_is_made_anew(tmp_path: Path) -> None:
    """So that it can be made in order, and nothing of another edition is touched."""
    table = VectorTable("one", tmp_path)
    table.open({})
    for ids in ([1, 2], [3, 4], [5]):
        table.add(1, "t", ids, drawn(ids[0], len(ids)))
    table.add(2, "t", [6], drawn(6, 1))
    (tmp_path / "half.part").write_bytes(b"half")
    second = sorted(tmp_path.glob("*.vectors"))[1]
    second.write_bytes(second.read_bytes()[:-1])
    again = VectorTable("one", tmp_path)
    again.open({1: "t", 2: "t"})
    assert (again.last_of(1), again.num_of(1), again.num_of(2)) == (2, 2, 1)
    assert len(list(tmp_path.iterdir())) == 2


def test_vectors_of_another_model_are_never_used(tmp_path: Path) -> None:
    """They are deleted, as are those of documents that are gone; vectors of another length are refused."""
    table = VectorTable("one", tmp_path)
    table.open({})
    table.add(1, "t", [1], drawn(1, 1))
    table.add(2, "t", [2], drawn(2, 1))
    with pytest.raises(ValueError, match="among others"):
        table.add(1, "t", [3], np.ones((1, 4), np.float32))
    again = VectorTable("one", tmp_path)
    again.open({1: "t"})
    assert again.look(drawn(1, 1)[0]).nearest(5) == [1] and len(list(tmp_path.iterdir())) == 1
    other = VectorTable("two", tmp_path)
    other.open({1: "t"})
    assert len(other) == 0 and list(tmp_path.iterdir()) == []
    assert other.look(drawn(1, 1)[0]).nearest(5) == []
