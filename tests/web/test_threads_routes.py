"""What pupils send to their teacher, over HTTP, and the switches of classes: own classes only."""

from __future__ import annotations

import asyncio
from functools import partial

import httpx

from tests.e2e.pupil import chatting
from tests.serving import Serving
from tests.web.conftest import problem_of


def _class(admin: httpx.Client, name: str, teach: bool) -> dict[str, str]:
    users = admin.get("/api/users").json()["users"]
    own = [row["id"] for row in users if row["name"] == "teacher"] if teach else []
    made: dict[str, str] = admin.post("/api/classes", json={"name": name, "teachers": own}).json()["class"]
    return made


def test_a_teacher_answers_what_own_pupils_sent(
    site: Serving, admin: httpx.Client, teacher: httpx.Client
) -> None:
    """The pupil has the answer on the open page; a thread of another class is not there."""
    mine, other = _class(admin, "八(13)班", teach=True), _class(admin, "八(4)班", teach=False)

    async def ask(code: str) -> str:
        async with chatting(site.url, class_code=code) as page:
            asked = await page.ask("勾股定理是什么？")
            await page.send(type="ask_teacher", turn=asked.accepted["turn"], note="第二步")
            (thread,) = await page.until("thread")
            if code == mine["join_code"]:
                answered = await asyncio.to_thread(teacher.get, f"/api/stats/threads?class={mine['id']}")
                (listed,) = answered.json()["threads"]
                assert (listed["question"], listed["posts"][0]["text"]) == ("勾股定理是什么？", "第二步")
                path = f"/api/stats/threads/{listed['id']}/answer"
                post = partial(asyncio.to_thread, teacher.post, path)
                assert problem_of(await post(json={"text": " "})) == "bad_answer"
                assert (await post(json={"text": "看 12 页。"})).status_code == 204
                assert (await page.until("teacher_answer"))[-1]["text"] == "看 12 页。"
                assert problem_of(await post(json={"text": "再说"})) == "thread_over"
            return str(thread["turn"])

    asyncio.run(ask(mine["join_code"]))
    foreign = asyncio.run(ask(other["join_code"]))
    refused = teacher.post(f"/api/stats/threads/{foreign}/answer", json={"text": "好"})
    assert (refused.status_code, problem_of(refused)) == (404, "not_found")
    assert problem_of(teacher.get("/api/stats/threads", params={"class": other["id"]})) == "not_allowed"
    assert admin.get("/api/stats/threads", params={"class": other["id"]}).json()["waiting"] == 1


def test_stages_are_chosen_by_administrators_and_sessions_opened_by_teachers(
    admin: httpx.Client, teacher: httpx.Client
) -> None:
    """A teacher leads the own classes only; nobody else's switches are told."""
    mine, other = _class(admin, "八(5)班", teach=True), _class(admin, "八(6)班", teach=False)
    chosen = admin.put(f"/api/classes/{mine['id']}/stage", json={"stage": "primary", "hints_first": True})
    assert chosen.json()["stage"]["stage"] == "primary"
    wrong = admin.put(f"/api/classes/{mine['id']}/stage", json={"stage": "kindergarten"})
    assert problem_of(wrong) == "bad_body"
    assert problem_of(admin.put("/api/classes/none/stage", json={"stage": "primary"})) == "not_found"
    led = teacher.post("/api/stats/led", json={"class_id": mine["id"], "minutes": 40}).json()["stage"]
    assert led["led_until_ms"] > 0
    assert problem_of(teacher.post("/api/stats/led", json={"class_id": mine["id"], "minutes": 999})) == (
        "bad_minutes"
    )
    refused = teacher.post("/api/stats/led", json={"class_id": other["id"], "minutes": 40})
    assert problem_of(refused) == "not_allowed"
    stages = teacher.get("/api/stats/stages").json()["stages"]
    assert stages[mine["id"]]["hints_first"]
    assert other["id"] not in stages
