"""Finding, copying and exporting at the table."""

import base64
import json

from textual.widgets import Input, OptionList, Static

from scenes.log import Entry
from scenes.table.draws import Candidate, Draw
from tests.tui.tables import at, dealt, say, table, until
from tui.screens.find import FindScreen
from tui.widgets.composer import Composer


def rows(pilot):
    options = pilot.app.screen.query_one("#hits", OptionList)
    return [str(options.get_option_at_index(i).prompt) for i in range(options.option_count)]


def told(pilot):
    return str(pilot.app.screen.query_one("#told", Static).content)


def long_play(tmp_path):
    app, play = table(tmp_path)
    play.say("座钟停了。")
    number = play.session.head
    play.say("几点停的？")
    play.session.go(number)
    play.say("谁动了它？")
    lines = (Entry("speech", "是我动的座钟。", "苏晚"),)
    play.session.keep(Draw(0, play.session.head, "苏晚", tuple(map(Candidate, lines))))
    return app, play


async def test_ctrl_f_finds_while_it_is_typed_and_tells_where(tmp_path):
    app, _ = long_play(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+f")
        await pilot.press(*"座钟")
        await pilot.pause()
        assert len(rows(pilot)) == 2
        assert "a candidate after turn" in rows(pilot)[0]
        await pilot.press("backspace", "backspace", *"几点")
        await pilot.pause()
        assert "on another branch" in rows(pilot)[0]
        await pilot.press(*"没有")
        await pilot.pause()
        assert rows(pilot) == [] and told(pilot) == "Nothing found here"
        await pilot.press("escape")
        await pilot.pause()
        assert at(pilot)


async def test_enter_on_a_turn_of_another_branch_goes_there(tmp_path):
    app, play = long_play(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+f", *"几点")
        await pilot.pause()
        await pilot.press("enter")
        await until(pilot, lambda: play.session.path[-1].entry.text == "几点停的？")


async def test_enter_on_a_turn_of_this_branch_leaves_the_play_where_it_stands(tmp_path):
    app, play = long_play(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        head = play.session.head
        await pilot.press("ctrl+f", *"停了")
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert at(pilot) and play.session.head == head


async def test_the_command_finds_in_the_same_way(tmp_path):
    app, _ = long_play(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "/find 几点")
        await until(pilot, lambda: isinstance(app.screen, FindScreen))
        await pilot.pause()
        assert app.screen.query_one(Input).value == "几点" and len(rows(pilot)) == 1


async def test_tab_searches_all_sessions(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    folder = tmp_path / "paotuan" / "sessions"
    folder.mkdir(parents=True)
    __, other = table(folder)
    other.say("阁楼上有脚步声。")
    other.leave()
    app, _ = long_play(folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+f", *"脚步")
        await pilot.pause()
        assert rows(pilot) == []
        await pilot.press("tab")
        await until(pilot, lambda: rows(pilot))
        assert "旧宅" in rows(pilot)[0] and "阁楼上有脚步声" in rows(pilot)[0]


async def test_enter_on_a_line_of_another_session_opens_it_there(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    folder = tmp_path / "paotuan" / "sessions"
    folder.mkdir(parents=True)
    __, other = table(folder)
    other.say("阁楼上有脚步声。")
    other.say("别去。")
    other.leave()
    app, _ = long_play(folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+f", "tab", *"脚步")
        await until(pilot, lambda: rows(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: app.play is not None and app.play.session.id == other.session.id)
        await until(pilot, lambda: app.screen is app.table and at(pilot).lit_turn is not None)
        assert at(pilot).lit_turn.entry.text == "阁楼上有脚步声。"


async def test_hostile_words_and_lines_are_only_text(tmp_path):
    app, play = table(tmp_path)
    play.say("[red]灯[/red] \x1b[31m")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+f")
        app.screen.query_one(Input).value = "[red]"
        await pilot.pause()
        assert "[red]灯[/red]" in rows(pilot)[0] and "\x1b" not in rows(pilot)[0]
        app.screen.query_one(Input).value = "灯" * 50_000
        await pilot.pause()
        assert rows(pilot) == []


async def test_the_last_line_the_candidate_and_the_log_are_copied(tmp_path, monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "TMUX", "STY", "TERM_PROGRAM", "VTE_VERSION"):
        monkeypatch.delenv(name, raising=False)
    app, _ = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        sent = []
        monkeypatch.setattr(app._driver, "write", sent.append)

        async def copied(line):
            sent.clear()
            await say(pilot, line)
            await until(pilot, lambda: any("52;c;" in one for one in sent))
            return base64.b64decode(sent[0][7:-1]).decode()

        assert await copied("/copy") == "苏晚：你确定是这里？ \\emoji 困惑"
        assert (await copied("/copy log")).splitlines()[0] == "【雨下了一整夜。】"
        await say(pilot, "在吗？")
        await dealt(pilot)
        assert await copied("/copy 4") == "别出声。"


async def test_an_export_is_written_once_and_never_over_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    app, play = long_play(tmp_path / "sessions")
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "/export markdown evening")
        await until(pilot, lambda: (tmp_path / "evening.md").exists())
        before = (tmp_path / "evening.md").read_text("utf-8")
        assert before.startswith("# 旧宅")
        play.say("又一句。")
        await say(pilot, "/export markdown evening.md")
        await pilot.pause(0.2)
        assert (tmp_path / "evening.md").read_text("utf-8") == before
        app.screen.query_one(Composer).clear()
        await say(pilot, "/export log")
        await until(pilot, lambda: list(tmp_path.glob("旧宅-*.txt")))


async def test_the_screen_asks_for_format_and_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    app, _ = long_play(tmp_path / "sessions")
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "/export")
        await until(pilot, lambda: app.screen.query("#formats"))
        await pilot.pause()
        assert app.screen.query_one("#path", Input).value.endswith(".html")
        await pilot.press("down")
        await pilot.pause()
        assert app.screen.query_one("#path", Input).value.endswith(".jsonl")
        await pilot.press("tab")
        app.screen.query_one("#path", Input).value = "no/such/folder/x"
        await pilot.press("enter")
        await pilot.pause()
        assert "no such folder" in str(app.screen.query_one("#told", Static).content)
        app.screen.query_one("#path", Input).value = "chat"
        await pilot.press("enter")
        await until(pilot, lambda: (tmp_path / "chat.jsonl").exists())
        assert json.loads((tmp_path / "chat.jsonl").read_text("utf-8").splitlines()[0])
