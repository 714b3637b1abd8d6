"""A session of 1,200 turns answers where the key is, with the starter: by a summary, and by a fact.

Asked as `eval knowledge` asks: the true answer must be likelier than each of three false ones.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from models.backend import Backend, scorer
from scenes.evaluation.knowledge import FactAnswers
from scenes.log import Entry, parse
from scenes.prompt import build_prompt
from scenes.scene import Role, Scene
from scenes.table.play import Play

pytestmark = pytest.mark.xdist_group("starter")

CASES = Path(__file__).resolve().parents[2] / ".." / "shared" / "cases"
QUESTION = "苏晚，钥匙在哪？"
TURNS = 1200


def made(place: str) -> list[Entry]:
    """A long walk; where the key is was said in its first lines alone."""
    said = [f"【第一幕：钥匙藏在{place}里，只有苏晚知道。】"]
    for step in range(TURNS // 2):
        said.append(f"苏晚：第{step}步，我看见走廊尽头的灯又亮了一下。")
        said.append(f"林默：第{step}步，跟紧，别出声。")
    return parse("\n".join([*said, f"林默：{QUESTION}"]))


def of_case() -> list[Entry]:
    file = CASES / "table" / "long.log.txt"
    if not file.is_file():
        pytest.skip(f"{file} is not here: the case of a long log lies beside the repository")
    return parse(file.read_text("utf-8"))


@pytest.fixture(scope="module")
def starter() -> Iterator[Backend]:
    pytest.importorskip("xllamacpp", reason="needs the extra `starter`")
    from models.llamacpp.backend import LlamaCpp
    from models.starter import path

    with closing(LlamaCpp.open(path=path(), context=1024)) as backend:
        yield backend


@pytest.fixture(params=["made", "case"])
def walk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Play, str, list[str]]]:
    """A session of a long log, the true answer, and false ones."""
    entries = made("瓷瓶") if request.param == "made" else of_case()
    right, wrong = ("瓷瓶", ["枕头", "花园", "口袋"])
    if request.param == "case":
        right, wrong = ("钟", ["书", "鞋", "井"])
    scene = Scene("s", Path("s.yaml"), "雨夜旧宅", (Role("苏晚"), Role("林默")))
    with closing(Play.start(scene, "林默", tmp_path)) as play:
        play.session.say_all(entries)
        play.turned()
        yield play, right, wrong


def answers(play: Play, backend: Backend, right: str, wrong: Sequence[str]) -> FactAnswers:
    role = play.scene.role("苏晚")
    notes = play.notes_for(backend, role, play.session.head)
    prompt = build_prompt(
        play.scene, [*play.session.history, *notes], role, backend.context, 40, backend.count
    )
    replies = [f"钥匙在{place}里。\n" for place in (right, *wrong)]
    return FactAnswers(tuple(scorer(backend).score(prompt, replies)), None)


def test_what_has_left_the_reading_is_not_known(
    walk: tuple[Play, str, list[str]], starter: Backend
) -> None:
    play, right, __ = walk
    role = play.scene.role("苏晚")
    history = play.session.history
    prompt = build_prompt(play.scene, history, role, starter.context, 40, starter.count)
    assert right not in prompt.text and QUESTION in prompt.text


def test_a_summary_by_hand_answers_it(walk: tuple[Play, str, list[str]], starter: Backend) -> None:
    play, right, wrong = walk
    before = answers(play, starter, right, wrong)
    path = play.session.path
    play.session.sum_up(
        path[0].id, path[-200].id, f"钥匙藏在{right}里，只有苏晚知道。苏晚和林默沿走廊走了很久。"
    )
    after = answers(play, starter, right, wrong)
    assert after.margin > 0 and after.margin > before.margin + 1
    assert after.probability > 0.5


def test_a_pinned_fact_answers_it(walk: tuple[Play, str, list[str]], starter: Backend) -> None:
    play, right, wrong = walk
    before = answers(play, starter, right, wrong)
    play.session.go(1)
    play.session.pin(f"钥匙在{right}里")
    play.session.go(len(play.session.turns))
    after = answers(play, starter, right, wrong)
    assert after.margin > 0 and after.margin > before.margin + 1
    assert after.probability > 0.5
