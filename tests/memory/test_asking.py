"""A summary is asked for in the log's own form, and tells nothing that did not happen."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from time import monotonic

import pytest

from models.backend import Prompt
from models.scripted import Scripted
from scenes.log import Entry, parse
from scenes.memory.asking import Refused, SummedUp, prompt_for, summary_of
from scenes.memory.judging import judged
from scenes.memory.stretches import Stretch
from scenes.recall import Recap
from scenes.scene import Scene
from scenes.table import controller_events as happened
from scenes.table.play import Play
from tests.frontends import PlainFrontEnd

NAMES = ("林默", "阿默", "苏晚", "老周", "守秘人")
PROMISE = parse(
    "【雨下大了。】\n"
    "林默：我明天一定把钥匙给苏晚。\n"
    "苏晚：老周说楼上有人。（他在骗我。）\n"
    "林默：（谁知道呢。）\n"
    "苏晚：\\me 推开书房的门"
)


def refused(text: str, entries: Sequence[Entry] = PROMISE, whole: bool = True) -> str:
    return judged(text, whole, entries, NAMES)[1]


@pytest.mark.parametrize(
    "text",
    [
        "大家关注",
        "黑体，我会用黑体做工作。",
        "按先后写谁做了什么、谁说了什么、东西在哪里；不写上文没有的人和事",
        "连续10年后，在雪中的巷子，突然一个声音，两只脚没力的在洞中。",
        "The rest of this page is about cookies.",
    ],
)
def test_what_a_small_model_says_of_nothing_is_no_summary(text: str) -> None:
    assert "nothing of what happened" in refused(text)


@pytest.mark.parametrize(
    "text",
    [
        "雨下大了，苏晚推开书房的门。",
        "苏晚说楼上有人。",
        "下大雨。林默许诺把钥匙交给苏晚，苏晚则提到老周的话，随后进了书房。",
    ],
)
def test_a_summary_in_its_own_words_is_one(text: str) -> None:
    assert not refused(text)


# --- what is asked ---


def test_it_is_asked_for_as_the_next_line_of_the_log(scene: Scene) -> None:
    prompt = prompt_for(scene, Stretch(1, 5, tuple(PROMISE)))
    assert prompt.cue == "【前情提要："
    lines = prompt.history.splitlines()
    assert lines[0] == "【雨下大了。】" and lines[-1].startswith("{") and lines[-1].endswith("}")
    assert "谁说了什么" in lines[-1] and "答应" in lines[-1]
    assert all(entry.kind != "unrecognised" for entry in parse(prompt.text))
    assert "{" not in prompt.history.splitlines()[1] and "json" not in prompt.text.casefold()


def test_thoughts_are_not_summed_up_for_everybody(scene: Scene) -> None:
    text = prompt_for(scene, Stretch(1, 5, tuple(PROMISE))).text
    assert "骗我" not in text and "谁知道" not in text and "楼上有人" in text


def test_what_happened_before_is_told_before(scene: Scene) -> None:
    before = (Recap("comment", "前情提要：两人到了旧宅。"),)
    text = prompt_for(scene, Stretch(1, 5, tuple(PROMISE), before)).history
    assert text.startswith("【前情提要：两人到了旧宅。】\n【雨下大了。】\n")


def test_an_english_scene_is_asked_in_english(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene(language="en")
    prompt = prompt_for(scene, Stretch(1, 1, (Entry("speech", "Here we are.", "林默"),)))
    assert prompt.cue == "【The story so far:" and "who said what" in prompt.history


def test_a_stop_ends_it_and_what_is_refused_is_asked_for_again(scene: Scene) -> None:
    lines = [
        "王强把钥匙拿走了。】",
        "林默把钥匙给了苏晚。】",
        "林默说明天把钥匙给苏晚。】\n苏晚：好",
    ]
    backend = Scripted(lines)
    with closing(summary_of(backend, scene, Stretch(1, 5, tuple(PROMISE)), 300)) as steps:
        told = [step for step in steps if isinstance(step, Refused | SummedUp)]
    assert [type(step) for step in told] == [Refused, Refused, SummedUp]
    assert told[-1].text == "林默说明天把钥匙给苏晚。"
    assert all("】" in sampling.stop for sampling in backend.samplings)
    assert all(sampling.max_tokens <= 192 for sampling in backend.samplings)


def test_one_that_is_too_long_ends_with_its_last_sentence(scene: Scene) -> None:
    long = "苏晚推开书房的门。" + "老周说楼上有人，" * 40
    assert judged(long[:120], False, PROMISE, NAMES) == ("苏晚推开书房的门。", "")
    assert refused("没有句号的开头一直说下去", whole=False)


# --- what is true of it: a promise is no fact ---


@pytest.mark.parametrize(
    "text",
    [
        "林默把钥匙给了苏晚。",
        "雨下大了，林默已经把钥匙给苏晚了。",
        "苏晚推开书房的门，林默明天把钥匙给了苏晚。",
    ],
)
def test_a_promise_told_as_done_is_refused(text: str) -> None:
    assert "as done" in refused(text)


@pytest.mark.parametrize(
    "text",
    [
        "林默答应明天把钥匙给苏晚。",
        "林默说他一定会把钥匙给苏晚；苏晚推开了书房的门。",
        "雨下大了。苏晚说老周提过楼上有人，她推开了书房的门。",
    ],
)
def test_reported_speech_and_what_was_done_are_kept(text: str) -> None:
    assert refused(text) == ""


def test_a_promise_that_was_kept_in_the_stretch_may_be_told_as_done() -> None:
    kept = [*PROMISE, Entry("action", "把钥匙给了苏晚", "林默")]
    assert refused("林默把钥匙给了苏晚。", kept) == ""


@pytest.mark.parametrize(
    "text",
    ["王强把钥匙拿走了。", "守秘人说雨停了。", "苏晚遇见了 Holmes 先生。", "后来，欧阳锋来了。"],
)
def test_a_name_that_does_not_occur_is_refused(text: str) -> None:
    assert "does not occur" in refused(text)


@pytest.mark.parametrize(
    "text",
    [
        "苏晚推开门，时间已经不早。",
        "老周说楼上有人。",
        "安静下来以后，苏晚推开了门。",
        "雨很大，苏晚推开门。",
    ],
)
def test_words_are_not_taken_for_names(text: str) -> None:
    assert refused(text) == ""


def test_a_quotation_that_nobody_said_is_refused() -> None:
    assert "nobody said" in refused("苏晚喊道：“快跑，房子要塌了！”")
    assert refused("苏晚转述：“楼上有人。”") == ""


@pytest.mark.parametrize("text", ["", "……", "门。", "走啊走啊走啊走啊走啊走啊走啊走啊走啊走啊"])
def test_what_sums_nothing_up_is_refused(text: str) -> None:
    assert refused(text)


def test_what_repeats_the_wish_is_no_summary() -> None:
    assert "nothing of what happened" in refused("按顺序写了些什么，只写一句话，不写上文。")


# --- in the background ---


@pytest.fixture
def long_play(make_scene: Callable[..., Scene], tmp_path: Path) -> Iterator[Play]:
    play = Play.start(make_scene(sampling={"n": 1, "max_tokens": 40}), "林默", tmp_path)
    for number in range(60):
        play.say(f"第{number}步，跟紧，别出声。")
    yield play
    play.close()


def recites(prompt: Prompt, n: int) -> list[str]:
    words = "林默说要跟紧。】" if prompt.cue.startswith("【前情") else "知道了。"
    return [words] * n


def test_what_leaves_the_reading_is_summed_up_while_nobody_wants_anything(long_play: Play) -> None:
    backend = Scripted(answers=recites)
    backend.context = 900
    long_play.sums_up = True
    front_end = PlainFrontEnd(long_play, backend)
    for _ in range(6):
        before = len(front_end.table.summaries)
        front_end.table.idle()
        summing = front_end.table._dealer.summing
        front_end.until(lambda: not summing.going_on)  # noqa: B023
        if len(front_end.table.summaries) == before:
            break
    summaries = front_end.table.summaries
    assert len(summaries) >= 3
    assert all(one.summary.by == "model" and one.summary.on == "scripted" for one in summaries)
    assert [one.start for one in summaries[1:]] == [one.end for one in summaries[:-1]]
    front_end.do("let_speak", "苏晚")
    assert "【前情提要：林默说要跟紧。】" in backend.prompts[-1].text
    front_end.table.close()


def test_nothing_is_summed_up_by_itself_unless_that_is_wanted(long_play: Play) -> None:
    front_end = PlainFrontEnd(long_play, Scripted(answers=recites))
    front_end.table.idle()
    assert not front_end.table._dealer.summing.going_on
    front_end.table.close()


def test_a_key_stops_it_and_nothing_of_it_is_kept(long_play: Play) -> None:
    backend = Scripted(["林默说要跟紧。】"], context=900, delay=0.02)
    long_play.sums_up = True
    front_end = PlainFrontEnd(long_play, backend)
    front_end.table.idle()
    front_end.until(lambda: backend.prompts)
    front_end.table.disturbed()
    assert not front_end.table._dealer.summing.going_on
    end = monotonic() + 10
    while not front_end.model.busy.acquire(timeout=0.1):  # type: ignore[attr-defined]
        assert monotonic() < end
    front_end.model.busy.release()  # type: ignore[attr-defined]
    for _ in range(3):
        front_end.calls.make(0.05)
    assert not front_end.table.summaries and not front_end.errors
    front_end.table.close()


def test_a_summary_that_is_refused_each_time_is_told_once_and_not_asked_again(
    long_play: Play,
) -> None:
    long_play.sums_up = True
    front_end = PlainFrontEnd(long_play, Scripted(["王强把钥匙拿走了。】"], context=900))
    for _ in range(2):
        front_end.table.idle()
        summing = front_end.table._dealer.summing
        front_end.until(lambda: not summing.going_on)  # noqa: B023
    told = [event.text for event in front_end.of(happened.Notice)]
    assert len(set(told)) == len(told) and "王强" in told[0] and "/summary TEXT" in told[0]
    front_end.table.close()


def test_another_model_sums_up_where_one_is_named(long_play: Play) -> None:
    writer = Scripted(["林默说要跟紧。】"], name="strong")
    long_play.sums_up, long_play.open_summariser = True, lambda: writer
    front_end = PlainFrontEnd(long_play, Scripted(["知道了。"], context=900))
    front_end.table.idle()
    front_end.until(lambda: front_end.table.summaries)
    assert front_end.table.summaries[0].summary.on == "strong"
    front_end.table.close()
    assert writer.closed


def test_summaries_are_merged_where_they_take_more_than_their_share(long_play: Play) -> None:
    session = long_play.session
    for at in range(3, 53, 10):
        session.sum_up(at, at + 9, "林默一直说要跟紧，别出声。" * 6)
    long_play.sums_up = True
    front_end = PlainFrontEnd(long_play, Scripted(["林默说要跟紧。】"], context=900))
    front_end.table.idle()
    front_end.until(lambda: len(session.memory.summaries) > 5)
    merged = front_end.table.summaries[0]
    assert merged.summary.text == "林默说要跟紧。" and merged.end - merged.start >= 20
    front_end.table.close()


# --- by hand ---


def test_summaries_are_written_edited_redone_and_switched_off_by_what_is_typed(
    long_play: Play,
) -> None:
    front_end = PlainFrontEnd(long_play, Scripted(["林默说要跟紧。】"], context=900))
    table = front_end.table
    front_end.do("enter", "/summary 3-20 林默带大家往里走。")
    front_end.do("enter", "/前情 大家还在走。")
    assert [one.summary.text for one in table.summaries] == ["林默带大家往里走。", "大家还在走。"]
    assert (table.summaries[0].start, table.summaries[1].end) == (2, len(table.play.session.path))
    front_end.do("enter", "。前情 改 1 林默带路。")
    front_end.do("enter", "/summary off 2")
    assert [(one.summary.text, one.used) for one in table.summaries] == [
        ("林默带路。", True),
        ("大家还在走。", False),
    ]
    front_end.do("enter", "/summary redo 1")
    front_end.until(lambda: table.summaries[0].summary.by == "model")
    assert table.summaries[0].summary.text == "林默说要跟紧。"
    assert not front_end.errors
    for wrong in ("/summary edit 1", "/summary off 9", "/前情 又走了一步。", "/summary 9-4 倒着。"):
        front_end.do("enter", wrong)
    assert len(front_end.errors) == 4
    front_end.do("enter", "/前情")
    assert front_end.of(happened.ViewAsked)[-1].view == "memory"
    assert len(table.play.session.path) == 62  # nothing of it was said
    table.close()


def test_a_branch_back_has_the_right_prompt_after_a_hundred_turns_that_were_summed_up(
    long_play: Play,
) -> None:
    backend = Scripted(answers=recites)
    backend.context = 900
    long_play.sums_up = True
    front_end = PlainFrontEnd(long_play, backend)
    table, summing = front_end.table, front_end.table._dealer.summing

    def sum_up_all() -> None:
        for _ in range(20):
            before = len(table.summaries)
            table.idle()
            front_end.until(lambda: not summing.going_on)
            if len(table.summaries) == before:
                return

    for number in range(60, 100):
        front_end.do("enter", f"第{number}步，跟紧，别出声。")
        front_end.do("stop")
        sum_up_all()
    many = len(table.summaries)
    front_end.do("let_speak", "苏晚")
    whole = backend.prompts[-1].text
    read = table.reading_now()
    assert many >= 5 and read.summaries and whole.count("【前情提要：") == len(read.summaries)
    front_end.do("go", 30)
    front_end.do("enter", "我们往回走。")
    there = table.summaries
    assert 0 < len(there) < many
    assert all(one.end <= len(table.play.session.path) - 1 for one in there)
    read = table.reading_now()
    text = table.prompt().text
    assert text.count("【前情提要：") == len(read.summaries)
    assert "第40步" not in text and "我们往回走" in text
    front_end.do("undo")
    front_end.do("undo")
    front_end.do("let_speak", "苏晚")
    assert backend.prompts[-1].text == whole  # a prompt is a function of the branch
    table.close()
