"""What a model is asked: the best passages, whole sentences, within the budget."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from server.knowledge.prompt import compose, estimate_tokens
from server.knowledge.types import Passage


def passage(text: str, title: str = "居住证办理指南", heading: str = "") -> Passage:
    return Passage("d.0.9", "d", title, text, heading)


def test_passages_stand_before_the_question() -> None:
    """Numbered, with their titles and headings; the question comes last, in the language of the question."""
    passages = [passage("工本费20元。", heading="三、时限"), passage("每年签注一次。")]
    prompt = compose("补办多少钱？", passages, 900)
    assert prompt.text.endswith("问题：补办多少钱？")
    assert (
        "[1] 《居住证办理指南》 三、时限\n工本费20元。\n\n[2] 《居住证办理指南》\n每年签注一次。"
        in prompt.text
    )
    assert prompt.passages == tuple(passages)
    assert compose("How much {is} it?", passages, 900).text.endswith("Question: How much {is} it?")


def test_budget_leaves_out_what_does_not_fit() -> None:
    """The first passage is shortened at a sentence; what is left out is no source either."""
    long = passage("".join(f"这是第{number}句，说明办理的方法和地点。" for number in range(60)))
    prompt = compose("在哪办？", [long, passage("另一段。" * 40)], 300)
    assert prompt.passages == (long,)
    shown = prompt.text.split("\n\n")[1].split("\n", 1)[1]
    assert long.text.startswith(shown) and shown.endswith("。") and len(shown) >= 80


@given(
    st.lists(st.text("字词。，abc 1\n", min_size=1, max_size=400), min_size=1, max_size=5),
    st.integers(100, 1500),
)
def test_passages_keep_to_the_budget(texts: list[str], budget_tokens: int) -> None:
    """Law: beyond the first passage's least, nothing goes over the budget."""
    prompt = compose("问", [passage(text, "题") for text in texts], budget_tokens)
    shown = prompt.text.split("\n\n", 1)[1].rsplit("\n\n请只", 1)[0]
    assert prompt.passages and estimate_tokens(shown) <= budget_tokens + 100 + len(texts)
