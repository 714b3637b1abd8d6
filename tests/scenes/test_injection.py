"""Knowledge in the history: where it fired, once, within its budget, and never moving a prompt."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from characters.knowledge import Knowledge, read_knowledge
from characters.lore.book import Lorebook, LoreEntry
from characters.wiki.chunks import chunks
from characters.wiki.index import Base
from models.scripted import Scripted
from scenes.injection import SHARE_AT_ONCE, SHARE_STANDING, informed
from scenes.log import Entry, dump, parse
from scenes.note import Note
from scenes.prompt import build_prompt, history_budget
from scenes.scene import Role, Scene
from scenes.table.draw import Done
from scenes.table.play import Play
from scenes.table.session import Session

BOOK = Lorebook(
    "旧宅",
    (
        LoreEntry("1", ("旧宅", "宅子"), "旧宅建于光绪年间。"),
        LoreEntry("2", ("钥匙",), "钥匙共有三把。"),
        LoreEntry("3", ("阁楼",), "阁楼十年没人上去了。", order=200),
    ),
)
LORE = Knowledge((BOOK,))
PLAIN = ("我们走吧。", "旧宅就在前面。", "钥匙在谁手里？", "阁楼上有声音。", "嗯。", "雨更大了。")


def lines(*texts: str) -> list[Entry]:
    return [Entry("speech", text, "苏晚" if at % 2 else "林默") for at, text in enumerate(texts)]


def told(scene: Scene, entries: list[Entry], knowledge: Knowledge = LORE) -> list[str]:
    found = informed(scene, entries, lambda role: knowledge, 2000, len)
    return [entry.line for entry in found]


def test_what_fires_is_a_line_where_it_fired_and_stands_there_once(scene: Scene) -> None:
    entries = lines("旧宅到了。", "进去。", "这旧宅真大。", "旧宅的钥匙呢？", "在这里。")
    assert told(scene, entries) == [
        "林默：旧宅到了。",
        "【旧宅建于光绪年间。】",
        "苏晚：进去。",
        "林默：这旧宅真大。",
        "苏晚：旧宅的钥匙呢？",
        "【钥匙共有三把。】",
        "林默：在这里。",
    ]


def test_the_most_relevant_comes_first_and_the_budget_is_kept(scene: Scene) -> None:
    entries = lines("旧宅的钥匙在阁楼。", "好。")
    assert told(scene, entries)[1:4] == [
        "【阁楼十年没人上去了。】",
        "【旧宅建于光绪年间。】",
        "【钥匙共有三把。】",
    ]
    found = informed(scene, entries, lambda role: LORE, 4 * 14, len)
    assert [entry.text for entry in found if isinstance(entry, Note)] == ["阁楼十年没人上去了。"]


def test_text_is_found_by_the_last_turns_and_tells_its_heading(scene: Scene) -> None:
    notes = "# 老周\n\n老周看门二十年，左腿有伤。\n\n# 天气\n\n山里多雾。"
    base = Knowledge(bases=(Base.of(chunks(notes, "notes.md")),))
    entries = lines("门口那个人是谁？", "老周的左腿怎么了？", "旧伤。")
    assert told(scene, entries, base)[2] == "【老周：老周看门二十年，左腿有伤。】"
    assert not [one for one in told(scene, lines(*"嗯啊哦"), base) if one.startswith("【")]


def test_what_two_files_say_alike_is_told_once(scene: Scene) -> None:
    copies = [replace(BOOK, name=name) for name in ("甲", "乙")]
    notes = "老周看门二十年。"
    bases = [Base.of(chunks(notes, name), where=name) for name in ("a.md", "b.md")]
    found = told(scene, lines("旧宅的老周呢？", "在。"), Knowledge(tuple(copies), tuple(bases)))
    assert found[1:-1] == ["【旧宅建于光绪年间。】", "【老周看门二十年。】"]


def test_macros_are_filled_and_brackets_cannot_end_the_line(scene: Scene) -> None:
    entry = LoreEntry("1", ("门",), "{{char}}认识{{user}}。\n【完】")
    found = informed(
        scene,
        lines("门。", "开。"),
        lambda role: Knowledge((Lorebook("b", (entry,)),)),
        2000,
        len,
        "林默",
    )
    assert found[1].line == "【苏晚认识林默。 〔完〕】"


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from(PLAIN), max_size=40), st.integers(500, 900))
def test_prompts_only_extend_until_a_block_is_cut(
    scene: Scene, texts: list[str], context: int
) -> None:
    """The law of the cache: with notes as without, a prompt begins with the one before, until
    the history is cut; nothing stands twice; notes keep their share."""
    budget = history_budget(scene, context, 40, len)
    entries = lines(*texts)
    history = informed(scene, entries, lambda role: LORE, budget, len)
    assert [entry for entry in history if not isinstance(entry, Note)] == entries
    before = ""
    for length in range(len(history) + 1):
        if length < len(history) and isinstance(history[length], Note):
            continue
        prompt = build_prompt(scene, history[:length], scene.cast[1], context, 40, len)
        whole = dump(history[:length])
        assert whole.endswith(prompt.history)
        if prompt.history == whole:
            assert prompt.history.startswith(before)
            keys = [entry.key for entry in history[:length] if isinstance(entry, Note)]
            assert len(keys) == len(set(keys))
        notes = [line for line in prompt.history.split("\n") if line.startswith("【")]
        assert sum(len(line) + 1 for line in notes) <= budget // SHARE_STANDING
        before = prompt.history
    run = 0
    for entry in history:
        run = run + len(entry.line) + 1 if isinstance(entry, Note) else 0
        assert run <= budget // SHARE_AT_ONCE


def test_what_has_scrolled_out_is_told_again(scene: Scene) -> None:
    filler = [f"第{number}句，我们再往里走走看。" for number in range(60)]
    found = told(scene, lines("旧宅到了。", *filler, "旧宅真大。", "是。"))
    assert found.count("【旧宅建于光绪年间。】") == 1
    short = informed(
        scene, lines("旧宅到了。", *filler, "旧宅真大。", "是。"), lambda role: LORE, 400, len
    )
    assert [entry.text for entry in short].count("旧宅建于光绪年间。") == 2


# --- in play -------------------------------------------------------------------------------------


@pytest.fixture
def known(make_scene: Callable[..., Scene], tmp_path: Path) -> Iterator[Play]:
    """A play whose scene knows the house, and whose 老周 knows about a secret."""
    (tmp_path / "house.yaml").write_text(
        "entries:\n  旧宅: 旧宅建于光绪年间。\n  钥匙: 钥匙共有三把。\n", encoding="utf-8"
    )
    (tmp_path / "zhou.md").write_text("地下室的暗门在酒架后面。", encoding="utf-8")
    scene = make_scene(knowledge=(tmp_path / "house.yaml",), turns="manual")
    cast = [
        replace(r, knowledge=(tmp_path / "zhou.md",)) if r.name == "老周" else r for r in scene.cast
    ]
    started = Play.start(replace(scene, cast=tuple(cast)), "林默", tmp_path / "sessions")
    yield started
    started.close()


def deal(play: Play, name: str, backend: Scripted) -> str:
    """Draw for a role and take the first line; gives what the model read of the history."""
    hand = play.hand(backend, play.scene.role(name))
    offset, updates = play.deal(backend, hand)
    for update in updates:
        hand.update(update, offset)
        assert not isinstance(update, Done) or not isinstance(update.candidate.entry, Note)
    play.pick(hand, next(at for at, place in enumerate(hand.places) if place.candidate))
    return backend.prompts[-1].history


def test_a_draw_reads_what_fired_and_the_session_remembers_it(known: Play) -> None:
    backend = Scripted()
    known.say("旧宅到了。")
    shown = known.prompt(backend, known.scene.role("苏晚"))
    assert shown.history.endswith("林默：旧宅到了。\n【旧宅建于光绪年间。】\n"), "the inspector"
    assert known.session.notes == {}, "looking writes nothing"
    first = deal(known, "苏晚", backend)
    assert first == shown.history
    known.say("这旧宅真大。")
    second = deal(known, "苏晚", backend)
    assert second.startswith(first)
    assert second.count("旧宅建于光绪年间") == 1
    log = known.journal.path.with_suffix(".txt").read_text("utf-8")
    assert "光绪" not in log, "the readable log is what was said"
    known.close()
    resumed = Play.resume(known.journal.path)
    assert resumed.session.history == known.session.history
    resumed.close()


def test_what_one_role_knows_comes_up_for_its_lines_only(known: Play) -> None:
    backend = Scripted()
    known.say("地下室的暗门在哪里？")
    assert "酒架" not in deal(known, "苏晚", backend)
    known.say("老周，暗门呢？")
    assert "【zhou：地下室的暗门在酒架后面。】" in deal(known, "老周", backend)


def test_branches_keep_the_knowledge_they_were_said_with(known: Play) -> None:
    backend = Scripted()
    known.say("旧宅的暗门？")
    deal(known, "苏晚", backend)
    old = known.session.history
    known.undo()
    deal(known, "老周", backend)
    assert any("酒架" in entry.text for entry in known.session.history)
    known.go(4)
    assert known.session.history == old, "an older branch reads as it did"
    known.undo()
    assert sum(isinstance(entry, Note) for entry in known.session.history) == 2


def test_an_edit_keeps_the_knowledge_behind_it(known: Play) -> None:
    backend = Scripted()
    known.say("旧宅到了。")
    deal(known, "苏晚", backend)
    known.say("钥匙呢？")
    deal(known, "苏晚", backend)
    kinds = [isinstance(entry, Note) for entry in known.session.history]
    known.edit(known.session.path[2], "这就是旧宅。")
    assert [isinstance(entry, Note) for entry in known.session.history] == kinds
    assert [entry.text for entry in known.session.history if isinstance(entry, Note)] == [
        "旧宅建于光绪年间。",
        "钥匙共有三把。",
    ]


def test_training_sees_the_lines_that_play_saw(known: Play) -> None:
    backend = Scripted()
    for text in ("旧宅到了。", "钥匙呢？", "暗门呢？"):
        known.say(text)
        deal(known, "苏晚", backend)
    house = read_knowledge(known.scene.knowledge[0])
    budget = history_budget(known.scene, backend.context, 40, len)

    def knows(role: Role) -> Knowledge:
        return house if role.name == "苏晚" else Knowledge()

    again = informed(known.scene, known.session.entries, knows, budget, len, "林默")
    assert dump(again) == dump(known.session.history)


def test_a_file_that_cannot_be_read_is_told_once_and_play_goes_on(known: Play) -> None:
    known.scene.knowledge[0].unlink()
    backend = Scripted()
    known.say("旧宅到了。")
    deal(known, "苏晚", backend)
    known.say("旧宅！")
    deal(known, "苏晚", backend)
    assert [one for one in known.notices if "house.yaml" in one] == known.notices
    assert len(known.notices) == 1


def test_an_event_of_knowledge_without_a_place_is_refused(scene: Scene) -> None:
    events: list[dict[str, Any]] = []
    session = Session.start(scene, None, parse(scene.opening), "s", events.append)
    session.inject([Note.of("一\n二", "a.md", "a")])
    assert Session.replay(json.loads(json.dumps(events)), lambda e: None).history == session.history
    events[-1]["after"] = 99
    with pytest.raises(Exception, match="event 2: cannot be read"):
        Session.replay(events, lambda e: None)
