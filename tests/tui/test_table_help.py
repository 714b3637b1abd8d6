"""Finding what the table can do: /help with a word, and the palette."""

from collections import Counter
from pathlib import Path

from textual.widgets import Input

from tests.tui.tables import say, table, until
from tui.screens.help import HelpScreen


async def test_help_with_a_word_shows_what_holds_it(tmp_path: Path) -> None:
    app, _ = table(tmp_path, ["别出声。"])
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "/help undo")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        assert app.screen.query_one(Input).value == "undo"
        await pilot.press("escape", "escape")
        assert not isinstance(app.screen, HelpScreen)


async def test_the_palette_names_each_thing_once(tmp_path: Path) -> None:
    app, _ = table(tmp_path, ["别出声。"])
    async with app.run_test(size=(80, 24)):
        titles = Counter(command.title for command in app.get_system_commands(app.screen))
        assert "Model" in titles or "模型" in titles
        assert [title for title, many in titles.items() if many > 1] == []
