"""Model names are read strictly, and mistakes are answered with what would have been right."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.errors import SettingsProblem
from server.sources.names import ModelName, parse_name


@pytest.mark.parametrize(
    "text",
    [
        "bundled:1.5b",
        "bundled:0.5b",
        "hub:Qwen/Qwen2.5-0.5B-Instruct",
        "hub:gpt2",
        "modelscope:Qwen/Qwen3-0.6B",
        "hub:Qwen/Qwen2.5-0.5B-Instruct@v1.0",
        "dir:/models/x",
        "gguf:/models/x.gguf",
        "openai:http://127.0.0.1:8080/v1#qwen",
        "openai:https://models.example.org/v1#Qwen/Qwen2.5-0.5B-Instruct:q4@main",
        "scripted:",
        "scripted:20",
    ],
)
def test_known_forms_are_read_and_written_back(text: str) -> None:
    """Every documented form goes in and comes out as it was."""
    assert str(parse_name(text)) == text


def test_address_and_model_of_another_server_are_kept_apart() -> None:
    """A slash at the end of the address changes nothing; the model's name may have any form."""
    name = parse_name("openai:http://127.0.0.1:8080/v1/#a/b#c")
    assert (name.base_url, name.remote_model) == ("http://127.0.0.1:8080/v1", "a/b#c")
    assert not name.has_weights


@pytest.mark.parametrize("login", ["user:secret@", "secret@", ":secret@", "@"])
def test_password_in_an_address_is_refused_and_not_repeated(login: str) -> None:
    """The name of a model is shown and logged; the message says where the key belongs."""
    with pytest.raises(SettingsProblem, match="DAYI_OPENAI_KEY") as caught:
        parse_name(f"openai:https://{login}host/v1#m")
    assert "secret" not in str(caught.value)


def test_revision_stands_after_the_at_sign() -> None:
    """A branch, tag or commit is kept apart from the name."""
    assert parse_name("hub:a/b@main") == ModelName("hub", "a/b", "main")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("1.5b", "did you mean bundled:1.5b"),
        ("Qwen/Qwen2.5-0.5B-Instruct", "did you mean hub:Qwen"),
        ("bundled:7b", "bundled are 1.5b and 0.5b"),
        ("hub:", "wanted hub:OWNER/NAME"),
        ("hub:a/../../etc", "wanted hub:OWNER/NAME"),
        ("hub:../x", "wanted hub:OWNER/NAME"),
        ("modelscope:alone", "wanted modelscope:OWNER/NAME"),
        ("dir:", "path is missing"),
        ("gguf:", "path is missing"),
        ("scripted:fast", "a number"),
        ("openai:http://host/v1", "name of the model is missing after a #"),
        ("openai:http://host/v1#", "name of the model is missing after a #"),
        ("openai:", "must begin with http"),
        ("openai:host:8080/v1#m", "must begin with http"),
        ("openai:ftp://host/v1#m", "must begin with http"),
        ("openai:http:///v1#m", "must begin with http"),
        ("openai:http://host:port/v1#m", "is no URL"),
        ("openai:http://[::1/v1#m", "is no URL"),
        ("openai:http://host/v 1#m", "a blank"),
        ("openai:http://host/v1?api=2#m", "no .query"),
        ("https://host/x", "Known are"),
        ("", "Known are"),
    ],
)
def test_anything_else_is_answered_with_what_would_be_right(text: str, says: str) -> None:
    """One sentence that helps."""
    with pytest.raises(SettingsProblem, match=says):
        parse_name(text)


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading(text: str) -> None:
    """Whatever is typed is a name or a SettingsProblem."""
    with contextlib.suppress(SettingsProblem):
        parse_name(text)


def test_slugs_are_file_names_and_differ() -> None:
    """No slug leaves its folder, and like-looking names stay apart."""
    texts = [
        "bundled:0.5b",
        "hub:a/b",
        "hub:a-b",
        "hub:a/b@c",
        "dir:/x/m",
        "dir:/y/m",
        "gguf:/x/m",
        "hub:a_b",
    ]
    slugs = [parse_name(text).slug for text in texts]
    assert len(set(slugs)) == len(slugs)
    assert not any("/" in slug or slug.startswith(".") for slug in slugs)


def test_a_server_on_this_machine_is_local_and_any_other_is_elsewhere() -> None:
    """Pages promise that questions stay here only where they do."""
    assert all(
        parse_name(f"openai:http://{host}:8080/v1#m").is_local for host in ("127.0.0.1", "localhost", "[::1]")
    )
    assert not parse_name("openai:https://models.example.org/v1#m").is_local
