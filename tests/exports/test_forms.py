"""What is exported to read and to train on, and what a page of it holds."""

import json
from pathlib import Path

import pytest

from scenes.data.examples import export as examples
from scenes.data.examples.export import dataset_info
from scenes.files.exports import FORMS, export
from scenes.log import Entry, parse
from scenes.prompt import stable_part
from scenes.scene import Role, Scene
from scenes.table.session import Candidate, Draw, Session

CAST = (Role("林默"), Role("苏晚", profile="作家。"), Role("守秘人", narrator=True))
SCENE = Scene("house", Path("house.yaml"), "旧宅 <b>", CAST, play_as="林默")
SYSTEM = stable_part(SCENE)


@pytest.fixture
def session():
    """Two lines of each, the second of 苏晚 drawn and picked."""
    made = Session.start(SCENE, "林默", parse("【雨。】\n苏晚：早。"), "s", lambda event: None)
    made.say(Entry("speech", "谁？", "林默"))
    made.say(Entry("speech", "我。", "苏晚", emotion="微笑"))
    made.say(Entry("comment", "记下"))
    made.say(Entry("action", "开门", "林默"))
    said = (Entry("speech", "进来。", "苏晚"), Entry("speech", "走开。", "苏晚"))
    lines = (*said, Entry("narration", "风"))
    draw = made.keep(Draw(0, made.head, "苏晚", tuple(map(Candidate, lines))))
    made.pick(draw, 0)
    return made


def exported(form, session, speaker=None, context=4096):
    return [json.loads(line) for line in examples.FORMS[form](session, speaker, context)]


def test_a_conversation_alternates_and_its_replies_are_the_lines_of_one_role(session):
    (talk,) = exported("sharegpt", session, "苏晚")
    assert talk["system"] == SYSTEM
    assert talk["conversations"] == [
        {"from": "human", "value": "【雨。】\n苏晚：早。\n林默：谁？\n苏晚："},
        {"from": "gpt", "value": "我。 \\emoji 微笑"},
        {"from": "human", "value": "林默：\\me 开门\n苏晚："},
        {"from": "gpt", "value": "进来。"},
    ]


def test_a_conversation_that_is_too_long_goes_on_in_another(session):
    talks = exported("sharegpt", session, "苏晚", len(SYSTEM) + 40)
    assert [len(talk["conversations"]) for talk in talks] == [2, 2]


def test_an_alpaca_example_has_what_was_said_since_and_what_was_exchanged_before(session):
    first, second = exported("alpaca", session, "苏晚")
    assert first["history"] == []
    assert second == {
        "instruction": "林默：\\me 开门\n苏晚：",
        "input": "",
        "output": "进来。",
        "system": SYSTEM,
        "history": [[first["instruction"], first["output"]]],
    }
    assert exported("alpaca", session, "苏晚", len(SYSTEM) + 40)[1] == {**second, "history": []}


def test_the_parts_of_an_example_are_the_prompt_that_play_gives(session):
    example = exported("alpaca", session, "苏晚")[1]
    told = "".join(f"{asked}{reply}\n" for asked, reply in example["history"])
    same = exported("seq2seq", session, "苏晚")[1]
    assert example["system"] + told + example["instruction"] == same["prompt"]
    assert example["output"] == same["response"]


def test_only_lines_that_continue_the_cue_are_compared(session):
    pairs = exported("preference", session)
    assert [(pair["chosen"], pair["rejected"]) for pair in pairs] == [("进来。", "走开。")]


def test_dataset_info_keeps_what_others_entered():
    known = json.dumps({"theirs": {"file_name": "x.json"}})
    entered = json.loads(dataset_info("sharegpt", "play.jsonl", "play", known))
    assert entered["theirs"] == {"file_name": "x.json"}
    assert entered["play"]["file_name"] == "play.jsonl"
    assert entered["play"]["columns"]["messages"] == "conversations"
    with pytest.raises(ValueError, match="JSON object"):
        dataset_info("alpaca", "a", "a", "[]")


def test_columns_of_every_form_are_keys_of_its_examples(session):
    for form in ("seq2seq", "alpaca", "sharegpt", "preference"):
        columns = json.loads(dataset_info(form, "a", "a"))["a"]["columns"].values()
        assert set(columns) <= set(exported(form, session)[0]), form


def test_each_form_gives_lines_of_any_session(session):
    for form in FORMS:
        assert list(export(form, session, None, 4096)), form
    for form in examples.FORMS:
        assert exported(form, session), form


def test_a_comment_in_markdown_is_told_from_what_was_said(session):
    assert "\\# 记下" in list(export("markdown", session, None, 4096))
