"""What a draw does to the table while it goes on, waits, is stopped or fails."""

from collections.abc import Generator
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from base.errors import KnownError
from characters.knowledge import Shelf
from characters.wiki.chunks import Chunk
from characters.wiki.storage import write_base
from models.backend import Delta, Progress
from models.scripted import Scripted
from scenes.table import controller_events as happened
from scenes.table.knowledge import TableKnowledge
from scenes.table.play import Play
from tests.tui.tables import LINES, at, dealt, house, said, say, table, until
from tui.app import PaotuanApp
from tui.model_options import Choice
from tui.widgets.status import Status


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
