"""Whispers and who is not there: on the screen at 80×24, line by line, and in what is completed."""

from dataclasses import replace
from pathlib import Path

from textual.pilot import Pilot

from scenes.table.play import Play
from scenes.table.session_list import find_session
from tests.tui.tables import house, say, table
from tui.completing import TableCompleter
from tui.widgets.suggesting import Suggestions
from tui.widgets.transcript import Transcript

PLAY = ("play", "rain-house", "--model", "scripted")


def lines(pilot: Pilot[None]) -> list[str]:
    transcript = pilot.app.screen.query_one(Transcript)
    rows = range(transcript.virtual_size.height)
    return [transcript.render_line(row).text.strip() for row in rows]


async def test_the_transcript_says_for_whom_a_whisper_is_and_who_was_not_there(
    tmp_path: Path,
) -> None:
    app, play = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "@晚晚 小声点。")
        assert play.session.path[-1].entry.to == ("苏晚",)
        await say(pilot, "/leave 苏晚")
        await say(pilot, "她走了。")
        await pilot.pause()
        shown = [line.removeprefix("▌").strip() for line in lines(pilot)]
        assert "林默：＠苏晚 小声点。" in shown
        assert "林默：她走了。 (苏晚 not there)" in shown


async def test_a_long_line_with_who_was_not_there_is_measured_with_it(tmp_path: Path) -> None:
    app, play = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "/leave 苏晚")
        await say(pilot, "字" * 33)
        await pilot.pause()
        assert lines(pilot)[-1] == "there)" or lines(pilot)[-1].endswith("there)")
        play.undo()
        pilot.app.screen.changed()  # type: ignore[attr-defined]
        await pilot.pause()
        assert "not there" not in "".join(lines(pilot))


async def test_the_players_own_secret_is_told_to_the_player(tmp_path: Path) -> None:
    cast = tuple(replace(role, secret=f"{role.name}的事") for role in house().cast)
    app, __ = table(tmp_path, cast=cast)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        told = "\n".join(each.message for each in pilot.app.messages)  # type: ignore[attr-defined]
        assert "林默的事" in told
        assert "苏晚的事" not in told


def test_line_by_line_a_whisper_is_printed_as_the_log_has_it(run) -> None:
    shown = run(*PLAY, stdin="@苏晚 小声点。\n/leave 苏晚\n她走了。\n/log\n")
    assert "林默：＠苏晚 小声点。" in shown.out.splitlines()
    assert any(row.endswith("林默：她走了。  (苏晚 not there)") for row in shown.out.splitlines())
    play = Play.resume(find_session(None))
    play.close()
    log = play.journal.path.with_suffix(".txt").read_text("utf-8")
    assert "林默：＠苏晚 小声点。" in log
    assert "# 离席：苏晚" in log


def test_names_are_completed_behind_an_at() -> None:
    from prompt_toolkit.completion import CompleteEvent
    from prompt_toolkit.document import Document

    names = [role.name for role in house().cast]
    suggestions = Suggestions((), (), names)
    completer = TableCompleter(house(), ())

    def completed(text: str) -> list[str]:
        found = completer.get_completions(Document(text), CompleteEvent())
        return [one.text for one in found]

    for at in ("@", "＠", "@老周@", "@老周＠"):
        assert suggestions.rest(f"{at}苏", True) == "晚 "
        assert completed(f"{at}苏") == ["苏晚 "]
    assert suggestions.rest("@苏晚 小", True) == ""
    assert completed("@") == ["林默 ", "苏晚 ", "老周 "]
