"""A made-up tiny ChatGLM, in the official layout on the disk, plays at the table."""

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs the extra `local`")
pytest.importorskip("sentencepiece", reason="needs the extra `local`")

from scenes.scene import Role
from scenes.table.play import Play
from tests.chatglm.made_up import make_prefix
from tests.chatglm.tokenizer_made_up import make_playable
from tests.tui.tables import at, house, said, say, until
from tui.app import PaotuanApp
from tui.model_options import Choice

LINES = [
    "苏晚：你确定是这里？",
    "林默：先进去再说。",
    "老周：别出声，楼上有人。",
    "【雨下了一整夜。】",
]


@pytest.mark.parametrize("version", [1, 2, 3])
async def test_a_checkpoint_from_disk_with_a_prefix_a_character_plays(
    tmp_path: Path, version: int
) -> None:
    base = tmp_path / "chatglm"
    make_playable(base, version, LINES * 20)
    prefix = tmp_path / "prefix"
    make_prefix(prefix, base, 4, False)
    cast = (Role("林默"), Role("苏晚", adapter="suwan"), Role("老周"))
    play = Play.start(
        house(cast=cast, sampling={"n": 8, "max_tokens": 2, "temperature": 2.0}), "林默", tmp_path
    )
    app = PaotuanApp(play, Choice(model=str(base), adapters={"suwan": str(prefix)}))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, lambda: app.model.backend or app.model.problem)
        assert not app.model.problem
        for _ in range(20):
            await say(pilot, "进去看看。")
            await until(pilot, lambda: at(pilot).table.hand and not at(pilot).table.drawing)
            hand = at(pilot).table.hand
            assert hand is not None
            if hand.complete:
                break
        number = next(i for i, place in enumerate(hand.places) if place.candidate)
        before = len(said(play))
        await pilot.press(str(number + 1))
        await until(pilot, lambda: len(said(play)) == before + 1)
        assert hand.cost is not None
        assert hand.cost.prompt_tokens > 10
        assert said(play)[-1].startswith(f"{hand.speaker.name}：")


def test_a_scene_says_which_scripts_are_written(tmp_path: Path) -> None:
    from dataclasses import replace

    from base.errors import KnownError
    from tui.model_options import open_model

    base = tmp_path / "chatglm"
    make_playable(base, 3, LINES * 20)
    plain = house()
    choice = Choice(model=str(base))
    han = replace(plain, model=replace(plain.model, scripts=("han",)))
    open_model(choice, han).close()
    unknown = replace(plain, model=replace(plain.model, scripts=("hann",)))
    with pytest.raises(KnownError, match="hann"):
        open_model(choice, unknown)


def test_nothing_is_printed_while_a_model_of_the_library_is_opened(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    from models.backend import open_backend
    from tests.local.tiny_models import make_llama

    folder = make_llama(tmp_path / "llama")
    capfd.readouterr()
    open_backend("local", path=folder).close()
    assert capfd.readouterr() == ("", "")
