"""Import in the program: a path, what is in the file, who is who, and what is made of it."""

import json
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Static

from base.errors import KnownError
from base.folders import sessions_folder
from base.messages import _
from models.scripted import Scripted
from scenes.files.importing import (
    OpenedCards,
    import_cards,
    opened,
)
from scenes.files.recognise import recognise
from scenes.files.talks import OpenedChat, OpenedLogs
from scenes.log import parse
from scenes.table.session_list import saved_sessions
from tests.imports.table_logs import EVENING, LOGS, NAMED
from tests.tui.tables import LINES, at, table, until
from tui.app import PaotuanApp
from tui.importing import typed_path
from tui.model_options import Choice
from tui.screens.cards import CardsScreen
from tui.screens.importing import GuessScreen, PathScreen
from tui.screens.players import PlayersScreen
from tui.screens.report import ReportScreen
from tui.screens.role import RoleScreen
from tui.screens.start import StartScreen
from tui.screens.table import TableScreen


@pytest.fixture(autouse=True)
def here(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with nothing in it, and a Chinese program."""
    monkeypatch.setenv("PAOTUAN_LANG", "zh")
    monkeypatch.chdir(home)
    return home


def start() -> PaotuanApp:
    return PaotuanApp(None, Choice(), Scripted(LINES))


async def name_file(pilot: Pilot[None], path: object) -> None:
    """Press the key of import and give a path."""
    await pilot.press("i")
    await until(pilot, lambda: isinstance(pilot.app.screen, PathScreen))
    pilot.app.screen.query_one(Input).value = str(path)
    await pilot.press("enter")


async def players(pilot: Pilot[None], path: Path) -> PlayersScreen:
    await name_file(pilot, path)
    await until(pilot, lambda: isinstance(pilot.app.screen, PlayersScreen))
    await pilot.pause()
    assert isinstance(pilot.app.screen, PlayersScreen)
    return pilot.app.screen


def rows(screen: PlayersScreen) -> list[list[str]]:
    options = screen.query_one("#players", OptionList).options
    return [str(option.prompt).split() for option in options]


def text(screen: object, selector: str) -> str:
    return str(screen.query_one(selector, Static).content)  # type: ignore[attr-defined]


async def told(pilot: Pilot[None]) -> str:
    await until(pilot, lambda: isinstance(pilot.app.screen, ReportScreen | CardsScreen))
    return "\n".join(pilot.app.screen.lines)  # type: ignore[attr-defined]


async def test_a_log_is_imported_its_players_mapped_and_played_on(here: Path) -> None:
    (here / "旧宅.txt").write_text(NAMED, "utf-8")
    async with start().run_test(size=(80, 24)) as pilot:
        screen = await players(pilot, here / "旧宅.txt")
        assert rows(screen) == [
            ["守秘人", "2", "条", "→", "守秘人", "·", "旁白"],
            ["林默", "2", "条", "→", "林默"],
            ["苏晚", "2", "条", "→", "苏晚"],
            ["骰娘", "1", "条", "→", "骰子"],
            ["ob小明", "1", "条", "→", "旁观"],
        ]
        assert "【雨下了一整夜。】\n林默：\\me 我推门进去。" in text(screen, "#preview")
        await pilot.press("down", "enter")
        await until(pilot, lambda: screen.query_one("#role", Input).has_focus)
        screen.query_one("#role", Input).value = "林医生"
        await pilot.press("enter", "end", "r")
        await pilot.pause()
        assert rows(screen)[1][4] == "林医生" and rows(screen)[4] == [
            "ob小明",
            "1",
            "条",
            "→",
            "ob小明",
        ]
        assert "林医生：\\me 我推门进去。" in text(screen, "#preview")
        await pilot.press("o", "p")
        await until(pilot, lambda: isinstance(pilot.app.screen, RoleScreen))
        assert [role.name for role in pilot.app.screen.scene.cast] == [  # type: ignore[attr-defined]
            *("守秘人", "林医生", "苏晚")
        ]
        await pilot.press("down", "enter")
        report = await told(pilot)
        assert (
            "海豹骰记录，读到 8 条消息，留下 5 条" in report
            and "未保留：指令 1（第 7 行）" in report
        )
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, TableScreen))
        play = at(pilot).play
        wanted = parse(EVENING.replace("林默：", "林医生："))
        assert play.session.entries == wanted and play.session.role == "林医生"
        assert [role.name for role in play.scene.cast if role.narrator] == ["守秘人"]


async def test_who_only_seems_to_narrate_is_said_to_be_a_guess_until_a_key_settles_it(
    here: Path,
) -> None:
    said = (
        ("阿守", "你们的船在黄昏靠岸，码头上没有人，雾从海上来。"),
        ("秦川", "“真冷。”"),
        ("阿守", "秦川看见栈桥尽头有一盏灯。（侦查）"),
        ("秦川", "“谁？”"),
        ("阿守", "“你们来晚了。”"),
    )
    log = "".join(
        f"{name}(10000{len(name)}) 2026-03-21 19:00:00\n{text}\n\n" for name, text in said
    )
    (here / "a.txt").write_text(log, "utf-8")
    async with start().run_test(size=(80, 24)) as pilot:
        screen = await players(pilot, here / "a.txt")
        assert rows(screen)[0][3:] == ["→", "阿守", "·", "旁白（猜的）"]
        assert "【“你们来晚了。”】" in text(screen, "#preview")
        await pilot.press("n")
        await pilot.pause()
        assert rows(screen)[0][3:] == ["→", "阿守", "·", "旁白"]


async def test_a_log_is_saved_as_a_log_and_nothing_is_written_over(here: Path) -> None:
    (here / "a.txt").write_text(NAMED, "utf-8")
    logs = sessions_folder().with_name("logs")
    async with start().run_test(size=(80, 24)) as pilot:
        for __ in range(2):
            await players(pilot, here / "a.txt")
            await pilot.press("s")
            await told(pilot)
            await pilot.press("enter")
            await until(pilot, lambda: isinstance(pilot.app.screen, StartScreen))
    assert sorted(path.name for path in logs.iterdir()) == ["a-2.txt", "a.txt"]
    assert (logs / "a.txt").read_text("utf-8") == (logs / "a-2.txt").read_text("utf-8") == EVENING
    assert not saved_sessions()


async def test_the_style_of_the_log_is_changed_and_seen_at_once(here: Path) -> None:
    (here / "a.txt").write_text(NAMED, "utf-8")
    async with start().run_test(size=(80, 24)) as pilot:
        screen = await players(pilot, here / "a.txt")
        await pilot.press("t", "t")
        await pilot.pause()
        assert "林默：我推门进去。" in text(screen, "#preview")
        assert "都是说话" in str(screen.query_one("#preview").border_title)


async def test_escape_goes_back_from_each_step_and_nothing_is_written(here: Path) -> None:
    (here / "a.txt").write_text(NAMED, "utf-8")
    async with start().run_test(size=(80, 24)) as pilot:
        await pilot.press("i", "escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, StartScreen))
        screen = await players(pilot, here / "a.txt")
        await pilot.press("enter", "escape")
        assert not screen.query_one("#role", Input).display
        await pilot.press("p")
        await until(pilot, lambda: isinstance(pilot.app.screen, RoleScreen))
        await pilot.press("escape", "escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, StartScreen))
    assert not list(sessions_folder().parent.rglob("*.txt")) and not saved_sessions()


@pytest.mark.parametrize(
    ("name", "raw", "why"),
    [
        ("a.json", b"<!DOCTYPE html><html>", "HTML 网页"),
        ("a.txt", b"", "是空的"),
        ("a.json", b'{"a": 1}', "是含有 a 的 JSON 对象"),
        ("a.json", b'{"entries": {}}', "世界书里一个条目也没有"),
        ("a.txt", "一封家书\n".encode(), "认不出是哪个程序的记录、角色卡或聊天记录"),
        ("a.png", b"\x89PNG", "a.png"),
        ("a.txt", b"\x1b\x01\x02" * 9, "不是文本文件"),
        ("missing.txt", None, "no such file"),
        ("~nobody-here/a.txt", None, "no such file"),
        ("长" * 300, None, "File name too long"),
    ],
)
async def test_a_file_that_cannot_be_imported_is_told_and_asked_for_again(
    here: Path, name: str, raw: bytes | None, why: str
) -> None:
    if raw is not None:
        (here / name).write_bytes(raw)
    async with start().run_test(size=(80, 24)) as pilot:
        await name_file(pilot, here / name)
        await until(pilot, lambda: pilot.app.screen.query_one("#told").has_class("wrong"))
        assert _(why) in text(pilot.app.screen, "#told")
        assert isinstance(pilot.app.screen, PathScreen)


async def test_an_import_that_takes_long_is_stopped_and_leaves_nothing(here: Path) -> None:
    (here / "a.txt").write_text(NAMED * 120_000, "utf-8")
    async with start().run_test(size=(80, 24), notifications=True) as pilot:
        screen = await players(pilot, here / "a.txt")
        await pilot.press("s", "escape")
        await until(pilot, lambda: not screen.busy and pilot.app.messages)
        assert [note.message for note in pilot.app.messages] == ["停了，什么都没有存。"]
        assert pilot.app.screen is screen
    assert not [*sessions_folder().with_name("logs").iterdir()]


async def test_names_from_outside_are_text_and_never_markup(here: Path) -> None:
    header = "[red]乙[/](1) 2026-03-21 19:05:05"
    evil = f"{header}\n[b]好\x1b[31m[/b]\n{header}\n“x”\n"
    (here / "a.txt").write_text(evil * 3, "utf-8")
    async with start().run_test(size=(80, 24)) as pilot:
        screen = await players(pilot, here / "a.txt")
        assert rows(screen)[0][0] == "[red]乙[/]"
        assert "\x1b" not in text(screen, "#preview")


async def test_a_card_becomes_a_character_with_a_scene_to_play(here: Path) -> None:
    card = {
        "spec": "chara_card_v2",
        "spec_version": "2.0",
        "data": {"name": "阿澜", "description": "渡口的船夫。", "first_mes": "阿澜：\\me 撑篙靠岸"},
    }
    (here / "card.json").write_text(json.dumps(card, ensure_ascii=False), "utf-8")
    async with start().run_test(size=(80, 24)) as pilot:
        await name_file(pilot, here / "card.json")
        assert "阿澜" in await told(pilot)
        await pilot.press("m", "m", "n", "end", *"二", "enter")
        assert pilot.app.screen.lines[0] == "阿澜二"  # type: ignore[attr-defined]
        assert pilot.app.screen.cards.imports[0].sheet.narrator  # type: ignore[attr-defined]
        await pilot.press("m", "n", "backspace", "enter")
        await pilot.press("enter")
        await until(pilot, lambda: "阿澜.yaml" in "".join(getattr(pilot.app.screen, "lines", [])))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, TableScreen))
        play = at(pilot).play
        assert [role.name for role in play.scene.cast] == ["阿澜", "旅人"]
        assert play.scene.role("阿澜").profile == "渡口的船夫。" and play.session.role == "旅人"
        assert play.session.entries == parse("阿澜：\\me 撑篙靠岸")


async def test_a_card_without_a_name_is_called_like_its_file(here: Path) -> None:
    (here / "掌柜.json").write_text(
        '{"name": "", "description": "x", "first_mes": "来了？"}', "utf-8"
    )
    async with start().run_test(size=(80, 24)) as pilot:
        await name_file(pilot, here / "掌柜.json")
        assert "掌柜" in await told(pilot)


async def test_a_chat_of_another_program_becomes_a_session(here: Path) -> None:
    lines = [
        {"user_name": "小明", "character_name": "阿澜", "create_date": "2026-3-21"},
        {"name": "阿澜", "is_user": False, "mes": "“上船吗？”", "send_date": "2026-3-21"},
        {"name": "小明", "is_user": True, "mes": "“上。”", "send_date": "2026-3-21"},
    ]
    chat = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    (here / "chat.jsonl").write_text(chat, "utf-8")
    async with start().run_test(size=(80, 24)) as pilot:
        screen = await players(pilot, here / "chat.jsonl")
        assert rows(screen) == [
            ["阿澜", "1", "条", "→", "阿澜"],
            ["小明", "1", "条", "→", "小明", "·", "你"],
        ]
        assert text(screen, "#preview") == "阿澜：上船吗？\n小明：上。"
        await pilot.press("p")
        await until(pilot, lambda: isinstance(pilot.app.screen, RoleScreen))
        await pilot.press("enter")
        assert "读到 2 条消息，留下 2 条" in await told(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, TableScreen))
        assert at(pilot).play.session.entries == parse("阿澜：上船吗？\n小明：上。")


CHAT = [
    {"user_name": "小明", "character_name": "阿澜"},
    {"name": "阿澜", "is_user": False, "mes": "*他不会来了。* 阿澜看着河。“上船吗？”"},
    {"name": "小明", "is_user": True, "mes": "“上。”"},
    {"name": "江面", "is_user": False, "mes": "起风了。\n更夫：“小心火烛！”"},
]


async def test_a_chat_is_asked_about_and_its_style_is_seen_at_once(here: Path) -> None:
    chat = "\n".join(json.dumps(line, ensure_ascii=False) for line in CHAT)
    (here / "渡口.jsonl").write_text(chat, "utf-8")
    async with start().run_test(size=(80, 24)) as pilot:
        screen = await players(pilot, here / "渡口.jsonl")
        assert [row[4:] for row in rows(screen)] == [
            ["阿澜"],
            ["小明", "·", "你"],
            ["江面"],
            ["不是角色，照原文留着（猜的）"],
        ]
        await pilot.press("d", "down", "down", "n", "down", "r", "t", "t", "t")
        await pilot.pause()
        assert [row[4:] for row in rows(screen)][2:] == [["江面", "·", "旁白"], ["更夫"]]
        assert "*…* 和【…】是内心" in str(screen.query_one("#preview").border_title)
        read = (
            "阿澜：（他不会来了。）\n阿澜：\\me 看着河。\n阿澜：上船吗？\n小明：上。\n【起风了。】"
        )
        assert text(screen, "#preview") == f"{read}\n更夫：小心火烛！"
        await pilot.press("up", "up", "o")
        await pilot.pause()
        assert "小明" not in text(screen, "#preview")
        await pilot.press("r", "p")
        await until(pilot, lambda: isinstance(pilot.app.screen, RoleScreen))
        roles = pilot.app.screen.query_one("#roles", OptionList)
        assert roles.highlighted == [r.name for r in pilot.app.screen.scene.cast].index("小明")  # type: ignore[attr-defined]
        await pilot.press("enter")
        assert "读到 3 条消息，留下 3 条" in await told(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, TableScreen))
        play = at(pilot).play
        assert play.session.entries == parse(f"{read}\n更夫：小心火烛！")
        assert play.session.role == "小明"
        assert [role.name for role in play.scene.cast if role.narrator] == ["江面"]


async def test_a_chat_is_saved_as_a_log(here: Path) -> None:
    chat = "\n".join(json.dumps(line, ensure_ascii=False) for line in CHAT)
    (here / "渡口.jsonl").write_text(chat, "utf-8")
    async with start().run_test(size=(80, 24)) as pilot:
        await players(pilot, here / "渡口.jsonl")
        await pilot.press("s")
        await told(pilot)
    (path,) = sessions_folder().with_name("logs").iterdir()
    assert "阿澜：上船吗？\n小明：上。\n" in path.read_text("utf-8") and not saved_sessions()


async def test_a_log_is_played_on_with_the_characters_that_are_yours(here: Path) -> None:
    folder = here / "data/paotuan/characters"
    folder.mkdir(parents=True)
    (folder / "林默.yaml").write_text("name: 林默\nprofile: 退役军医。\n", "utf-8")
    (here / "a.log").write_bytes(LOGS["sinanya"][1])
    async with start().run_test(size=(80, 24)) as pilot:
        await players(pilot, here / "a.log")
        await pilot.press("p")
        await until(pilot, lambda: isinstance(pilot.app.screen, RoleScreen))
        scene = pilot.app.screen.scene  # type: ignore[attr-defined]
        assert scene.role("林默").profile == "退役军医。"


async def test_an_import_begins_at_the_table_too_and_leaves_it_for_the_new_session(
    here: Path,
) -> None:
    (here / "a.log").write_bytes(LOGS["sinanya"][1])
    app, play = table(here / "sessions")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, TableScreen))
        assert "导入" in [command.title for command in app.get_system_commands(app.screen)]
        app.action_import()
        await until(pilot, lambda: isinstance(pilot.app.screen, PathScreen))
        pilot.app.screen.query_one(Input).value = f"'{here / 'a.log'}'"
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, PlayersScreen))
        await pilot.press("p")
        await until(pilot, lambda: isinstance(pilot.app.screen, RoleScreen))
        await pilot.press("end", "enter")
        await told(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: app.play is not play and app.table is not None)
        assert app.play is not None and app.play.scene.title == "a"
        assert app.play.session.role is None


async def test_what_a_file_is_is_asked_where_that_is_not_sure(here: Path) -> None:
    unsure = "甲：好。\n乙：好。\n丙：好。\n" + "就这样过去了很久很久。\n" * 2
    (here / "a.txt").write_text(unsure, "utf-8")
    async with start().run_test(size=(80, 24)) as pilot:
        await name_file(pilot, here / "a.txt")
        await until(pilot, lambda: isinstance(pilot.app.screen, GuessScreen))
        guesses = pilot.app.screen.query_one("#guesses", OptionList)
        assert [str(option.prompt) for option in guesses.options] == ["paotuan 的记录"]
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, PathScreen))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, GuessScreen))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, PlayersScreen))
        assert [row[0] for row in rows(pilot.app.screen)] == ["甲", "乙", "丙"]  # type: ignore[arg-type]


async def test_a_lorebook_goes_to_where_characters_can_name_it(here: Path) -> None:
    book = {"entries": {"0": {"key": ["旧宅"], "content": "旧宅建于光绪年间。"}}}
    (here / "世界.json").write_text(json.dumps(book, ensure_ascii=False), "utf-8")
    made = here / "data/paotuan/characters/世界.book.json"
    async with start().run_test(size=(80, 24)) as pilot:
        await name_file(pilot, here / "世界.json")
        assert "1 个条目" in await told(pilot) and not made.exists()
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, StartScreen))
        assert made.read_bytes() == (here / "世界.json").read_bytes()


async def test_a_path_is_completed(here: Path) -> None:
    (here / "晚上的记录.txt").write_text(NAMED, "utf-8")
    async with start().run_test(size=(80, 24)) as pilot:
        await pilot.press("i")
        await until(pilot, lambda: isinstance(pilot.app.screen, PathScreen))
        path = pilot.app.screen.query_one(Input)
        path.value = f"{here}/晚"
        path.cursor_position = len(path.value)
        await until(pilot, lambda: path._suggestion)
        await pilot.press("right")
        assert path.value == f"{here}/晚上的记录.txt"


SHARED = Path(__file__).resolve().parents[2] / ".." / "shared" / "fixtures"


@pytest.mark.skipif(not SHARED.is_dir(), reason="no shared fixtures beside the checkout")
def test_every_card_makes_a_scene_that_can_be_played() -> None:
    found = 0
    for path in sorted([*SHARED.rglob("cards/**/*.png"), *SHARED.glob("synthetic/card*")]):
        if path.stem in ("card_bad_base64", "card_corrupt_data"):
            with pytest.raises(KnownError):
                opened(recognise(path))
            continue
        cards = opened(recognise(path))
        assert isinstance(cards, OpenedCards)
        scene = import_cards(cards)
        name = cards.imports[0].sheet.name
        player = {"zh": "旅人", "en": "Traveller"}[scene.language]
        assert [role.name for role in scene.cast] == [name, player] and scene.play_as == player
        assert scene.opening.startswith((f"{name}：", "【")) and not scene.warnings
        found += 1
    assert found >= 10


@pytest.mark.skipif(not SHARED.is_dir(), reason="no shared fixtures beside the checkout")
def test_logs_and_chats_are_told_apart() -> None:
    for path in sorted((SHARED / "trpg_logs").iterdir()):
        assert isinstance(opened(recognise(path)), OpenedLogs), path
    chats = [*SHARED.glob("chats/*.jsonl"), *SHARED.glob("synthetic/st_*.jsonl")]
    for path in [*chats, SHARED / "synthetic" / "kobold_lite_save.json"]:
        assert isinstance(opened(recognise(path)), OpenedChat), path


def test_a_path_may_be_dropped_in_quotes_or_as_an_address() -> None:
    assert typed_path(" '/a b/c.txt' ") == typed_path("file:///a%20b/c.txt") == Path("/a b/c.txt")
