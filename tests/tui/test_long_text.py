"""What is written looks as in Textual's own text area, however long a line is."""

import time

import pytest
from textual.app import App, ComposeResult
from textual.widgets import TextArea
from textual.widgets.text_area import Selection

from tui.widgets.long_text import LongText

TEXTS = ("夜里下着雨。" * 40, "a\tb\tc " * 60 + "\n\n末行", "", "👩‍👩‍👧‍👦x́" * 50)


class Two(App[None]):
    def compose(self) -> ComposeResult:
        for kind, id in ((TextArea, "theirs"), (LongText, "ours")):
            yield kind(soft_wrap=True, compact=True, id=id)

    def on_mount(self) -> None:
        for area in self.query(TextArea):
            area.styles.height = 10


def rows(area: TextArea) -> list[list[tuple[str, object]]]:
    return [[(s.text, s.style) for s in area._render_line(y)] for y in range(area.size.height)]


@pytest.mark.parametrize("text", TEXTS, ids=("long", "tabs", "empty", "joined"))
async def test_every_row_looks_as_textual_s_own(text: str) -> None:
    app = Two()
    async with app.run_test(size=(40, 24)) as pilot:
        app.set_focus(None)
        theirs, ours = app.query_one("#theirs", TextArea), app.query_one("#ours", TextArea)
        for area in (theirs, ours):
            area.show_cursor = False
            area.load_text(text)
        for selection in (Selection((0, 0), (0, 0)), Selection((0, 3), (0, 90))):
            for area in (theirs, ours):
                area.selection = selection
                area.scroll_to(y=2, animate=False, immediate=True)
            await pilot.pause()
            assert rows(ours) == rows(theirs)


async def test_a_long_line_is_painted_several_times_as_fast() -> None:
    app = Two()
    async with app.run_test(size=(80, 24)) as pilot:
        took = {}
        for area in app.query(TextArea):
            area.load_text("夜里下着雨。" * 3000)
            await pilot.pause()
            began = time.perf_counter()
            rows(area)
            took[area.id] = time.perf_counter() - began
            area.load_text("")
        assert took["ours"] * 2 < took["theirs"]
