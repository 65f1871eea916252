"""What an administrator saves reaches the page and the real model, in both presets."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import expect

from server.presets import SHIPPED, preset_file
from tests.e2e.browser import People
from tests.e2e.chat_page import answered, answers, ask
from tests.e2e.conftest import models_folder
from tests.e2e.school import School
from tests.serving import serving

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

EDIT = "编辑文字与颜色"


def greedy(preset: str, folder: Path) -> Path:
    """The shipped preset, with answers that do not depend on luck."""
    lines = preset_file(preset).read_text(encoding="utf-8").splitlines()
    file = folder / "ours.toml"
    text = "\n".join("temperature = 0" if line.startswith("temperature =") else line for line in lines)
    file.write_text(text + "\n", encoding="utf-8")
    return file


@pytest.mark.parametrize("preset", SHIPPED)
async def test_saved_texts_are_on_the_page_and_the_prompt_reaches_the_model(
    preset: str, people: People, tmp_path: Path
) -> None:
    """Title, greeting and colour on the next page; the model does as the new prompt says."""
    with serving(
        tmp_path,
        model="bundled:0.5b",
        models=models_folder(),
        preset=greedy(preset, tmp_path),
        max_answer_tokens=24,
    ) as server:
        school = School(server)
        page = await people.open(f"{server.url}/admin", login=school.admin.cookie)
        school.close()
        await page.get_by_role("button", name=EDIT).click()
        dialog = page.get_by_role("dialog", name=EDIT)
        await dialog.get_by_label("页面标题（中文）").fill("海棠小站")
        await dialog.get_by_label("问候语（中文）").fill("欢迎来到海棠小站。")
        await dialog.get_by_role("textbox", name="浅色界面").fill("#7a1f1f")
        await dialog.get_by_label("系统提示词").fill("你叫海棠。无论对方说什么，你都只回答：我是海棠。")
        await dialog.get_by_role("button", name="保存").click()
        await expect(dialog).to_have_count(0)

        chat = await people.open(server.url)
        await expect(chat.get_by_text("欢迎来到海棠小站。")).to_be_visible()
        assert (await chat.title()).startswith("海棠小站")
        accent = "getComputedStyle(document.documentElement).getPropertyValue('--accent-light')"
        assert await chat.evaluate(accent) == "#7a1f1f"
        await ask(chat, "你好，请问你叫什么？")
        await answered(chat)
        await expect(answers(chat)).to_contain_text("海棠")
        await chat.close()
        await page.close()
