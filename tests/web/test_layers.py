"""Lists of one class, published while people chat; and the names of a class, from the page to the model."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from sqlalchemy import text as sql

from server.accounts import ClassPatch, ClassView, NewClass
from server.moderation import NewList, NewWord, PublishedFilter, WordDesk
from server.moderation.layers import layer_of
from server.sources.scripted import ScriptedSource
from server.storage.database import Database
from tests.web.conftest import problem_of
from tests.web.inside import Inside, inside, text_of


@asynccontextmanager
async def other_desk(served: Inside) -> AsyncIterator[WordDesk]:
    """The word desk of another process on the same folder."""
    database = await Database.open(served.house.settings.database_file)
    published = PublishedFilter(database)
    await published.load(1)
    yield WordDesk(database, published)
    await database.close()


async def put(desk: WordDesk, layer: str, text: str, action: str = "block") -> int:
    """Publish a list of one word in a layer; the number of the version."""
    new = NewList.model_validate(
        {"name": text, "category": text, "question_action": action, "answer_action": action, "layer": layer}
    )
    made = await desk.lists.add(new, who="lin", now_ms=1)
    await desk.entries.add(NewWord(list_id=made.id, text=text), who="lin", now_ms=1)
    return (await desk.versions.publish("", who="lin", now_ms=1)).number


async def add_class(served: Inside, name: str) -> ClassView:
    """A class."""
    return await served.house.accounts.classes.add(NewClass(name=name), 1)


async def settled(served: Inside, version: int) -> None:
    """Wait until the server has taken over a version of another process."""
    async with asyncio.timeout(60):
        while served.house.published.version < version:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_words_of_another_process_count_at_the_next_turn_of_open_conversations(tmp_path: Path) -> None:
    """Each class has its own; who joins has them from the next question on; every place names the version."""
    async with inside(tmp_path) as served, other_desk(served) as desk:
        seven, eight = await add_class(served, "七班"), await add_class(served, "八班")
        async with (
            served.chat({"class_code": seven.join_code}) as one,
            served.chat({"class_code": eight.join_code}) as two,
            served.chat() as nobody,
            httpx.AsyncClient(base_url=served.url) as http,
        ):
            for page in (one, two, nobody):
                await page.until("welcome")
                assert (await page.ask("纸船糕好吃吗", "a"))[-1]["type"] == "done"
            number = await put(desk, layer_of(seven.id), "纸船糕")
            await settled(served, number)
            assert (await one.ask("纸船糕好吃吗", "b"))[-1]["category"] == "纸船糕"
            for page in (two, nobody):
                assert text_of(await page.ask("纸船糕好吃吗", "b")).endswith("纸船糕好吃吗")
            assert (await http.get("/healthz")).json()["lists_version"] == number
            async with served.chat() as late:
                assert (await late.next())["lists_version"] == number
            cookie = nobody.cookies[0].split(";")[0]
            headers = {"Cookie": cookie, "Origin": served.url}
            joined = await http.post("/api/join", json={"code": seven.join_code}, headers=headers)
            assert joined.status_code == 200, joined.text
            assert (await nobody.ask("纸船糕好吃吗", "c"))[-1]["type"] == "refused"
            async with served.house.database.read() as connection:
                rows = await connection.execute(sql("SELECT DISTINCT lists_version FROM verdicts"))
                assert [row.lists_version for row in rows] == [number]
            archived = ClassPatch(archived=True)
            await served.house.accounts.classes.change(seven.id, archived)
            async with asyncio.timeout(60):
                while served.house.published.whose_layer(seven.id) is not None:  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
            assert (await one.ask("纸船糕好吃吗", "d"))[-1]["type"] == "done"


async def test_an_answer_to_a_class_is_filtered_with_its_words(tmp_path: Path) -> None:
    """Also what the model says."""
    source = ScriptedSource(lambda request: "我也爱吃纸船糕。")
    await source.start()
    async with inside(tmp_path, source) as served:
        seven = await add_class(served, "七班")
        await put(served.house.words, layer_of(seven.id), "纸船糕", "mask")
        await served.house.published.refresh()
        async with served.chat({"class_code": seven.join_code}) as one, served.chat() as nobody:
            await one.until("welcome"), await nobody.until("welcome")
            assert text_of(await one.ask("你呢")) == "我也爱吃***。"
            assert text_of(await nobody.ask("你呢")) == "我也爱吃纸船糕。"


async def test_listed_names_of_a_class_reach_neither_model_nor_database(tmp_path: Path) -> None:
    """From the next question on, in this class only, in whatever script and width they are written."""
    source = ScriptedSource(lambda request: "好。")
    await source.start()
    async with inside(tmp_path, source) as served:
        seven = await add_class(served, "七班")
        async with served.chat({"class_code": seven.join_code}) as one, served.chat() as other:
            await one.until("welcome"), await other.until("welcome")
            assert (await one.ask("张伟欺负李小龙", "a"))[0]["text"] == "张伟欺负李小龙"
            await served.house.accounts.names.put(seven.id, "张伟\n李小龙\nLi Ming\n")
            assert served.house.private is not None
            await served.house.private.refresh()
            accepted, *_ = await one.ask("張偉欺负李小龙，ＬＩ ming看见了；我买了一张，伟大的", "b")
            assert accepted["text"] == "**欺负***，*******看见了；我买了一张，伟大的"
            assert accepted["notices"] == ["masked"]
            assert (await other.ask("张伟是谁", "b"))[0]["text"] == "张伟是谁"
            asked = [request.question for _, request in enumerate(source.requests)]
            assert [each for each in asked if "欺负" in each] == ["张伟欺负李小龙", accepted["text"]]
            async with served.house.database.read() as connection:
                rows = await connection.execute(sql("SELECT question FROM turns"))
                assert sum("張" in row.question or "ming" in row.question for row in rows) == 0
            await served.house.accounts.names.put(seven.id, "")
            await served.house.private.refresh()
            assert (await one.ask("张伟是谁", "c"))[0]["text"] == "张伟是谁"


async def test_names_are_not_looked_for_where_masking_is_off(tmp_path: Path) -> None:
    """`mask_private = false` leaves questions as they are."""
    async with inside(tmp_path, mask_private=False) as served:
        seven = await add_class(served, "七班")
        await served.house.accounts.names.put(seven.id, "张伟")
        async with served.chat({"class_code": seven.join_code}) as one:
            await one.until("welcome")
            assert (await one.ask("张伟是谁"))[0]["text"] == "张伟是谁"


def test_only_administrators_see_and_set_the_names_of_a_class(
    admin: httpx.Client, teacher: httpx.Client, compliance: httpx.Client
) -> None:
    """A bad line is named and nothing is changed; nobody else sees a name anywhere."""
    made = admin.post("/api/classes", json={"name": "有名单的班"}).json()["class"]
    path = f"/api/classes/{made['id']}/names"
    kept = admin.put(path, json={"text": " 张伟 \n\n張偉\r\nLi  Ming\n阿依古丽·买买提\n"})
    assert kept.json() == {"names": ["张伟", "Li Ming", "阿依古丽·买买提"], "masked": True}
    bad = admin.put(path, json={"text": "王芳\n李\n13800138000\n" + "长" * 41})
    assert (bad.status_code, problem_of(bad)) == (422, "bad_names")
    assert [each["line"] for each in bad.json()["error"]["details"]] == [2, 3, 4]
    assert admin.get(path).json() == {"names": ["张伟", "Li Ming", "阿依古丽·买买提"], "masked": True}
    for client in (teacher, compliance):
        for answer in (client.get(path), client.put(path, json={"text": ""})):
            assert (answer.status_code, problem_of(answer)) == (403, "not_allowed")
    assert "张伟" not in compliance.get("/api/words").text + teacher.get("/api/stats/classes").text
    too_many = admin.put(path, json={"text": "\n".join(f"王{chr(0x4E00 + n)}明" for n in range(4001))})
    assert (too_many.status_code, problem_of(too_many)) == (422, "bad_names")
    assert admin.put("/api/classes/nobody/names", json={"text": "张伟"}).status_code == 404
    assert admin.put(path, json={"text": ""}).json() == {"names": [], "masked": True}
    admin.patch(f"/api/classes/{made['id']}", json={"archived": True})


def test_another_system_may_ask_for_a_class(admin: httpx.Client, compliance: httpx.Client) -> None:
    """`dayi.class` in the request; the result says which layers counted."""
    made = admin.post("/api/classes", json={"name": "问词的班"}).json()["class"]
    new = {"name": "问词", "category": "问", "question_action": "block", "layer": f"class:{made['id']}"}
    row = compliance.post("/api/words/lists", json=new).json()["list"]
    compliance.post("/api/words/entries", json={"list_id": row["id"], "text": "纸船糕"})
    assert compliance.post("/api/words/publish", json={"comment": ""}).status_code == 200
    key = admin.post("/api/keys", json={"name": "问"}).json()["key"]["key"]
    headers = {"Authorization": f"Bearer {key}"}

    def asked(**more: object) -> dict[str, object]:
        body = {"input": "纸船糕", **more}
        answer = admin.post("/v1/moderations", json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        (result,) = answer.json()["results"]
        return {"flagged": result["flagged"], "layers": result["dayi"]["layers"]}

    layers = {"flagged": True, "layers": ["organisation", f"class:{made['id']}"]}
    assert asked(dayi={"class": made["id"]}) == layers
    assert asked() == {"flagged": False, "layers": ["organisation"]}
    wrong = admin.post("/v1/moderations", json={"input": "x", "dayi": {"klasse": 1}}, headers=headers)
    assert (wrong.status_code, problem_of(wrong)) == (422, "bad_body")
    tried = {"text": "纸船糕", "direction": "question", "use": "published", "class_id": made["id"]}
    assert compliance.post("/api/words/try", json=tried).json()["action"] == "block"
    del tried["class_id"]
    assert compliance.post("/api/words/try", json=tried).json()["action"] is None
    compliance.delete(f"/api/words/lists/{row['id']}")
    compliance.post("/api/words/publish", json={"comment": ""})
    admin.patch(f"/api/classes/{made['id']}", json={"archived": True})
