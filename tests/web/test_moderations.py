"""The lists as a service for other systems, with OpenAI's own client."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import openai
import pytest

from tests.serving import Serving
from tests.web.conftest import problem_of


def new_key(admin: httpx.Client, **more: Any) -> dict[str, Any]:
    """A key, in full."""
    made = admin.post("/api/keys", json={"name": "教务系统", **more})
    assert made.status_code == 201, made.text
    key: dict[str, Any] = made.json()["key"]
    return key


@pytest.fixture
def ask(site: Serving) -> Iterator[Any]:
    """Asks with a key; what a client is made of is closed at the end."""
    clients: list[openai.OpenAI] = []

    def client(key: str) -> openai.OpenAI:
        clients.append(openai.OpenAI(base_url=f"{site.url}/v1", api_key=key, max_retries=0))
        return clients[-1]

    yield client
    for each in clients:
        each.close()


def test_openai_client_reads_what_the_lists_say(admin: httpx.Client, ask: Any) -> None:
    """One text or several; every category of the lists is named, and ours tells where and why."""
    client = ask(new_key(admin)["key"])
    (said,) = client.moderations.create(input="有咕 噜*枣卖吗").results
    assert said.flagged
    assert said.categories.model_dump()["演示·拦截"] is True
    assert said.category_scores.model_dump()["演示·拦截"] == 1.0
    assert said.categories.model_dump()["演示·打码"] is False
    (match,) = said.dayi["matches"]
    assert (match["start"], match["end"], match["lane"], match["action"]) == (1, 6, "plain", "block")
    assert "word" not in match
    assert said.dayi["lists_version"] >= 1
    harmless, masked = client.moderations.create(
        model="any", input=["今天天气不错", "一碗呼噜糖浆"], extra_body={"direction": "answer"}
    ).results
    assert (harmless.flagged, harmless.dayi["action"]) == (False, None)
    assert (masked.flagged, masked.dayi["text"]) == (True, "一碗****")


def test_key_of_compliance_staff_sees_which_word_was_hit(admin: httpx.Client, ask: Any) -> None:
    """Whoever may edit the lists may see them in results."""
    (said,) = ask(new_key(admin, role="compliance")["key"]).moderations.create(input="咕噜枣").results
    assert (said.dayi["matches"][0]["word"], said.dayi["matches"][0]["list_name"]) == (
        "咕噜枣",
        "演示词表：拦截",
    )


def test_without_a_key_nothing_is_said(admin: httpx.Client, nobody: httpx.Client, ask: Any) -> None:
    """None, a wrong one, a revoked one: 401; a login's cookie does not help."""
    key = new_key(admin)
    for headers in ({}, {"Authorization": "Bearer dayi-wrong"}, {"Authorization": f"Basic {key['key']}"}):
        answer = nobody.post("/v1/moderations", json={"input": "咕噜枣"}, headers=headers)
        assert (answer.status_code, problem_of(answer)) == (401, "bad_key")
    assert admin.post("/v1/moderations", json={"input": "咕噜枣"}).status_code == 401
    assert admin.delete(f"/api/keys/{key['id']}").status_code == 204
    with pytest.raises(openai.AuthenticationError) as refused:
        ask(key["key"]).moderations.create(input="咕噜枣")
    assert refused.value.code == "bad_key"
    assert admin.delete("/api/keys/nothing").status_code == 404


def test_key_that_asks_too_fast_waits(admin: httpx.Client, ask: Any) -> None:
    """With the seconds to wait; other keys are not held up by it."""
    client = ask(new_key(admin, per_minute=2)["key"])
    for _ in range(2):
        client.moderations.create(input="你好")
    with pytest.raises(openai.RateLimitError) as refused:
        client.moderations.create(input="你好")
    assert refused.value.code == "too_fast"
    assert 0 < int(refused.value.response.headers["Retry-After"]) <= 31
    assert ask(new_key(admin)["key"]).moderations.create(input="你好").results


def test_keys_are_kept_as_hashes_and_shown_once(admin: httpx.Client, site: Serving) -> None:
    """The list has their beginnings; the database has no key."""
    key = new_key(admin, name="只看一次")
    listed = {each["id"]: each for each in admin.get("/api/keys").json()["keys"]}
    assert "key" not in listed[key["id"]]
    assert key["key"].startswith(listed[key["id"]]["shown"])
    refused = admin.post("/api/keys", json={"name": "小明", "role": "pupil"})
    assert (refused.status_code, problem_of(refused)) == (422, "bad_role")


@pytest.mark.parametrize(
    "body", [{}, {"input": 5}, {"input": [{"type": "image_url"}]}, {"input": ["a"] * 129}]
)
def test_wrong_bodies_are_refused(admin: httpx.Client, nobody: httpx.Client, body: Any) -> None:
    """With every wrong field; pictures are no texts."""
    headers = {"Authorization": f"Bearer {new_key(admin)['key']}"}
    answer = nobody.post("/v1/moderations", json=body, headers=headers)
    assert (answer.status_code, problem_of(answer)) == (422, "bad_body")
