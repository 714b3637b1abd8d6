"""The feeling of a line that is written, beside its text."""

from pathlib import Path

from textual.pilot import Pilot

from tests.tui.tables import burst, composer_of, dealt, said, say, table, until


async def edited(pilot: Pilot[None], place: int) -> None:
    await say(pilot, "进去。")
    await dealt(pilot)
    await pilot.press("down", *["right"] * place, "e")


async def test_an_edit_of_a_line_with_a_feeling_leaves_the_feeling_alone(tmp_path: Path) -> None:
    app, play = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await edited(pilot, 1)
        composer = composer_of(app)
        assert (composer.text, composer.label) == ("\\me 举起灯", "专注")
        assert "〔专注〕" in str(composer.border_title)
        burst(app, "笔记本。", 0.1)
        await until(pilot, lambda: composer.text.endswith("笔记本。"))
        await pilot.press("enter")
        await until(pilot, lambda: said(play)[-1] == "苏晚：\\me 举起灯笔记本。 \\emoji 专注")


async def test_tab_takes_the_next_feeling_and_ctrl_g_takes_it_away(tmp_path: Path) -> None:
    app, play = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await edited(pilot, 1)
        composer = composer_of(app)
        await pilot.press("tab")
        assert composer.label not in ("", "专注")
        await pilot.press("ctrl+g")
        assert composer.label == "" and composer.text == "\\me 举起灯"
        await pilot.press("enter")
        await until(pilot, lambda: said(play)[-1] == "苏晚：\\me 举起灯")


async def test_a_label_that_is_typed_becomes_the_feeling_beside_the_text(tmp_path: Path) -> None:
    app, play = table(tmp_path, turns="manual")
    async with app.run_test(size=(80, 24)) as pilot:
        burst(app, "好。 \\emoji 微笑 ", 0.1)
        await until(pilot, lambda: composer_of(app).label == "微笑")
        assert composer_of(app).text == "好。"
        await pilot.press("enter")
        await until(pilot, lambda: said(play) == ["林默：好。 \\emoji 微笑"])
        assert composer_of(app).label == ""


async def test_a_feeling_stays_with_its_line_where_another_line_begins(tmp_path: Path) -> None:
    app, play = table(tmp_path, turns="manual")
    async with app.run_test(size=(80, 24)) as pilot:
        burst(app, "好。 \\emoji 微笑 ", 0.1)
        await until(pilot, lambda: composer_of(app).label == "微笑")
        await pilot.press("ctrl+j", "b", "enter")
        await until(pilot, lambda: said(play) == ["林默：好。 \\emoji 微笑", "林默：b"])
