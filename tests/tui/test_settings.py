"""Settings at work: each value does something, under options, environment and scene."""

import json
from pathlib import Path

import pytest

from base.messages import language
from models.scripted import Scripted
from scenes.table.play import Play
from tests.frontends import Ready
from tests.tui.tables import LINES, house, until
from tui.app import PaotuanApp
from tui.keymap import known_keys
from tui.line import LineTable
from tui.model_options import Choice
from tui.palette import Palette
from tui.preferences import SMALL_MODEL, is_new
from tui.settings import read_settings, settings_file


@pytest.fixture
def settle(home: Path):
    """Write a settings file."""

    def settle(text: str) -> Path:
        file = settings_file()
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    return settle


def rows(run, *arguments: str) -> dict[str, tuple[object, str]]:
    shown = run("settings", "--json", *arguments)
    assert shown.status == 0, shown.err
    return {row["key"]: (row["value"], row["origin"]) for row in json.loads(shown.out)}


def test_each_value_is_shown_with_what_says_it(run, settle, monkeypatch):
    file = settle('theme = "nord"\nmodel = "scripted"\n[sampling]\nn = 3\ntop_p = 0.5\n')
    found = rows(run)
    assert found["theme"] == ("nord", f"{file}:1")
    assert found["model"] == ("scripted", f"{file}:2")
    assert found["sampling.n"] == (3, f"{file}:4")
    assert found["sampling.min_p"] == (0.0, "default")
    assert found["language"] == ("en", "PAOTUAN_LANG")
    assert rows(run, "--lang", "zh")["language"] == ("zh_CN", "--lang")
    monkeypatch.setenv("PAOTUAN_MODEL", "qwen3-4b")
    assert rows(run)["model"] == ("qwen3-4b", "PAOTUAN_MODEL")
    assert rows(run, "--model", "qwen3-8b")["model"] == ("qwen3-8b", "--model")


def test_a_scene_comes_before_the_settings(run, settle, home):
    settle("[sampling]\nn = 3\ntemperature = 0.1\n")
    scene = home / "s.yaml"
    scene.write_text("title: t\ncast: {甲: 乙}\nplay_as: 甲\nsampling: {n: 2}\n", "utf-8")
    found = rows(run, "--scene", str(scene))
    assert found["sampling.n"] == (2, str(scene))
    assert found["sampling.temperature"][0] == 0.1


def test_a_draw_is_made_as_the_settings_say_unless_an_option_does(run, settle):
    settle('model = "scripted"\n[sampling]\nn = 2\n')
    log = "甲：在吗？\n乙：在。\n"
    assert run("draw", "--for", "乙", stdin=log).out.count("\n") == 2
    assert run("draw", "--for", "乙", "-n", "3", stdin=log).out.count("\n") == 3


def test_a_model_may_have_a_name_of_its_own(run, settle):
    settle('[models]\nhome = "scripted"\n')
    shown = run("draw", "--for", "乙", "--model", "home", "-n", "1", stdin="乙：在。\n")
    assert (shown.status, shown.err) == (0, "")


def test_a_model_that_nobody_knows_is_told_and_the_program_goes_on(run, settle):
    file = settle('model = "nosuch-model"\n')
    shown = run("scenes", "list")
    assert shown.status == 0
    assert f"{file}:1: model: " in shown.err


def test_a_mistake_in_the_settings_is_told_once_and_the_command_done(run, settle):
    file = settle("colums = 3\n")
    shown = run("scenes", "list")
    assert shown.status == 0
    assert shown.err == f"{file}:1: there is no setting colums; did you mean columns?\n"


def test_a_file_that_explains_itself_is_written_once(run, settle):
    assert run("settings", "--init").out.strip() == str(settings_file())
    made = read_settings(settings_file())
    assert made.problems == ()
    assert (made.language, dict(made.sampling)) == (None, {})
    again = run("settings", "--init")
    assert again.status == 2
    assert run("settings", "--path").out.strip() == str(settings_file())


def test_a_value_is_changed_or_refused(run):
    assert run("settings", "sampling.n", "3").status == 0
    assert run("settings", "theme", "nord").status == 0
    assert run("settings", "keys.app.help", "f2").status == 0
    found = read_settings(settings_file())
    assert (found.theme, found.sampling["n"], found.keys) == ("nord", 3, {"app.help": "f2"})
    for wrong in (("sampling.n", "99"), ("colums", "80"), ("columns", "wide"), ("theme",)):
        assert run("settings", *wrong).status == 2


async def test_theme_keys_and_columns_are_those_of_the_settings(settle):
    settle('theme = "nord"\ncolumns = 60\n[keys]\n"app.help" = "f2"\n')
    play = Play.start(house(), "林默")
    app = PaotuanApp(play, Choice(), Scripted(LINES))
    async with app.run_test(size=(100, 24)) as pilot:
        await pilot.pause()
        assert app.theme == "nord"
        assert app.screen.query_one("#transcript").size.width <= 60
        await pilot.press("f1")
        assert type(app.screen).__name__ == "TableScreen"
        await pilot.press("f2")
        await until(pilot, lambda: type(app.screen).__name__ == "HelpScreen")


async def test_what_the_screen_cannot_do_of_the_settings_is_told(settle):
    settle('theme = "nrd"\n[keys]\n"app.hlp" = "f2"\n"app.scenes" = "ctrl+q"\n')
    app = PaotuanApp(None, Choice(), Scripted(LINES))
    async with app.run_test(notifications=True) as pilot:
        await until(pilot, lambda: len(app.messages) == 3)
        told = [note.message for note in app.messages]
        assert any("there is no theme nrd; did you mean nord?" in line for line in told)
        assert any("nothing has the id app.hlp; did you mean app.help?" in line for line in told)
        assert any("ctrl+q is the key of both app.quit and app.scenes" in line for line in told)


async def test_a_key_of_two_things_at_the_table_is_told(settle):
    settle('[keys]\n"tray.redraw" = "pageup"\n"turn.delete" = "x"\n"tray.more" = "x"\n')
    app = PaotuanApp(None, Choice(), Scripted(LINES))
    async with app.run_test() as pilot:
        await until(pilot, lambda: len(app.messages) == 1)
        assert "pageup is the key of both table.up and tray.redraw" in app.messages[0].message


async def test_a_theme_that_is_chosen_is_settings_in(home: Path):
    app = PaotuanApp(None, Choice(), Scripted(LINES))
    async with app.run_test() as pilot:
        app.search_themes()
        await until(pilot, lambda: isinstance(app.screen, Palette))
        await pilot.press(*"gruvbox")
        await pilot.pause(0.5)
        await pilot.press("enter")
        await until(pilot, lambda: app.theme == "gruvbox")
    assert read_settings(settings_file()).theme == "gruvbox"


def test_every_key_has_an_id_of_its_own():
    assert {"app.help", "table.stop", "composer.break"} <= known_keys().keys()


def test_the_first_start_on_an_undecided_terminal_asks_once(terminal):
    undecided = {"PAOTUAN_LANG": "", "LC_ALL": "C", "PAOTUAN_MODEL": "scripted"}
    asked = terminal("play", "rain-house", "--line", **undecided)
    asked.until(asked.shows("语言 / Language", "1/2:"))
    asked.type("2\n")
    asked.until(asked.shows("You play", "林默>"))
    asked.type("\x04")
    asked.end()
    assert read_settings(settings_file()).language == "en"
    again = terminal("play", "rain-house", "--line", **undecided)
    again.until(again.shows("You play"))
    assert "Language" not in again.text


def test_the_language_comes_from_option_environment_settings_and_locale_in_that_order(
    run, settle, monkeypatch
):
    spoken = []

    def speaks(*arguments: str) -> str:
        assert run("locate", "data", *arguments).status == 0
        spoken.append(language())
        return spoken[-1]

    monkeypatch.setenv("LC_ALL", "zh_TW.UTF-8")
    monkeypatch.delenv("PAOTUAN_LANG")
    assert speaks() == "zh_TW"
    settle('language = "en"\n')
    from tui.settings import _settings_in

    _settings_in.cache_clear()
    assert speaks() == "en"
    monkeypatch.setenv("PAOTUAN_LANG", "zh")
    assert speaks() == "zh_CN"
    assert speaks("--lang", "zh-Hant") == "zh_TW"
    assert run("--lang", "fr", "locate", "data").status == 2


def test_a_hint_is_given_once_to_a_person(home: Path):
    assert is_new(SMALL_MODEL)
    assert not is_new(SMALL_MODEL)
    assert read_settings(settings_file()).notices == (SMALL_MODEL,)


def test_the_line_mode_gives_the_hint_once_too(home: Path, capsys: pytest.CaptureFixture[str]):
    table = LineTable(Play.start(house(), "林默"), Ready(Scripted(), better=[]), False)  # type: ignore[arg-type]
    for __ in range(2):
        table.load()
    table.table.close()
    assert capsys.readouterr().err.count("is small") == 1


def test_problems_are_told_in_the_language_that_is_asked_for(run, settle, monkeypatch):
    monkeypatch.delenv("PAOTUAN_LANG")
    settle("colums = 3\ncolumns = 3\n")
    english = run("--lang", "en", "settings")
    assert "there is no setting colums; did you mean columns?" in english.err
    assert "3 is not a whole number from 40 to 400" in english.err
    chinese = run("--lang", "zh", "settings")
    assert "columns：3 不行，要的是：从 40 到 400 的整数" in chinese.err
