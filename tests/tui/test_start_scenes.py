"""Scenes at the start: the preview, what is remembered, newcomers, and hostile files."""

import os
from pathlib import Path

import pytest

from base.folders import data_folder, sessions_folder
from tests.tui.starts import at_start, light, played, preview, rows, screen_text, start, told
from tests.tui.tables import at, house, until
from tui.screens.start import StartScreen
from tui.screens.table import TableScreen
from tui.widgets.rows import Rows

GOOD = "title: 渡口\ncast: {甲: 船夫, 乙: 过客}\nplay_as: 乙\nopening: 【江上起雾了。】\n"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("DATA", "CONFIG", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    monkeypatch.setenv("PAOTUAN_LANG", "zh")
    monkeypatch.delenv("PAOTUAN_MODEL", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


async def test_the_preview_tells_the_opening_the_cast_who_you_are_and_what_will_speak() -> None:
    async with start().run_test(size=(120, 40)) as pilot:
        await light(pilot, "rain-house")
        await until(pilot, lambda: "雨下了一整夜" in preview(pilot))
        seen = preview(pilot)
        assert "你演林默" in seen and "3 个角色" in seen and "开场 10 句" in seen
        assert "苏晚：你确定是这里？" in seen
        assert "林默  （你）退役军医" in seen
        assert "自带的小模型" in seen and "中文" in seen


async def test_a_voice_that_is_not_on_this_machine_is_named_as_such(home: Path) -> None:
    (home / "scenes").mkdir()
    text = GOOD.replace("船夫", "{profile: 船夫, adapter: chuanfu}")
    (home / "scenes" / "0.yaml").write_text(text, "utf-8")
    async with start().run_test(size=(120, 40)) as pilot:
        await light(pilot, "0")
        await until(pilot, lambda: "甲 ← chuanfu（这台机器上没有）" in preview(pilot))


async def test_a_role_that_was_chosen_is_that_of_the_next_time() -> None:
    async with start().run_test(size=(80, 24)) as pilot:
        await light(pilot, "rain-house")
        await pilot.press("r", "down", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, TableScreen))
        assert at(pilot).play.session.role == "苏晚"
        await pilot.press("ctrl+l")
        await until(pilot, lambda: isinstance(pilot.app.screen, StartScreen))
        await until(pilot, lambda: "你演苏晚" in preview(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, TableScreen))
        assert at(pilot).play.session.role == "苏晚"


async def test_opening_a_scene_and_leaving_makes_no_session() -> None:
    async with start().run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, TableScreen))
        await pilot.press("ctrl+l")
        await until(pilot, lambda: isinstance(pilot.app.screen, StartScreen))
    assert not list(sessions_folder().glob("*.jsonl"))


async def test_what_was_played_last_comes_first() -> None:
    played("走吧。", scene=house(name="xiyou", title="无影村"))
    async with start().run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: at_start(pilot).scenes.is_read)
        assert "xiyou" in rows(pilot)[0]
        assert at_start(pilot).lit_id == "xiyou"


async def test_a_newcomer_sees_the_tutorial_first_and_lit(home: Path) -> None:
    (home / "scenes").mkdir()
    (home / "scenes" / "入门.yaml").write_text(GOOD.replace("渡口", "三盏茶"), "utf-8")
    async with start().run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "三盏茶" in rows(pilot)[0] and at_start(pilot).lit_id == "入门"
    played("走吧。", scene=house(name="xiyou", title="无影村"))
    async with start().run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "三盏茶" not in rows(pilot)[0]


async def test_a_broken_scene_shows_all_that_is_wrong_with_it(home: Path) -> None:
    (home / "scenes").mkdir()
    broken = "title: 坏了\ncasts: {甲: 乙}\nturn: natural\n"
    (home / "scenes" / "0.yaml").write_text(broken, "utf-8")
    async with start().run_test(size=(120, 40)) as pilot:
        await light(pilot, "0")
        await until(pilot, lambda: "0.yaml:2" in preview(pilot))
        assert "0.yaml:3" in preview(pilot) and "是不是 cast" in preview(pilot)


async def test_hostile_files_among_the_scenes_never_break_the_list(home: Path) -> None:
    folder = home / "scenes"
    folder.mkdir()
    (folder / "binary.yaml").write_bytes(bytes(range(256)) * 50)
    (folder / "huge.yaml").write_bytes(b"title: huge\n" + b"# x\n" * 6_000_000)
    (folder / "title.yaml").write_text("title: '[red]\\x1b[2J'\ncast: {a: b}\n", "utf-8")
    (folder / "plain.yaml").write_text("title: \u202e[b]倒[/b]\x07\ncast: {a: b}\n", "utf-8")
    (folder / "long.yaml").write_text(f"title: {'长' * 9000}\ncast: {{甲: 乙}}\n", "utf-8")
    (folder / "bomb.yaml").write_text("a: &a [x]\nb: &b [*a,*a]\ntitle: [*b,*b]\n", "utf-8")
    (folder / "list.yaml").write_text("- a\n- b\n", "utf-8")
    (folder / "folder.yaml").mkdir()
    (folder / "gone.yaml").symlink_to(home / "nowhere")
    os.mkfifo(folder / "pipe.yaml")
    (folder / "[b]tag.yaml").write_text(GOOD, "utf-8")
    async with start().run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, lambda: at_start(pilot).scenes.is_read)
        for id in [row.id for row in at_start(pilot).section.rows_shown]:
            await light(pilot, id)
            screen = at_start(pilot)
            await until(pilot, lambda screen=screen, id=id: ("scenes", id) in screen._told)
        assert "\x1b" not in screen_text(pilot) and "\u202e" not in screen_text(pilot)
        await light(pilot, "[b]tag")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, TableScreen))


async def test_a_broken_memory_of_choices_is_as_none() -> None:
    data_folder().mkdir(parents=True)
    for text in ("[1]", '{"rain-house": 3}', '{"rain-house": {"chose": true, "role": [1]}}', "{"):
        (data_folder() / "start.json").write_text(text, "utf-8")
        async with start().run_test(size=(80, 24), notifications=True) as pilot:
            await light(pilot, "rain-house")
            await pilot.press("enter")
            await until(pilot, lambda: isinstance(pilot.app.screen, TableScreen))
            assert not [line for line in told(pilot) if "start.json" in line]


@pytest.mark.parametrize("size", [(20, 5), (40, 10), (80, 24), (200, 60)])
async def test_the_list_is_there_at_every_size(size: tuple[int, int]) -> None:
    async with start().run_test(size=size) as pilot:
        await pilot.pause()
        assert at_start(pilot).query_one(Rows).region.height >= 1
        await pilot.resize_terminal(20, 5)
        await pilot.pause()
        await pilot.resize_terminal(*size)
        await pilot.pause()
        assert rows(pilot)[0].split()[0][:4] in screen_text(pilot)
