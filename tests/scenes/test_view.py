"""Who knows what: no prompt holds a line that its role did not see, in play or in examples."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from base.errors import KnownError
from models.scripted import Scripted
from scenes.data.examples.export import preference, seq2seq
from scenes.data.examples.heldout import HeldOut
from scenes.data.examples.make import log_source, make
from scenes.data.examples.prompts import Bounds
from scenes.data.examples.script import script_of
from scenes.data.examples.sessions import session_source
from scenes.log import Entry, dump, parse
from scenes.prompt import build_prompt, secret_part, stable_part
from scenes.scene import Role, Scene
from scenes.table.journal_reader import read_session
from scenes.table.play import Play
from scenes.table.seeing import log_of, read_by, unseen
from scenes.view import is_presence, view_of_log

Made = Callable[..., Scene]
CASES = Path(__file__).resolve().parents[2] / ".." / "shared" / "cases"
CASE = CASES / "table" / "thought_leak.log.txt"
NAMES = ("林默", "苏晚", "顾三", "守秘人")
CAST = (Role("林默"), Role("苏晚", aliases=("晚晚",)), Role("顾三"), Role("守秘人", narrator=True))
LOG = """【旧宅的客厅，林默与苏晚都在。】
林默：（钥匙在我口袋里，不能让苏晚知道。）
# 离席：苏晚
林默：\\me 把钥匙藏进座钟
顾三：藏好了？（这人靠不住）
林默：＠顾三 别告诉苏晚。
# 入席：苏晚
苏晚：林默人呢？
【守秘人看了看钟。】
"""


def house(**changes: object) -> Scene:
    fields: dict[str, object] = {"thoughts": "private", "cast": CAST, "opening": "【雨。】"}
    return replace(Scene("s", Path("s.yaml"), "题", ()), **{**fields, **changes})  # type: ignore[arg-type]


def words_of(scene: Scene, log: str, name: str) -> str:
    return dump(view_of_log(parse(log), scene.role(name), scene))


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Play]:
    started = Play.start(house(), "林默", tmp_path)
    yield started
    started.close()


def prompt_of(play: Play, name: str) -> str:
    return play.prompt(Scripted(context=100_000), play.scene.role(name)).text


# --- what is seen ---


def test_a_thought_is_its_thinkers_alone_where_the_scene_says_so() -> None:
    for name in ("苏晚", "顾三", "守秘人"):
        assert "钥匙在我口袋里" not in words_of(house(), LOG, name)
    assert "钥匙在我口袋里" in words_of(house(), LOG, "林默")
    assert "顾三：藏好了？\n" in words_of(house(), LOG, "林默")
    assert "（这人靠不住）" in words_of(house(), LOG, "顾三")


@pytest.mark.parametrize("thoughts", [None, "shared"])
def test_a_scene_without_the_key_has_every_thought_read_by_all(thoughts: str | None) -> None:
    scene = house(thoughts=thoughts)
    assert all("钥匙在我口袋里" in words_of(scene, LOG, name) for name in NAMES)


def test_who_has_left_sees_nothing_until_they_enter() -> None:
    told = words_of(house(thoughts=None), LOG, "苏晚")
    assert "座钟" not in told
    assert "藏好了" not in told
    assert "【守秘人看了看钟。】" in told
    assert "把钥匙藏进座钟" in words_of(house(), LOG, "守秘人")


def test_a_whisper_is_heard_by_those_it_names_its_speaker_and_narrators() -> None:
    log = "林默：＠晚晚 小声点\n【＠顾三 你摸到钥匙】\n"
    heard = {name: words_of(house(), log, name) for name in NAMES}
    assert heard["林默"] == "林默：＠晚晚 小声点\n"
    assert heard["苏晚"] == "林默：＠晚晚 小声点\n"
    assert heard["顾三"] == "【＠顾三 你摸到钥匙】\n"
    assert heard["守秘人"] == log


def test_an_old_log_is_read_by_all_as_it_stands() -> None:
    log = "林默：@苏晚 快来（真慢）\n# 一条注释\n苏晚：来了。\n"
    assert all(words_of(house(thoughts=None), log, name) == log for name in NAMES)


@pytest.mark.skipif(not CASE.is_file(), reason="the case files are not here")
def test_the_case_of_the_leaked_thought() -> None:
    log = CASE.read_text("utf-8")
    assert "钥匙在我口袋里" not in words_of(house(), log, "苏晚")
    assert "钥匙在我口袋里" in words_of(house(), log, "林默")


# --- secrets ---


def test_a_secret_stands_in_its_roles_prompt_and_in_no_other(tmp_path: Path) -> None:
    cast = (*CAST[:2], Role("顾三", secret="我才是\n宅子的主人。"), CAST[3])
    with closing(Play.start(house(cast=cast), "林默", tmp_path)) as play:
        prompts = {name: prompt_of(play, name) for name in NAMES}
    assert "{顾三的秘密：我才是 宅子的主人。}\n顾三：" in prompts.pop("顾三")
    assert all("主人" not in prompt for prompt in prompts.values())
    assert "主人" not in stable_part(play.scene)


def test_prompts_of_two_with_secrets_share_all_that_was_said(tmp_path: Path) -> None:
    cast = (Role("林默"), Role("苏晚", secret="甲。"), Role("Gu", secret="B."))
    with closing(Play.start(house(cast=cast), "林默", tmp_path)) as play:
        play.say("走吧。")
        before = prompt_of(play, "林默").removesuffix("林默：")
        assert prompt_of(play, "苏晚") == f"{before}{{苏晚的秘密：甲。}}\n苏晚："
        assert prompt_of(play, "Gu") == f"{before}{{Gu's secret: B.}}\nGu："


def test_a_long_secret_takes_its_room_from_the_history_of_all() -> None:
    cast = (Role("林默"), Role("苏晚", secret="密" * 60))
    said = [Entry("speech", f"第{n}句", "林默") for n in range(99)]
    scene, room = house(cast=cast), (400, 40, len)
    short = [build_prompt(scene, said, role, *room) for role in cast]
    assert all(len(prompt.text) <= 400 - 40 for prompt in short)
    assert short[1].history.removesuffix(secret_part(cast[1])) == short[0].history


# --- at the table ---


def test_a_whisper_at_the_table_stands_in_the_log_and_in_the_right_prompts(play: Play) -> None:
    from scenes.table.meanings import Said
    from scenes.table.typed import read_typed

    said = read_typed(play.scene, "@晚晚@守秘人 钥匙在瓷瓶里。", play.player)
    assert isinstance(said, Said)
    play.say_entries(said.entries)
    line = "林默：＠苏晚＠守秘人 钥匙在瓷瓶里。"
    assert line in play.journal.path.with_suffix(".txt").read_text("utf-8").splitlines()
    assert play.next is not None
    assert play.next.name == "苏晚"
    assert [name for name in NAMES if line in prompt_of(play, name)] == ["林默", "苏晚", "守秘人"]
    again = read_session(play.journal.path)
    assert again.path[-1].entry.to == ("苏晚", "守秘人")


def test_who_leaves_hears_nothing_and_reads_on_where_they_enter_again(play: Play) -> None:
    play.session.set_away(["苏晚"])
    play.say("趁她不在：钥匙在座钟里。")
    play.session.set_away([])
    play.say("你回来了。")
    assert "座钟" not in prompt_of(play, "苏晚")
    assert "你回来了" in prompt_of(play, "苏晚")
    assert all("座钟" in prompt_of(play, name) for name in ("林默", "顾三", "守秘人"))
    log = play.journal.path.with_suffix(".txt").read_text("utf-8")
    assert "# 离席：苏晚\n林默：趁她不在：钥匙在座钟里。\n# 入席：苏晚\n林默：你回来了。" in log
    assert unseen(play.session, play.scene.role("苏晚")).count == 1


def test_journals_of_before_have_those_who_left_read_all_the_same(play: Play) -> None:
    play.journal.append({"event": "presence", "after": 1, "since": 2, "away": ["苏晚"]})
    path = play.journal.path
    play.close()
    with closing(Play.resume(path)) as old:
        old.say("钥匙在座钟里。")
        assert "座钟" in prompt_of(old, "苏晚")
        assert "离席" not in path.with_suffix(".txt").read_text("utf-8")
        old.session.set_away(["苏晚"])
        old.say("钥匙换了地方。")
        assert "换了地方" not in prompt_of(old, "苏晚")


def test_nobody_can_whisper_to_who_has_left(play: Play) -> None:
    play.session.set_away(["苏晚"])
    with pytest.raises(KnownError, match="has left and hears nothing"):
        play.say_entries([Entry("speech", "喂", "林默", to=("苏晚",))])
    assert len(play.session.path) == 1


def test_an_edit_keeps_a_whisper_one_until_its_mark_is_taken_off(play: Play) -> None:
    (turn,) = play.say_entries([Entry("speech", "钥匙在瓷瓶里。", "林默", to=("苏晚",))])
    turn = play.edit(turn, "＠苏晚 钥匙在花盆里。")
    assert turn.entry.to == ("苏晚",)
    assert "花盆" not in prompt_of(play, "顾三")
    turn = play.edit(turn, "钥匙在花盆里。")
    assert "花盆" in prompt_of(play, "顾三")
    turn = play.edit(turn, "@顾三 钥匙在花盆里。")
    assert turn.entry.to == ("顾三",)
    assert "花盆" not in prompt_of(play, "苏晚")


def test_what_comes_up_by_a_whisper_is_told_to_those_who_heard_it(tmp_path: Path) -> None:
    (tmp_path / "house.yaml").write_text("entries:\n  钥匙: 钥匙共有三把。\n", "utf-8")
    scene = house(knowledge=(tmp_path / "house.yaml",))
    backend = Scripted(context=10_000)
    with closing(Play.start(scene, "林默", tmp_path)) as play:
        play.say_entries([Entry("speech", "钥匙呢？", "林默", to=("苏晚",))])
        play.deal(backend, play.hand(backend, scene.role("苏晚")))
        assert "三把" in prompt_of(play, "苏晚")
        assert "三把" not in prompt_of(play, "顾三")
        play.say("钥匙呢？")
        play.deal(backend, play.hand(backend, scene.role("顾三")))
        assert prompt_of(play, "顾三").count("三把") == 1


# --- laws ---

STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("say"),
            st.sampled_from(NAMES),
            st.sampled_from([(), ("苏晚",), ("晚晚", "顾三")]),
        ),
        st.tuples(st.just("think"), st.sampled_from(NAMES[:3]), st.booleans()),
        st.tuples(st.just("away"), st.lists(st.sampled_from(NAMES[:3]), unique=True)),
        st.tuples(st.sampled_from(["edit", "delete", "go"]), st.integers(0, 9)),
        st.tuples(st.sampled_from(["undo", "redo"])),
    ),
    max_size=14,
)


def took(play: Play, step: tuple, number: int) -> None:  # type: ignore[type-arg]
    """Do a step; what is said holds a number of its own."""
    path = play.session.path
    match step:
        case ("say", "守秘人", to):
            play.session.say(Entry("narration", f"〔{number}〕", to=to))
        case ("say", name, to) if not play.floor.away & {play.scene.role(one).name for one in to}:
            play.say_entries([Entry("speech", f"〔{number}〕", name, to=to)])
        case ("think", name, alone):
            thought = Entry("thought", f"〔{number}〕", name)
            behind = Entry("speech", "嗯", name, f"〔{number}〕")
            play.say_entries([thought if alone else behind])
        case ("away", names):
            play.session.set_away(names)
        case ("edit", at) if at < len(path):
            old = path[at].entry
            changed = {"thought": f"〔{number}〕"} if old.thought else {"text": f"〔{number}〕"}
            play.edit(path[at], replace(old, **changed))
        case ("delete", at) if 0 < at < len(path):
            play.delete(path[at])
        case ("go", at) if play.session.turns:
            play.go(at % len(play.session.turns) + 1)
        case ("undo",):
            play.undo()
        case ("redo",):
            play.redo()


def saw(play: Play, name: str) -> set[str]:
    """The numbers on the branch that a role saw, by what is known of each turn."""
    role, seen = play.scene.role(name), set()
    for turn in play.session.path:
        entry, away = turn.entry, play.session.away_before(turn.id)
        named = {play.scene.role(one).name for one in entry.to}
        hears = not named or name in named or role.narrator
        own, secret = entry.speaker == name, bool(entry.thought) or entry.kind == "thought"
        if own or (name not in away and hears and not secret):
            seen |= {part for part in (entry.text, entry.thought) if part.startswith("〔")}
    return seen


def numbers(text: str) -> set[str]:
    return {f"〔{part.split('〕')[0]}〕" for part in text.split("〔")[1:]}


@settings(max_examples=25, deadline=None)
@given(steps=STEPS)
def test_no_prompt_holds_a_line_that_its_role_did_not_see(steps: list) -> None:  # type: ignore[type-arg]
    numbered = count(1)
    with tempfile.TemporaryDirectory() as folder:
        with closing(Play.start(house(), "林默", Path(folder))) as play:
            for step in steps:
                took(play, step, next(numbered))
            prompts = {name: prompt_of(play, name) for name in NAMES}
            assert {name: numbers(text) for name, text in prompts.items()} == {
                name: saw(play, name) for name in NAMES
            }
            path = play.journal.path
            session = play.session
            read = {name: read_by(session, play.scene.role(name), session.head) for name in NAMES}
            log = parse(dump(log_of(session)))
            examples = [*seq2seq(session, None, 100_000)]
            for line, turn in zip(examples, said_after_opening(play), strict=True):
                speaker = turn.entry.speaker or "守秘人"
                assert numbers(line) <= saw(play, speaker)
        with closing(Play.resume(path)) as again:
            assert {name: prompt_of(again, name) for name in NAMES} == prompts
        for name in NAMES:
            told = [one for one in view_of_log(log, play.scene.role(name), play.scene)]
            assert [one for one in told if not is_presence(one)] == read[name]


def said_after_opening(play: Play) -> list:  # type: ignore[type-arg]
    return [turn for turn in play.session.path if turn.by != "opening"]


# --- examples and pairs ---


def test_examples_of_a_log_hold_what_the_speaker_saw() -> None:
    script = script_of("log", parse(LOG), house())
    made = make([log_source(script, ["苏晚", "林默", "守秘人"])], Bounds(10_000, len), HeldOut(0))
    prompts = {one.reply.strip(): one.prompt.text for one in made.examples}
    assert "座钟" not in prompts["林默人呢？"]
    assert "钥匙" not in prompts["林默人呢？"]
    assert "座钟" in prompts["守秘人看了看钟。】"]
    assert "（钥匙在我口袋里" in prompts["＠顾三 别告诉苏晚。"]


def test_the_knowledge_of_a_whisper_stands_in_the_examples_of_those_who_heard_it(
    tmp_path: Path,
) -> None:
    (tmp_path / "house.yaml").write_text("entries:\n  钥匙: 钥匙共有三把。\n", "utf-8")
    scene = house(knowledge=(tmp_path / "house.yaml",))
    log = "林默：＠苏晚 钥匙呢？\n苏晚：不知道。\n顾三：你们嘀咕什么？\n苏晚：没什么。\n"
    script = script_of("log", parse(log), scene)
    made = make([log_source(script, ["苏晚", "顾三"])], Bounds(10_000, len), HeldOut(0))
    told = {one.reply.strip(): one.prompt.text.count("三把") for one in made.examples}
    assert told == {"不知道。": 1, "你们嘀咕什么？": 0, "没什么。": 1}


def test_examples_and_pairs_of_a_session_are_after_the_prompts_that_the_model_had(
    play: Play,
) -> None:
    backend = Scripted([f"第{n}句。" for n in range(40)], context=10_000)
    play.session.set_away(["苏晚"])
    play.say("座钟里有钥匙。")
    play.session.set_away([])
    play.say_entries([Entry("speech", "小声点。", "林默", to=("顾三",))])
    for name in ("苏晚", "顾三"):
        hand = play.hand(backend, play.scene.role(name))
        offset, updates = play.deal(backend, hand)
        with closing(updates):
            for update in updates:
                hand.update(update, offset)
        play.pick(hand, 0)
    source = session_source(play.session, ["苏晚", "顾三"])
    made = make([source], Bounds(10_000, len), HeldOut(0))
    asked = [prompt.text for prompt in backend.prompts]
    assert [one.prompt.text for one in made.examples] == asked
    assert "座钟" not in asked[0]
    assert "小声点" not in asked[0]
    assert "座钟" in asked[1]
    assert all("座钟" not in line for line in preference(play.session, "苏晚", 10_000))
