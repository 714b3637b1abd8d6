"""Sessions that ship, to look at: they read, they are worth looking at, and a copy is played on."""

from pathlib import Path

import pytest

from base.errors import KnownError
from scenes.log import dump, parse
from scenes.table.play import Play
from scenes.table.session import Session
from scenes.table.shown import Shown, build, open_shipped, shipped_sessions


@pytest.fixture(params=shipped_sessions(), ids=lambda one: one.name)
def shown(request: pytest.FixtureRequest) -> Shown:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def told(shown: Shown) -> Session:
    return build(shown, "x", [])


def test_one_at_least_ships() -> None:
    assert shipped_sessions()


def test_it_has_an_evening_of_turns_with_branches_hands_bookmarks_and_edits(told: Session) -> None:
    hands = list(told.draws.values())
    picked = {turn.draw for turn in told.turns.values() if turn.draw}
    assert len(told.path) >= 200
    assert len(hands) >= 40
    assert all(3 <= len(hand.candidates) <= 5 for hand in hands)
    assert len(picked) < len(hands)
    places = [hand.parent for hand in hands]
    assert any(places.count(place) >= 3 for place in places)
    assert sum(len(told.branches_at(turn)) > 1 for turn in told.turns) >= 5
    assert len(told.marks) >= 8
    assert any(turn.of for turn in told.turns.values())
    changed = [
        turn
        for turn in told.path
        if turn.draw is not None
        and turn.candidate is not None
        and told.draws[turn.draw].candidates[turn.candidate].entry != turn.entry
    ]
    assert changed


def test_every_line_is_by_one_of_the_cast_with_a_face_that_the_scene_knows(told: Session) -> None:
    names = {role.name for role in told.scene.cast}
    hands = [one.entry for hand in told.draws.values() for one in hand.candidates]
    for entry in [*(turn.entry for turn in told.turns.values()), *hands]:
        assert entry.speaker in names or entry.kind in ("narration", "chapter"), entry
        assert not entry.emotion or entry.emotion in told.scene.emotions, entry
        assert parse(dump([entry])) == [entry]
        assert len(entry.text) <= 80, entry
    kinds = {entry.kind for entry in hands}
    assert {"speech", "action", "thought", "narration"} <= kinds


def test_no_candidate_stands_twice_in_a_hand(told: Session) -> None:
    for hand in told.draws.values():
        texts = [one.entry.text for one in hand.candidates]
        assert len(set(texts)) == len(texts)


def test_a_copy_is_made_once_and_played_on_from_any_turn(shown: Shown, tmp_path: Path) -> None:
    path = open_shipped(shown, tmp_path)
    play = Play.resume(path)
    assert play.session.path[-1].entry.text.endswith("没有响。")
    assert play.session.marks
    place = next(turn for turn, name in play.session.marks.items() if name == "麻不麻")
    play.go(place)
    play.say("我也尝一口。")
    play.close()
    assert path.with_suffix(".txt").read_text("utf-8").endswith("孙悟空：我也尝一口。\n")
    assert open_shipped(shown, tmp_path) == path
    again = Play.resume(path)
    assert again.session.path[-1].entry.text == "我也尝一口。"
    again.close()


def test_the_copy_is_its_owners_alone(shown: Shown, tmp_path: Path) -> None:
    folder = tmp_path / "sessions"
    path = open_shipped(shown, folder)
    assert path.stat().st_mode & 0o077 == 0
    assert not list(folder.glob(".paotuan-*"))


def test_a_line_that_cannot_be_told_is_named(shown: Shown, tmp_path: Path) -> None:
    broken = tmp_path / "b.log"
    broken.write_text(f"scene: {shown.scene}\n\n孙悟空：好。\n^ 没有这处\n", encoding="utf-8")
    with pytest.raises(KnownError, match=r"b\.log:4: .*没有这处"):
        build(Shown("b", broken, shown.scene, ""), "x", [])
