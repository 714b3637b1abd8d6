"""A journal whose bytes have changed on the disk: what is said never changes in silence."""

import json
import random
from pathlib import Path

import pytest

from scenes.log import Entry
from scenes.table.journal import Journal
from scenes.table.journal_reader import read_session
from scenes.table.play import Play
from scenes.table.session import Candidate, Draw, Session
from tests.scenes.journals import OPEN, refusal, said, written

LINES = [f"第{number}句：夜里下着雨，谁也没有说话。" for number in range(8)]


def played(folder: Path) -> Path:
    """A journal of ours: lines of the player, draws, picks, an undo, a role and knowledge."""
    journal = Journal.create("s", folder)
    play = Play(Session.replay([OPEN], journal.append), journal)
    journal.append(OPEN)
    for number, line in enumerate(LINES):
        if number % 3:
            play.say(f"甲：{line}")
            continue
        lines = tuple(Candidate(Entry("speech", f"{line}{k}", "甲"), tokens=k) for k in range(5))
        draw = play.session.keep(Draw(0, play.session.head, "甲", lines, "starter"))
        play.session.pick(draw, 2)
    play.undo()
    play.say("甲：换一句。")
    play.close()
    return journal.path


def content(session: Session) -> object:
    """All that a session holds."""
    return (session.turns, dict(session.draws), session.head, session.role, session.scene)


def test_no_flipped_bit_changes_what_was_said_in_silence(tmp_path: Path) -> None:
    path = played(tmp_path)
    raw = path.read_bytes()
    before = content(read_session(path))
    chance = random.Random(9)
    with path.open("r+b", buffering=0) as file:
        for _ in range(3000):
            place, bit = chance.randrange(len(raw)), 1 << chance.randrange(8)
            file.seek(place)
            file.write(bytes([raw[place] ^ bit]))
            session = read_session(path)
            assert content(session) == before, (place, bit, session.damage)
            assert session.damage, (place, bit)
            file.seek(place)
            file.write(raw[place : place + 1])


def test_a_mended_session_says_which_turn_and_keeps_the_damaged_file(tmp_path: Path) -> None:
    path = played(tmp_path)
    before = content(read_session(path))
    raw = path.read_bytes()
    number = 1 + raw[: raw.index("第7句".encode())].count(b"\n")
    damaged = raw.replace("第7句".encode(), "第6句".encode())  # one bit
    path.write_bytes(damaged)
    play = Play.resume(path)
    assert content(play.session) == before
    assert play.notices[0] == f"{path.name}:{number}: turn 8 was damaged by one bit and is mended"
    assert path.read_bytes() == damaged, "opening changes nothing"
    play.say("甲：还在。")
    play.close()
    assert path.with_suffix(".damaged").read_bytes() == damaged
    again = Play.resume(path)
    assert again.notices == []
    assert again.session.entries[-1].text == "还在。"
    assert [t.entry for t in again.session.turns.values()][:-1] == [
        turn.entry
        for turn in before[0].values()  # type: ignore[index]
    ]
    again.close()


@pytest.mark.parametrize("line", range(2, 15))
def test_a_turn_that_is_lost_is_named_and_all_else_is_kept(tmp_path: Path, line: int) -> None:
    path = played(tmp_path)
    was = read_session(path)
    lines = path.read_bytes().split(b"\n")
    lost = json.loads(lines[line - 1])
    lines[line - 1] = lines[line - 1][:30] + b"\0" * 40 + lines[line - 1][70:]
    damaged = b"\n".join(lines)
    path.write_bytes(damaged)
    play = Play.resume(path)
    told = play.notices[0]
    assert told.startswith(f"{path.name}:{line}: ")
    gone = {turn["id"] for turn in lost.get("turns", ())}
    for turn in was.turns.values():
        here = play.session.turns[turn.id]
        if turn.id in gone:
            assert f"turn {turn.id} is damaged" in told
            assert (here.entry.kind, "is damaged" in here.entry.text) == ("comment", True)
        else:
            assert here.entry == turn.entry
    for id, draw in was.draws.items():
        if lost.get("event") != "draw" or id != lost["id"]:
            assert play.session.draws[id] == draw
    log = path.with_suffix(".txt").read_bytes()
    play.say("甲：接着说。")
    play.close()
    assert path.with_suffix(".damaged").read_bytes() == damaged
    assert (tmp_path / f"{path.stem}.damaged.txt").read_bytes() == log, "it may hold the line yet"
    again = Play.resume(path)
    assert again.notices == []
    assert again.session.entries[-1].text == "接着说。"
    again.close()


@pytest.mark.parametrize(
    "damage",
    [b"\xff\xfe\x00", b"{", b"null", b"3", b'"turns"', b"[]", b"", b"\0\0", b"[" * 100_000],
    ids=range(9),
)
def test_damage_in_a_journal_of_before_leaves_the_rest_readable(
    tmp_path: Path, damage: bytes
) -> None:
    path = tmp_path / "s.jsonl"
    first = written(path, OPEN, said(1, "一"))
    raw = first + damage + b"\n" + json.dumps(said(3, "三")).encode() + b"\n"
    path.write_bytes(raw)
    play = Play.resume(path)
    assert "s.jsonl:3: " in play.notices[0]
    assert [turn.entry.text for turn in play.session.path][::2] == ["一", "三"]
    assert "turn 2 is damaged" in play.session.path[1].entry.text
    assert path.read_bytes() == raw
    play.say("甲：四")
    play.close()
    assert path.with_suffix(".damaged").read_bytes() == raw
    assert [turn.entry.text for turn in read_session(path).path][::2] == ["一", "三"]


def test_every_damaged_file_is_kept_beside_the_ones_before(tmp_path: Path) -> None:
    path = played(tmp_path)
    kept = []
    for word in ("第1句", "第4句"):
        damaged = path.read_bytes().replace(word.encode(), "某".encode() * 3)
        path.write_bytes(damaged)
        kept.append(damaged)
        play = Play.resume(path)
        play.say("甲：好。")
        play.close()
    assert path.with_suffix(".damaged").read_bytes() == kept[0]
    assert path.with_suffix(".damaged-2").read_bytes() == kept[1]


def test_a_session_whose_beginning_is_lost_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    path.write_bytes(b'{"event": "op\0\0}\n' + json.dumps(said(1)).encode() + b"\n")
    assert "s.jsonl:1: not an event; the file is damaged" in refusal(path)
    assert "s.txt" in refusal(path)


def test_a_program_that_writes_the_json_otherwise_does_no_harm(tmp_path: Path) -> None:
    path = played(tmp_path)
    before = content(read_session(path))
    events = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    for style in ({"indent": None}, {"ensure_ascii": True}, {"separators": (",", ":")}):
        text = "".join(json.dumps(event, **style) + "\n" for event in events)  # type: ignore[arg-type]
        path.write_text(text, "utf-8")
        session = read_session(path)
        assert (content(session), session.damage) == (before, ())
    events[3]["turns"][0]["entry"]["text"] = "没有说过的话"
    path.write_text("".join(json.dumps(event) + "\n" for event in events), "utf-8")
    assert read_session(path).damage


def test_a_line_that_was_joined_to_the_next_is_parted_again(tmp_path: Path) -> None:
    path = played(tmp_path)
    before = content(read_session(path))
    lines = path.read_bytes().split(b"\n")
    for end in (b"\x0b", b"\x8a", b"J"):
        path.write_bytes(b"\n".join([*lines[:4], lines[4] + end + lines[5], *lines[6:]]))
        session = read_session(path)
        assert content(session) == before
        assert session.damage
