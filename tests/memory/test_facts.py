"""Facts that are pinned come back when their words do, to those who know them, on their branch."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from models.scripted import Scripted
from scenes.data.examples.heldout import HeldOut
from scenes.data.examples.make import make
from scenes.data.examples.prompts import Bounds
from scenes.data.examples.sessions import session_source
from scenes.memory.facts import facts_about
from scenes.recall import Fact
from scenes.scene import Scene
from scenes.table.journal_reader import read_session
from scenes.table.play import Play
from tests.frontends import PlainFrontEnd

KEY = "【钥匙在瓷瓶里】"


@pytest.fixture
def front_end(make_scene: Callable[..., Scene], tmp_path: Path) -> Iterator[PlainFrontEnd]:
    lines = [f"第{number}句，往里走。" for number in range(900)]
    play = Play.start(make_scene(sampling={"n": 2, "max_tokens": 40}), "林默", tmp_path)
    front_end = PlainFrontEnd(play, Scripted(lines, context=900))
    with closing(front_end.table):
        yield front_end


def prompt_for(front_end: PlainFrontEnd, name: str) -> str:
    front_end.do("let_speak", name)
    backend = front_end.model.backend
    assert isinstance(backend, Scripted)
    return backend.prompts[-1].text


def test_a_fact_comes_back_when_its_words_do(front_end: PlainFrontEnd) -> None:
    front_end.do("enter", "/记 钥匙在瓷瓶里")
    front_end.do("enter", "外面的雨停了。")
    assert KEY not in prompt_for(front_end, "苏晚")
    front_end.do("enter", "苏晚，钥匙在哪？")
    assert KEY in prompt_for(front_end, "苏晚")
    assert not front_end.errors


def test_it_comes_back_long_after_it_has_left_the_context(front_end: PlainFrontEnd) -> None:
    front_end.do("enter", "/remember 钥匙在瓷瓶里")
    for number in range(120):
        front_end.table.play.say(f"第{number}步，跟紧，别出声。")
    text = prompt_for(front_end, "苏晚")
    assert KEY not in text and "第3步" not in text
    front_end.do("enter", "钥匙在哪？")
    assert prompt_for(front_end, "苏晚").count(KEY) == 1


def test_only_those_who_know_it_read_it(front_end: PlainFrontEnd) -> None:
    front_end.do("enter", "/记 @苏晚 钥匙在瓷瓶里")
    front_end.do("enter", "钥匙在哪？")
    assert KEY in prompt_for(front_end, "苏晚")
    assert KEY not in prompt_for(front_end, "老周")
    front_end.do("enter", "钥匙呢？")
    assert KEY not in prompt_for(front_end, "老周")


def test_who_has_left_does_not_know_what_is_pinned_then(front_end: PlainFrontEnd) -> None:
    front_end.do("enter", "/leave 老周")
    front_end.do("enter", "/记 钥匙在瓷瓶里")
    front_end.do("enter", "/enter 老周")
    front_end.do("enter", "钥匙在哪？")
    assert KEY not in prompt_for(front_end, "老周")
    assert KEY in prompt_for(front_end, "苏晚")


def test_a_forgotten_fact_is_read_no_more(front_end: PlainFrontEnd) -> None:
    front_end.do("enter", "/记 钥匙在瓷瓶里")
    front_end.do("enter", "/记 老周怕狗")
    front_end.do("enter", "钥匙在哪？")
    assert KEY in prompt_for(front_end, "苏晚")
    front_end.do("enter", "/忘 钥匙")
    assert [fact.text for fact in front_end.table.facts] == ["老周怕狗"]
    assert KEY not in prompt_for(front_end, "苏晚")
    front_end.do("enter", "/forget 7")
    assert front_end.errors == ["there is only fact 1"]


def test_an_edited_fact_takes_the_place_of_the_old_one(front_end: PlainFrontEnd) -> None:
    front_end.do("enter", "/记 @苏晚 钥匙在瓷瓶里")
    front_end.do("enter", "/记 改 1 钥匙在钟里")
    (fact,) = front_end.table.facts
    assert (fact.text, fact.known) == ("钥匙在钟里", ("苏晚",))
    front_end.do("enter", "钥匙在哪？")
    text = prompt_for(front_end, "苏晚")
    assert "【钥匙在钟里】" in text and KEY not in text


def test_undo_and_other_branches_take_facts_with_them(front_end: PlainFrontEnd) -> None:
    table = front_end.table
    front_end.do("enter", "我把钥匙放好了。")
    front_end.do("enter", "/记 钥匙在瓷瓶里")
    assert len(table.facts) == 1
    front_end.do("undo")
    assert not table.facts
    front_end.do("redo")
    assert len(table.facts) == 1
    front_end.do("go", 1)
    front_end.do("enter", "另一条路。")
    assert not table.facts


def test_an_edit_before_keeps_a_fact_and_one_of_its_turn_drops_it(
    front_end: PlainFrontEnd,
) -> None:
    table = front_end.table
    table.play.say("走吧。")
    table.play.say("我把钥匙放好了。")
    front_end.do("enter", "/记 钥匙在瓷瓶里")
    table.play.say("再走。")
    path = table.play.session.path
    front_end.do("edit", path[2].id, "别走。")
    assert len(table.facts) == 1
    front_end.do("edit", table.play.session.path[3].id, "我没有钥匙。")
    assert not table.facts


def test_facts_are_in_the_journal_and_in_examples_as_they_were_in_play(
    front_end: PlainFrontEnd,
) -> None:
    table = front_end.table
    backend = front_end.model.backend
    assert isinstance(backend, Scripted)
    prompts = []
    front_end.do("enter", "/记 @苏晚 钥匙在瓷瓶里")
    for number, words in enumerate(["钥匙在哪？", "嗯。", "再找找。", "钥匙呢？"] * 8):
        table.play.say(words)
        name = "苏晚" if number % 2 else "老周"
        front_end.do("let_speak", name)
        prompts.append((name, backend.prompts[-1].text))
        front_end.do("pick", 1)
        if number == 20:
            front_end.do("enter", "/忘 1")
    session = read_session(table.play.journal.path)
    assert session.memory.facts == table.play.session.memory.facts
    made = make([session_source(session, ())], Bounds(900, len, 40), HeldOut(0))
    assert [(one.speaker, one.prompt.text) for one in made.examples] == prompts
    assert any(KEY in text for name, text in prompts if name == "苏晚")
    assert not any(KEY in text for name, text in prompts if name == "老周")


def test_facts_are_found_by_words_not_by_particles() -> None:
    facts = [Fact("comment", text) for text in ("钥匙在瓷瓶里", "他们在等我们", "Wan has a lamp")]
    assert facts_about("你们在这里做什么", facts) == []
    assert facts_about("谁拿了钥匙？", facts) == [facts[0]]
    assert facts_about("Where is the lamp?", facts) == [facts[2]]
    assert facts_about("", facts) == []


def test_several_facts_about_the_same_thing_are_all_found() -> None:
    facts = [Fact("comment", f"{name}有一把钥匙") for name in ("苏晚", "老周", "林默")]
    assert len(facts_about("钥匙在谁那里？", facts)) == 3


def test_what_cannot_be_pinned_is_refused_in_one_line(front_end: PlainFrontEnd) -> None:
    front_end.do("enter", "/记 @没有的人 钥匙")
    front_end.do("enter", "/记 " + "长" * 300)
    front_end.do("enter", "/记 ……")
    front_end.do("enter", "/忘 灯")
    assert len(front_end.errors) == 4 and not front_end.table.facts
    assert all("\n" not in error for error in front_end.errors)
