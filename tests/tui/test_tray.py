"""The tray: what kind a line is, what came to nothing, what goes on, which one is lit."""

from pathlib import Path

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from models.backend import Sampling
from models.scripted import Scripted
from scenes.log import Entry
from scenes.scene import Role
from scenes.table.draws import Candidate
from scenes.table.hand import Hand, Place
from tests.tui.tables import at, dealt, say, table, tray_text, until
from tui.paint import NO_STYLE, growing_runs
from tui.screens.whole import WholeScreen
from tui.widgets.tray import PERIOD, Tray

KINDS = ("别出声。", "\\me 举起灯", "（不对劲。）", "走吧。（真冷） \\emoji 困惑", "回去。")


class Alone(App[None]):
    """A tray with a hand that is filled by hand."""

    def compose(self) -> ComposeResult:
        yield Tray(["苏晚"])


def candidate(text: str, kind: str = "speech") -> Place:
    entry = Entry(kind, text, "苏晚")  # type: ignore[arg-type]
    return Place(text, Candidate(entry, "stop", 4), over=True)


def hand(*places: Place) -> Hand:
    return Hand(Role("苏晚"), "scripted", Sampling(), list(places))


def title(pilot: Pilot[None]) -> str:
    return str(pilot.app.screen.query_one(Tray).border_title)


async def test_speech_action_thought_and_feeling_are_told_apart_without_colours(
    tmp_path: Path,
) -> None:
    app, _ = table(tmp_path, KINDS)
    async with app.run_test(size=(100, 24)) as pilot:
        await say(pilot, "进去。")
        await dealt(pilot)
        rows = tray_text(pilot)
        for shown in (">1 别出声。", " 2 * 举起灯", " 3 （不对劲。）", "〔困惑〕"):
            assert shown in rows
        assert "\\" not in rows


async def test_a_narrator_s_lines_stand_in_the_marks_of_narration(tmp_path: Path) -> None:
    cast = (Role("林默"), Role("守秘人", narrator=True))
    lines = ["灯灭了。", *(f"第{n}声雷。" for n in range(4))]
    app, _ = table(tmp_path, lines, cast=cast, opening="林默：喂？")
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "进去。")
        await dealt(pilot)
        assert "【灯灭了。】" in tray_text(pilot)


@pytest.mark.parametrize("said", ["\\me 举起灯 \\emoji 困惑", "走吧。 \\emoji 困惑", "（真冷。）"])
def test_no_half_of_a_mark_is_shown_while_a_line_is_written(said: str) -> None:
    for size in range(len(said) + 1):
        shown = "".join(run.text for run in growing_runs(said[:size], lambda _: NO_STYLE))
        assert "\\" not in shown
        assert "emoji" not in shown


async def test_places_that_came_to_nothing_are_one_line_and_numbers_stay() -> None:
    async with Alone().run_test(size=(60, 20)) as pilot:
        tray = pilot.app.query_one(Tray)
        lost = [Place("", None, why, over=True) for why in ("repeats the last line", "empty")]
        tray.show(hand(candidate("第一句。"), lost[0], candidate("第三句。"), lost[1]))
        await pilot.pause()
        rows = tray_text(pilot)
        assert ">1 第一句。" in rows
        assert " 3 第三句。" in rows
        assert "2 came to nothing; ↓ r draws again (repeats the last line," in rows
        assert rows.count("nothing") == 1
        assert tray.move(0, 1)
        assert tray.lit == 2


async def test_the_first_place_that_can_be_taken_is_lit() -> None:
    async with Alone().run_test(size=(60, 20)) as pilot:
        tray = pilot.app.query_one(Tray)
        tray.show(hand(Place("", None, "empty", over=True), candidate("第二句。")))
        await pilot.pause()
        assert tray.lit == 1
        assert ">2 第二句。" in tray_text(pilot)


async def test_arrows_follow_the_grid_and_stop_at_its_edges() -> None:
    async with Alone().run_test(size=(80, 20)) as pilot:
        tray = pilot.app.query_one(Tray)
        tray.show(hand(*(candidate(f"第{n}句。") for n in range(1, 6))))
        await pilot.pause()
        way = [(1, 0), (0, 1), (0, 1), (0, 1), (-1, 0), (0, -1), (1, 0), (1, 0)]
        moved = [(tray.move(dx, dy), tray.lit + 1) for dx, dy in way]
        assert moved == [
            *((True, 2), (True, 4), (True, 5), (False, 5)),
            *((False, 5), (True, 3), (True, 4), (False, 4)),
        ]


async def test_the_title_tells_which_hand_it_is_and_that_the_tenth_is_nought() -> None:
    async with Alone().run_test(size=(120, 30)) as pilot:
        tray = pilot.app.query_one(Tray)
        tray.show(hand(*(candidate(f"第{n}句。") for n in range(10))), 2, 3)
        await pilot.pause()
        assert title(pilot).startswith("10 lines for 苏晚 2/3 · 1–9, 0 or Enter pick")
        assert "10 第9句。" in tray_text(pilot)
        tray.has_keys = True
        await pilot.pause()
        assert "r redraw" in title(pilot)
        tray.folded = True
        await pilot.pause()
        assert title(pilot) == "10 lines for 苏晚 out of sight · Enter brings them back"
        assert tray.size.height <= 1


@pytest.mark.parametrize("width", [20, 40, 80])
async def test_a_title_never_breaks_off_within_a_key(width: int) -> None:
    async with Alone().run_test(size=(width, 30)) as pilot:
        tray = pilot.app.query_one(Tray)
        tray.show(hand(candidate("一。"), candidate("二。")), 1, 2)
        tray.has_keys = True
        await pilot.pause()
        assert "…" not in title(pilot)


async def test_a_candidate_that_does_not_fit_says_so_and_is_read_whole_by_a_key() -> None:
    async with Alone().run_test(size=(60, 16)) as pilot:
        tray = pilot.app.query_one(Tray)
        tray.show(hand(*(candidate(f"{n}" + "很长的一句话，" * 20 + f"完{n}") for n in range(5))))
        await pilot.pause()
        rows = tray_text(pilot)
        assert tray.size.height <= 8
        assert rows.count("…") == 5
        assert all(f" {n} " in rows or f">{n} " in rows for n in range(1, 6))
        assert "完0" not in rows
        tray.read_whole()
        await until(pilot, lambda: isinstance(pilot.app.screen, WholeScreen))
        await pilot.pause()
        words = pilot.app.screen.query("Static").last()
        assert "完0" in str(words.render())
        await pilot.press("v")
        await until(pilot, lambda: not isinstance(pilot.app.screen, WholeScreen))


async def test_before_the_first_word_it_says_what_happens_and_for_how_long(tmp_path: Path) -> None:
    app, _ = table(tmp_path)
    app.model.backend = Scripted(KINDS, batch=20, batch_delay=0.4)
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "进去。")
        await until(pilot, lambda: "reading the prompt: " in tray_text(pilot))
        assert "Esc stops" in tray_text(pilot)
        assert " s " in tray_text(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: not at(pilot).table.drawing)


async def test_a_draw_that_waits_for_the_model_says_so_until_it_is_there_or_stopped(
    tmp_path: Path,
) -> None:
    app, _ = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        tray = pilot.app.screen.query_one(Tray)
        backend, app.model.backend, app.model.loading = app.model.backend, None, True
        await say(pilot, "进去。")
        await until(pilot, lambda: "waiting for the model · 0 s · Esc stops" in tray_text(pilot))
        await until(pilot, lambda: "waiting for the model · 1 s · Esc stops" in tray_text(pilot))
        app.model.backend, app.model.loading = backend, False
        at(pilot).model_changed()
        await dealt(pilot)
        assert "waiting" not in tray_text(pilot)
        assert tray.display


async def test_a_hand_that_grows_is_laid_out_at_most_thirty_times_a_second() -> None:
    async with Alone().run_test(size=(80, 20)) as pilot:
        tray = pilot.app.query_one(Tray)
        growing = hand(*(Place() for _ in range(5)))
        tray.show(growing)
        laid_out = 0
        lay_out = tray._lay_out

        def counted() -> None:
            nonlocal laid_out
            laid_out += 1
            lay_out()

        tray._lay_out = counted  # type: ignore[method-assign]
        for step in range(100):
            growing.places[step % 5] = Place(f"第{step}个字")
            tray.changed()
            await pilot.pause(0.001)
        await pilot.pause(2 * PERIOD)
        assert 1 <= laid_out <= 40
        assert "第99个字" in tray_text(pilot)


async def test_m_shows_what_stands_behind_the_best_before_it_draws_more() -> None:
    places = [candidate(text) for text in ("甲来了。", "乙去看看。", "丙在哪儿？", "丁不说话。")]
    places.append(Place(why="重复", over=True))
    ranked = Hand(Role("苏晚"), "starter", Sampling(n=2, draw=5), places)
    async with Alone().run_test(size=(60, 20)) as pilot:
        tray = pilot.app.query_one(Tray)
        tray.show(ranked)
        await pilot.pause()
        rows = tray_text(pilot)
        assert "2 乙去看看。" in rows
        assert "丙" not in rows
        assert "↓ m shows 2 more; 1 came to nothing (重复)" in rows
        ranked.unfolded = True
        tray.unfold()
        await pilot.pause()
        rows = tray_text(pilot)
        assert ">3 丙在哪儿？" in rows
        assert "4 丁不说话。" in rows
        assert "shows" not in rows
