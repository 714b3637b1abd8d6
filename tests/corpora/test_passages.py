"""Histories that begin anew when they are full: every line learned once, with less to compute."""

from models.train.data import Example
from scenes.data.examples.prompts import Bounds, ExampleTally, LogSource
from scenes.data.examples.script import learned_roles, script_of
from scenes.log import parse

LOG = "==== 第一回 ====\n" + "".join(
    f"【第{number}日，城外又来了一队人马，旌旗蔽日。】\n"
    f"{'曹操' if number % 3 else '刘备'}：已是第{number}日，诸公有何良策？\n"
    for number in range(120)
)


def examples(by_passage: bool) -> list[Example]:
    bounds = Bounds(400, len, 60, by_passage=by_passage)
    script = script_of("围城.log", parse(LOG), None)
    source = LogSource(script, learned_roles(script, ()))
    made, parts = ExampleTally(), source.lines
    return list(source.examples(["train"] * len(parts), bounds, made))


def made(by_passage: bool) -> list[tuple[str, str, int]]:
    return [(one.prompt.cue, one.reply, len(one.prompt.text)) for one in examples(by_passage)]


def test_every_line_is_learned_once_and_in_its_order() -> None:
    whole, passages = made(by_passage=False), made(by_passage=True)
    assert [one[:2] for one in passages] == [one[:2] for one in whole]
    assert len(passages) == 120


def test_a_prompt_begins_at_most_a_quarter_of_its_budget_back() -> None:
    found = examples(by_passage=True)
    begun = [
        now
        for now, then in zip(found[1:], found, strict=False)
        if not now.prompt.text.startswith(then.prompt.text + then.reply)
    ]
    assert 5 < len(begun) < 40
    assert all(len(one.prompt.history) < 400 / 4 + 60 for one in begun)
