"""The flow at the table, key by key."""

from pathlib import Path

import pytest
from textual.widgets import Static

from scenes.table.journal import Journal
from scenes.table.play import Play
from tests.tui.tables import at, dealt, said, say, table, tray_text, until, write
from tui.app import PaotuanApp
from tui.widgets.composer import Composer
from tui.widgets.status import Status
from tui.widgets.transcript import Transcript
from tui.widgets.tray import Tray


def shown(app: PaotuanApp) -> str:
    transcript = app.screen.query_one(Transcript)
    return "\n".join(transcript.render_line(y).text.rstrip() for y in range(transcript.size.height))


async def test_what_is_said_is_saved_and_the_next_one_is_drawn_side_by_side(tmp_path: Path) -> None:
    app, play = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "进去看看。 \\emoji 专注")
        await dealt(pilot)
        rows = tray_text(pilot)
        assert "1 你听见了吗？" in rows
        assert "2 * 举起灯 〔专注〕" in rows
        assert "3 （不对劲。）" in rows
        assert said(play) == ["林默：进去看看。 \\emoji 专注"]
        assert "林默：进去看看。 〔专注〕" in shown(app)
        assert "苏晚" in app.screen.query_one(Status).parts[1]


async def test_a_digit_picks_a_candidate_and_the_next_role_follows(tmp_path: Path) -> None:
    app, play = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "进去。")
        await dealt(pilot)
        await pilot.press("2")
        await until(pilot, lambda: len(said(play)) == 2)
        assert said(play)[-1] == "苏晚：\\me 举起灯 \\emoji 专注"
        await dealt(pilot)
        hand = at(pilot).table.hand
        assert hand is not None
        assert hand.speaker.name == "老周"
        kept = play.session.draws[1]
        assert [candidate.entry.text for candidate in kept.candidates][:2] == [
            "你听见了吗？",
            "举起灯",
        ]


async def test_arrows_light_a_candidate_and_enter_takes_it(tmp_path: Path) -> None:
    app, play = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "进去。")
        await dealt(pilot)
        await pilot.press("down", "down", "enter")  # the first gives the keys to the candidates
        await until(pilot, lambda: len(said(play)) == 2)
        assert said(play)[-1] == "苏晚：（不对劲。）"


async def test_a_candidate_is_edited_before_it_is_taken(tmp_path: Path) -> None:
    app, play = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "进去。")
        await dealt(pilot)
        await pilot.press("down", "right", "down", "e")
        composer = app.screen.query_one(Composer)
        assert composer.text == "别出声。"
        await write(pilot, "有人。")
        await pilot.press("enter")
        await until(pilot, lambda: len(said(play)) == 2)
        assert said(play)[-1] == "苏晚：别出声。有人。"
        turn = play.session.path[-1]
        assert turn.draw is not None
        assert turn.candidate == 3
        assert play.session.draws[turn.draw].candidates[3].entry.text == "别出声。"


async def test_escape_leaves_editing_and_the_candidates_stay(tmp_path: Path) -> None:
    app, play = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "进去。")
        await dealt(pilot)
        await pilot.press("escape", "e", "escape")
        assert app.screen.query_one(Composer).text == ""
        await pilot.press("1")
        await until(pilot, lambda: said(play)[-1] == "苏晚：你听见了吗？")


async def test_redrawing_and_drawing_more(tmp_path: Path) -> None:
    lines = [f"第{number}句。" for number in range(1, 30)]
    app, play = table(tmp_path, lines)
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "进去。")
        await dealt(pilot)
        await pilot.press("tab", "r")
        await dealt(pilot)
        assert "1 第6句。" in tray_text(pilot)
        await pilot.press("m")
        await dealt(pilot, 10)
        assert "第15句。" in tray_text(pilot)
        await pilot.press("9")
        await until(pilot, lambda: said(play)[-1] == "苏晚：第14句。")
        first, second, grown = list(play.session.draws.values())[:3]
        assert len(first.candidates) == len(second.candidates) == 5
        assert len(grown.candidates) == 10


async def test_a_single_candidate_is_counted_as_one(tmp_path: Path) -> None:
    app, _ = table(tmp_path, sampling={"n": 1, "max_tokens": 40})
    async with app.run_test(size=(120, 24)) as pilot:
        await say(pilot, "进去。")
        await dealt(pilot, 1)
        assert str(app.screen.query_one(Tray).border_title).startswith(
            "1 line for 苏晚 · 1 or Enter pick"
        )


async def test_the_composer_says_what_an_enter_on_nothing_does(tmp_path: Path) -> None:
    app, _ = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        composer = app.screen.query_one(Composer)
        assert "Enter lets 老周 speak" in str(composer.placeholder)
        await say(pilot, "进去。")
        await dealt(pilot)
        assert "Enter takes candidate 1" in str(composer.placeholder)
        await pilot.press("escape", "right")
        assert "Enter takes candidate 2" in str(composer.placeholder)
        await pilot.press("escape")
        assert "Enter brings the candidates back" in str(composer.placeholder)


async def test_undo_and_redo_lose_nothing(tmp_path: Path) -> None:
    app, play = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "进去。")
        await dealt(pilot)
        await pilot.press("ctrl+z")
        assert said(play) == []
        assert "进去。" not in shown(app)
        await pilot.press("ctrl+y")
        assert said(play) == ["林默：进去。"]
        await pilot.press("ctrl+z")
        await say(pilot, "等等。")
        assert said(play) == ["林默：等等。"]
        assert [turn.entry.text for turn in play.session.leaves()] == ["进去。", "等等。"]


async def test_the_last_turn_can_be_said_differently(tmp_path: Path) -> None:
    app, play = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "进去。")
        await dealt(pilot)
        await pilot.press("ctrl+e")
        await pilot.pause()
        app.screen.query_one(Composer).load_text("先别进去。")
        await pilot.press("enter")
        await until(pilot, lambda: said(play) == ["林默：先别进去。"])


async def test_going_back_to_any_turn_begins_a_branch(tmp_path: Path) -> None:
    app, play = table(tmp_path, turns="manual")
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "一。")
        await say(pilot, "二。")
        await pilot.press("ctrl+b")
        await pilot.pause()
        await pilot.press("up", "enter")
        await until(pilot, lambda: said(play) == ["林默：一。"])
        await say(pilot, "三。")
        assert said(play) == ["林默：一。", "林默：三。"]


async def test_tab_chooses_who_is_next(tmp_path: Path) -> None:
    app, play = table(tmp_path, turns="manual")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("tab", "tab")
        assert play.next is not None
        assert play.next.name == "老周"
        await pilot.press("enter")
        await dealt(pilot)
        await pilot.press("1")
        await until(pilot, lambda: said(play) == ["老周：你听见了吗？"])


async def test_a_full_disk_is_told_and_what_was_written_stays(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource", reason="limits on files are those of Unix")
    app, play = table(tmp_path)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        size = play.journal.path.stat().st_size
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 5, limits[1]))
        try:
            await say(pilot, "进去。")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert app.screen.query_one(Composer).text == "进去。"
        assert any("cannot be written" in n.message for n in app.messages)
        await pilot.press("enter")
        await until(pilot, lambda: said(play) == ["林默：进去。"])


async def test_what_was_said_is_there_after_quitting_at_any_time(tmp_path: Path) -> None:
    app, play = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "进去。")
        await dealt(pilot)
        await pilot.press("ctrl+q")
    resumed = Play.resume(play.journal.path)
    assert [entry.text for entry in resumed.session.entries][-1] == "进去。"
    assert len(resumed.session.draws[1].candidates) == 5
    resumed.close()


async def test_markup_and_escapes_in_a_log_are_shown_as_text(tmp_path: Path) -> None:
    app, play = table(tmp_path, turns="manual")
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "[b]粗[/b] [/foo] *星* \x1b[31m红\u202e")
        assert "林默：[b]粗[/b] [/foo] *星* [31m红" in shown(app)
        assert "\x1b" not in said(play)[0]


async def test_a_watcher_lets_everyone_speak(tmp_path: Path) -> None:
    app, play = table(tmp_path, role=None)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        await dealt(pilot)
        await pilot.press("1")
        await dealt(pilot)
        await pilot.press("2")
        await until(pilot, lambda: len(said(play)) == 2)
        assert said(play)[0].startswith("老周：")


@pytest.mark.parametrize("size", [(80, 24), (200, 60), (40, 12)])
async def test_the_composer_and_the_status_are_on_every_screen(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    app, _ = table(
        tmp_path, [f"{n}，山高水长，路远天寒，灯火渐稀，人声已静，夜雨未歇。" for n in range(5)]
    )
    async with app.run_test(size=size) as pilot:
        await say(pilot, "进去。")
        await dealt(pilot)
        composer, status = app.screen.query_one(Composer), app.screen.query_one(Status)
        assert composer.region.bottom == size[1] - (1 if size[1] < 14 else 2)
        assert composer.region.height >= 2
        assert status.region.y == size[1] - 1
        assert app.screen.query_one(Transcript).region.height >= 2


async def test_three_thousand_turns_answer_a_key_at_once(tmp_path: Path) -> None:
    opening = "\n".join(f"苏晚：第{number}句话，说得不长也不短。" for number in range(3000))
    app, _ = table(tmp_path, opening=opening, turns="manual")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "第2999句话" in shown(app)
        await pilot.press("pageup")
        await pilot.pause()
        assert "第2999句话" not in shown(app)
        assert len(app.screen.query(Static)) < 5


def test_a_second_program_is_kept_out_of_a_session(tmp_path: Path) -> None:
    _, play = table(tmp_path)
    with pytest.raises(Exception, match="open in another paotuan"):
        Journal.open(play.journal.path)
    play.close()
