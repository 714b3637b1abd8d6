"""The start: scenes, sessions, roles, and broken files among them."""

from pathlib import Path

import pytest

from base.folders import sessions_folder
from scenes.table.play import Play
from tests.tui.starts import at_start, light, start
from tests.tui.tables import at, house, say, until
from tui.app import PaotuanApp
from tui.model_options import Choice
from tui.screens.start import StartScreen
from tui.screens.table import TableScreen
from tui.widgets.preview import Preview
from tui.widgets.rows import Rows
from tui.widgets.status import Status

NOT_HERE = """\
title: 旧宅
cast: {甲: 医生, 乙: 记者}
opening: 【雨下了一整夜。】
model: {use: ./gone.gguf}
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, and no scenes in the current folder."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("PAOTUAN_LANG", "zh")
    monkeypatch.chdir(tmp_path)
    return tmp_path


async def test_a_scene_is_chosen_and_played_and_then_resumed() -> None:
    async with start().run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "scripted" in pilot.app.screen.query_one(Status).parts[0]
        assert at_start(pilot).query_one(Rows).option_count >= 5
        await until(pilot, lambda: at_start(pilot).query_one(Preview).text.strip())
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, TableScreen))
        await say(pilot, "我来了。")
        await pilot.press("ctrl+l")
        await until(pilot, lambda: isinstance(pilot.app.screen, StartScreen))
        await until(pilot, lambda: len(at_start(pilot).sessions.saved) == 1)
        await pilot.press("tab")
        await until(pilot, lambda: "我来了。" in at_start(pilot).query_one(Preview).text)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, TableScreen))
        assert at(pilot).play.session.entries[-1].text == "我来了。"


async def test_another_role_or_none_may_be_the_players() -> None:
    async with start().run_test(size=(80, 24)) as pilot:
        await pilot.press("r")
        await pilot.pause()
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, TableScreen))
        play = at(pilot).play
        assert play.session.role == play.scene.cast[1].name
        await pilot.press("ctrl+l")
        await pilot.press("r")
        await pilot.pause()
        await pilot.press("end", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, TableScreen))
        assert at(pilot).play.session.role is None


async def test_a_broken_scene_says_where_it_is_wrong(home: Path) -> None:
    folder = home / "scenes"
    folder.mkdir()
    (folder / "0.yaml").write_text("title: 坏了\ncasts: {甲: 乙}\n", encoding="utf-8")
    (folder / "1.yaml").write_text("title: [\x1b", encoding="utf-8")
    async with start().run_test(size=(80, 24), notifications=True) as pilot:
        await light(pilot, "0")
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.messages)
        told = [note.message for note in pilot.app.messages]
        assert any("0.yaml:2" in line and "是不是 cast" in line for line in told)
        assert isinstance(pilot.app.screen, StartScreen)
        await until(pilot, lambda: "0.yaml:2" in at_start(pilot).query_one(Preview).text)
        await light(pilot, "1")
        await until(pilot, lambda: "1.yaml" in at_start(pilot).query_one(Preview).text)


async def test_a_broken_session_is_told_and_left_as_it_is() -> None:
    play = Play.start(house(), "林默", sessions_folder())
    play.close()
    path = play.journal.path
    path.write_bytes(b"noise\n" + path.read_bytes())
    before = path.read_bytes()
    async with start().run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, lambda: at_start(pilot).sessions.saved)
        await pilot.press("tab", "enter")
        await until(pilot, lambda: pilot.app.messages)
        assert "文件已损坏" in next(iter(pilot.app.messages)).message
    assert path.read_bytes() == before


async def test_a_model_that_cannot_be_opened_is_told_and_the_table_still_stands() -> None:
    app = PaotuanApp(None, Choice(model="no-such-model"))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.model.problem)
        await pilot.pause()
        assert "no-such-model" in app.screen.query_one(Status).parts[0]
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, TableScreen))
        await say(pilot, "没有模型也能写。")
        assert at(pilot).play.session.entries[-1].text == "没有模型也能写。"


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_a_scene_whose_model_is_not_here_says_so_and_leaves_no_session(
    home: Path, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    monkeypatch.setenv("PAOTUAN_LANG", lang)
    monkeypatch.delenv("PAOTUAN_MODEL", raising=False)
    (home / "scenes").mkdir()
    (home / "scenes" / "0.yaml").write_text(NOT_HERE, encoding="utf-8")
    app = PaotuanApp(None, Choice())
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, lambda: app.model.backend)
        await light(pilot, "0")
        await pilot.press("enter")
        stays = {"zh": "；仍用 ", "en": " stays"}[lang]
        await until(pilot, lambda: any("gone.gguf" in note.message for note in app.messages))
        assert isinstance(app.screen, TableScreen)
        assert any(stays in note.message for note in app.messages)
        await pilot.press("ctrl+l")
        await until(pilot, lambda: isinstance(app.screen, StartScreen))
        assert not list(sessions_folder().iterdir())
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, TableScreen))
        await say(pilot, "乙：没有模型也能写。")
        await pilot.press("ctrl+z", "ctrl+l")
        await until(pilot, lambda: isinstance(app.screen, StartScreen))
    (saved,) = sessions_folder().glob("*.jsonl")
    assert "没有模型也能写。" in saved.read_text("utf-8")


async def test_a_resumed_session_is_kept_though_nothing_is_said_in_it() -> None:
    Play.start(house(), "林默", sessions_folder()).close()
    (path,) = sessions_folder().glob("*.jsonl")
    before = path.read_bytes()
    async with start().run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: at_start(pilot).sessions.saved)
        await pilot.press("tab", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, TableScreen))
        await pilot.press("ctrl+l")
        await until(pilot, lambda: isinstance(pilot.app.screen, StartScreen))
    assert path.read_bytes() == before
