"""What another server is sent: the whole conversation as far as it fits, and standard fields only."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from server.sources.openai_prompt import build_body, build_prompt, estimate_tokens, session_mark
from server.sources.types import PastTurn, ReplyRequest, Sampling


def ask(question: str, turns: tuple[PastTurn, ...] = (), **sampling: float) -> ReplyRequest:
    return ReplyRequest("r", "conversation 1", "u", "系统", question, turns, Sampling(**sampling))  # type: ignore[arg-type]


def test_messages_are_system_turns_and_question() -> None:
    """In this order, each with its role, as they were shown."""
    prompt = build_prompt(ask("再问", (PastTurn("问", "答"),)), 4096)
    assert [(message["role"], message["content"]) for message in prompt.messages] == [
        ("system", "系统"), ("user", "问"), ("assistant", "答"), ("user", "再问"),
    ]  # fmt: skip
    assert not prompt.truncated


def test_empty_system_prompt_is_no_message() -> None:
    """Some templates treat an empty one as one."""
    assert build_prompt(ReplyRequest("r", "c", "u", "", "问"), 4096).messages[0]["role"] == "user"


def test_estimate_is_on_the_safe_side() -> None:
    """One for a Chinese character, a third for a letter, one for a digit or sign, several for an emoji."""
    assert estimate_tokens("你好") == 2
    assert estimate_tokens("hello, world") == 5
    assert estimate_tokens("12345") == 5
    assert estimate_tokens("😀") == 3


turns_of = st.lists(
    st.builds(PastTurn, st.text(min_size=1, max_size=30), st.text(min_size=1, max_size=60)), max_size=30
)


@given(turns_of, st.text(min_size=1, max_size=30), st.integers(256, 1000))
def test_prompt_fits_the_window_or_has_no_history(turns: list[PastTurn], question: str, window: int) -> None:
    """What is sent ends with the latest turns and leaves room for an answer."""
    prompt = build_prompt(ask(question, tuple(turns), max_tokens=100), window)
    assert prompt.num_turns == 0 or prompt.tokens + prompt.max_tokens <= window
    assert prompt.truncated == (prompt.num_turns < len(turns))
    contents = [message["content"] for message in prompt.messages[1:-1]]
    kept = turns[len(turns) - prompt.num_turns :]
    assert contents == [part for turn in kept for part in (turn.question, turn.answer)]


def test_history_is_cut_in_a_block() -> None:
    """Most prompts of a long conversation continue the one before: only then can the server reuse it."""
    turns: list[PastTurn] = []
    before: tuple[dict[str, str], ...] = ()
    num_misses = 0
    for number in range(60):
        prompt = build_prompt(ask(f"第{number}问" * 5, tuple(turns), max_tokens=50), 512)
        num_misses += prompt.messages[: len(before)] != before
        before = prompt.messages
        turns.append(PastTurn(f"第{number}问" * 5, "答" * 20))
    assert 1 <= num_misses <= 20


def test_question_longer_than_the_window_is_sent_all_the_same() -> None:
    """The estimate may be wrong; the server knows. There stays room for some answer."""
    prompt = build_prompt(ask("长" * 1000, (PastTurn("问", "答"),), max_tokens=200), 256)
    assert (prompt.num_turns, prompt.max_tokens) == (0, 64)


def test_body_has_standard_fields_only() -> None:
    """Strict servers refuse a request for one field that they do not know."""
    request = ask("问", temperature=0.5, top_p=0.9, max_tokens=7, repetition_penalty=1.1, seed=3)
    body = build_body(build_prompt(request, 4096), request, "m")
    assert set(body) == {
        "model", "messages", "stream", "stream_options", "temperature", "top_p", "max_tokens", "seed",
    }  # fmt: skip
    assert (body["model"], body["temperature"], body["top_p"], body["max_tokens"], body["seed"]) == (
        "m", 0.5, 0.9, 7, 3,
    )  # fmt: skip
    assert "seed" not in build_body(build_prompt(ask("问"), 4096), ask("问"), "m")


def test_body_has_further_fields_where_they_are_understood() -> None:
    """The administrator says which; the conversation's mark is all that they tell of who asks."""
    request = ask("问", repetition_penalty=1.1)
    body = build_body(
        build_prompt(request, 4096), request, "m", further=["cache_salt", "user", "repetition_penalty"]
    )
    mark = session_mark("conversation 1")
    assert (body["cache_salt"], body["user"], body["repetition_penalty"]) == (mark, mark, 1.1)


def test_body_leaves_out_what_was_refused() -> None:
    """And the length goes by its newer name where the older one is refused."""
    request = ask("问", max_tokens=7)
    body = build_body(build_prompt(request, 4096), request, "m", unknown={"stream_options", "max_tokens"})
    assert "stream_options" not in body and "max_tokens" not in body
    assert body["max_completion_tokens"] == 7


def test_mark_of_a_conversation_is_stable_and_hides_its_id() -> None:
    """Equal for every turn, also after a restart; different for others."""
    assert session_mark("a") == session_mark("a") != session_mark("b")
    assert "conversation" not in session_mark("conversation 1")
