"""What a role knows of itself comes up when it is asked, whatever the question is called."""

from pathlib import Path

import pytest

from characters.knowledge import Knowledge
from characters.lore.book import Lorebook, LoreEntry
from characters.wiki.chunks import chunks
from characters.wiki.index import Base
from characters.wiki.persons import is_about
from scenes.injection import KnowledgeInjector, informed
from scenes.log import Entry
from scenes.note import Note
from scenes.prompt import History
from scenes.scene import Role, Scene

ENTRIES = (
    "【词条】 阿遥\n阿遥是灯塔的守夜人，爱吃柚子糕，口头禅是“吵什么”。\n\n"
    "【词条】 长钩\n阿遥的铁钩，能钩住雾。\n\n"
    "【沈北川】\n沈北川是学生，怕水。\n"
)
SEEDS = Path("/work/shared/cases/seeds")


def asked(role: Role, question: str, knowledge: Knowledge) -> list[str]:
    scene = Scene("s", Path(), "", (role, Role("来客")))
    injector = KnowledgeInjector(scene, 3000, len, "来客")
    injector.add([Entry("speech", question, "来客")])
    return [note.text for note in injector.notes_for(role, knowledge)]


def base(text: str = ENTRIES) -> Knowledge:
    return Knowledge(bases=(Base.of(chunks(text, "entries.txt", "entries")),))


def test_an_entry_in_brackets_and_a_line_that_is_only_brackets_are_headings() -> None:
    assert [one.title for one in chunks(ENTRIES, "e.txt", "e")] == ["阿遥", "长钩", "沈北川"]
    under = list(chunks("# 书\n\n## 人\n\n【阿遥】\n守夜人。\n【雨停了。】\n灯亮了。", "e.md", "e"))
    assert [one.title for one in under] == ["书 · 人 · 阿遥"]
    assert "【雨停了。】" in under[0].text


def test_who_is_asked_about_themselves_has_their_own_entry() -> None:
    (told,) = asked(Role("阿遥"), "你喜欢吃什么？", base())
    assert "柚子糕" in told
    assert asked(Role("顾三"), "你喜欢吃什么？", base()) == []


def test_a_given_name_or_an_alias_finds_the_whole_one() -> None:
    assert "怕水" in asked(Role("北川"), "说说你自己。", base())[0]
    assert "怕水" in asked(Role("小沈", aliases=("沈北川",)), "你是谁？", base())[0]
    assert "怕水" in asked(Role("北川"), "你最怕什么？", base())[0]


@pytest.mark.parametrize(
    ("title", "name", "is_theirs"),
    [
        ("阿遥", "阿遥", True),
        ("书 · 阿遥（守夜人）", "阿遥", True),
        ("阿遥的铁钩", "阿遥", False),
        ("坂井悠二", "悠二", True),
        ("白", "李白", False),
        ("Ann Lee", "Ann", True),
        ("Annette", "Ann", False),
    ],
)
def test_a_heading_is_about_whoever_it_names(title: str, name: str, is_theirs: bool) -> None:
    assert is_about(title, (name,)) is is_theirs


def test_of_much_that_is_known_the_question_chooses() -> None:
    text = "# 阿遥\n\n" + "\n\n".join(
        f"## {head}\n\n{said}"
        for head, said in {
            "出身": "她在雾渡长大，父亲早亡。",
            "口味": "她离不开柚子糕，最讨厌鱼汤。",
            "武器": "她用一把铁钩，从不离手。",
            "住处": "她住在灯塔三层，夜里不睡。",
        }.items()
    )
    assert "柚子糕" in asked(Role("阿遥"), "你讨厌什么？", base(text))[0]
    assert "灯塔三层" in asked(Role("阿遥"), "晚上你在哪里睡？", base(text))[0]


def test_it_is_told_once_while_it_stands() -> None:
    role = Role("阿遥")
    scene = Scene("s", Path(), "", (role, Role("来客")))
    entries = [Entry("speech", "嗯。", "来客"), Entry("speech", "好。", "阿遥")] * 4
    found = informed(scene, entries, lambda _: base(), 3000, len, "来客")
    notes = [one for one in found if isinstance(one, Note)]
    assert len(notes) == len({note.key for note in notes}) == 1


def test_an_entry_of_a_lorebook_is_found_by_the_name_of_who_is_asked() -> None:
    book = Lorebook(
        "书",
        (
            LoreEntry("1", ("阿遥", "守夜人"), "阿遥爱吃柚子糕。"),
            LoreEntry("2", ("长钩",), "钩。"),
            LoreEntry("3", ("阿遥",), "不该说。", excluded=("吃",)),
        ),
    )
    assert asked(Role("阿遥"), "你喜欢吃什么？", Knowledge((book,))) == ["阿遥爱吃柚子糕。"]
    assert asked(Role("顾三"), "你喜欢吃什么？", Knowledge((book,))) == []


@pytest.mark.skipif(not SEEDS.exists(), reason="the shared cases are not here")
@pytest.mark.parametrize("name", ["citiao.txt", "wiki_headings.txt"])
def test_the_showcase_of_an_earlier_system_works(name: str) -> None:
    text = (SEEDS / name).read_text(encoding="utf-8")
    assert "蜜瓜包" in asked(Role("夏娜"), "你喜欢吃什么？", base(text))[0]


def test_no_more_turns_are_read_than_are_wanted() -> None:
    said = [Entry("speech", f"第{n}句。", "甲") for n in range(5)]
    told = Note.of("已知。", "f", "k")
    for turns, lines in ((None, 6), (9, 6), (2, 3), (0, 1)):
        history = History(len, [*said, told], turns=turns)
        assert history.kept(1000).count("\n") == lines
        assert history.kept(1000).endswith("【已知。】\n")
    between = History(len, [said[0], told, *said[1:]], turns=2)
    assert between.kept(1000) == "甲：第3句。\n甲：第4句。\n"
