"""The table in a browser: an evening, an input method, keys, copies; and how it ends."""

import asyncio
import json
import os
import signal

import pytest

from scenes.table.play import Play
from tests.chromium import needs_chromium
from tests.tui.served import DOWN, ESCAPE, served, sitting

pytest.importorskip("textual_serve", reason="needs the extra `serve`")
pytestmark = needs_chromium


async def test_an_evening_is_played_in_the_browser_and_stands_in_the_journal(tmp_path):
    async with served(tmp_path) as server, sitting(server.url) as table:
        await table.shows("模型就绪")
        await table.page.press("/", 191, "/")
        await table.page.compose(("y", "yuye"), "雨夜")
        await table.until(lambda: "长安" not in table.text, "it is not searched")
        await table.enter()
        await table.shows("这鞋")
        await table.page.compose(("n", "nihao", "你好"), "苏晚，")
        await table.page.compose(("z", "zou"), "走吧。")
        await table.shows("苏晚，走吧。")
        await table.enter()
        await table.until(lambda: "苏晚，走吧。" in server.said(), "it is not in the journal")
        await table.shows("跟在我后面")
        await asyncio.sleep(0.5)
        await table.page.press("1", 49, "1")
        await table.until(lambda: len(server.said()) >= 2, "nothing was picked")
        await table.page.press("q", 81, modifiers=2)
        await table.page.until("document.body.classList.contains('-closed')")
        await table.until(lambda: not server.children(), "its process lives on")
        assert "离开" in await table.page.value("document.getElementById('ended').innerText")
        assert table.page.problems == []
        assert all(one.startswith((server.url, "data:")) for one in table.page.asked)


async def test_an_input_method_writes_once_and_its_enter_sends_nothing(tmp_path):
    async with served(tmp_path, "rain-house") as server, sitting(server.url) as table:
        await table.shows("这鞋")
        page = table.page
        await page.send("Input.imeSetComposition", text="dengmie", selectionStart=7, selectionEnd=7)
        await page.press("Process", 229)
        await page.press("Enter", 229)
        await page.send("Input.imeSetComposition", text="灯灭", selectionStart=2, selectionEnd=2)
        await page.send("Input.insertText", text="灯灭了")
        await table.shows("灯灭了")
        await page.compose(("𠮷",), "𠮷👩‍👩‍👧。")
        await asyncio.sleep(0.5)
        typed = "".join(one for one in page.sent if one.startswith('["stdin"'))
        assert typed.count("灯灭了") == 1 and "dengmie" not in typed and "\\r" not in typed
        assert table.text.count("灯灭了") == 1
        assert server.said() == []


async def test_words_that_follow_each_other_at_once_arrive_once_and_in_order(tmp_path):
    async with served(tmp_path, "rain-house") as server, sitting(server.url) as table:
        await table.shows("这鞋")
        words = [f"{number}号灯灭了" for number in "一二三四五六七八九十"]
        for word in words:
            await table.page.compose(("d", "de", "deng"), word)
        await asyncio.sleep(0.5)
        typed = [json.loads(one)[1] for one in table.page.sent if one.startswith('["stdin"')]
        written = "".join(one for one in typed if not one.startswith("\x1b"))
        assert written == "".join(words)


async def test_keys_a_new_size_and_copies_reach_the_table_and_the_clipboard(tmp_path):
    async with served(tmp_path, "rain-house") as server, sitting(server.url) as table:
        page = table.page
        await table.shows("这鞋")
        await page.press("F1", 112)
        await table.shows("帮助")
        await page.press("Escape", ESCAPE)
        await table.until(lambda: "这鞋" in table.text, "Esc did not close it")
        await page.press("f", 70, modifiers=2)
        await table.shows("在这场会话里找")
        await page.compose(("j",), "脚步")
        await table.shows("脚步声停了")
        await page.press("ArrowDown", DOWN)
        await page.press("Escape", ESCAPE)
        await table.until(lambda: "在这场会话里找" not in table.text, "Esc did not close it")
        await page.send(
            "Emulation.setDeviceMetricsOverride",
            **{"width": 760, "height": 520, "deviceScaleFactor": 1, "mobile": False},
        )
        await table.until(lambda: page.sent[-1].startswith('["resize"'), "no new size was told")
        await page.send(
            "Browser.grantPermissions",
            permissions=["clipboardReadWrite", "clipboardSanitizedWrite"],
        )
        await page.send("Input.insertText", text="/copy")
        await asyncio.sleep(0.5)
        await table.enter()
        said = "这鞋……是小孩子的。"
        for _ in range(100):
            if said in (copied := await page.value("navigator.clipboard.readText()")):
                break
            await asyncio.sleep(0.1)
        assert copied == f"苏晚：{said} \\emoji 惊讶"


async def test_a_closed_tab_and_a_stopped_server_end_the_table_with_all_kept(tmp_path):
    async with served(tmp_path, "rain-house") as server:
        async with sitting(server.url) as table:
            await table.shows("这鞋")
            await table.page.send("Input.insertText", text="谁在上面？")
            await table.shows("谁在上面？")
            await table.enter()
            await table.until(lambda: "谁在上面？" in server.said(), "it was not said")
            await table.page.send("Page.navigate", url="about:blank")
            await table.until(lambda: not server.children(), "its process lives on", 20)
        play = Play.resume(server.journals[0])
        assert play.session.path[-1].entry.text == "谁在上面？"
        play.close()
        async with sitting(server.url) as table:
            await table.until(server.children, "no process")
            server.process.send_signal(signal.SIGTERM)
            await asyncio.wait_for(server.process.wait(), 30)
            assert not server.children()


@pytest.mark.skipif(not os.path.isdir("/proc"), reason="looks for processes under /proc")
async def test_a_killed_server_leaves_no_table_behind(tmp_path):
    async with served(tmp_path, "rain-house") as server, sitting(server.url) as table:
        await table.until(server.children, "no process")
        await table.shows("这鞋")
        server.process.kill()
        await server.process.wait()
        await table.until(lambda: not server.children(), "a table is left behind", 20)
