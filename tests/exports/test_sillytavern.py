"""A session goes to SillyTavern and comes back; nothing is lost either way."""

import json
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenes.dice.roll import Roll
from scenes.files.chats import import_chat
from scenes.files.exports import export
from scenes.log import Entry
from scenes.note import Note
from scenes.scene import AuthorNote, Role, Scene
from scenes.table.journal_reader import read_session
from scenes.table.play import Play
from scenes.table.session import Candidate, Draw, Session
from scenes.table.sheets import Change

CAST = (
    Role("林默", aliases=("阿默",)),
    Role("苏晚", profile="作家。"),
    Role("守秘人", narrator=True),
)
SCENE = Scene("house", Path("house.yaml"), "旧宅", CAST, play_as="林默")


def speech(text, speaker="苏晚"):
    return Entry("speech", text, speaker)


def ignored(event):
    """What is only looked at is not recorded."""


def started():
    opening = [Entry("narration", "雨。")]
    return Session.start(SCENE, "林默", opening, "20260301-120000-house", ignored)


def exported(session):
    return list(export("sillytavern", session, None, 4096))


def back(lines, folder):
    """The session that a chat becomes, and what was told of it."""
    path = Path(folder) / "chat.jsonl"
    path.write_text("\n".join(lines), "utf-8", "surrogatepass")
    report = import_chat(path, Path(folder) / "sessions")
    play = Play.resume(Path(folder) / "sessions" / f"{report.session}.jsonl")
    play.close()
    return play.session, report


def held(session):
    return (
        *(session.scene, session.role, session.head),
        *(session.turns, session.draws, session.notes, session.seats),
        *(session.tuning, session.marks, session.memory, session.rolls, session.sheets),
    )


# --- ours, theirs, ours --------------------------------------------------------------------------

SHORT = st.text(max_size=9)
ENTRIES = st.one_of(
    st.builds(speech, st.text(max_size=30), st.sampled_from(["林默", "苏晚", "阿默"])),
    st.builds(lambda text: Entry("action", text, "苏晚", emotion="微怒"), SHORT),
    st.builds(lambda text: Entry("speech", "嗯", "林默", text, "平静"), SHORT),
    st.builds(
        lambda to: Entry("speech", "嘘", "林默", to=to), st.sampled_from([("苏晚",), ("A b",)])
    ),
    st.builds(Entry, st.sampled_from(["narration", "comment", "chapter", "context"]), SHORT),
)
DEEDS = st.one_of(
    st.tuples(st.just("say"), ENTRIES),
    st.tuples(st.just("draw"), st.lists(ENTRIES, min_size=1, max_size=4)),
    st.tuples(st.just("edit"), ENTRIES),
    st.tuples(st.sampled_from(["undo", "redo", "watch", "tell", "away"]), st.none()),
    st.tuples(
        st.sampled_from(["steer", "mute", "mark", "recap", "pin", "roll", "hurt"]), st.none()
    ),
)


def do(session, deed, what, number):
    match deed:
        case "say":
            session.say(what)
        case "draw":
            candidates = tuple(Candidate(entry, "stop", 7, -1.5) for entry in what)
            draw = session.keep(Draw(0, session.head, "苏晚", candidates, "m", None, 3))
            if number % 3:
                session.pick(draw, number % len(what), what[0] if number % 2 else None)
        case "edit":
            session.edit(session.path[number % len(session.path)].id, what)
        case "undo":
            session.undo()
        case "redo":
            session.redo()
        case "watch":
            session.play_as(None if session.role else "苏晚")
        case "away":
            session.set_away(["苏晚"] if number % 2 else [])
        case "steer":
            note = AuthorNote("慢一点", number)
            session.steer(note=note, banned=["不禁"] * (number % 2), sampling={"top_k": number})
        case "mute":
            session.mute(["苏晚"] * (number % 2))
            session.set_rule("list")
        case "mark":
            session.mark(session.path[-1].id, "这里" if number % 2 else None)
        case "recap":
            session.sum_up(session.path[0].id, session.path[-1].id, "下雨。", "m" * (number % 2))
            session.use_summary(None if number % 3 else 1, bool(number % 2))
        case "pin":
            session.pin("钥匙在瓷瓶里", ["林默"] * (number % 2))
            if number % 3 == 0:
                session.forget(1)
        case "roll":
            roll = Roll(len(session.rolls) + 1, session.head, "林默", "1d100", (number,))
            session.roll([roll], [Entry("narration", "林默 1d100")])
        case "hurt":
            session.change_sheet("苏晚", [Change("HP", 12, 11 - number % 3)])
        case "tell":
            session.inject([Note.of("旧宅建于1870年。", "house.yaml", str(number))])


@settings(max_examples=40)
@given(st.lists(DEEDS, max_size=8))
def test_our_session_comes_back_from_sillytavern_as_it_was(deeds):
    session = started()
    for number, (deed, what) in enumerate(deeds):
        do(session, deed, what, number)
    with TemporaryDirectory() as folder:
        again, report = back(exported(session), folder)
        assert held(again) == held(session)
        assert again.entries == session.entries
        assert not report.dropped and not report.notices
        third, _ = back(exported(again), folder)
    assert held(third) == held(session)


# --- theirs, ours, theirs ------------------------------------------------------------------------

NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | SHORT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(SHORT, inner, max_size=3),
    max_leaves=6,
)
PIECES = ["*走*", "“好。”", '"Hi!"', "【雨】", "\n\n", "他说", "（嗯）", "a: b", "\\me x", "```"]
TEXTS = st.text(max_size=40) | st.lists(st.sampled_from(PIECES), max_size=6).map("".join)
MESSAGES = st.fixed_dictionaries(
    {"mes": TEXTS},
    optional={
        "name": st.sampled_from(["安", "You", "A:B (v2)", "", 3]),
        "is_user": st.booleans(),
        "is_system": st.booleans(),
        "send_date": VALUES,
        "extra": VALUES | st.just({"type": "narrator"}),
        "swipes": st.lists(TEXTS, max_size=4) | VALUES,
        "swipe_id": st.integers(-1, 4) | VALUES,
        "unknown": VALUES,
    },
)
HEADERS = st.fixed_dictionaries(
    {"user_name": st.sampled_from(["You", "unused"])},
    optional={"chat_metadata": VALUES, "character_name": VALUES, "x": VALUES},
)


@settings(max_examples=60)
@given(st.none() | HEADERS, st.lists(MESSAGES, min_size=1, max_size=5))
def test_their_chat_goes_through_a_session_unchanged_and_can_be_played_on(header, messages):
    chat = [*([header] if header else []), *messages]
    with TemporaryDirectory() as folder:
        session, _ = back([json.dumps(line) for line in chat], folder)
        assert [json.loads(line) for line in exported(session)] == chat
        changing = Session.replay(opened(session), ignored)
        changing.say(Entry("narration", "新的一句"))
        played = exported(changing)
        again, _ = back(played, folder)
        assert held(again) == held(changing)


def opened(session):
    """The events that rebuild a session; they have been through JSON already."""
    from scenes.table.snapshot import to_json

    turns = [to_json(turn) for turn in session.turns.values()]
    scene, role = to_json(session.scene), session.role
    start = {"event": "open", "version": 1, "session": session.id, "role": role, "scene": scene}
    yield {**start, "turns": turns}
    for draw in session.draws.values():
        yield {"event": "draw", **to_json(draw)}
    yield {"event": "head", "head": session.head}


def test_the_bytes_of_a_compact_chat_are_the_same(tmp_path):
    lines = ['{"user_name":"You","character_name":"安"}', '{"name":"安","mes":"你好","n":1.5}']
    session, _ = back(lines, tmp_path)
    assert exported(session) == lines


# --- what is changed over there ------------------------------------------------------------------


@pytest.fixture
def played():
    session = started()
    session.say(speech("谁？", "林默"))
    candidates = (Candidate(speech("我。")), Candidate(speech("风。")))
    session.pick(session.keep(Draw(0, session.head, "苏晚", candidates, "m")), 1)
    session.say(speech("进来。", "林默"))
    return session


def test_candidates_are_swipes_and_roles_are_names(played):
    header, rain, who, wind, _ = map(json.loads, exported(played))
    assert header["chat_metadata"]["paotuan"]["scene"]["title"] == "旧宅"
    assert (rain["name"], rain["extra"]["type"]) == ("守秘人", "narrator")
    assert who["is_user"] and not wind["is_user"]
    assert (wind["mes"], wind["swipes"], wind["swipe_id"]) == ("风。", ["我。", "风。"], 1)
    assert wind["extra"]["paotuan"]["turns"] == [3]
    assert wind["extra"]["model"] == "m"


def test_a_message_changed_there_is_a_branch_here(played, tmp_path):
    lines = exported(played)
    changed = json.loads(lines[3]) | {"mes": "雨。", "swipes": ["我。", "雨。"]}
    again, report = back([*lines[:3], json.dumps(changed), *lines[4:]], tmp_path)
    assert [entry.text for entry in again.entries] == ["雨。", "谁？", "雨。", "进来。"]
    assert {turn.entry.text for turn in again.branches_at(2)} == {"风。", "雨。"}
    assert again.turns[4] == played.turns[4]
    assert report.became["changed or new messages"] == 2


def test_a_message_added_or_deleted_there_is_so_here_and_nothing_is_lost(played, tmp_path):
    added = json.dumps({"name": "苏晚", "is_user": False, "mes": "*进门*"})
    again, _ = back([*exported(played)[:4], added], tmp_path)
    assert [entry.text for entry in again.entries] == ["雨。", "谁？", "风。", "进门"]
    assert len(again.turns) == len(played.turns) + 1


def test_fields_added_there_are_kept_with_the_turn(played, tmp_path):
    lines = exported(played)
    noted = json.loads(lines[2])
    noted["extra"]["memory"] = "m"
    again, _ = back([*lines[:2], json.dumps(noted), *lines[3:]], tmp_path)
    assert again.entries == played.entries and again.head == played.head
    assert json.loads(exported(again)[2])["extra"]["memory"] == "m"


def test_a_damaged_block_of_ours_is_said_and_the_chat_is_read(played, tmp_path):
    lines = exported(played)
    header = json.loads(lines[0])
    header["chat_metadata"]["paotuan"]["turns"][1]["parent"] = 99
    again, report = back([json.dumps(header), *lines[1:]], tmp_path)
    assert [entry.text for entry in again.entries] == ["雨。", "谁？", "风。", "进来。"]
    assert "damaged" in report.notices[0].text


def test_no_path_of_a_system_goes_out_and_none_comes_in(tmp_path):
    scene = replace(SCENE, path=Path("/home/me/house.yaml"), knowledge=(Path("/home/me/k.yaml"),))
    session = Session.start(scene, "林默", [Entry("narration", "雨。")], "s", ignored)
    lines = exported(session)
    assert "/home/me" not in "".join(lines)
    header = json.loads(lines[0])
    header["chat_metadata"]["paotuan"]["scene"]["knowledge"] = ["/etc/hostname", "../../x"]
    again, report = back([json.dumps(header), *lines[1:]], tmp_path)
    assert again.scene.knowledge == ()
    assert len(report.notices) == 2


def test_lines_go_there_with_the_moment_they_were_said_and_come_back_with_it(tmp_path):
    play = Play.start(SCENE, "林默", tmp_path / "s")
    play.say("谁？")
    play.close()
    (path,) = (tmp_path / "s").glob("*.jsonl")
    events = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    for event in events:
        del event["check"]  # it is of what stood there
        event["time"] = (
            "2026-03-01T12:00:0" + ("5" if event["event"] == "turns" else "1") + "+00:00"
        )
    path.write_text("".join(f"{json.dumps(event)}\n" for event in events), "utf-8")
    lines = exported(read_session(path))
    assert json.loads(lines[-1])["send_date"] == "2026-03-01T12:00:05.000Z"
    again, _ = back(lines, tmp_path)
    assert exported(again)[1:] == lines[1:]
    added = json.dumps({"name": "苏晚", "mes": "来。", "send_date": "2026-03-02T01:02:03.000Z"})
    longer, _ = back([*lines, added], tmp_path)
    assert longer.times[longer.head] == "2026-03-02T01:02:03+00:00"


def test_who_is_played_on_keeps_the_picture_by_which_a_group_knows_them(tmp_path):
    avatar = {"original_avatar": "an.png", "force_avatar": "/thumbnail?type=avatar&file=an.png"}
    lines = ['{"user_name":"unused"}', json.dumps({"name": "安", "mes": "你好", **avatar})]
    session, _ = back(lines, tmp_path)
    changing = Session.replay(opened(session), ignored)
    changing.say(speech("再见", "安"))
    changing.say(speech("嗯", "旁人"))
    played = exported(changing)
    assert json.loads(played[2]).items() >= avatar.items()
    assert "original_avatar" not in json.loads(played[3])
    again, _ = back(played, tmp_path)
    assert held(again) == held(changing)


def test_what_is_switched_off_comes_back_with_the_files_that_are_found_here(tmp_path, monkeypatch):
    there, here = tmp_path / "there", tmp_path / "here" / "scenes"
    for folder in (there, here):
        folder.mkdir(parents=True)
        (folder / "house.yaml").write_text("entries: {旧宅: 旧宅建于光绪年间。}\n", "utf-8")
        (folder / "keys.yaml").write_text("entries: {钥匙: 三把。}\n", "utf-8")
    files = (there / "house.yaml", there / "keys.yaml")
    session = Session.start(replace(SCENE, knowledge=files), "林默", [], "x", ignored)
    session.steer(off=[str(files[0])], off_entries={str(files[1]): ["keys:钥匙"]})
    lines = exported(session)
    assert "there" not in "".join(lines)
    monkeypatch.chdir(tmp_path / "here")
    again, _ = back(lines, tmp_path)
    house, keys = again.scene.knowledge
    assert (house.resolve(), keys.resolve()) == (here / "house.yaml", here / "keys.yaml")
    assert again.tuning.off == (str(house),)
    assert again.tuning.off_entries == {str(keys): ("keys:钥匙",)}


@pytest.mark.parametrize(
    "events",
    [
        *(5, "x", [5], [{}], [{"event": "open"}], [{"event": "turns", "turns": []}]),
        [{"event": "steering", "off": [[]]}],
        [{"event": "steering", "off_entries": 3}],
        [{"event": "roll"}],
        [{"event": "summary", "id": 10**9, "from": 1, "to": 1, "text": "x"}],
    ],
    ids=str,
)
def test_a_session_with_events_that_cannot_be_is_read_as_a_plain_chat(events, tmp_path):
    session = started()
    session.say(speech("来。"))
    lines = exported(session)
    header = json.loads(lines[0])
    header["chat_metadata"]["paotuan"]["events"] = events
    again, report = back([json.dumps(header), *lines[1:]], tmp_path)
    assert [turn.entry.text for turn in again.path][-1] == "来。"
    assert any("damaged" in notice.text for notice in report.notices)
