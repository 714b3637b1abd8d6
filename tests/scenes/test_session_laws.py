"""Whatever is done at a table, and whenever it is killed: nothing drawn or said is out of reach."""

import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from models.scripted import Scripted
from scenes.scene import Role, Scene
from scenes.table.hands import hands_after
from scenes.table.play import Play
from scenes.table.session import Candidate
from scenes.table.sheets import SheetChange
from tests.frontends import PlainFrontEnd

LINES = [f"第{number}句。" for number in range(1, 400)]
CAST = (Role("林默"), Role("苏晚"), Role("守秘人", narrator=True))


class Evening(RuleBasedStateMachine):
    """A table that is played at, left, killed and come back to."""

    @initialize()
    def sit_down(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="laws-"))
        scene = Scene("s", Path("s.yaml"), "题", CAST, opening="【雨】", sampling={"n": 2})
        self.backend = Scripted(LINES)
        self.front_end = PlainFrontEnd(Play.start(scene, "林默", self.folder), self.backend)
        self.drawn: dict[int | None, list[Candidate]] = {}

    def teardown(self) -> None:
        self.front_end.table.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def session(self):  # type: ignore[no-untyped-def]
        return self.front_end.table.play.session

    @property
    def table(self):  # type: ignore[no-untyped-def]
        return self.front_end.table

    def do(self, intention: str, *given: object) -> None:
        self.front_end.do(intention, *given)
        hand = self.table.hand
        if hand is not None:
            known = self.drawn.setdefault(self.table._hands.place, [])
            known += [each for each in hand.complete if each not in known]

    @rule(text=st.sampled_from(["走。", "晚晚？", "一\n二", "【灯灭了】"]))
    def say(self, text: str) -> None:
        self.do("say", text)

    @rule(name=st.sampled_from(["苏晚", "守秘人"]))
    def draw(self, name: str) -> None:
        self.do("let_speak", name)

    @rule(what=st.sampled_from(["redraw", "more", "go_on", "hide", "unhide", "set_aside"]))
    def of_hands(self, what: str) -> None:
        self.do(what)

    @rule(step=st.sampled_from([-1, 1]))
    def leaf(self, step: int) -> None:
        self.do("leaf", step)

    @rule(change=st.sampled_from(["HP -3", "苏晚.HP 4", "HP 7"]))
    def change_a_sheet(self, change: str) -> None:
        self.do("set_value", change)

    @rule(number=st.integers(1, 4), text=st.sampled_from([None, "改了。"]))
    def pick(self, number: int, text: str | None) -> None:
        self.do("pick", number, text)

    @rule(data=st.data(), what=st.sampled_from(["go", "delete", "mark", "look_at", "extend"]))
    def of_turns(self, data: st.DataObject, what: str) -> None:
        self.do(what, data.draw(st.sampled_from(sorted(self.session.turns))))

    @rule(data=st.data())
    def edit(self, data: st.DataObject) -> None:
        self.do("edit", data.draw(st.sampled_from(sorted(self.session.turns))), "【改】")

    @rule()
    def look_back(self) -> None:
        self.do("look_at", None)

    @rule()
    def redo(self) -> None:
        self.do("redo")

    @precondition(lambda self: self.session.can_undo)
    @rule()
    def undo_then_redo_is_nothing(self) -> None:
        head, moves = self.session.head, list(self.session._moves.past)
        self.do("undo")
        changed = isinstance(moves[-1], SheetChange)
        assert self.session.head == (head if changed else moves[-1])
        self.do("redo")
        assert (self.session.head, self.session._moves.past) == (head, moves)

    @rule()
    def undo(self) -> None:
        self.do("undo")

    @rule(killed=st.booleans())
    def come_back(self, killed: bool) -> None:
        path = self.front_end.table.play.journal.path
        before = (dict(self.session.turns), self.session.head, dict(self.session.marks))
        moves = (list(self.session._moves.past), list(self.session._moves.future))
        if killed:
            self.front_end.table.play.close()  # its lock alone: nothing is kept on the way out
        else:
            self.front_end.table.close()
        play = Play.resume(path) if path.exists() else None
        if play is None:  # nothing was done in it
            self.sit_down()
            return
        self.front_end = PlainFrontEnd(play, self.backend)
        assert (dict(self.session.turns), self.session.head, dict(self.session.marks)) == before
        assert (self.session._moves.past, self.session._moves.future) == moves

    @invariant()
    def all_that_was_drawn_is_found_at_its_place(self) -> None:
        if not hasattr(self, "front_end"):
            return
        for place, candidates in self.drawn.items():
            hands = hands_after(self.table.play, place)
            there = [each for hand in hands for each in hand.complete]
            assert all(each in there for each in candidates)

    @invariant()
    def where_the_play_stands_its_hands_are_on_the_table(self) -> None:
        if not hasattr(self, "front_end") or self.table.looking is not None:
            return
        there = [each for hand in self.table.hands for each in hand.complete]
        assert all(each in there for each in self.drawn.get(self.session.head, []))

    @invariant()
    def the_table_is_about_one_place(self) -> None:
        if not hasattr(self, "front_end"):
            return
        assert self.table.hand is None or self.table.hand in self.table.hands
        assert not (self.table.hand is not None and self.table.hidden)
        assert not self.table.drawing


TestEvening = Evening.TestCase
TestEvening.settings = settings(max_examples=20, stateful_step_count=30, deadline=None)
