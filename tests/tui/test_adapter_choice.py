"""An adapter for a role, chosen at the table: the model opens it, and each draw says so."""

from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import OptionList

from base.folders import data_folder
from scenes.table.play import Play
from tests.models.made_server import Request, Serve, piece
from tests.tui.tables import at, dealt, house, said, say, table, until
from tui.app import PaotuanApp
from tui.model_options import Choice
from tui.screens.adapters import AdaptersScreen
from tui.screens.table import TableScreen


def answer(request: Request) -> None:
    for index in range(request.bodies[-1].get("n", 1)):
        request.stream(piece(f"你好{index}{len(request.bodies)}", index, "stop"))
    request.stream("[DONE]")


MODELS = {
    "data": [
        {"id": "tiny", "owned_by": "vllm", "max_model_len": 4096},
        {"id": "suwan", "owned_by": "vllm", "parent": "tiny"},
    ]
}


async def test_an_adapter_that_a_server_has_speaks_for_one_role(
    tmp_path: Path, serve: Serve
) -> None:
    bodies: list[dict[str, object]] = []
    address = serve(answer, models=MODELS, bodies=bodies)
    play = Play.start(house(), "林默", tmp_path)
    app = PaotuanApp(play, Choice(model=f"{address}#tiny"))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.model.backend is not None)
        at(pilot).table.enter("/adapter 苏晚 suwan")
        await until(pilot, lambda: app.model.backend is not None and not app.model.loading)
        await say(pilot, "进去。")
        await until(pilot, lambda: bodies and bodies[-1].get("model") == "suwan")
        await until(pilot, lambda: not at(pilot).table.drawing)
        at(pilot).table.pick(1)
        await until(pilot, lambda: not at(pilot).table.drawing)
    assert play.session.draws[1].adapter == "suwan"


async def test_the_scripted_model_takes_none_and_says_so(tmp_path: Path) -> None:
    (data_folder() / "adapters" / "suwan").mkdir(parents=True)
    app, play = table(tmp_path)
    app.choice = Choice(model="scripted")
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("down", "enter", "down", "enter")
        assert isinstance(app.screen, AdaptersScreen)
        assert all(role.adapter is None for role in play.scene.cast)
        await pilot.press("escape", "escape")
        assert isinstance(app.screen, TableScreen)
        await say(pilot, "进去。")
        await dealt(pilot)
        assert said(play) == ["林默：进去。"]


async def opened(pilot: Pilot[None]) -> OptionList:
    await pilot.press("f3")
    await until(pilot, lambda: pilot.app.screen.query("#models-list"))
    await pilot.press("l")
    await until(pilot, lambda: isinstance(pilot.app.screen, AdaptersScreen))
    return pilot.app.screen.query_one(OptionList)
