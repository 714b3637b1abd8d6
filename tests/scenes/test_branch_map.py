"""The tree of a session as rows: where the branches are, what is folded, and how fast it is."""

import time
from pathlib import Path

from scenes.log import Entry
from scenes.scene import Role, Scene
from scenes.table.branch_map import Row, map_rows, words_of
from scenes.table.session import Candidate, Draw, Session

CAST = (Role("林默"), Role("苏晚"))


def line(text: str) -> Entry:
    return Entry("speech", text, "林默")


def started() -> Session:
    scene = Scene("s", Path("s.yaml"), "题", CAST)
    return Session.start(scene, "林默", [Entry("narration", "雨")], "s1", lambda event: None)


def drawn(session: Session, rows: list[Row]) -> list[str]:
    """The rows as text: rails, number, signs, line."""
    texts = []
    for row in rows:
        words = words_of(session, row)
        said = session.turns[row.turn].entry.text if row.kind == "turn" else ""
        parts = (words.number, words.signs, words.mark, said, words.text)
        texts.append(row.rails + " ".join(filter(None, parts)))
    return texts


def test_turns_in_a_row_are_folded_and_where_one_stands_is_not() -> None:
    session = started()
    session.say_all(line(f"第{number}句") for number in range(2, 30))
    session.go(20)
    session.mark(10, "钥匙")
    assert drawn(session, map_rows(session)) == [
        "1 雨",
        "… 8 turns …",
        "10 ★ 钥匙 第10句",
        "… 9 turns …",
        "20 ● 第20句",
        "… 8 turns …",
        "29 第29句",
    ]
    whole = map_rows(session, unfolded={2})
    assert [row.turn for row in whole[1:9]] == list(range(2, 10))
    assert {row.run for row in whole[1:9]} == {2}


def test_a_branch_stands_in_a_column_further_in_before_what_its_fork_goes_on_with() -> None:
    session = started()
    session.say_all([line("二"), line("三")])
    session.go(2)
    other = session.say(line("另一句"))
    session.say(line("再一句"))
    session.go(other.id)
    session.say(line("第三条路"))
    session.go(3)
    assert drawn(session, map_rows(session)) == [
        "1 雨",
        "2 ⑂2 二",
        "├─4 ⑂2 另一句",
        "│ ├─5 再一句",
        "│ 6 第三条路",
        "3 ● 三",
    ]
    assert drawn(session, map_rows(session, folded={4}))[2:] == [
        "├─4 另一句 (+2 turns)",
        "3 ● 三",
    ]


def test_a_fork_before_the_first_turn_is_shown_too() -> None:
    session = started()
    session.edit(1, Entry("narration", "晴"))
    assert drawn(session, map_rows(session)) == ["2 ● 晴", "├─1 雨"] or drawn(
        session, map_rows(session)
    ) == ["├─1 雨", "2 ● 晴"]


def test_hands_are_counted_and_one_that_was_not_taken_has_a_row() -> None:
    session = started()
    for number in range(2):
        session.keep(Draw(0, 1, "苏晚", (Candidate(Entry("speech", f"{number}", "苏晚")),)))
    session.pick(session.draws[1], 0)
    session.keep(Draw(0, 2, "苏晚", (Candidate(Entry("speech", "三", "苏晚")),)))
    assert drawn(session, map_rows(session)) == [
        "1 雨",
        "2 ● ⧉2 0",
        "⧉ drawn and not taken: 苏晚",
    ]


def test_a_filter_finds_lines_speakers_and_bookmarks() -> None:
    session = started()
    session.say_all([line("二"), line("钥匙"), line("Key")])
    session.mark(2, "KEYS")
    assert [row.turn for row in map_rows(session, wanted="key")] == [2, 4]
    assert [row.turn for row in map_rows(session, wanted="钥")] == [3]
    assert map_rows(session, wanted="没有") == []


def test_twenty_thousand_turns_with_a_thousand_branches_are_laid_out_at_once() -> None:
    session = started()
    session.say_all(line(f"第{number}句") for number in range(20_000))
    for turn in range(20, 20_000, 20):
        session.go(turn)
        session.say(line("岔"))
    took = []
    for __ in range(3):
        began = time.perf_counter()
        rows = map_rows(session)
        took.append(time.perf_counter() - began)
    assert len(rows) > 2_000
    assert min(took) < 0.3, f"{min(took):.3f} s"
