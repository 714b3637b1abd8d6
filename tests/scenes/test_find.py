"""What is found of what was said and of what was drawn, in a session and in all of them."""

import pytest

from scenes.log import Entry, parse
from scenes.scene import Role
from scenes.table.draws import Candidate, Draw
from scenes.table.find import MOST, Query, Searched, search, where
from scenes.table.find_all import search_all
from scenes.table.journal_reader import read_session
from scenes.table.play import Play
from scenes.table.session import Session
from tests.tui.tables import house


def speech(text, speaker="苏晚"):
    return Entry("speech", text, speaker)


@pytest.fixture
def session():
    """A rainy house: a hand with one pick, an edit of it, a branch, and a hand left alone."""
    made = Session.start(house(), "林默", parse("【雨下了一整夜。】"), "s", lambda event: None)
    lines = [speech("座钟停了。"), speech("别碰那座钟！"), speech("Ｌａｍｐ 灭了")]
    draw = made.keep(Draw(0, made.head, "苏晚", tuple(map(Candidate, lines))))
    made.pick(draw, 0)
    made.say(speech("几点停的？", "林默"))
    made.go(2)
    made.say(speech("那座钟是谁的？", "林默"))
    made.keep(Draw(0, made.head, "老周", (Candidate(speech("顾先生的座钟。", "老周")),)))
    return made


def found(session, words, names=None):
    return [
        (hit.entry.text, where(hit)) for hit in search(Searched.of(session), Query.of(words, names))
    ]


def test_a_word_of_two_characters_is_found_here_on_other_branches_and_among_candidates(session):
    assert found(session, "座钟") == [
        ("那座钟是谁的？", ""),
        ("顾先生的座钟。", "a candidate after turn 4"),
        ("座钟停了。", ""),
        ("别碰那座钟！", "a candidate of turn 2"),
    ]
    assert found(session, "几点") == [("几点停的？", "on another branch")]


@pytest.mark.parametrize("words", ["lamp", "LAMP", "ｌａｍｐ", "灭 lAmp", "ＬＡＭＰ　灭了"])
def test_letters_are_found_in_either_size_and_width(session, words):
    assert found(session, words) == [("Ｌａｍｐ 灭了", "a candidate of turn 2")]


def test_every_word_must_stand_in_the_line_in_any_order(session):
    assert [text for text, __ in found(session, "停 座钟")] == ["座钟停了。"]
    assert found(session, "停 顾先生") == []


def test_a_name_with_a_colon_finds_the_lines_of_one_role_by_its_alias_too(session):
    names = {"林默": "林默", "苏晚": "苏晚", "晚晚": "苏晚"}
    assert [text for text, __ in found(session, "林默：座钟", names)] == ["那座钟是谁的？"]
    assert [text for text, __ in found(session, "晚晚:座钟", names)] == [
        "座钟停了。",
        "别碰那座钟！",
    ]
    assert [text for text, __ in found(session, "林默:", names)] == ["那座钟是谁的？", "几点停的？"]


def test_a_colon_after_what_is_no_name_is_looked_for_itself(session):
    session.say(speech("记住：左边。", "林默"))
    assert [text for text, __ in found(session, "记住：左边", {"林默": "林默"})] == ["记住：左边。"]


def test_the_copies_behind_an_edit_are_not_found_twice(session):
    session.go(3)
    session.edit(2, speech("座钟走了。"))
    assert [text for text, __ in found(session, "几点停的")] == ["几点停的？"]
    assert ("座钟停了。", "on another branch") in found(session, "停了")
    assert ("座钟停了。", "a candidate of turn 5") in found(session, "停了")


@pytest.mark.parametrize("words", ["", "   ", "\x1b\x00", "\u200b", "没有"])
def test_nothing_is_found_for_nothing_and_for_what_was_not_said(session, words):
    assert found(session, words) == []


@pytest.mark.parametrize(
    "words", ["[", "\\", '"', "a" * 50_000, "text", "speaker", "(?i)", "\ud800"]
)
def test_marks_of_patterns_and_of_journals_are_only_characters(session, words):
    assert found(session, words) == []


def test_no_more_is_found_than_a_list_can_show_and_the_newest_of_it(session):
    for number in range(MOST + 50):
        session.say(speech(f"第{number}声钟响", "林默"))
    hits = search(Searched.of(session), Query.of("钟响"))
    assert len(hits) == MOST and hits[0].entry.text == f"第{MOST + 49}声钟响"


def played(folder, text, drawn):
    play = Play.start(house(), "林默", folder)
    play.say(text)
    draw = Draw(0, play.session.head, "苏晚", (Candidate(speech(drawn)),))
    play.session.keep(draw)
    play.leave()
    return play.journal.path


def test_all_sessions_are_searched_as_their_journals_stand_on_the_disk(tmp_path):
    one = played(tmp_path, "楼梯上有人。", '说"是"吧，楼梯\\me')
    other = played(tmp_path, "楼梯塌了。", "走。")
    (tmp_path / "broken.jsonl").write_bytes(
        '{"event":"open"\n楼梯 \xff'.encode("latin-1", "replace")
    )
    hits = list(search_all(Query.of("楼梯"), tmp_path))
    assert {(hit.path, hit.found.entry.text) for hit in hits} == {
        (one, "楼梯上有人。"),
        (one, '说"是"吧，楼梯\\me'),
        (other, "楼梯塌了。"),
    }
    assert {hit.title for hit in hits} == {"旧宅"}


def test_a_search_of_all_sessions_finds_what_a_search_of_each_does(tmp_path, session):
    path = played(tmp_path, "Ｌamp 灭了。", "lamp？没有灭。")
    for words in ("LAMP", "灭", "lamp 灭", "苏晚：灭", "没有的"):
        inside = search(Searched.of(read_session(path)), Query.of(words))
        assert [hit.found for hit in search_all(Query.of(words), tmp_path)] == inside


def test_the_cast_may_be_looked_for(session):
    assert Role("林默").name in {
        hit.entry.speaker for hit in search(Searched.of(session), Query.of("林默"))
    }
