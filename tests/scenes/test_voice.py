"""Which adapter a line is drawn with: the role's, else the model's own, and none where asked."""

from collections.abc import Generator
from pathlib import Path

from models.backend import Delta, End, Prompt, Sampling
from models.scripted import Scripted
from scenes.scene import BASE_ALONE, Role, Scene
from scenes.table.play import Play
from scenes.table.voice import adapter_for

CAST = (Role("林默"), Role("苏晚"), Role("老周", adapter="laozhou"), Role("猫", adapter=BASE_ALONE))


class Speaking(Scripted):
    """Says one thing, and keeps with which adapter it was asked to."""

    own_adapter: str | None = "table"

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str | None] = []

    def generate(
        self, prompt: Prompt, sampling: Sampling, adapter: str | None = None
    ) -> Generator[Delta]:
        self.asked.append(adapter)
        for row in range(sampling.n):
            yield Delta(row, f"好，{row}。", End("stop", 4, 9, 0))


def test_a_model_s_own_adapter_is_for_roles_that_name_none() -> None:
    backend = Speaking()
    adapters = [adapter_for(role, backend) for role in CAST]
    assert adapters == ["table", "table", "laozhou", None]


def test_another_model_has_none() -> None:
    assert [adapter_for(role, Scripted()) for role in CAST] == [None, None, "laozhou", None]


def test_a_session_keeps_what_its_hands_were_drawn_with(tmp_path: Path) -> None:
    scene = Scene("s", Path(), "夜话", CAST, opening="林默：谁在那里？\n")
    play, backend = Play.start(scene, "林默", tmp_path), Speaking()
    for name in ("苏晚", "猫"):
        hand = play.hand(backend, play.scene.role(name))
        for update in play.deal(backend, hand)[1]:
            hand.update(update)
        kept = play.keep(hand)
        assert kept is not None and kept.adapter == backend.asked[-1]
    assert backend.asked[0] == "table" and backend.asked[-1] is None
