"""What was picked in saved sessions teaches an order that plays are drawn with afterwards."""

import json
import random
from contextlib import closing
from pathlib import Path

import pytest

from base.errors import KnownError
from base.folders import data_folder
from scenes.log import Entry
from scenes.scene import Scene
from scenes.table.draws import Candidate, Draw
from scenes.table.play import Play
from scenes.table.ranker import FEATURES, better, learn
from scenes.table.session_list import saved_sessions
from scenes.table.taste import FILE, keep, picks_in, read_ranker


@pytest.fixture(autouse=True)
def own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


def played(scene: Scene, turns: int, seed: int = 1) -> None:
    """A session whose player always takes the longest of four."""
    rng = random.Random(seed)
    with closing(Play.start(scene, "林默")) as play:
        for __ in range(turns):
            texts = [
                "".join(rng.choices("山水风云花鸟雨雪", k=rng.randint(2, 20))) for _ in range(4)
            ]
            made = [
                Candidate(Entry("speech", text, "苏晚"), "stop", 4, -rng.uniform(5, 40))
                for text in texts
            ]
            draw = play.session.keep(Draw(0, play.session.head, "苏晚", tuple(made)))
            play.session.pick(draw, max(range(4), key=lambda at: len(texts[at])))


def test_what_was_picked_in_sessions_is_learnt_kept_and_read(scene: Scene) -> None:
    for seed in range(2):
        played(scene, 60, seed)
    journals = [one.path for one in saved_sessions()]
    picks, problems = picks_in(journals)
    assert (len(picks), problems) == (120, [])
    assert all(len(one.candidates[one.taken].entry.text) >= 2 for one in picks)
    assert picks[1].last
    ranker = learn(picks)
    assert better(ranker)
    path = keep(ranker)
    assert path is not None
    assert read_ranker() == ranker


def test_an_order_that_is_no_better_takes_the_kept_one_away(scene: Scene) -> None:
    played(scene, 120)
    keep(learn(picks_in([one.path for one in saved_sessions()])[0]))
    assert (data_folder() / FILE).exists()
    assert keep(None) is None
    assert read_ranker() is None


def test_a_broken_session_is_told_and_the_others_are_read(scene: Scene) -> None:
    played(scene, 3)
    (journal,) = [one.path for one in saved_sessions()]
    broken = journal.with_name("broken.jsonl")
    broken.write_bytes(b"\x00\xff not a journal\n")
    picks, problems = picks_in([broken, journal])
    assert len(picks) == 3
    assert len(problems) == 1


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", "null", "9" * 20_000, '{"weights": [1]}'),
        json.dumps({"weights": [1] * len(FEATURES), "features": ["x"]}),
        json.dumps(
            {"features": FEATURES, "weights": [1e999] * len(FEATURES), "picks": 1}
            | {"agreement": 1, "by_likelihood": 0}
        ),
        "[" * 9000,
    ],
)
def test_a_file_that_is_no_order_is_told(text: str) -> None:
    data_folder().mkdir(parents=True)
    (data_folder() / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(KnownError, match="learn it again"):
        read_ranker()
