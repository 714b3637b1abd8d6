"""Long stories: what is cut has its summary, and a summary never outlives what it sums up."""

from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from base.errors import KnownError
from models.scripted import Scripted
from scenes.data.examples.heldout import HeldOut
from scenes.data.examples.make import log_source, make
from scenes.data.examples.prompts import Bounds
from scenes.data.examples.script import script_of
from scenes.data.examples.sessions import session_source
from scenes.log import Entry
from scenes.memory.stretches import due
from scenes.prompt import History, build_prompt, history_budget
from scenes.recall import OpeningEnd, Recap
from scenes.scene import Role, Scene
from scenes.table.journal_reader import read_session
from scenes.table.play import Play
from scenes.table.seeing import read_by
from scenes.table.session import Session
from scenes.table.summing import told_of
from tui.commands.draw import recent

CAST = (Role("林默"), Role("苏晚", profile="作家。"), Role("守秘人", narrator=True))
SCENE = Scene(
    "s",
    Path("s.yaml"),
    "雨夜旧宅",
    CAST,
    opening="【雨下了一整夜。】\n苏晚：你确定是这里？",
    sampling={"n": 2, "max_tokens": 40},
)
LINES = [f"第{number}句，往里走。" for number in range(2000)]


def speech(number: int, name: str = "林默") -> Entry:
    return Entry("speech", f"第{number}句，我们再往里走走看。", name)


def session_with(many: int) -> Session:
    opening = [Entry("narration", "雨下了一整夜。"), Entry("speech", "你确定是这里？", "苏晚")]
    session = Session.start(SCENE, "林默", opening, "s", lambda event: None)
    for number in range(many):
        session.say(speech(number))
    return session


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Play]:
    with closing(Play.start(SCENE, "林默", tmp_path)) as play:
        yield play


def drawn(play: Play, backend: Scripted, name: str = "苏晚") -> str:
    """Have a line drawn and taken; the prompt that it had."""
    hand = play.hand(backend, play.scene.role(name))
    offset, updates = play.deal(backend, hand)
    with closing(updates):
        for update in updates:
            hand.update(update, offset)
    play.pick(hand, 0)
    return backend.prompts[-1].text


# --- the prompt ---


def test_without_summaries_a_prompt_is_what_it_was() -> None:
    said = [speech(number) for number in range(80)]
    plain = build_prompt(SCENE, said, CAST[1], 900, 40, len)
    assert plain == build_prompt(SCENE, [OpeningEnd(), *said], CAST[1], 900, 40, len)
    assert "前情" not in plain.text


def test_what_is_cut_has_its_summary_behind_the_opening() -> None:
    session = session_with(60)
    session.sum_up(3, 30, "林默和苏晚走进旧宅，苏晚说钥匙在钟里。")
    prompt = build_prompt(SCENE, session.history, CAST[1], 900, 40, len)
    lines = prompt.history.splitlines()
    assert lines[:3] == [
        "【雨下了一整夜。】",
        "苏晚：你确定是这里？",
        "【前情提要：林默和苏晚走进旧宅，苏晚说钥匙在钟里。】",
    ]
    assert lines[-1] == session.path[-1].entry.line
    assert len(prompt.text) + 40 <= 900


def test_nothing_is_recalled_while_all_is_still_read() -> None:
    session = session_with(4)
    session.sum_up(3, 5, "大家往里走。")
    prompt = build_prompt(SCENE, session.history, CAST[1], 4000, 40, len)
    assert "前情" not in prompt.text and prompt.history.count("\n") == 6


def test_summaries_over_their_share_have_the_oldest_shortened_or_left_out() -> None:
    session = session_with(90)
    for at in range(3, 63, 10):
        session.sum_up(at, at + 9, f"第{at}轮起，" + "他们走过一间又一间屋子。" * 6)
    budget = history_budget(SCENE, 1000, 40, len)
    history = History(len, session.history)
    recalled = history.reading(budget).recalled
    lead = history.lead(recalled)
    assert "第53轮起" in lead and "第3轮起" not in lead
    told = "".join(line for line in lead.splitlines(True) if "前情" in line)
    assert len(told) <= budget * 0.25
    newest = session.memory.summaries[5].text
    assert f"【前情提要：{newest}】" in lead
    assert len(history.kept(budget)) <= budget


@settings(max_examples=60)
@given(
    lengths=st.lists(st.integers(5, 80), min_size=1, max_size=60),
    starts=st.lists(st.integers(0, 59), max_size=6),
    texts=st.lists(st.integers(1, 200), min_size=6, max_size=6),
    budget=st.integers(120, 600),
    beside=st.integers(0, 60),
)
def test_a_prompt_with_summaries_keeps_its_budget_and_its_end(
    lengths: list[int], starts: list[int], texts: list[int], budget: int, beside: int
) -> None:
    history = History(len)
    for at, length in enumerate(lengths):
        for number, start in enumerate(starts):
            if start == at:
                history.add(Recap("comment", "前" * texts[number], number=number + 1))
        history.add(Entry("speech", "长" * length, "林默"))
    kept = history.kept(budget, beside)
    assert len(kept) <= budget - beside
    assert kept.endswith("长" * min(lengths[-1], budget - beside - 4) + "\n")


# --- bound to the branch ---


def used(session: Session) -> list[str]:
    return [one.summary.text for one in session.memory.standing(session.turns, session.path)]


def test_an_edit_drops_the_summaries_that_it_touches_and_no_other() -> None:
    session = session_with(30)
    session.sum_up(3, 12, "一")
    session.sum_up(13, 22, "二")
    session.sum_up(23, 30, "三")
    session.edit(15, speech(999))
    assert used(session) == ["一", "三"]  # what was copied behind the edit is the same
    session.undo()
    assert used(session) == ["一", "二", "三"]
    session.delete(session.path[3].id)
    assert used(session) == ["二", "三"]


def test_a_branch_has_the_summaries_of_what_it_shares() -> None:
    session = session_with(30)
    session.sum_up(3, 12, "一")
    session.sum_up(13, 22, "二")
    session.go(15)
    session.say(speech(1000))
    assert used(session) == ["一"]
    assert session.go(32) is None and used(session) == ["一", "二"]


def test_an_edited_summary_takes_the_place_of_the_old_one_and_one_can_be_switched_off() -> None:
    session = session_with(60)
    session.sum_up(3, 30, "旧")
    session.sum_up(3, 30, "新")
    assert used(session) == ["新"]
    session.use_summary(2, False)
    prompt = build_prompt(SCENE, session.history, CAST[1], 900, 40, len).text
    assert "前情" not in prompt
    session.use_summary(2, True)
    session.use_summary(None, False)
    assert build_prompt(SCENE, session.history, CAST[1], 900, 40, len).text == prompt


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_summaries_never_outlive_what_they_sum_up(data: st.DataObject) -> None:
    """A summary here is the very turns that it sums up: wherever it stands, they do."""
    session = session_with(8)
    for _ in range(data.draw(st.integers(2, 10))):
        path = session.path
        match data.draw(st.sampled_from(["sum", "edit", "delete", "go", "say", "undo", "redo"])):
            case "sum" if path:
                first = data.draw(st.integers(0, len(path) - 1))
                last = data.draw(st.integers(first, len(path) - 1))
                words = "|".join(turn.entry.text for turn in path[first : last + 1])
                session.sum_up(path[first].id, path[last].id, words)
            case "edit" if path:
                at = data.draw(st.integers(0, len(path) - 1))
                session.edit(path[at].id, speech(data.draw(st.integers(0, 3))))
            case "delete" if path:
                session.delete(path[data.draw(st.integers(0, len(path) - 1))].id)
            case "go":
                session.go(data.draw(st.integers(1, len(session.turns))))
            case "say":
                session.say(speech(data.draw(st.integers(0, 3))))
            case "undo":
                session.undo()
            case "redo":
                session.redo()
        for one in session.memory.standing(session.turns, session.path):
            there = session.path[one.start : one.end]
            assert "|".join(turn.entry.text for turn in there) == one.summary.text


def test_a_journal_gives_the_same_summaries_back(play: Play) -> None:
    play.say("走吧。")
    play.say("好。")
    play.session.sum_up(3, 4, "两个人往里走。", on="qwen")
    play.session.use_summary(1, False)
    session = read_session(play.journal.path)
    assert session.memory.summaries == play.session.memory.summaries
    (one,) = session.memory.standing(session.turns, session.path)
    assert (one.summary.by, one.summary.on, one.used) == ("model", "qwen", False)


def test_who_was_away_reads_no_summary_of_what_they_missed() -> None:
    session = session_with(10)
    session.set_away(["苏晚"])
    for number in range(50):
        session.say(speech(number))
    session.set_away([])
    session.say(speech(60))
    session.sum_up(3, 12, "大家往里走。")
    session.sum_up(13, 40, "林默把钥匙藏进钟里。")
    read = {role.name: read_by(session, role, session.head) for role in CAST}
    at = {role.name: build_prompt(SCENE, read[role.name], role, 900, 40, len) for role in CAST}
    assert "藏进钟里" in at["林默"].text
    assert "藏进钟里" not in at["苏晚"].text


# --- the cut moves, and the prompt with it ---


def test_between_cuts_prompts_only_extend_over_two_hundred_turns(play: Play) -> None:
    backend = Scripted(LINES, context=900)
    summed: list[tuple[int, int]] = []
    before, moved, told, cut_at = "", 0, 0, 0
    while len(play.session.path) < 200:
        budget = history_budget(SCENE, 900, 40, len)
        while stretch := due(told_of(play.session), budget, len):
            summed.append((stretch.first, stretch.last))
            play.session.sum_up(stretch.first, stretch.last, f"{stretch.first}到{stretch.last}。")
        text = drawn(play, backend)
        cut = play.session.draws[len(play.session.draws)].dropped or 0
        if before and not text.startswith(before.removesuffix("苏晚：")):
            moved += 1
            assert cut > cut_at
        told += "【前情提要：" in text
        before, cut_at = text, cut
        play.say("嗯，继续。")
    assert told > 50 and 5 < moved < 30
    assert summed[0][0] == 3  # behind the opening
    assert all(last + 1 == first for (_, last), (first, _) in pairwise(summed))
    last = play.session.draws[len(play.session.draws)]
    history = play.session.remembered(play.session.path[:-2])
    lines = [turn for entry, turn in history if entry.kind != "comment"]
    first = lines[last.dropped or 0]
    assert first is not None
    standing = play.session.memory.standing(play.session.turns, play.session.path)
    covered = max(one.end for one in standing)
    assert play.session.path.index(first) <= covered  # nothing is lost between them
    numbers = [number for number, kept in last.recalled.summaries]
    assert numbers[-1] == len(numbers) + numbers[0] - 1


def test_a_chapter_line_near_the_cut_ends_a_stretch() -> None:
    session = session_with(0)
    for number in range(40):
        if number == 9:
            session.say(Entry("chapter", "第二幕"))
        session.say(speech(number))
    told = told_of(session)
    first = due(told, 900, len)
    assert first is not None
    assert session.turns[first.last + 1].entry.kind == "chapter"


def test_examples_of_a_session_with_summaries_have_the_prompts_of_play(play: Play) -> None:
    backend = Scripted(LINES, context=900)
    prompts = []
    for number in range(60):
        play.say("嗯，继续。")
        if number == 30:
            play.session.sum_up(3, play.session.path[25].id, "林默和苏晚往里走。")
        prompts.append(drawn(play, backend))
        if number == 45:
            path = play.session.path
            play.session.sum_up(path[2].id, path[40].id, "他们走到了钟楼。")
    play.session.use_summary(None, False)
    session = read_session(play.journal.path)
    made = make([session_source(session, ())], Bounds(900, len, 40), HeldOut(0))
    assert [one.prompt.text for one in made.examples] == prompts
    assert "往里走" in prompts[35] and "钟楼" in prompts[50]
    assert not made.tally.notices


# --- logs ---


def test_a_summary_that_stands_in_a_log_stays_when_what_is_before_it_is_cut() -> None:
    said = [speech(number) for number in range(60)]
    said.insert(10, Entry("narration", "前情提要：钥匙在钟里。"))
    plain = build_prompt(SCENE, said, CAST[1], 900, 40, len)
    marked = build_prompt(SCENE, recent(said, 900), CAST[1], 900, 40, len)
    assert "钟里" not in plain.text
    assert marked.history.startswith("【前情提要：钥匙在钟里。】\n")
    assert marked.history.count("钟里") == 1
    whole = build_prompt(SCENE, recent(said[:20], 900), CAST[1], 900, 40, len)
    assert whole == build_prompt(SCENE, said[:20], CAST[1], 900, 40, len)


def test_examples_of_such_a_log_have_it_too() -> None:
    said = [speech(number, ("林默", "苏晚")[number % 2]) for number in range(60)]
    said.insert(10, Entry("narration", "前情提要：钥匙在钟里。"))
    script = script_of("walk.txt", said, SCENE)
    made_of_it = make([log_source(script, ["苏晚"])], Bounds(900, len, 40), HeldOut(0))
    last = max(made_of_it.examples, key=lambda one: "第58句" in one.prompt.text)
    assert last.prompt.history.startswith("【前情提要：钥匙在钟里。】\n")


def test_a_damaged_journal_loses_a_summary_and_keeps_the_others(play: Play) -> None:
    for number in range(6):
        play.say(f"第{number}句。")
    play.session.sum_up(3, 4, "一")
    play.session.sum_up(5, 6, "二")
    play.session.pin("钥匙在钟里")
    play.session.pin("门锁了")
    path = play.journal.path
    play.close()
    lines = path.read_bytes().split(b"\n")
    broken = [b"\x00" * 40 if b'"text":"\xe4\xb8\x80"' in line else line for line in lines]
    broken = [b"?" if "钟里".encode() in line else line for line in broken]
    twice = [again for line in broken for again in [line] * (1 + (b'"summary","id":2' in line))]
    path.write_bytes(b"\n".join(twice))
    session = read_session(path)
    standing = session.memory.standing(session.turns, session.path)
    assert [one.summary.text for one in standing] == ["二"]
    facts = session.memory.facts_on(session.turns, session.path)
    assert [fact.text for __, fact in facts] == ["门锁了"]
    assert session.damage


@pytest.mark.parametrize(
    "event",
    [
        {"event": "summary", "id": 1, "from": 4, "to": 3, "text": "倒着"},
        {"event": "summary", "id": 1, "from": 1, "to": 99, "text": "没有的轮"},
        {"event": "summary", "id": 1, "from": 1, "to": 2, "text": ""},
        {"event": "summary", "id": 10**9, "from": 1, "to": 2, "text": "太多"},
        {"event": "recall", "summary": 5, "use": True},
        {"event": "fact", "id": 1, "text": "钥匙", "after": 99},
        {"event": "fact", "id": 1, "text": "钥匙", "known": 3},
        {"event": "forget", "fact": 1, "since": 3},
    ],
)
def test_an_event_that_cannot_be_is_refused_with_its_number(event: dict[str, object]) -> None:
    events: list[dict[str, object]] = []
    again = Session.start(SCENE, "林默", [], "s", events.append)
    again.say(speech(1))
    with pytest.raises(KnownError, match="event 3: cannot be read"):
        Session.replay([*events, event], lambda one: None)
