"""One connection as a state machine."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from server.errors import ClientProblem
from server.protocol.effects import Carry, Close, Join, Send, SessionEffect
from server.protocol.frames import Ask, Error, Pong
from server.protocol.session import Session, SessionRules
from tests.chat.house import TEXTS

HELLO = json.dumps({"type": "hello", "v": 1})


def session(**rules: Any) -> Session:
    """A fresh connection."""
    return Session(SessionRules(**{"frame_bytes": 4096, **rules}), TEXTS)


def opened() -> Session:
    """A connection that has joined a conversation."""
    one = session()
    one.receive(HELLO, 0)
    one.joined()
    return one


def code_of(effects: list[SessionEffect]) -> str:
    """The code of the one error among them."""
    (error,) = [each.frame for each in effects if isinstance(each, Send) and isinstance(each.frame, Error)]
    assert error.seq is None
    return error.code


def test_hello_comes_first() -> None:
    """An ask before it is an error, a ping is answered, and after it the ask is carried."""
    one = session()
    ask = json.dumps({"type": "ask", "id": "1", "text": "你好"})
    assert code_of(one.receive(ask, 0)) == "hello_first"
    assert one.receive('{"type":"ping"}', 0) == [Send(Pong())]
    (join,) = one.receive(HELLO, 0)
    assert isinstance(join, Join)
    assert code_of(one.receive(ask, 0)) == "hello_first"
    one.joined()
    assert one.receive(ask, 0) == [Carry(Ask(id="1", text="你好"))]


def test_another_version_is_an_error_and_the_right_one_may_follow() -> None:
    """A page of another time is told to reload."""
    one = session()
    assert code_of(one.receive('{"type":"hello","v":2}', 0)) == "wrong_version"
    assert isinstance(one.receive(HELLO, 0)[0], Join)


def test_who_could_not_join_may_say_hello_again() -> None:
    """A conversation that does not exist leaves the connection as it was."""
    one = session()
    one.receive(HELLO, 0)
    problem = ClientProblem("no_such_conversation", "没有", message_en="None")
    (sent,) = one.not_joined(problem)
    assert isinstance(sent, Send)
    assert isinstance(sent.frame, Error)
    assert sent.frame.message == "没有"
    assert one.state == "new"
    one.receive('{"type":"hello","v":1,"lang":"en"}', 0)
    (sent,) = one.not_joined(problem)
    assert isinstance(sent, Send)
    assert isinstance(sent.frame, Error)
    assert sent.frame.message == "None"


def test_bad_frames_are_answered_and_too_many_of_them_end_the_connection() -> None:
    """Twenty are forgiven; the next one closes with 1008, after the error that says why."""
    one = opened()
    for bad in ("", "[]", "{", '{"type":"nonsense"}', '{"type":"ask","id":1,"text":"x"}', "null") * 3:
        assert code_of(one.receive(bad, 0)) == "bad_frame"
    one.receive("x", 0), one.receive("x", 0)
    effects = one.receive("x", 0)
    assert code_of(effects) == "bad_frame"
    assert effects[-1] == Close(1008, "too many bad frames")
    assert one.receive(HELLO, 0) == []


def test_a_rare_bad_frame_is_forgiven_for_ever() -> None:
    """A page that stays open for days is not closed for one bad frame an hour."""
    one = opened()
    for hour in range(100):
        assert len(one.receive("x", hour * 3_600_000)) == 1


def test_a_message_that_is_too_big_closes_the_connection() -> None:
    """What counts is bytes, not characters."""
    ask = json.dumps({"type": "ask", "id": "1", "text": "字" * 1300}, ensure_ascii=False)
    assert isinstance(opened().receive(ask, 0)[0], Carry)
    ask = json.dumps({"type": "ask", "id": "1", "text": "字" * 1400}, ensure_ascii=False)
    assert opened().receive(ask, 0) == [Close(1009, "message too big")]


def test_an_error_quotes_little_of_a_bad_frame() -> None:
    """A megabyte of nonsense does not come back."""
    one = session(frame_bytes=2_000_000)
    (sent,) = one.receive(json.dumps({"type": "x" * 1_000_000}), 0)
    assert isinstance(sent, Send)
    assert isinstance(sent.frame, Error)
    assert len(sent.frame.message) < 300


def test_a_thousand_frames_at_once_pass_and_a_flood_does_not() -> None:
    """Beyond the burst every frame is an error, and soon the connection ends."""
    one = opened()
    effects = [one.receive('{"type":"ping"}', 0) for _ in range(1999)]
    assert all(each == [Send(Pong())] for each in effects)
    flood = [each for _ in range(2000) for each in one.receive('{"type":"ping"}', 0)]
    assert len(flood) < 30
    assert flood[-1] == Close(1008, "too many bad frames")


VALID = st.one_of(
    st.builds(
        lambda v, c, s, lang: {"type": "hello", "v": v, "conversation": c, "last_seq": s, "lang": lang},
        st.integers(0, 2),
        st.none() | st.text(max_size=70),
        st.none() | st.integers(-1, 2**70),
        st.sampled_from(["zh", "en", "fr"]),
    ),
    st.builds(lambda i, t: {"type": "ask", "id": i, "text": t}, st.text(max_size=70), st.text()),
    st.builds(lambda t: {"type": "stop", "turn": t}, st.text(max_size=70)),
    st.builds(lambda t: {"type": "regenerate", "turn": t}, st.text(max_size=70)),
    st.builds(lambda t, v: {"type": "rate", "turn": t, "value": v}, st.text(), st.integers(-2, 2)),
    st.builds(lambda t: {"type": "ask_teacher", "turn": t}, st.text()),
    st.just({"type": "ping"}),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(), children, max_size=3),
    max_leaves=5,
)


class AnySession(RuleBasedStateMachine):
    """Law 7: a session never raises on any sequence of frames, and never sends after close."""

    def __init__(self) -> None:
        super().__init__()
        self.session = session(frames_per_minute=60, frames_burst=30)
        self.now_ms = 0
        self.has_closed = False

    def check(self, effects: list[SessionEffect]) -> None:
        assert not (self.has_closed and effects), "something was done after the close"
        for place, effect in enumerate(effects):
            if isinstance(effect, Close):
                assert place == len(effects) - 1
                self.has_closed = True
            if isinstance(effect, Carry):
                assert self.session.state == "open"

    @rule(frame=VALID)
    def frame(self, frame: dict[str, Any]) -> None:
        """A frame, or almost one."""
        self.check(self.session.receive(json.dumps(frame), self.now_ms))

    @rule(text=st.text() | JSON.map(json.dumps) | st.just("[" * 3000) | st.just("字" * 2000))
    def nonsense(self, text: str) -> None:
        """Anything at all."""
        self.check(self.session.receive(text, self.now_ms))

    @rule(text=st.text(st.characters(codec=None, categories=["Cs"]), min_size=1))
    def surrogates(self, text: str) -> None:
        """Text that cannot even be encoded."""
        self.check(self.session.receive(f'{{"type":"ask","id":"{text}","text":"x"}}', self.now_ms))

    @rule(step_ms=st.integers(-5_000, 100_000))
    def time(self, step_ms: int) -> None:
        """Time passes; sometimes the clock is set back."""
        self.now_ms += step_ms

    @rule()
    def joined(self) -> None:
        """The conversation was found."""
        self.session.joined()

    @rule()
    def not_joined(self) -> None:
        """It was not."""
        self.check(self.session.not_joined(ClientProblem("no_such_conversation", "没有")))

    @precondition(lambda self: not self.has_closed)
    @rule(close=st.sampled_from([1001, 1012, 1013]))
    def close(self, close: int) -> None:
        """The server has a reason of its own."""
        self.check(self.session.close(close, "reason"))

    @invariant()
    def closed_means_closed(self) -> None:
        """The state says the same as what was done."""
        assert (self.session.state == "closed") == self.has_closed


AnySession.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestLaw7SessionNeverRaises = AnySession.TestCase
