"""The table says only what is so: what Enter takes, which keys work, what became of a command."""

import signal
from collections.abc import Callable
from pathlib import Path
from time import monotonic

import pytest
from textual import events
from textual.widgets import Static

from base.folders import data_folder
from models.scripted import Scripted
from scenes.table.play import Play
from tests.tui.starts import rows
from tests.tui.tables import at, dealt, house, say, table, tray_text, until, write
from tests.tui.terminals import Terminal
from tui.app import PaotuanApp
from tui.model_options import Choice
from tui.screens.find import FindScreen, Place
from tui.screens.help import HelpScreen
from tui.screens.models import ModelsScreen
from tui.widgets.composer import Composer
from tui.widgets.field import Field
from tui.widgets.message_line import short
from tui.widgets.tray import Tray

SLOW = 0.2


def invitation(app: PaotuanApp) -> str:
    return str(app.screen.query_one(Composer).placeholder)


def last_told(app: PaotuanApp) -> str:
    return app.messages[-1].message if app.messages else ""


async def test_the_composer_names_the_candidate_that_is_lit_not_the_one_that_came_to_nothing(
    tmp_path: Path,
) -> None:
    app, _ = table(tmp_path, ["", "走吧。", "", "别出声。", "回去。"])
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "我们走。")
        await until(pilot, lambda: not at(pilot).table.drawing and at(pilot).table.hand)
        await until(pilot, lambda: "came to nothing; ↓ r draws again" in tray_text(pilot))
        lit = at(pilot).query_one(Tray).lit + 1
        assert lit != 1
        await until(pilot, lambda: f"Enter takes candidate {lit}" in invitation(app))
        await pilot.press("down")
        await until(pilot, lambda: "came to nothing; r draws again" in tray_text(pilot))
        await write(pilot, "w")
        await until(pilot, lambda: "draws again" not in tray_text(pilot))


async def test_no_key_is_offered_for_candidates_that_are_not_there_yet(tmp_path: Path) -> None:
    play = Play.start(house(), "林默", tmp_path)
    app = PaotuanApp(play, Choice(), Scripted(["走吧。"] * 5, batch=8, batch_delay=SLOW))
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "我们走。")
        await until(pilot, lambda: at(pilot).table.drawing and at(pilot).table.hand)
        tray = at(pilot).query_one(Tray)
        assert "pick" not in str(tray.border_title)
        await pilot.press("down")
        assert "edit" not in str(tray.border_title)
        await pilot.press("v")
        await until(pilot, lambda: "has no words yet" in last_told(app))
        assert app.screen is app.table
        await pilot.press("y")
        await until(pilot, lambda: "candidate 1 is still being drawn" in last_told(app))


async def test_a_hand_that_enter_does_not_bring_back_does_not_say_so(tmp_path: Path) -> None:
    app, _ = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "我们走。")
        await dealt(pilot)
        name = at(pilot).table.hand.speaker.name  # type: ignore[union-attr]
        await say(pilot, f"/leave {name}")
        await until(pilot, lambda: f"/enter {name} brings them back" in last_told(app))
        assert not at(pilot).table.hidden
        assert not at(pilot).query_one(Tray).display
        await say(pilot, f"/enter {name}")
        await until(pilot, lambda: "is at the table again" in last_told(app))
        await say(pilot, f"/mute {name}")
        await until(pilot, lambda: f"/unmute {name} ends it" in last_told(app))


async def test_what_was_found_is_lit_and_the_composer_says_what_enter_does_there(
    tmp_path: Path,
) -> None:
    app, play = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "我们走。")
        await dealt(pilot)
        at(pilot).show_place(Place(play.session.path[0].id))
        await pilot.pause()
        assert "Turn 1: Enter goes there" in invitation(app)


async def test_help_finds_a_key_by_the_word_that_the_border_has_for_it(tmp_path: Path) -> None:
    app, _ = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        rows = [row for _, held in app.screen._sections for row in held if row.holds("pick")]  # type: ignore[attr-defined]
        assert any(row.keys.startswith("1") for row in rows)


@pytest.mark.parametrize("typed", ["/foo", "/xyz"])
async def test_a_command_like_none_is_not_taken_for_a_long_one(tmp_path: Path, typed: str) -> None:
    app, _ = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, typed)
        await until(pilot, lambda: f"there is no command {typed}" in last_told(app))
        assert "did you mean" not in last_told(app)


async def test_a_field_takes_of_a_paste_what_it_has_room_for_and_says_so(tmp_path: Path) -> None:
    app, _ = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+f")
        await until(pilot, lambda: isinstance(app.screen, FindScreen))
        field = app.screen.query_one(Field)
        field.post_message(events.Paste("a\x00\x1b[31m灯\nmore"))
        await until(pilot, lambda: field.value == "a[31m灯")
        field.post_message(events.Paste("w" * 50_000))
        await until(pilot, lambda: len(field.value) == 20_000)
        assert "the rest is left out" in last_told(app)


async def test_the_scripted_model_recites_english_in_an_english_scene(tmp_path: Path) -> None:
    opening = "Tom：There is a lantern on the rocks, and it moves, though the tide is high."
    play = Play.start(house(opening=opening, aim="Reach the lighthouse"), "林默", tmp_path)
    app = PaotuanApp(play, Choice(), Scripted())
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "We had better go and look, all of us, before the boat comes in.")
        await dealt(pilot)
        shown = tray_text(pilot)
        assert "Quiet now" in shown or "upstairs" in shown


def test_the_line_that_first_does_not_fit_is_in_sight_at_once(
    terminal: "Callable[..., Terminal]",
) -> None:
    """The opening, two lines, and a tray that is as high as the one before fill the screen."""
    shown = terminal("play", "greyharbour", "--model", "scripted", PAOTUAN_LANG="en")
    shown.until(shown.shows("Keep away", "Enter lets Tom speak"))
    shown.type("Hello all of you.\r")
    shown.until(shown.shows("5 lines for Tom", "Somebody is"))
    shown.type("/model http://127.0.0.1:9/v1\r")
    shown.until(shown.shows("cannot connect"))
    begun = monotonic()
    shown.until(lambda: monotonic() > begun + 3.5)  # so long an error stands at least
    shown.type("\r")
    shown.until(shown.shows("5 lines for Mrs Pell", "throws the keys"))
    begun = monotonic()
    shown.until(lambda: monotonic() > begun + 1)
    assert "Tom：Did you hear that?" in shown.text, shown.text


def test_of_a_message_that_does_not_fit_the_path_is_cut_first() -> None:
    words = "/home/me/.local/share/paotuan/sessions/20261129-greyharbour.jsonl: no space left"
    assert short(words, 60) == "…/20261129-greyharbour.jsonl: no space left"
    assert short(words, 100) == words
    assert short("no command /foo (/help lists them)", 9) == "no command /foo (/help lists them)"
    assert short("see http://127.0.0.1:9/v1/models/x: refused, and more words", 30).startswith(
        "see http://127.0.0.1:9/v1/models/x"
    )


@pytest.mark.parametrize("way", ["quit", "hang up"])
def test_what_was_written_and_not_sent_is_there_when_the_table_is_taken_again(
    terminal: "Callable[..., Terminal]", way: str
) -> None:
    shown = terminal("play", "greyharbour", "--model", "scripted", PAOTUAN_LANG="en")
    shown.until(shown.shows("Enter lets Tom speak"))
    shown.type("Hello.\r")
    shown.until(shown.shows("5 lines for Tom"))
    shown.type("half a thought")
    shown.until(shown.shows("half a thought"))
    if way == "quit":
        shown.type("\x11")
    else:
        shown.process.send_signal(signal.SIGHUP)
    shown.end()
    again = terminal("play", "--resume", "--model", "scripted", PAOTUAN_LANG="en")
    again.until(again.shows("half a thought", "5 lines for Tom"))
    again.type(", finished\r")
    again.until(again.shows("Ada：half a thought, finished"))


async def test_while_an_address_is_asked_for_the_keys_of_the_list_are_not_offered(
    tmp_path: Path,
) -> None:
    app, _ = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f3")
        await until(pilot, lambda: isinstance(app.screen, ModelsScreen) and app.screen.rows)
        keys = app.screen.query_one("#models-keys", Static)
        assert "Enter plays with it" in str(keys.content)
        await pilot.press("a")
        await until(pilot, lambda: str(keys.content) == "Enter asks it · Esc back")
        await pilot.press("escape")
        await until(pilot, lambda: "Enter plays with it" in str(keys.content))


@pytest.mark.parametrize(
    ("spoken", "before", "after", "unread"),
    [
        ("en", "greyharbour", "changan", "cannot be read"),
        ("zh_CN", "xiyou", "greyharbour", "读不了"),
    ],
)
async def test_scenes_in_ones_own_writing_come_first_and_unreadable_ones_last(
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    spoken: str,
    before: str,
    after: str,
    unread: str,
) -> None:
    monkeypatch.setenv("PAOTUAN_LANG", spoken)
    folder = data_folder() / "scenes"
    folder.mkdir(parents=True)
    (folder / "aaa.yaml").write_bytes(b"\x00\xff")
    app = PaotuanApp(None, Choice(), Scripted())
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: any(f"aaa {unread}" in row for row in rows(pilot)))
        names = [row.split()[-1] for row in rows(pilot)]
        assert names.index(before) < names.index(after)
        assert "aaa" in [row for row in rows(pilot) if "▷" not in row][-1]


async def test_nothing_is_said_to_be_hidden_where_nothing_is(tmp_path: Path) -> None:
    """Candidates were hidden, then one went back to a turn after which none were drawn."""
    app, play = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "我们走。")
        await dealt(pilot)
        await pilot.press("escape", "escape")
        assert app.screen.query_one(Tray).folded
        tray = app.screen.query_one(Tray)
        assert "Enter brings" in str(tray.border_title)
        await pilot.press("w")
        assert "out of sight" in str(tray.border_title)
        assert "Enter" not in str(tray.border_title)  # there it sends
        await pilot.press("backspace", "up", "up")
        assert "Enter" not in str(tray.border_title)  # and there it goes to the turn
        await pilot.press("enter")
        await pilot.pause()
        assert play.session.head == 2
        assert not tray.folded
        assert "brings" not in invitation(app)
