"""The flow at the table, key by key."""

from collections.abc import Generator
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from textual.widgets import Static

from base.errors import KnownError
from characters.knowledge import Shelf
from characters.wiki.chunks import Chunk
from characters.wiki.storage import write_base
from models.backend import Delta, Progress
from models.scripted import Scripted
from scenes.table import controller_events as happened
from scenes.table.journal import Journal
from scenes.table.knowledge import TableKnowledge
from scenes.table.play import Play
from tests.tui.tables import LINES, at, dealt, house, said, say, table, tray_text, until, write
from tui.app import PaotuanApp
from tui.model_options import Choice
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


async def test_digits_are_written_when_something_is_written(tmp_path: Path) -> None:
    app, play = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "进去。")
        await dealt(pilot)
        await write(pilot, "我数到")
        await pilot.press("3", "e", "m")
        assert app.screen.query_one(Composer).text == "我数到3em"
        await pilot.press("enter")
        await until(pilot, lambda: said(play)[-1] == "林默：我数到3em")


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


async def test_tab_completes_an_emotion_and_then_changes_it(tmp_path: Path) -> None:
    app, _ = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await write(pilot, "好。 \\emoji 微")
        await pilot.press("tab")
        composer = app.screen.query_one(Composer)
        assert (composer.text, composer.label) == ("好。", "微笑")
        await pilot.press("tab")
        assert (composer.text, composer.label) == ("好。", "兴奋")
        assert "〔兴奋〕" in str(composer.border_title)


async def test_the_enter_of_an_input_method_sends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, play = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        monkeypatch.setattr("tui.widgets.composer.IME_GUARD_S", 5.0)
        await pilot.press("你", "好", "enter")
        assert said(play) == []
        assert app.screen.query_one(Composer).text == "你好"
        monkeypatch.setattr("tui.widgets.composer.IME_GUARD_S", 0.0)
        await pilot.press("enter")
        await until(pilot, lambda: said(play) == ["林默：你好"])


async def test_what_is_pasted_beyond_all_measure_is_left_out_and_told(tmp_path: Path) -> None:
    from textual.events import Paste

    app, _ = table(tmp_path, turns="manual")
    async with app.run_test(size=(80, 24)) as pilot:
        composer = app.screen.query_one(Composer)
        composer.post_message(Paste("雨" * 20_000))
        await until(pilot, lambda: len(composer.text) == 20_000)
        composer.post_message(Paste("很大。"))
        await until(pilot, lambda: any("20,000" in told.message for told in app.messages))
        assert "很大" not in composer.text


async def test_pasted_line_breaks_send_nothing_and_become_turns(tmp_path: Path) -> None:
    from textual.events import Paste

    app, play = table(tmp_path, turns="manual")
    async with app.run_test(size=(80, 24)) as pilot:
        app.screen.query_one(Composer).post_message(Paste("一。\r\n【灯灭了】\r\n苏晚：谁？"))
        await pilot.pause()
        assert said(play) == []
        await pilot.press("enter")
        await until(pilot, lambda: said(play) == ["林默：一。", "【灯灭了】", "苏晚：谁？"])


async def test_escape_stops_a_draw_and_keeps_what_is_complete(tmp_path: Path) -> None:
    play = Play.start(house(), "林默", tmp_path)
    app = PaotuanApp(play, Choice(), Scripted(["短。", "很长" * 200], delay=0.05))
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "进去。")
        await until(pilot, lambda: at(pilot).table.hand and at(pilot).table.hand.complete)  # type: ignore[union-attr]
        await pilot.press("escape")
        assert not at(pilot).table.drawing
        await pilot.press("1")
        await until(pilot, lambda: said(play)[-1] == "苏晚：短。")


async def test_speaking_during_a_draw_stops_it(tmp_path: Path) -> None:
    play = Play.start(house(), "林默", tmp_path)
    app = PaotuanApp(play, Choice(), Scripted(["很长" * 200], delay=0.01))
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "进去。")
        await until(pilot, lambda: at(pilot).table.drawing)
        await say(pilot, "慢着。")
        assert said(play) == ["林默：进去。", "林默：慢着。"]


async def test_a_model_that_fails_is_told_and_nothing_said_is_lost(tmp_path: Path) -> None:
    play = Play.start(house(), "林默", tmp_path)
    backend = Scripted(LINES, failures={0: "server: not reachable"})
    app = PaotuanApp(play, Choice(), backend)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await say(pilot, "进去。")
        await until(pilot, lambda: any("not reachable" in n.message for n in app.messages))
        assert said(play) == ["林默：进去。"]


class Odd(Scripted):
    """A model whose draws fail in a way that nobody foresaw, but for the first one."""

    def generate(self, *asked: Any) -> Generator[Delta | Progress]:
        if self.prompts:
            raise TypeError("'NoneType' object is not subscriptable")
        yield from super().generate(*asked)

    def count(self, text: str) -> int:
        if "？？" in text:
            raise RuntimeError("the tokenizer broke")
        return super().count(text)


async def test_an_odd_error_of_a_model_leaves_the_table_standing(tmp_path: Path) -> None:
    play = Play.start(house(), "林默", tmp_path)
    app = PaotuanApp(play, Choice(), Odd(LINES))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await say(pilot, "进去。")
        await dealt(pilot)
        await pilot.press("escape", "r")
        await until(pilot, lambda: any("TypeError" in n.message for n in app.messages))
        await say(pilot, "什么？？")
        await until(pilot, lambda: any("tokenizer broke" in n.message for n in app.messages))
        assert said(play) == ["林默：进去。", "林默：什么？？"]
        assert all("\n" not in n.message for n in app.messages)
    log = tmp_path / "state" / "paotuan" / "log" / "faults.log"
    assert "TypeError" in log.read_text("utf-8")


async def test_what_a_backend_has_to_say_of_a_draw_is_told_once(tmp_path: Path) -> None:
    play = Play.start(house(), "林默", tmp_path)
    backend = Scripted(LINES)
    backend.notices.append("out of memory: drawn in two passes")
    app = PaotuanApp(play, Choice(), backend)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await say(pilot, "进去。")
        await dealt(pilot)
        await until(pilot, lambda: any("two passes" in n.message for n in app.messages))
    assert not backend.notices


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
    app, _ = table(tmp_path, [str(n) + "很长的一句话，" * 5 for n in range(5)])
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


async def test_a_draw_waits_for_the_knowledge_and_the_screen_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_base(tmp_path / "town.kb", [Chunk("a.md", "", "旧宅的钥匙共有三把。")])
    ready, opened = Event(), TableKnowledge.opened

    def slowly(knowledge: TableKnowledge, player: str | None) -> Shelf:
        assert ready.wait(10)
        return opened(knowledge, player)

    monkeypatch.setattr(TableKnowledge, "opened", slowly)
    app, play = table(tmp_path, knowledge=(tmp_path / "town.kb",))
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "旧宅的钥匙呢？")
        assert said(play) == ["林默：旧宅的钥匙呢？"]
        assert at(pilot).table.hand is None and at(pilot).table.waiting
        ready.set()
        await dealt(pilot)
        assert "旧宅的钥匙共有三把。" in [entry.text for entry in play.session.history]


async def test_tab_completes_a_command_and_the_name_behind_next(tmp_path: Path) -> None:
    app, _ = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        composer = app.screen.query_one(Composer)
        await write(pilot, "/ne")
        await pilot.press("tab")
        assert composer.text == "/next "
        await write(pilot, "老")
        await pilot.press("tab")
        assert composer.text == "/next 老周"
        await pilot.press("enter")
        await dealt(pilot)
        assert at(pilot).table.hand.speaker.name == "老周"  # type: ignore[union-attr]
        assert composer.text == ""


async def test_a_command_that_there_is_none_of_stays_to_be_mended(tmp_path: Path) -> None:
    app, play = table(tmp_path)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await say(pilot, "/undoo")
        assert app.screen.query_one(Composer).text == "/undoo"
        assert any("did you mean /undo?" in n.message for n in app.messages)
        assert said(play) == []


async def test_the_edit_command_puts_a_turn_into_the_composer(tmp_path: Path) -> None:
    app, play = table(tmp_path, turns="manual")
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "进去。")
        await say(pilot, "/edit 3")
        composer = app.screen.query_one(Composer)
        assert composer.text == "进去。"
        composer.load_text("先别进去。")
        await pilot.press("enter")
        await until(pilot, lambda: said(play) == ["林默：先别进去。"])
        assert composer.text == ""


async def test_a_turn_that_is_rewritten_to_nothing_stands_there_again(tmp_path: Path) -> None:
    app, play = table(tmp_path, turns="manual")
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "进去。")
        await say(pilot, "/edit 3")
        composer = app.screen.query_one(Composer)
        composer.load_text(" ")
        await pilot.press("enter")
        await until(pilot, lambda: composer.text == "进去。")
        assert said(play) == ["林默：进去。"] and composer.has_class("editing")


async def test_the_commands_that_show_something_open_it(tmp_path: Path) -> None:
    app, _ = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "/help")
        await until(pilot, lambda: type(app.screen).__name__ == "HelpScreen")
        await pilot.press("escape")
        await say(pilot, "/log")
        await until(pilot, lambda: type(app.screen).__name__ == "BranchMapScreen")
        await pilot.press("escape")
        await say(pilot, "/quit")
        await until(pilot, lambda: app.return_code == 0)


async def test_while_a_prompt_is_read_the_status_says_how_far(tmp_path: Path) -> None:
    play = Play.start(house(), "林默", tmp_path)
    backend = Scripted(LINES, batch=5, batch_delay=0.1)
    app = PaotuanApp(play, Choice(), backend)
    async with app.run_test(size=(120, 24)) as pilot:
        await say(pilot, "进去。")
        status = app.screen.query_one(Status)
        await until(pilot, lambda: any(part.startswith("reading ") for part in status.parts))
        await dealt(pilot)
        assert not any(part.startswith("reading") for part in status.parts)


@pytest.mark.parametrize("after", ["a line is written", "it could not be read"])
async def test_the_status_does_not_say_that_a_prompt_is_read_when_nothing_reads_it_any_more(
    tmp_path: Path, after: str
) -> None:
    app, play = table(tmp_path)
    async with app.run_test(size=(120, 24)) as pilot:
        table_, status = at(pilot), app.screen.query_one(Status)
        table_.take_event(happened.PromptRead(10, 100, ahead=True))
        assert any(part.startswith("reading ") for part in status.parts)
        if after == "a line is written":
            hand = play.hand(Scripted(LINES), play.scene.role("苏晚"))
            table_.take_event(happened.HandChanged(hand))
        else:
            table_.take_event(happened.WarmUpFailed(KnownError("scripted: no answer")))
        assert not any(part.startswith("reading") for part in status.parts)
