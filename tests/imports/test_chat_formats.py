"""Chats of each program, made here: who speaks, what was picked, what each line becomes."""

import json
from datetime import UTC, datetime

import pytest

from scenes.files.chats import import_chat
from scenes.files.chats.dates import sent_at
from scenes.files.chats.people import ChatRules
from scenes.files.exports import export
from scenes.table.play import Play


@pytest.fixture
def session(tmp_path):
    """The session that a value, or a value a line, becomes."""

    def read(*values, player=None):
        path = tmp_path / "chat.json"
        path.write_text("\n".join(json.dumps(value) for value in values), "utf-8")
        report = import_chat(path, tmp_path / "sessions", ChatRules(player=player))
        play = Play.resume(tmp_path / "sessions" / f"{report.session}.jsonl")
        play.close()
        return play.session

    return read


def lines(session):
    return [entry.line for entry in session.entries]


def message(text, name="安", **more):
    return {"name": name, "is_user": False, "mes": text, **more}


HEADER = {"user_name": "You", "character_name": "安"}


def test_quotes_are_speech_stars_are_deeds_and_prose_between_them_narrates(session):
    text = "*She waves.* “有人吗？”她问。\n\n【灯灭了】"
    assert lines(session(HEADER, message(text))) == [
        "安：\\me waves.",
        "安：有人吗？",
        "【灯灭了】",
    ]


def test_a_swipe_of_several_lines_is_a_branch_that_can_be_gone_to(session):
    found = session(HEADER, message("一", swipes=["*a* “b”", "一", "二"], swipe_id=1))
    assert lines(found) == ["安：一"]
    (draw,) = found.draws.values()
    assert [candidate.entry.text for candidate in draw.candidates] == ["a", "一", "二"]
    (leaf,) = [turn for turn in found.leaves() if turn.id != found.head]
    found._record = lambda event: None
    found.go(leaf.id)
    assert lines(found) == ["安：\\me a", "安：b"]


@pytest.mark.parametrize(
    ("swipe_id", "picked"), [(1, 1), (7, 0), ("1", 0), (None, 0), (-1, 0), (True, 0)]
)
def test_a_pick_that_points_nowhere_is_the_swipe_that_says_the_same(session, swipe_id, picked):
    found = session(HEADER, message("a", swipes=["a", "b"], swipe_id=swipe_id))
    assert found.path[0].candidate == picked


def test_a_message_edited_after_its_pick_keeps_the_candidate_as_it_was(session):
    found = session(HEADER, message("edited", swipes=["a", "b"], swipe_id=1))
    turn = found.path[0]
    assert turn.entry.text == "edited"
    assert found.draws[1].candidates[turn.candidate].entry.text == "b"


def test_the_player_is_who_writes_as_user_and_may_be_named_otherwise(session):
    chat = (HEADER, message("hi"), message("yes", "You", is_user=True))
    assert session(*chat).role == "You"
    renamed = session(*chat, player="小明")
    assert renamed.role == "小明"
    assert lines(renamed)[1] == "小明：yes"
    swapped = session(*chat, player="安")
    assert swapped.role == "安"
    assert lines(swapped)[1] == "You：yes"


def test_macros_of_who_is_who_are_replaced_by_the_role_that_is_played(session):
    chat = (
        HEADER,
        message('{{user}}, *{{char}} waves.* "Hello, <USER>."\n{{user}}: hi'),
        message("{{user}} is here.", "System", extra={"type": "narrator"}),
        message("{{comment: nothing}}", "System", extra={"type": "narrator"}),
        message("I am {{user}}, not {{char}}.", "You", is_user=True),
    )
    found = session(*chat, player="小明")
    assert lines(found) == [
        "【小明】",
        "安：\\me waves.",
        "安：Hello, 小明.",
        "小明：hi",
        "【小明 is here.】",
        "#",
        "小明：I am 小明, not 安.",
    ]
    out = list(export("sillytavern", found, None, 4096))
    assert [json.loads(line)["mes"] for line in out[1:]] == [one["mes"] for one in chat[1:]]


def test_hidden_messages_and_narrators_are_told_apart(session):
    narrator = message("The bell rings.", "System", extra={"type": "narrator"})
    found = session(HEADER, message("note", is_system=True), narrator)
    assert lines(found) == ["# 安：note", "【The bell rings.】"]


def test_a_chat_without_a_header_and_texts_inside_objects_are_read(session):
    found = session(message({"message": "a"}, swipes=[{"message": "a"}, {"message": "b"}]))
    assert lines(found) == ["安：a"]
    assert found.draws[1].candidates[1].entry.text == "b"


def test_a_room_names_who_speaks_by_place(session):
    header = {"user_name": "You", "character_names": ["甲", "乙"]}
    found = session(header, {"chid": 1, "mes": "我是乙"}, {"chid": 0, "mes": "我是甲"})
    assert lines(found) == ["乙：我是乙", "甲：我是甲"]


def test_the_marks_of_instructions_tell_who_wrote_in_kobold_lite(session):
    save = {
        "prompt": "{{[INPUT]}}\n你好\n{{[OUTPUT]}}",
        "actions": ["您好。", "{{[INPUT]}}再见{{[OUTPUT]}}慢走。"],
        "savedsettings": {"chatname": "我", "chatopponent": "掌柜"},
    }
    found = session(save)
    assert lines(found) == ["我：你好", "掌柜：您好。", "我：再见", "掌柜：慢走。"] or lines(found)
    assert lines(found)[0] == "我：你好"
    assert lines(found)[-2:] == ["我：再见", "掌柜：慢走。"]


def test_alternatives_of_a_kobold_story_are_candidates(session):
    about = {"0": {"Selected Text": "\n他走了。", "Alternative Text": [{"Text": "\n他没走。"}]}}
    found = session({"prompt": "夜。", "actions": ["\n他走了。"], "actions_metadata": about})
    assert lines(found) == ["【夜。】", "【他走了。】"]
    assert {one.entry.text for one in found.draws[1].candidates} == {"他走了。", "他没走。"}


def test_old_and_new_histories_of_the_webui_are_read(session):
    old = session({"data": [["hi", "hello"]], "data_visible": [["hi", "hello"]]})
    assert lines(old) == ["玩家：hi", "角色：hello"]
    new = {
        "internal": [["<|BEGIN-VISIBLE-CHAT|>", "Hi."], ["a", "b"]],
        "visible": [["", "Hi."], ["a", "b"]],
        "metadata": {"assistant_1": {"versions": [{"content": "c"}, {"content": "b"}]}},
    }
    found = session(new, player="小明")
    assert lines(found) == ["角色：Hi.", "小明：a", "角色：b"]
    assert [one.entry.text for one in found.draws[1].candidates] == ["c", "b"]
    assert found.path[2].candidate == 1


def test_agnai_and_risu_chats_are_read(session):
    agnai = {
        "messages": [{"userId": "u", "msg": "a"}, {"handle": "安", "msg": "b", "retries": ["c"]}]
    }
    found = session(agnai)
    assert lines(found) == ["玩家：a", "安：b"]
    assert [one.entry.text for one in found.draws[1].candidates] == ["b", "c"]
    message_list = [{"role": "user", "data": "a"}, {"role": "char", "data": "b", "name": "安"}]
    risu = session({"type": "risuChat", "data": {"name": "夜", "message": message_list}})
    assert lines(risu) == ["玩家：a", "安：b"]
    assert risu.scene.title == "夜"


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        (1674563371558, datetime(2023, 1, 24, 12, 29, 31, 558000, UTC)),
        (1674563371, datetime(2023, 1, 24, 12, 29, 31, 0, UTC)),
        ("2023-4-21 @20h 03m 06s 446ms", datetime(2023, 4, 21, 20, 3, 6, 446000, UTC)),
        ("2024-09-28@10h00m00s", datetime(2024, 9, 28, 10, 0, 0, 0, UTC)),
        ("September 28, 2024 12:05am", datetime(2024, 9, 28, 0, 5, 0, 0, UTC)),
        ("September 28, 2024 1:05pm", datetime(2024, 9, 28, 13, 5, 0, 0, UTC)),
        ("2026-03-01T12:00:00.000Z", datetime(2026, 3, 1, 12, 0, 0, 0, UTC)),
        ("2026-03-01T12:00:00+08:00", datetime(2026, 3, 1, 4, 0, 0, 0, UTC)),
        *((wrong, None) for wrong in ("soon", "", None, True, 1e300, [], "Smarch 1, 2024 1:05pm")),
    ],
)
def test_dates_in_every_style_are_moments(written, moment):
    assert sent_at(written) == moment


def test_numbers_of_any_size_and_halves_of_pairs_come_back_as_they_were(session):
    extra = {"long": 10**40, "small": 1e-7, "large": 1e300, "half": "\ud800", "nil": -0.0}
    found = session(HEADER, message("一", extra=extra))
    *_, line = export("sillytavern", found, None, 4096)
    assert repr(json.loads(line)["extra"]) == repr(extra)
