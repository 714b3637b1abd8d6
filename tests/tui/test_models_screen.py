"""F3, by which model: chosen at the table, tested, kept under a name, asked for again."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Static

from models.scripted import Scripted
from scenes.scene import ModelChoice
from scenes.table.play import Play
from tests.models.made_server import Request, Serve, piece
from tests.tui.tables import at, dealt, house, say, table, until
from tui.app import PaotuanApp
from tui.model_options import Choice
from tui.screens.models import ModelsScreen
from tui.screens.question import QuestionScreen
from tui.screens.table import TableScreen
from tui.settings import settings


def speaks(line: str = "你好。") -> Callable[[Request], None]:
    def answer(request: Request) -> None:
        n = request.bodies[-1].get("n", 1)
        for index in range(n):
            request.stream(piece(f"{line}{index}{len(request.bodies)}", index, "stop"))
        request.stream("[DONE]")

    return answer


async def opened(pilot: Pilot[None]) -> ModelsScreen:
    await pilot.press("f3")
    await until(pilot, lambda: isinstance(pilot.app.screen, ModelsScreen))
    screen = pilot.app.screen
    assert isinstance(screen, ModelsScreen)
    await until(pilot, lambda: screen.rows)
    return screen


def told(screen: ModelsScreen) -> str:
    return str(screen.query_one("#models-told", Static).content)


def light(screen: ModelsScreen, name: str) -> None:
    at_ = [row.name for row in screen.rows].index(name)
    screen.query_one(OptionList).highlighted = at_


async def test_the_list_has_what_is_known_and_what_fits(tmp_path: Path) -> None:
    app, __ = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        names = [row.name for row in screen.rows]
        assert "starter" in names
        assert "scripted" in names
        missing = [row for row in screen.rows if not row.here]
        assert all("paotuan models pull" in row.hint for row in missing)
        for part in screen.query("#models-panel > *"):
            if part.display:
                assert part.region.bottom <= 24
        await pilot.press("escape")
        assert isinstance(app.screen, TableScreen)


async def test_another_model_speaks_from_the_next_draw_on(tmp_path: Path, serve: Serve) -> None:
    app, play = table(tmp_path)
    address = serve(speaks("来自服务器"))
    async with app.run_test(size=(80, 24)) as pilot:
        await say(pilot, "进去。")
        await dealt(pilot)
        old = app.model.backend
        at(pilot).table.enter(f"/model {address}")
        await until(pilot, lambda: app.model.backend is not None and app.model.backend is not old)
        await until(pilot, lambda: isinstance(old, Scripted) and old.closed)
        await pilot.press("r")
        at(pilot).table.redraw()
        await until(
            pilot,
            lambda: at(pilot).table.hand is not None and at(pilot).table.hand.model == "tiny",
        )
        await until(pilot, lambda: not at(pilot).table.drawing)
    events = [json.loads(line) for line in play.journal.path.read_text("utf-8").splitlines()]
    assert {event["event"] for event in events} <= {"open", "turns", "draw"}


async def test_a_model_that_cannot_be_had_leaves_the_old_one(tmp_path: Path) -> None:
    app, __ = table(tmp_path)
    heard: list[str] = []
    async with app.run_test(size=(80, 24)) as pilot:
        notify = app.notify

        def hear(message: str, **more: Any) -> None:
            heard.append(message)
            notify(message, **more)

        app.notify = hear  # type: ignore[method-assign, assignment]
        old = app.model.backend
        app.use_model("http://127.0.0.1:9/v1")
        await until(pilot, lambda: not app.model.loading)
        assert app.model.backend is old
        assert any("scripted stays" in one for one in heard)
        assert not app.model.problem
        await say(pilot, "进去。")
        await dealt(pilot)


async def test_a_draw_waits_while_the_model_is_exchanged(tmp_path: Path, serve: Serve) -> None:
    app, __ = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        app.use_model(serve(speaks()))
        await say(pilot, "进去。")
        await until(pilot, lambda: at(pilot).table.hand is not None)
        assert at(pilot).table.hand.model == "tiny"  # type: ignore[union-attr]
        await until(pilot, lambda: not at(pilot).table.drawing)


async def test_an_address_is_tested_and_kept_under_a_name(tmp_path: Path, serve: Serve) -> None:
    app, __ = table(tmp_path)
    address = serve(speaks())
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        await pilot.press("a")
        screen.query_one(Input).value = address
        await pilot.press("enter")
        await until(pilot, lambda: "tiny" in told(screen))
        assert "context 4096" in told(screen)
        assert "several candidates at once: yes" in told(screen)
        assert "grammar: no" in told(screen)
        await pilot.press(*"home", "enter")
        assert settings().models == {"home": address}
        assert screen.rows[0].name == "home"
        await pilot.press("enter")
        await until(pilot, lambda: app.model.backend is not None and not app.model.loading)
        assert app.model.backend.name == "tiny"  # type: ignore[union-attr]


async def test_a_wrong_address_says_why_and_stays_to_be_mended(tmp_path: Path) -> None:
    app, __ = table(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        for wrong in ("[b]nothing[/b]", "http://127.0.0.1:9/v1", "x" * 400):
            await pilot.press("a")
            screen.query_one(Input).value = wrong
            await pilot.press("enter")
            await until(pilot, lambda: screen.query_one("#models-told", Static).has_class("wrong"))
            assert app.screen is screen


async def test_a_server_that_was_away_is_asked_again_by_a_key_and_by_itself(
    tmp_path: Path,
    serve: Serve,
    monkeypatch: Any,
) -> None:
    monkeypatch.setattr("tui.model_keeper.FIRST_AGAIN_S", 0.2)
    monkeypatch.setattr("tui.model_keeper.ModelKeeper._pause", 0.2)
    address = serve(speaks())
    port_closed = "http://127.0.0.1:9/v1"
    play = Play.start(house(), "林默", tmp_path)
    app = PaotuanApp(play, Choice(model=port_closed))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.model.problem)
        assert app.model.passing
        app.choice = Choice(model=address)  # the server has come back, as it were
        await until(pilot, lambda: app.model.backend is not None)
        await say(pilot, "进去。")
        await dealt(pilot)


async def test_a_scenes_own_server_is_asked_about_once(tmp_path: Path, serve: Serve) -> None:
    paths: list[str] = []
    address = serve(speaks(), paths=paths)
    play = Play.start(house(model=ModelChoice(use=address)), "林默", tmp_path)
    app = PaotuanApp(play, Choice())
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, QuestionScreen))
        assert not paths, "nothing is sent before it is allowed"
        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, TableScreen))
        assert app.model.backend is None
        assert "127.0.0.1" in app.model.problem
        assert list(settings().hosts.values()) == [False]
    assert not paths
    again = PaotuanApp(
        Play.start(house(model=ModelChoice(use=address)), "林默", tmp_path), Choice()
    )
    async with again.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: again.model.problem)
        assert isinstance(again.screen, TableScreen), "it is not asked twice"
        assert not paths


async def test_a_server_that_was_allowed_plays(tmp_path: Path, serve: Serve) -> None:
    address = serve(speaks())
    play = Play.start(house(model=ModelChoice(use=address)), "林默", tmp_path)
    app = PaotuanApp(play, Choice())
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, QuestionScreen))
        await pilot.press("y")
        await until(pilot, lambda: app.model.backend is not None)
        assert list(settings().hosts.values()) == [True]


async def test_where_both_do_not_fit_the_old_one_is_closed_first_and_opened_again(
    tmp_path: Path, serve: Serve, monkeypatch: Any
) -> None:
    monkeypatch.setattr("tui.model_list.both_fit", lambda old, new: False)
    play = Play.start(house(), "林默", tmp_path)
    app = PaotuanApp(play, Choice(model="scripted"))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.model.backend is not None)
        old = app.model.backend
        assert isinstance(old, Scripted)
        app.use_model("http://127.0.0.1:9/v1")
        await until(pilot, lambda: not app.model.loading)
        assert old.closed
        assert app.model.backend is not None
        assert app.model.backend is not old
        assert app.model.backend.name == "scripted"
        app.use_model(serve(speaks()))
        await until(pilot, lambda: not app.model.loading)
        assert app.model.backend.name == "tiny"
        await say(pilot, "进去。")
        await dealt(pilot)


async def test_the_model_is_chosen_before_one_sits_down(tmp_path: Path, serve: Serve) -> None:
    app = PaotuanApp(None, Choice(model="scripted"))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.model.backend is not None)
        app.action_models()
        await until(pilot, lambda: isinstance(app.screen, ModelsScreen) and app.screen.rows)
        screen = app.screen
        assert isinstance(screen, ModelsScreen)
        await pilot.press("l")
        assert "sit down first" in told(screen)
        app.use_model(serve(speaks()))
        await until(pilot, lambda: not app.model.loading)
        assert "tiny" in str(screen.query_one(OptionList).border_title)
        assert app.model.backend is not None
        assert app.model.backend.name == "tiny"
