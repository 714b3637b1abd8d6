"""A turn owns its hands: wherever the play stands, what was drawn there is on the table again."""

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from base.errors import KnownError
from models.backend import Delta, Progress, Prompt, Sampling
from models.scripted import Scripted
from scenes.scene import Scene
from scenes.table import controller_events as happened
from scenes.table.branch_map import map_rows
from scenes.table.hand import Hand
from scenes.table.play import Play
from tests.frontends import PlainFrontEnd

LINES = [f"第{number}句。" for number in range(1, 90)]
Sit = Callable[..., PlainFrontEnd]


@pytest.fixture
def sit(play: Play) -> Iterator[Sit]:
    """Sit down at the play; the table is closed at the end."""
    front_ends: list[PlainFrontEnd] = []

    def seated(backend: Scripted | None = None, again: Play | None = None) -> PlainFrontEnd:
        front_ends.append(PlainFrontEnd(again or play, backend or Scripted(LINES)))
        return front_ends[-1]

    yield seated
    for front_end in front_ends:
        with suppress(KnownError):
            front_end.table.close()


def shown(front_end: PlainFrontEnd) -> list[str]:
    """The candidates on the table."""
    hand = front_end.table.hand
    return [] if hand is None else [each.entry.text for each in hand.complete]


def said(front_end: PlainFrontEnd) -> list[str]:
    return [entry.text for entry in front_end.table.play.session.entries]


def drawn(front_end: PlainFrontEnd, name: str = "苏晚") -> Hand:
    front_end.do("let_speak", name)
    hand = front_end.table.hand
    assert hand is not None and hand.complete
    return hand


def test_undoing_a_pick_shows_its_hand_again_with_what_was_picked(sit: Sit) -> None:
    front_end = sit()
    drawn(front_end)
    before = shown(front_end)
    front_end.do("pick", 2)
    assert front_end.table.hand is None
    front_end.do("undo")
    assert shown(front_end) == before
    assert front_end.table.hand is not None and front_end.table.hand.picked == {1}
    assert isinstance(front_end.events[-1], happened.HandShown)
    front_end.do("redo")
    assert front_end.table.hand is None
    assert said(front_end)[-1] == before[1]


def test_a_hand_nobody_picked_from_is_there_after_a_jump_away_and_back(sit: Sit) -> None:
    front_end = sit()
    front_end.do("say", "走吧。")
    place = front_end.table.play.session.head
    drawn(front_end)
    before = shown(front_end)
    front_end.do("say", "算了，我自己说。")
    front_end.do("go", place)
    assert shown(front_end) == before


def test_resuming_shows_the_hand_that_lay_there(sit: Sit, play: Play) -> None:
    front_end = sit()
    drawn(front_end, "老周" if "老周" in [r.name for r in play.scene.cast] else "苏晚")
    before = shown(front_end)
    front_end.table.close()
    again = sit(again=Play.resume(play.journal.path))
    assert shown(again) == before
    again.do("pick", 3)
    assert said(again)[-1] == before[2]


def test_hiding_a_hand_drops_nothing_and_going_on_brings_it_back(sit: Sit) -> None:
    front_end = sit()
    drawn(front_end)
    before = shown(front_end)
    front_end.do("hide")
    assert front_end.table.hand is None and front_end.table.hidden
    front_end.do("enter", "")
    assert shown(front_end) == before and not front_end.table.hidden
    front_end.do("set_aside")
    assert front_end.table.hidden
    front_end.do("unhide")
    assert shown(front_end) == before


def test_a_redraw_keeps_the_old_hand_to_be_leafed_to(sit: Sit) -> None:
    front_end = sit()
    drawn(front_end)
    first = shown(front_end)
    front_end.do("redraw")
    second = shown(front_end)
    assert set(first).isdisjoint(second)
    assert (front_end.table.hand_at, len(front_end.table.hands)) == (2, 2)
    front_end.do("leaf", -1)
    assert shown(front_end) == first and front_end.table.hand_at == 1
    front_end.do("leaf", -1)
    assert "no other hand on that side" in front_end.of(happened.Notice)[-1].text
    assert shown(front_end) == first
    front_end.do("pick", 1)
    front_end.do("undo")
    assert shown(front_end) == first, "the hand that was picked from is shown first"
    front_end.do("leaf", 1)
    assert shown(front_end) == second


def test_hands_that_were_kept_are_the_same_on_the_next_day(sit: Sit, play: Play) -> None:
    front_end = sit()
    drawn(front_end)
    front_end.do("more")
    front_end.do("redraw")
    hands = [[p.text for p in hand.places] for hand in front_end.table.hands]
    front_end.table.close()
    again = sit(again=Play.resume(play.journal.path))
    assert [[p.text for p in hand.places] for hand in again.table.hands] == hands
    assert [len(each) for each in hands] == [6, 3]
    again.do("more")
    assert len(again.table.hands) == 2 and len(shown(again)) == 6


def test_a_hand_is_in_the_journal_as_soon_as_it_is_drawn(sit: Sit, play: Play) -> None:
    front_end = sit()
    drawn(front_end)
    text = play.journal.path.read_text("utf-8")
    assert all(line in text for line in shown(front_end))


class Endless(Scripted):
    """Its second candidate never ends."""

    def generate(
        self, prompt: Prompt, sampling: Sampling, adapter: str | None = None
    ) -> Generator[Delta | Progress]:
        yield from Scripted(["甲。"]).generate(prompt, Sampling(n=1), adapter)
        while True:
            time.sleep(0.01)
            yield Progress(1, 2)


def test_a_hand_that_is_stopped_half_drawn_keeps_what_is_complete_in_the_journal(
    sit: Sit, play: Play
) -> None:
    front_end = sit(Endless())
    front_end.table.let_speak("苏晚")
    front_end.until(lambda: front_end.table.hand and front_end.table.hand.complete)
    front_end.do("stop")
    assert "甲。" in play.journal.path.read_text("utf-8")
    front_end.table.say("走。")
    front_end.table.stop()
    front_end.table.undo()
    assert shown(front_end) == ["甲。"]


def test_the_hands_of_an_earlier_turn_are_looked_at_and_a_pick_there_is_a_branch(sit: Sit) -> None:
    front_end = sit()
    drawn(front_end)
    early = shown(front_end)
    front_end.do("pick", 1)
    turn = front_end.table.play.session.head
    front_end.do("say", "嗯。")
    front_end.do("stop")
    end = said(front_end)
    front_end.do("look_at", turn)
    assert shown(front_end) == early
    assert front_end.table.looking is not None and front_end.table.looking.id == turn
    assert said(front_end) == end, "looking moves nothing"
    front_end.do("pick", 2)
    assert said(front_end)[-1] == early[1]
    assert front_end.table.looking is None
    front_end.do("undo")
    assert said(front_end) == end


def test_looking_back_to_here_leaves_a_hidden_hand_hidden(sit: Sit) -> None:
    front_end = sit()
    drawn(front_end)
    front_end.do("hide")
    front_end.do("look_at", 1)
    front_end.do("look_at", None)
    assert front_end.table.hidden and front_end.table.hand is None


def test_picking_what_was_picked_before_stands_there_and_doubles_nothing(sit: Sit) -> None:
    front_end = sit()
    drawn(front_end)
    front_end.do("pick", 1)
    front_end.do("say", "嗯。")
    front_end.do("stop")
    turns = len(front_end.table.play.session.turns)
    front_end.do("undo")
    front_end.do("undo")
    front_end.do("pick", 1)
    session = front_end.table.play.session
    assert len(session.turns) == turns
    assert session.head == 3
    front_end.do("redo")
    assert session.path[-1].entry.text == "嗯。"


def test_an_earlier_turn_is_redrawn_at_its_place_for_its_speaker(sit: Sit) -> None:
    front_end = sit()
    drawn(front_end)
    front_end.do("pick", 1)
    turn = front_end.table.play.session.head
    front_end.do("say", "嗯。")
    front_end.do("stop")
    front_end.do("look_at", turn)
    front_end.do("redraw")
    hand = front_end.table.hand
    assert hand is not None
    assert (hand.after, hand.speaker.name, len(front_end.table.hands)) == (2, "苏晚", 2)
    prompt = front_end.model.backend.prompts[-1]  # type: ignore[union-attr]
    assert "嗯。" not in prompt.text
    front_end.do("pick", 3)
    session = front_end.table.play.session
    assert session.path[-1].parent == 2
    assert len(session.branches_at(2)) == 2


def test_a_line_of_the_players_own_is_redrawn_too(sit: Sit) -> None:
    front_end = sit()
    front_end.do("say", "嗯。")
    front_end.do("stop")
    front_end.do("look_at", front_end.table.play.session.head)
    front_end.do("redraw")
    assert front_end.table.hand is not None
    assert front_end.table.hand.speaker.name == "林默"


def test_after_an_edit_the_turns_behind_it_have_their_hands_still(sit: Sit) -> None:
    front_end = sit()
    front_end.do("say", "走吧。")
    mine = front_end.table.play.session.head
    front_end.do("let_speak", "苏晚")
    before = shown(front_end)
    front_end.do("pick", 2)
    front_end.do("edit", mine, "快走。")
    front_end.do("go", front_end.table.play.session.path[-2].id)
    assert said(front_end)[-1] == "快走。"
    assert before in [[p.text for p in hand.places] for hand in front_end.table.hands]
    assert shown(front_end) == before
    assert front_end.table.hand is not None and front_end.table.hand.picked == {1}


def test_deleting_a_turn_keeps_what_follows_and_undo_brings_it_back(sit: Sit) -> None:
    front_end = sit()
    for text in ("一。", "二。", "三。"):
        front_end.do("say", text)
        front_end.do("stop")
    path = front_end.table.play.session.path
    front_end.do("delete", path[-2].id)
    assert said(front_end)[2:] == ["一。", "三。"]
    assert isinstance(front_end.of(happened.TurnDeleted)[-1].turn.entry.text, str)
    front_end.do("undo")
    assert said(front_end)[2:] == ["一。", "二。", "三。"]
    front_end.do("delete", front_end.table.play.session.head)
    assert said(front_end)[2:] == ["一。", "二。"]
    front_end.do("redo")
    assert said(front_end)[2:] == ["一。", "二。"], "there is nothing to do again"
    front_end.do("undo")
    assert said(front_end)[2:] == ["一。", "二。", "三。"]


def test_a_bookmark_is_put_named_taken_away_and_survives(sit: Sit, play: Play) -> None:
    front_end = sit()
    front_end.do("mark", 2)
    front_end.do("mark", 1, "雨 夜")
    assert play.session.marks == {2: "", 1: "雨 夜"}
    front_end.do("mark", 2)
    assert play.session.marks == {1: "雨 夜"}
    front_end.do("mark", 99)
    assert "there is no turn 99" in front_end.errors[-1]
    front_end.do("edit", 1, "雨停了。")
    assert play.session.marks[play.session.path[0].id] == "雨 夜"
    marks = dict(play.session.marks)
    front_end.table.close()
    again = sit(again=Play.resume(play.journal.path))
    assert again.table.play.session.marks == marks


def test_going_on_with_a_line_draws_after_what_stands_and_takes_its_place(sit: Sit) -> None:
    backend = Scripted(["他说，", "乙。", "丙。", "那就走。", "明天再说。", "下雨了。"])
    front_end = sit(backend)
    drawn(front_end)
    front_end.do("pick", 1)
    front_end.do("say", "后来呢？")
    front_end.do("stop")
    turn = front_end.table.play.session.path[-2]
    assert turn.entry.text == "他说，"
    front_end.do("extend", turn.id)
    assert backend.prompts[-1].cue.endswith("苏晚：他说，")
    assert all(text.startswith("他说，") for text in shown(front_end))
    chosen = shown(front_end)[0]
    front_end.do("pick", 1)
    assert said(front_end)[-2:] == [chosen, "后来呢？"]
    front_end.do("undo")
    assert said(front_end)[-2:] == ["他说，", "后来呢？"]


def test_a_candidate_that_stopped_early_is_continued_and_picked(sit: Sit) -> None:
    backend = Scripted(["他说，", "乙。", "丙。", "那就走。", "明天再说。", "下雨了。"])
    front_end = sit(backend)
    drawn(front_end)
    front_end.do("extend", None, 1)
    assert len(front_end.table.hands) == 2
    chosen = shown(front_end)[1]
    assert chosen.startswith("他说，") and chosen != "他说，"
    front_end.do("pick", 2)
    assert said(front_end)[-1] == chosen
    assert len(front_end.table.play.session.branches_at(2)) == 1


def test_continuing_the_last_line_survives_being_closed(sit: Sit, play: Play) -> None:
    front_end = sit(Scripted(["那就走。", "明天再说。", "下雨了。"]))
    front_end.do("say", "我想，")
    front_end.do("stop")
    turn = play.session.head
    front_end.do("extend")
    chosen = shown(front_end)[0]
    assert chosen.startswith("我想，")
    front_end.table.close()
    again = sit(again=Play.resume(play.journal.path))
    again.do("look_at", turn)
    assert chosen in shown(again)
    again.do("pick", shown(again).index(chosen) + 1)
    assert said(again)[-1] == chosen and said(again).count("我想，") == 0


def test_undo_takes_back_a_jump(sit: Sit) -> None:
    front_end = sit()
    front_end.do("say", "一。")
    front_end.do("stop")
    front_end.do("say", "二。")
    front_end.do("stop")
    end = said(front_end)
    front_end.do("go", 1)
    front_end.do("undo")
    assert said(front_end) == end
    front_end.do("redo")
    assert len(said(front_end)) == 1


def test_choosing_who_is_next_hides_the_hand_and_enter_lets_that_one_speak(
    sit: Sit, scene: Scene, tmp_path: Path
) -> None:
    front_end = sit()
    drawn(front_end)
    first = shown(front_end)
    front_end.do("choose_next", 1)
    assert front_end.table.hand is None
    other = front_end.table.play.next
    front_end.do("go_on")
    hand = front_end.table.hand
    assert hand is not None and hand.speaker == other
    assert first in [[p.text for p in each.places] for each in front_end.table.hands]


def test_the_commands_of_turns_do_what_they_say(sit: Sit, play: Play) -> None:
    front_end = sit()
    front_end.do("enter", "/hands")
    assert "no candidates yet" in front_end.errors[-1]
    drawn(front_end)
    front_end.do("enter", "/redraw")
    front_end.do("enter", "/leaf")
    assert front_end.table.hand_at == 1
    front_end.do("enter", "/leaf 2")
    assert front_end.table.hand_at == 2
    front_end.do("enter", "/leaf 9")
    assert "there are lots 1 to 2" in front_end.errors[-1]
    front_end.do("enter", "/hands")
    assert "1 3 lines for 苏晚, 2● 3 lines for 苏晚" in front_end.of(happened.Notice)[-1].text
    front_end.do("enter", "/continue 2")
    assert len(front_end.table.hands) == 3
    front_end.do("enter", "/mark 1 开头")
    front_end.do("enter", "/mark 这里 那里")
    assert play.session.marks == {1: "开头", 2: "这里 那里"}
    front_end.do("enter", "/delete 2")
    assert play.session.head == 1
    front_end.do("retry")
    assert "nothing failed here" in front_end.errors[-1]


def test_the_name_of_a_bookmark_is_one_short_line(sit: Sit, play: Play) -> None:
    front_end = sit()
    front_end.do("mark", 1, "\x1b[31m红\n\u202e字" + "长" * 99)
    name = play.session.marks[1]
    assert name.startswith("[31m红 字长") and len(name) == 64


def test_on_a_blank_page_nothing_is_there_to_be_changed(
    sit: Sit, make_scene: Callable[..., Scene], tmp_path: Path
) -> None:
    play = Play.start(make_scene(opening=""), "林默", tmp_path / "blank")
    front_end = sit(again=play)
    for wanted in (("extend",), ("undo",), ("redo",), ("delete", 1), ("mark", 1), ("unhide",)):
        front_end.do(*wanted)
    front_end.do("enter", "/标记")
    assert len(front_end.errors) == 7
    assert map_rows(play.session) == []
    front_end.do("let_speak", "苏晚")
    before = shown(front_end)
    front_end.do("pick", 1)
    front_end.do("undo")
    assert shown(front_end) == before
    front_end.do("pick", 2)
    front_end.do("delete", play.session.head)
    assert play.session.entries == [] and shown(front_end) == before
