"""The index finds what is there and nothing that is not, whatever came, went and was damaged."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.knowledge.index import Index
from server.knowledge.segment import DamagedSegment, make_segment, open_segment, write_segment
from server.knowledge.terms import Terms, terms_of

WORDS = ["居住证办理", "社会保险缴费", "户口迁移", "身份证补办", "residence permit", "2025年3月"]
texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map("，".join)
steps = st.lists(
    st.tuples(
        st.sampled_from(["add", "replace", "remove", "open"]), st.integers(0, 12), st.lists(texts, max_size=3)
    ),
    max_size=25,
)


def rows(document: int, contents: list[str]) -> list[tuple[int, int, Terms]]:
    return [(document * 100 + place, document, terms_of(text)) for place, text in enumerate(contents)]


@settings(max_examples=40, deadline=None)
@given(steps)
def test_index_holds_what_was_put_in_last(steps: list[tuple[str, int, list[str]]]) -> None:
    """Law: after any coming, going and opening anew, each term finds exactly the passages that have it."""
    with TemporaryDirectory() as folder:
        index, held = Index(Path(folder)), dict[int, list[str]]()
        assert index.open([]) == set()
        for act, document, contents in steps:
            if act == "remove":
                index.remove(document)
                held.pop(document, None)
            elif act == "open":
                index = Index(Path(folder))
                empty = {each for each, its in held.items() if not its}
                assert index.open(list(held)) == empty
            else:
                index.replace(document, rows(document, contents))
                held[document] = contents
        passages = {row[0]: row[2] for each, its in held.items() for row in rows(each, its)}
        assert len(index) == len(passages)
        for word in WORDS:
            asked = terms_of(word)
            found = {hit.passage_id for hit in index.search(asked, 1000).hits}
            assert found == {
                each for each, terms in passages.items() if set(terms.tolist()) & set(asked.tolist())
            }


def test_best_passage_is_the_one_about_it() -> None:
    """Rare terms count more than common ones, and more of them more than fewer."""
    index = Index()
    index.add(rows(1, ["办理居住证需要身份证", "办理护照需要身份证", "办理驾照需要身份证和体检"]))
    assert index.search(terms_of("护照怎么办理"), 3).hits[0].passage_id == 101


def test_search_can_be_kept_to_some_documents() -> None:
    """Whoever may not see a document finds nothing of it."""
    index = Index()
    index.add([*rows(1, ["居住证办理"]), *rows(2, ["居住证签注"])])
    assert [hit.document for hit in index.search(terms_of("居住证"), 5, {2}).hits] == [2]
    assert index.search(terms_of("居住证"), 5, set()).hits == ()


def test_segment_comes_back_as_it_was_written(tmp_path: Path) -> None:
    """Every array, and nothing where a single byte differs."""
    file = tmp_path / "1.segment"
    segment = make_segment(rows(1, ["居住证办理", "办理居住证 residence"]))
    write_segment(segment, file)
    opened = open_segment(file)
    for name in segment.__dataclass_fields__:
        assert getattr(opened, name).tolist() == getattr(segment, name).tolist()
    content = bytearray(file.read_bytes())
    for place in (0, 9, len(content) // 2, len(content) - 1):
        content[place] ^= 1
        file.write_bytes(content)
        with pytest.raises(DamagedSegment):
            open_segment(file)
        content[place] ^= 1
    for size in (0, 5, 40, len(content) - 64):
        file.write_bytes(content[:size])
        with pytest.raises(DamagedSegment):
            open_segment(file)


def test_damaged_segment_is_named_as_missing(tmp_path: Path) -> None:
    """So that its documents are indexed anew, and the others are not."""
    index = Index(tmp_path)
    index.open([])
    index.add(rows(1, ["居住证"]))
    index.add(rows(2, ["社保卡"]))
    first = min(tmp_path.glob("*.segment"))
    first.write_bytes(first.read_bytes()[:-1])
    again = Index(tmp_path)
    assert again.open([1, 2]) == {1}
    assert [hit.document for hit in again.search(terms_of("社保卡"), 5).hits] == [2]
    assert not first.exists()


def test_terms_are_those_of_the_folded_text() -> None:
    """Full width, traditional characters, case, quotes and plurals make no difference."""
    assert set(terms_of("《臺灣居民居住證》ＡＢＣ").tolist()) == set(terms_of("台湾居民居住证abc").tolist())
    assert set(terms_of("residence permits").tolist()) == set(terms_of("Residence Permit").tolist())
    assert set(terms_of("甲。乙").tolist()) != set(terms_of("甲乙").tolist())
    assert terms_of("").tolist() == []
