"""Rolls that go out in another tool's form come back as the same rolls."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.scripted import Scripted
from scenes.dice.log_form import line_of
from scenes.dice.roll import Roll
from scenes.files.chats import import_chat
from scenes.files.exports import export
from scenes.files.importing import import_log
from scenes.files.recognise import recognise
from scenes.files.trpg.people import TableRules
from scenes.files.trpg.roll_saying import shared
from scenes.scene import Role
from scenes.table.journal_reader import read_session
from scenes.table.play import Play
from scenes.table.session import Session
from tests.frontends import PlainFrontEnd
from tests.scenes.conftest import made_scene

SEALDICE = ["sealdice-json", "sealdice"]
TYPED = [
    *(".ra 侦查", ".rb2 聆听 40 门后", "苏晚：.rp 困难侦查 60", ".r 2d6+3 伤害", ".r 4d6kh3"),
    *(".r 3#1d6", ".sc 1/1d6", ".en 侦查", ".rh 侦查 60", ".r 1d100", "我推门。", "谁？"),
    *("/set HP -3", ".st 侦查70", "*点头*", "苏晚：嗯。", ".rav 侦查 林默 苏晚", "/undo"),
]
SHEET = {"HP": 11, "SAN": 60, "侦查": 63, "聆听": 40}


def played(folder: Path, typed: list[str]) -> Play:
    cast = (
        Role("守秘人", narrator=True),
        Role("林默", sheet=SHEET),
        Role("苏晚", sheet={"侦查": 50, "SAN": 70}),
    )
    play = Play.start(made_scene(cast=cast, turns="manual", opening="【雨。】"), "林默", folder)
    play.new_seed = lambda: 7
    table = PlainFrontEnd(play, Scripted(["好。"]))
    for line in typed:
        table.do("enter", line)
    return play


def imported(path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    monkeypatch.setenv("XDG_DATA_HOME", str(home))
    (report,) = import_log(recognise(path), TableRules(), "林默", print)
    folder = next(home.rglob(f"{report.session}.jsonl"))
    return read_session(folder)


def chat(path: Path, folder: Path) -> Path:
    return folder / f"{import_chat(path, folder).session}.jsonl"


def rolls(session: Session) -> list[Roll]:
    return [shared(roll) for roll in session.rolled]


@pytest.mark.parametrize("form", SEALDICE)
def test_a_session_is_rolled_the_same_after_sealdice(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    play = played(tmp_path / "a", TYPED)
    path = tmp_path / ("log.json" if form == "sealdice-json" else "log.txt")
    path.write_text("\n".join(export(form, play.session, None, 4096)) + "\n", "utf-8")
    back = imported(path, tmp_path / "home", monkeypatch)
    assert rolls(back) == rolls(play.session) and len(back.rolled) > 9
    for role in ("林默", "苏晚"):
        assert dict(back.sheet(role)) == dict(play.session.sheet(role))
    kinds = [turn.entry for turn in back.path if turn.roll is None]
    assert kinds == [turn.entry for turn in play.session.path if turn.roll is None]
    play.close()


def test_what_is_exported_is_what_sealdice_writes(tmp_path: Path) -> None:
    play = played(tmp_path, [".ra 侦查", ".rh", "我推门。"])
    log = json.loads("".join(export("sealdice-json", play.session, None, 4096)))
    assert log["version"] == 101
    said = [(one["nickname"], one["message"], one["isDice"]) for one in log["items"]]
    roll = play.session.rolled[0]
    assert said[0] == ("林默", ".st HP11 SAN60 侦查63 聆听40", False)
    assert said[3] == ("林默", ".ra 侦查 63", False)
    name, message, is_dice = said[4]
    assert name == "骰娘" and is_dice
    assert message.startswith(f'<林默>的"侦查"检定结果为: D100={roll.totals[0]}/63 ')
    assert said[5:7] == [("林默", ".rh", False), ("骰娘", "命运正在低语", True)]
    accounts = {one["nickname"]: one["IMUserId"] for one in log["items"]}
    assert len(set(accounts.values())) == len(accounts)
    hidden = play.session.rolled[1]
    assert f"={hidden.totals[0]}" not in json.dumps(said[5:], ensure_ascii=False)
    play.close()


def test_sillytavern_keeps_rolls_and_sheets_and_reads_them_without_ours(tmp_path: Path) -> None:
    play = played(tmp_path / "a", TYPED)
    lines = list(export("sillytavern", play.session, None, 4096))
    path = tmp_path / "chat.jsonl"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    back = read_session(chat(path, tmp_path / "b"))
    assert back.rolls == play.session.rolls
    assert back.sheet("林默") == play.session.sheet("林默")
    assert [turn.roll for turn in back.path] == [turn.roll for turn in play.session.path]
    bare = [json.loads(line) for line in lines]
    del bare[0]["chat_metadata"]["paotuan"]
    for message in bare[1:]:
        message["extra"].pop("paotuan", None)
    roll = next(one for one in bare[1:] if "1d100" in one["mes"])
    assert roll["extra"]["type"] == "narrator" and not roll["is_user"]
    path.write_text("\n".join(json.dumps(one) for one in bare) + "\n", "utf-8")
    plain = read_session(chat(path, tmp_path / "c"))
    assert [line_of(one) for one in plain.rolled] == [line_of(one) for one in play.session.rolled]
    play.close()


def test_the_page_shows_rolls_and_not_what_is_hidden(tmp_path: Path) -> None:
    play = played(tmp_path, [".ra 侦查", ".rh 侦查 60"])
    page = "".join(export("html", play.session, None, 4096))
    shown, hidden = play.session.rolled
    assert f"1d100={shown.totals[0]}/63" in page and "林默 暗骰" in page
    assert f"={hidden.totals[0]}/60" not in page
    play.close()


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.sampled_from(TYPED), max_size=10), st.sampled_from(SEALDICE))
def test_whatever_is_played_the_rolls_come_back(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    typed: list[str],
    form: str,
) -> None:
    folder = tmp_path_factory.mktemp("there")
    play = played(folder / "a", [*typed, ".r 1d6"])
    path = folder / ("log.json" if form == "sealdice-json" else "log.txt")
    path.write_text("\n".join(export(form, play.session, None, 4096)) + "\n", "utf-8")
    back = imported(path, folder / "home", monkeypatch)
    assert rolls(back) == rolls(play.session)
    play.close()
