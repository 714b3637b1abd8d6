"""Examples, pairs and exports of a long session have the very prompts that play gave."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from models.backend import Prompt
from models.scripted import Scripted
from scenes.data.examples.export import FORMS, preferred, unrecorded
from scenes.data.examples.heldout import HeldOut
from scenes.data.examples.make import ExampleSet, make
from scenes.data.examples.prompts import Bounds
from scenes.data.examples.sessions import session_source
from scenes.evaluation.picks import pairs_of
from scenes.scene import Role, Scene
from scenes.table.hand import Asked
from scenes.table.journal_reader import read_session
from scenes.table.play import Play
from scenes.table.session import Session, Turn

CONTEXT, REPLY = 1200, 100
BOOK = """entries:
  钥匙: 钥匙共有三把，一把在厨房。
  楼梯: 楼梯有十三级，第七级会响。
  地窖: 地窖的门在楼梯下面，常年锁着。
"""
THINGS = ("门", "窗", "灯")
LINES = [f"第{number}句，先看看{thing}再说。" for number in range(40) for thing in THINGS]
REMARKS = ("那边有声音。", "谁拿了钥匙？", "楼梯上有人。", "继续走吧，别停下来。")


class BytesAsTokens(Scripted):
    """Counts as no character counter does."""

    def count(self, text: str) -> int:
        return len(text.encode())


class Table:
    """Plays, and keeps the prompt of each draw by its number."""

    def __init__(self, play: Play) -> None:
        self.play = play
        self.backend = BytesAsTokens(LINES, context=CONTEXT)
        self.prompts: dict[int, Prompt] = {}

    def draw(self, speaker: str, place: int = 0, text: str | None = None, more: int = 0) -> Turn:
        hand = self.play.hand(self.backend, self.play.scene.role(speaker))
        for __ in range(1 + more):
            offset, updates = self.play.deal(self.backend, hand)
            with closing(updates):
                for update in updates:
                    hand.update(update, offset)
        turn = self.play.pick(hand, place, text)
        assert turn.draw is not None
        self.prompts[turn.draw] = self.backend.prompts[-1]
        return turn

    def drop(self, speaker: str) -> None:
        """Draw, and pick nothing."""
        hand = self.play.hand(self.backend, self.play.scene.role(speaker))
        offset, updates = self.play.deal(self.backend, hand)
        with closing(updates):
            for update in updates:
                hand.update(update, offset)
        draw = self.play.keep(hand)
        assert draw is not None
        self.prompts[draw.id] = self.backend.prompts[-1]

    def saved(self) -> Session:
        return read_session(self.play.journal.path)


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Table]:
    """The player is 林默; who speaks of keys or stairs is told what is known of them."""
    book = tmp_path / "house.yaml"
    book.write_text(BOOK, "utf-8")
    scene = Scene(
        "old-house",
        Path("old-house.yaml"),
        "雨夜旧宅",
        (Role("林默", ("阿默",)), Role("苏晚", profile="作家。"), Role("守秘人", narrator=True)),
        opening="【雨下了一整夜。】\n苏晚：你确定是这里？",
        knowledge=(book,),
        sampling={"n": 3, "max_tokens": REPLY},
    )
    with closing(Play.start(scene, "林默", tmp_path)) as play:
        yield Table(play)


def play_long(table: Table) -> None:
    """130 turns and more: edits of picks, of lines before, redraws, ways that were left."""
    for round_ in range(33):
        table.play.say(REMARKS[round_ % 4])
        if round_ % 5 == 1:
            table.drop("苏晚")
        edited = "好，\\emoji 微笑" if round_ % 7 == 3 else None
        turn = table.draw("苏晚", round_ % 3, edited)
        if round_ % 6 == 2:
            table.play.undo()
            table.draw("苏晚", 2)
        table.play.say("嗯。")
        table.draw("守秘人")
        if round_ % 11 == 5:
            table.play.edit(turn, "我改主意了。")


def examples(session: Session, bounds: Bounds) -> ExampleSet:
    return make([session_source(session, ())], bounds, HeldOut(0))


def drawn_on_path(session: Session) -> list[Turn]:
    return [turn for turn in session.path if turn.draw is not None]


def test_examples_of_a_long_session_have_the_prompts_of_play(table: Table) -> None:
    play_long(table)
    session = table.saved()
    assert len(session.turns) > 130 and len(session.path) >= 130
    expected = [table.prompts[turn.draw or 0] for turn in drawn_on_path(session)]
    for count in (table.backend.count, len):
        made = examples(session, Bounds(CONTEXT, count, REPLY))
        assert [one.prompt for one in made.examples] == expected
        assert not made.tally.notices
    assert len({prompt.history.split("\n")[0] for prompt in expected}) > 5  # it was cut, often
    assert any("【钥匙共有三把，一把在厨房。】" in prompt.history for prompt in expected)


def test_pairs_of_a_long_session_have_the_prompts_of_play(table: Table) -> None:
    play_long(table)
    session = table.saved()
    picked = {turn.draw for turn in session.turns.values() if turn.draw and turn.of is None}
    expected = {table.prompts[draw].text for draw in picked}
    pairs = [json.loads(line) for line in FORMS["preference"](session, None, 100)]
    assert {pair["prompt"] for pair in pairs} == expected
    assert len(pairs) >= 2 * len(picked)
    evaluated = pairs_of(str(table.play.journal.path))
    assert evaluated == list(preferred(session, None, 100))
    assert {pair.prompt for pair in evaluated} == {table.prompts[draw] for draw in picked}


def test_what_continues_a_line_is_no_pair_since_it_was_drawn_after_more_than_the_prompt(
    table: Table,
) -> None:
    table.play.say("走吧。")
    table.draw("苏晚")
    pairs = [*FORMS["preference"](table.saved(), None, 100)]
    hand = table.play.hand(table.backend, Asked(table.play.scene.role("苏晚"), None, "第"))
    hand.after = table.play.session.head
    offset, updates = table.play.deal(table.backend, hand)
    with closing(updates):
        for update in updates:
            hand.update(update, offset)
    assert len(hand.complete) > 1
    table.play.pick(hand, hand.places.index(next(p for p in hand.places if p.candidate)))
    session = table.saved()
    assert session.draws[session.path[-1].draw or 0].begun == "第"
    assert [*FORMS["preference"](session, None, 100)] == pairs


def test_every_form_of_export_has_the_prompts_of_play(table: Table) -> None:
    play_long(table)
    session = table.saved()
    turns = [turn for turn in drawn_on_path(session) if turn.entry.speaker == "苏晚"]
    expected = [table.prompts[turn.draw or 0].text for turn in turns]
    plain = [json.loads(line) for line in FORMS["seq2seq"](session, "苏晚", 100)]
    assert [one["prompt"] for one in plain] == expected
    parts = [json.loads(line) for line in FORMS["alpaca"](session, "苏晚", 100)]
    assert [
        one["system"]
        + "".join(f"{asked}{reply}\n" for asked, reply in one["history"])
        + one["instruction"]
        for one in parts
    ] == expected
    assert any(len(one["history"]) > 2 for one in parts)
    told = []
    for line in FORMS["sharegpt"](session, "苏晚", 100):
        talk = json.loads(line)
        so_far = talk["system"]
        for turn in talk["conversations"]:
            if turn["from"] == "gpt":
                told.append(so_far)
            so_far += turn["value"] + ("\n" if turn["from"] == "gpt" else "")
    assert told == expected


def test_a_line_that_was_typed_takes_the_cut_of_the_draw_before_it(table: Table) -> None:
    play_long(table)
    session = table.saved()
    made = make([session_source(session, ["阿默"])], Bounds(10_000, len, REPLY), HeldOut(0))
    assert len(made.examples) == 66
    starts = {prompt.history.split("\n")[0] for prompt in table.prompts.values()}
    assert {one.prompt.history.split("\n")[0] for one in made.examples} <= starts


def test_a_smaller_context_cuts_prompts_and_says_so(table: Table) -> None:
    play_long(table)
    bounds = Bounds(700, table.backend.count, REPLY, shortens_recorded=True)
    made = examples(table.saved(), bounds)
    count = table.backend.count
    assert all(count(one.prompt.text) + REPLY <= 700 for one in made.examples)
    (notice,) = made.tally.notices
    assert "longer in play than the 700 tokens" in notice


def test_a_journal_that_does_not_say_is_cut_as_asked_and_says_so(table: Table) -> None:
    table.play.say("谁？")
    table.draw("苏晚")
    path = table.play.journal.path
    events = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    for event in events:
        for key in ("sampling", "context", "budget", "tokenizer", "dropped"):
            event.pop(key, None)
    old = Session.replay(events, lambda event: None)
    made = examples(old, Bounds(300, len, REPLY))
    assert len(made.examples) == 1
    (notice,) = made.tally.notices
    assert "does not say what the model had read before 1 line" in notice
    assert unrecorded(old, "苏晚") == 1 and unrecorded(table.saved(), "苏晚") == 0


def test_candidates_drawn_in_addition_have_the_prompt_of_the_first(table: Table) -> None:
    table.play.say("钥匙、楼梯和地窖都在哪儿？")  # more knowledge than fits at once
    turn = table.draw("苏晚", 5, more=1)
    first, second = table.backend.prompts[0], table.backend.prompts[-1]
    assert first == second == table.prompts[turn.draw or 0]
