"""Examples of a log: the prompt of each is the one that play would make there."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.errors import KnownError
from models.train.data import Example
from scenes.data.examples.heldout import HeldOut
from scenes.data.examples.make import ExampleSet, log_source, make
from scenes.data.examples.prompts import OUT_OF_FORM, TOO_LONG, Bounds
from scenes.data.examples.script import script_of
from scenes.log import Entry, parse
from scenes.prompt import build_prompt
from scenes.scene import Role, Scene

LOG = """\
==== 第一章 ====
【雨下了一整夜】
苏晚：你确定是这里？ \\emoji 困惑
林默：信上是这么写的。
# 记下
==== 第二章 ====
老林：\\me 推开门
苏晚：等等我！
{本章：他们进屋}
==== 第三章 ====
苏晚：（好黑）
老林：别怕。
路人：谁在那儿？
"""
NAMES = st.sampled_from(["林默", "老林", "苏晚", "路人"])
SCENE = Scene(
    "rain",
    Path("rain.yaml"),
    "雨夜旧宅",
    (
        Role("林默", ("老林",), profile="退役军医"),
        Role("苏晚", profile="记者"),
        Role("守秘人", narrator=True),
    ),
)
ALL = HeldOut(share=0)


def made(
    log: str | Sequence[Entry] = LOG,
    scene: Scene | None = SCENE,
    wanted: Sequence[str] = (),
    held: HeldOut = ALL,
    context: int = 600,
    reply: int | None = 40,
    by_chapter: bool = False,
    by_passage: bool = False,
) -> ExampleSet:
    entries = parse(log) if isinstance(log, str) else log
    source = log_source(script_of("rain.txt", entries, scene), wanted)
    return make([source], Bounds(context, len, reply, by_chapter, by_passage), held)


def replies(examples: Sequence[Example]) -> list[tuple[str, str]]:
    return [(example.speaker, example.reply) for example in examples]


def test_each_line_of_the_cast_is_an_example_under_its_name_in_the_cast() -> None:
    assert replies(made().examples) == [
        ("守秘人", "雨下了一整夜】\n"),
        ("苏晚", "你确定是这里？ \\emoji 困惑\n"),
        ("林默", "信上是这么写的。\n"),
        ("林默", "\\me 推开门\n"),
        ("苏晚", "等等我！\n"),
        ("苏晚", "（好黑）\n"),
        ("林默", "别怕。\n"),
    ]


TEXT = st.text("你好雨夜，。！（）《》ab ", min_size=1, max_size=60).filter(
    lambda text: text.strip()
)
LINES = st.one_of(
    st.builds(Entry, st.just("narration"), TEXT),
    st.builds(Entry, st.sampled_from(["speech", "action", "thought"]), TEXT, NAMES),
    st.builds(Entry, st.sampled_from(["chapter", "context", "comment"]), TEXT),
)


@given(st.lists(LINES, max_size=40), st.integers(200, 700))
def test_the_prompt_is_that_of_play_at_the_same_place(entries: list[Entry], context: int) -> None:
    entries = [*entries, Entry("speech", "走吧。", "苏晚")]
    said = [replace(one, speaker="林默") if one.speaker == "老林" else one for one in entries]
    expected = []
    for at, entry in enumerate(said):
        name = "守秘人" if entry.kind == "narration" else entry.speaker
        if name in ("守秘人", "林默", "苏晚"):
            prompt = build_prompt(SCENE, said[:at], SCENE.role(name), context, 40, len)
            expected.append((prompt, entry.line.removeprefix(prompt.cue) + "\n"))
    found = made(entries, context=context)
    prompts = [(one.prompt, one.reply) for one in found.examples]
    assert [one for one in expected if one in prompts] == prompts
    assert len(expected) == len(prompts) + found.tally.left_out.total()
    assert all(len(one.prompt.text + one.reply) <= context for one in found.examples)


def test_prompt_and_reply_are_again_the_log() -> None:
    last = made().examples[-1]
    assert last.prompt.text + last.reply == last.prompt.stable + (
        LOG.replace("老林", "林默").replace("# 记下\n", "").removesuffix("路人：谁在那儿？\n")
    )


def test_a_log_without_a_scene_learns_all_who_speak_and_tells_nothing_of_them() -> None:
    found = made(scene=None).examples
    assert {example.speaker for example in found} == {"林默", "苏晚", "老林", "路人"}
    assert {example.prompt.stable for example in found} == {"==== rain ====\n"}
    assert found[0].prompt.history == "==== 第一章 ====\n【雨下了一整夜】\n"


def test_the_title_of_a_log_is_told_once() -> None:
    for scene in (SCENE, None):
        text = made(f"==== 雨夜旧宅 ====\n{LOG}", scene).examples[-1].prompt.text
        assert text.count("==== 雨夜旧宅 ====") == 1
        assert text.startswith("==== 雨夜旧宅 ====\n")


def test_only_who_is_wanted_is_learned() -> None:
    assert {one.speaker for one in made(wanted=["老林", "苏晚"]).examples} == {"林默", "苏晚"}
    with pytest.raises(KnownError, match=r"林墨.*林默"):
        made(wanted=["林墨"])


def test_a_log_in_which_none_of_the_cast_speaks_is_told() -> None:
    with pytest.raises(KnownError, match=r"rain\.txt: no line by .*with their lines: 甲 1"):
        made("甲：好。")
    with pytest.raises(KnownError, match="nobody speaks in it"):
        made("一篇文章", scene=None)


def test_every_reply_is_kept_or_the_reason_counted() -> None:
    log = "苏晚：好。\n苏晚：\n苏晚：" + "长" * 41 + "\n苏晚：看\\u{202e}见\n林默：走。"
    tally = made(log).tally
    assert tally.learned == {"苏晚": 1, "林默": 1}
    assert tally.left_out == {OUT_OF_FORM: 2, TOO_LONG: 1}


def test_a_chapter_may_begin_a_new_history() -> None:
    last = made(by_chapter=True).examples[-1]
    assert last.prompt.history == "==== 第三章 ====\n苏晚：（好黑）\n"
    assert last.chapter == "第三章"


def test_no_test_line_stands_in_what_is_trained_on() -> None:
    examples = made(held=HeldOut(every=2)).examples
    test = [one for one in examples if one.split == "test"]
    assert {one.chapter for one in test} == {"第二章"}
    for one in examples:
        if one.split == "train":
            assert not any(held.reply in one.prompt.text + one.reply for held in test)


def test_an_empty_split_is_told() -> None:
    for held in (HeldOut(share=0.1), HeldOut(every=2)):
        with pytest.raises(KnownError, match=r"one chapter or session .* --test 0"):
            made("苏晚：好。\n林默：走。", held=held)
    with pytest.raises(
        KnownError, match="test split would be empty: one in 5 is to be held out of 3"
    ):
        made(held=HeldOut(every=5))


def test_a_split_of_which_nothing_can_be_learned_is_told() -> None:
    log = f"==== 一 ====\n苏晚：好。\n==== 二 ====\n林默：{'长' * 50}"
    with pytest.raises(
        KnownError, match="the test split is empty, since all was left out: 1 longer"
    ):
        made(log, held=HeldOut(every=2))


def test_knowledge_stands_before_the_lines_to_learn_as_if_they_had_been_drawn(
    tmp_path: Path,
) -> None:
    book = tmp_path / "house.yaml"
    book.write_text("entries:\n  钥匙: 钥匙共有三把。\n", "utf-8")
    scene = replace(SCENE, knowledge=(book,))
    log = "苏晚：钥匙呢？\n林默：钥匙在我这里。\n苏晚：给我。"
    first, second, third = (one.prompt.history for one in made(log, scene).examples)
    assert first == ""
    assert second == "苏晚：钥匙呢？\n【钥匙共有三把。】\n"
    assert third == f"{second}林默：钥匙在我这里。\n"
    (only,) = made(log, scene, wanted=["林默"]).examples
    assert only.prompt.history == second


def test_a_full_history_begins_anew_with_its_last_lines_where_asked_for() -> None:
    entries = [Entry("speech", f"第{at}句，往里走走看。", "苏晚") for at in range(100)]
    found = made(entries, by_passage=True, context=400).examples
    assert [one.reply for one in found] == [f"第{at}句，往里走走看。\n" for at in range(100)]
    log = "".join(f"{entry.line}\n" for entry in entries)
    starts = {one.prompt.history[:8] for one in found[1:]}
    assert (
        len(starts)
        == sum(
            not later.prompt.history.startswith(former.prompt.history)
            for former, later in pairwise(found)
        )
        + 1
    )
    assert all(one.prompt.history in log for one in found)
    assert len(starts) < 10


def test_a_prompt_goes_on_from_the_one_before_and_its_reply_while_nothing_is_cut() -> None:
    for former, later in pairwise(made(LOG.replace("# 记下\n", "")).examples):
        assert later.prompt.text.startswith(former.prompt.text + former.reply)


@given(st.lists(LINES, min_size=4, max_size=60), st.integers(0, 9), st.booleans())
def test_no_reply_that_is_held_out_is_learned(
    entries: list[Entry], seed: int, by_passage: bool
) -> None:
    try:
        found = made(entries, held=HeldOut(0.3, seed=seed), by_passage=by_passage).examples
    except KnownError:  # nobody speaks, or there is one chapter
        return
    test = {one.reply for one in found if one.split == "test"}
    assert test
    assert test.isdisjoint(one.reply for one in found if one.split == "train")
