"""Line by line: playing by itself until Enter, exchanging the model, and a scene's own server."""

from pathlib import Path

import pytest

from scenes.table import watching
from scenes.table.play import Play
from scenes.table.session_list import find_session
from tests.models.made_server import Request, Serve, piece

PLAY = ("play", "rain-house", "--model", "scripted")
OWN = "title: 命名\nplay_as: 林默\nmodel: {{use: '{address}'}}\ncast:\n  林默: 医生\n  苏晚: 作家\n"


def answer(request: Request) -> None:
    n = request.bodies[-1].get("n", 1)
    for index in range(n):
        request.stream(piece(f"来自远方{index}{len(request.bodies)}", index, "stop"))
    request.stream("[DONE]")


def saved() -> Play:
    play = Play.resume(find_session(None))
    play.close()
    return play


def test_so_many_turns_are_played_by_themselves_and_then_it_is_over_to_the_lines(run):
    shown = run(*PLAY, stdin="/watch 4\n【雨停了】\n")
    assert shown.status == 0
    turns = [turn for turn in saved().session.path if turn.by != "opening"]
    assert [turn.unattended for turn in turns] == [True] * 4 + [False]
    assert "so many turns have been played" in shown.err


def test_a_pipe_that_only_watches_is_driven_by_its_lines_as_before(run):
    run(*PLAY, "--watch", stdin="\n3\n")
    turns = [turn for turn in saved().session.path if turn.by != "opening"]
    assert [turn.unattended for turn in turns] == [False]


@pytest.mark.parametrize("pace", ["-1", "99999", "nan"])
def test_a_pace_that_nobody_could_watch_is_refused(run, pace):
    shown = run(*PLAY, "--watch", "--pace", pace, stdin="\n")
    assert shown.status == 2
    assert "--pace" in shown.err


def test_the_model_is_exchanged_between_two_lines(run, serve: Serve):
    address = serve(answer)
    shown = run(*PLAY, stdin=f"有人吗？\n/model {address}\n/redraw\n1\n/model\n")
    assert "tiny speaks from now on" in shown.err
    assert "来自远方" in shown.out
    assert "now tiny plays" in shown.err


def test_a_model_that_cannot_be_had_leaves_the_one_before(run):
    shown = run(*PLAY, stdin="/model http://127.0.0.1:9/v1\n有人吗？\n1\n/model sfarter\n")
    assert "scripted stays" in shown.err
    assert "starter" in shown.err
    assert "苏晚：你听见了吗？楼上有人在走动。" in shown.out


def test_a_server_that_is_away_can_be_asked_again(run):
    shown = run("play", "rain-house", "--model", "http://127.0.0.1:9/v1", stdin="\n/retry\n")
    assert "/retry asks at once" in shown.err
    assert shown.err.count("127.0.0.1:9") >= 2


def test_without_anybody_to_ask_a_scenes_own_server_is_not_asked(
    run,
    serve: Serve,
    tmp_path: Path,
):
    paths: list[str] = []
    scene = tmp_path / "own.yaml"
    scene.write_text(OWN.format(address=serve(answer, paths=paths)), "utf-8")
    shown = run("play", scene, stdin="有人吗？\n")
    assert "which you have not allowed" in shown.err
    assert "paotuan settings hosts.127.0.0.1:" in shown.err
    assert paths == []
    host = shown.err.split("paotuan settings hosts.")[1].split()[0]
    assert run("settings", f"hosts.{host}", "true").status == 0
    assert "来自远方" in run("play", scene, stdin="有人吗？\n").out
    assert paths


def test_an_address_that_the_person_gives_is_asked_at_once(
    run,
    serve: Serve,
    tmp_path: Path,
):
    address = serve(answer)
    scene = tmp_path / "own.yaml"
    scene.write_text(OWN.format(address="http://127.0.0.1:9/v1"), "utf-8")
    assert "来自远方" in run("play", scene, "--model", address, stdin="有人吗？\n").out


def test_in_a_terminal_it_plays_until_enter_and_goes_on_when_told(terminal):
    table = terminal(
        "play", "rain-house", "--line", "--watch", "--pace", "0.3", "--model", "scripted",
        PAOTUAN_LANG="en", TERM="dumb",
    )  # fmt: skip
    table.until(lambda: "playing by itself" in table.text)
    table.until(lambda: table.text.count("：") >= 3)
    table.type(b"\n")
    table.until(lambda: "over to you" in table.text)
    table.type(b"/why\n")
    table.until(lambda: "paotuan: " in table.text)
    table.type(b"/quit\n")
    table.until(lambda: table.process.poll() is not None)


def test_in_a_terminal_a_scenes_own_server_is_asked_about(
    terminal,
    serve: Serve,
    tmp_path: Path,
):
    paths: list[str] = []
    scene = tmp_path / "own.yaml"
    scene.write_text(OWN.format(address=serve(answer, paths=paths)), "utf-8")
    table = terminal("play", str(scene), "--line", PAOTUAN_LANG="en", TERM="dumb")
    table.until(lambda: "Connect?" in table.text)
    assert paths == []
    table.type(b"y\n")
    table.until(lambda: "林默>" in table.text.replace(" ", ""))
    table.type("有人吗？\n".encode())
    table.until(lambda: "来自远方" in table.text.replace(" ", ""))
    table.type(b"/quit\n")


def test_so_many_turns_are_played_without_anybody_and_saved_as_nobodys_picks(run):
    shown = run(*PLAY, "--auto", "5")
    assert shown.status == 0
    turns = [turn for turn in saved().session.path if turn.by != "opening"]
    assert [turn.unattended for turn in turns] == [True] * 5
    assert any(turn.entry.speaker == "林默" for turn in turns), "my own role is played too"
    assert "so many turns have been played" in shown.err
    assert "your turn" not in shown.err
    assert not [line for line in shown.out.splitlines() if line.startswith("1  ")], "no hands"
    assert run("sessions", "export", "--to", "preference").out == ""


def test_it_waits_for_my_line_and_goes_on_behind_it(run):
    shown = run(*PLAY, "--auto", "6", "--wait-for-me", stdin="谁？\n开门。\n")
    mine = [turn for turn in saved().session.path if turn.by == "player"]
    assert [turn.entry.text for turn in mine] == ["谁？", "开门。"]
    assert not any(turn.unattended for turn in mine)
    assert sum(turn.unattended for turn in saved().session.path) <= 6
    assert "it goes on by itself" in shown.err


def test_a_model_that_fails_ends_it_in_one_line(run, serve: Serve, monkeypatch):
    monkeypatch.setattr(watching, "AGAIN_S", 0.01)
    address = serve(lambda request: request.json({"error": "out of memory"}, 400))
    shown = run("play", "rain-house", "--model", address, "--auto", "9")
    assert shown.status == 1
    (told,) = [line for line in shown.err.splitlines() if "out of memory" in line]
    assert told.startswith("no longer playing by itself: 3 draws running have failed")


def test_a_model_that_is_not_there_ends_it_in_one_line(run):
    shown = run("play", "rain-house", "--model", "http://127.0.0.1:9/v1", "--auto", "9")
    assert shown.status == 1
    assert shown.err.count("127.0.0.1:9") == 1


@pytest.mark.parametrize("options", [("--auto", "0"), ("--auto", "99999"), ("--wait-for-me",)])
def test_so_many_turns_as_there_cannot_be_are_refused(run, options):
    shown = run(*PLAY, *options)
    assert shown.status == 2
    assert options[0] in shown.err


def test_in_a_terminal_any_key_stops_it_and_the_hand_lies_there(terminal):
    table = terminal(
        "play", "rain-house", "--line", "--auto", "200", "--pace", "0.3", "--model", "scripted",
        PAOTUAN_LANG="en", TERM="dumb",
    )  # fmt: skip
    table.until(lambda: "any key stops it" in table.text)
    table.until(lambda: table.text.count("：") >= 3)
    table.type("w")
    table.until(lambda: "over to you" in table.text)
    table.type("走吧。\n")
    table.until(lambda: "林默：走吧。" in table.text.replace(" ", ""))
    table.type(b"/quit\n")
    assert table.end() == 0
