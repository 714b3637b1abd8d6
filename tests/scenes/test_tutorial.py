"""The scenes that teach: whatever a learner does, five fitting lines and a next step."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from base.errors import KnownError
from base.messages import speak
from models.scripted import Scripted
from scenes.log import Entry
from scenes.scene import Scene
from scenes.scene_loader import load_scene
from scenes.table.play import Play
from scenes.table.session import Turn
from scenes.table.teaching import Teacher, Way
from scenes.turns import next_speaker
from scenes.tutorial import TUTORIALS, tutorial_name
from tests.frontends import PlainFrontEnd

NAMES = list(TUTORIALS.values())


class Learner:
    """Somebody at the table of a lesson, with what they can do."""

    def __init__(self, scene: Scene, folder: Path, way: Way = "keys") -> None:
        self.lesson, self.zh = scene.lesson, scene.language == "zh"
        assert self.lesson is not None
        self.teacher = Teacher(self.lesson, scene.opening, way)
        self.play = Play.start(scene, scene.play_as, folder)
        self.end = PlainFrontEnd(self.play, Scripted(answers=self.teacher.lines), follows=True)

    @property
    def hand(self) -> list[str]:
        hand = self.end.table.hand
        return [one.entry.line for one in hand.complete] if hand else []

    @property
    def heard(self) -> str:
        return self.play.session.path[-1].entry.text

    def do(self, intention: str, *given: object) -> None:
        self.end.do(intention, *given)
        assert not self.end.errors

    def say(self, text: str) -> None:
        self.do("enter", text)

    def asks_for(self, step: int, again: bool = False) -> bool:
        """Whether every line on the table asks for that step."""
        asked = self.teacher.steps[step]
        task = self.teacher._task(asked, again)
        return len(self.hand) == 5 and all(
            task in line.replace("\\u{5c}", "\\") or _plain(task) in _plain(line)
            for line in self.hand
        )


def _plain(text: str) -> str:
    return text.replace("\\u{5c}", "\\").replace("\\u{3010}", "【").replace("\\u{3011}", "】")


@pytest.fixture(params=NAMES)
def learner(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Learner]:
    one = Learner(load_scene(request.param), tmp_path)
    yield one
    one.end.table.close()


def test_the_tutorial_of_the_persons_language_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for code, name in (("zh_CN", "入门"), ("zh_TW", "入门"), ("en", "tutorial")):
        monkeypatch.setenv("PAOTUAN_LANG", code)
        speak()
        assert tutorial_name() == name
    assert all(not load_scene(name).warnings for name in NAMES)


def test_who_does_all_that_is_asked_is_praised_and_comes_to_the_end(learner: Learner) -> None:
    praise = [step.praise for step in learner.teacher.steps]

    def praised(step: int) -> bool:
        return any(learner.heard.startswith(word) for word in praise[step])

    learner.say("晚上好" if learner.zh else "Good evening")
    assert learner.asks_for(1)
    learner.do("pick", 1)
    assert praised(0)
    learner.say("接着说" if learner.zh else "Go on")
    assert learner.asks_for(2)
    learner.do("pick", 1)
    learner.say("哦？" if learner.zh else "Oh?")
    assert learner.asks_for(2, again=True)
    before = learner.hand
    learner.do("redraw")
    assert learner.asks_for(3)
    assert not set(before) & set(learner.hand)
    learner.do("pick", 1)
    assert praised(2)
    learner.say("来一段" if learner.zh else "Tell me")
    assert learner.asks_for(3, again=True)
    learner.do("pick", 1, "这茶是月亮泡的。" if learner.zh else "This tea was made by the moon.")
    learner.say("好茶" if learner.zh else "Fine tea")
    assert learner.asks_for(4)
    learner.do("pick", 1)
    assert praised(3)
    learner.say("难喝" if learner.zh else "Awful")
    assert learner.asks_for(4, again=True)
    learner.do("undo")
    learner.say("好喝" if learner.zh else "Lovely")
    assert learner.asks_for(5)
    learner.do("pick", 1)
    assert praised(4)
    learner.do("choose_next", 1)
    assert learner.play.next is not None and learner.play.next.name in ("小满", "Pip")
    learner.do("enter", "")
    assert len(learner.hand) == 5
    learner.do("pick", 3)
    learner.say("真的？" if learner.zh else "Really?")
    assert learner.asks_for(6)
    learner.do("pick", 1)
    assert praised(5)
    learner.say("\\me 把红伞撑开" if learner.zh else "\\me opens the red umbrella")
    assert learner.asks_for(7)
    learner.do("pick", 1)
    assert praised(6)
    learner.say("【雨停了】" if learner.zh else "【The rain stops】")
    assert learner.asks_for(8)
    learner.do("pick", 1)
    assert praised(7)
    learner.say("请进 \\emoji 微笑" if learner.zh else "Come in \\emoji smiling")
    assert learner.asks_for(9)
    learner.do("pick", 1)
    assert praised(8)
    for step in range(10, len(learner.teacher.steps)):
        learner.say("好" if learner.zh else "Good")
        assert learner.asks_for(step)
        learner.do("pick", 1)
    for __ in range(4):
        learner.say("好" if learner.zh else "Good")
        assert len(learner.hand) == 5
        learner.do("pick", 5)
    spoken = [turn.entry.text for turn in learner.play.session.path]
    lesson = learner.lesson
    assert lesson is not None
    assert any(text in " ".join(lesson.after) for text in spoken[-8:])


def test_who_does_nothing_that_is_asked_is_asked_once_more_and_comes_to_the_end_too(
    learner: Learner,
) -> None:
    asked = 0
    for number in range(60):
        learner.say(f"我不想学 {number}" if learner.zh else f"I won't {number}")
        assert len(learner.hand) == 5
        learner.do("pick", 1 + number % 5)
        asked += 1
        assert learner.lesson is not None
        if any(learner.heard in text for text in learner.lesson.after):
            break
    assert len(learner.teacher.steps) < asked < 2 * len(learner.teacher.steps)


def test_storms_of_whatever_can_be_done_never_leave_the_learner_without_five_lines(
    learner: Learner,
) -> None:
    dice = random.Random(7)
    words = [
        "好",
        "\\me 跑",
        "【天亮了】",
        "（算了）",
        "走 \\emoji 微怒",
        "a" * 5000,
        "小满，秋掌柜",
        "Pip?",
    ]
    for __ in range(80):
        doing: Callable[[], object] = dice.choice(
            [
                lambda: learner.end.do("enter", f"{dice.choice(words)}{dice.random()}"),
                lambda: learner.end.do("enter", ""),
                lambda: learner.end.do("redraw"),
                lambda: learner.end.do("more"),
                lambda: learner.end.do("undo"),
                lambda: learner.end.do("redo"),
                lambda: learner.end.do("pick", dice.randint(1, 5)),
                lambda: learner.end.do("pick", 1, f"改过的 {dice.random()}"),
                lambda: learner.end.do("go", dice.randint(1, len(learner.play.session.turns))),
                lambda: learner.end.do("choose_next", 1),
            ]
        )
        doing()
        learner.end.errors.clear()
        hand = learner.end.table.hand
        if hand is not None and len(hand.places) == 5:
            assert len(hand.complete) == 5, [place.why for place in hand.places]


def test_a_lesson_goes_on_where_it_was_left_though_what_was_drawn_is_forgotten(
    learner: Learner, tmp_path: Path
) -> None:
    for number in range(4):
        learner.say(f"好 {number}")
        learner.do("pick", 2)
    learner.end.table.close()
    play = Play.resume(learner.play.journal.path)
    assert play.scene.lesson == learner.lesson
    learner.play, learner.teacher = play, Teacher(learner.lesson or 0, play.scene.opening)  # type: ignore[arg-type]
    learner.end = PlainFrontEnd(play, Scripted(answers=learner.teacher.lines), follows=True)
    learner.say("我回来了")
    assert learner.asks_for(4) or learner.asks_for(3, again=True)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("way", ["keys", "typed"])
def test_after_every_line_of_the_teachers_it_is_the_learners_turn(name: str, way: Way) -> None:
    scene = load_scene(name)
    assert scene.lesson is not None
    teacher = Teacher(scene.lesson, scene.opening, way)
    for words, text in _teachers_lines(teacher):
        path = [Turn(1, None, Entry("speech", words, scene.lesson.teacher), "model", 1, 0)]
        following = next_speaker(scene, path, scene.play_as)
        assert following is not None and following.name == scene.play_as, text


@pytest.mark.parametrize("name", NAMES)
def test_what_the_teacher_says_fits_the_tray(name: str) -> None:
    scene = load_scene(name)
    assert scene.lesson is not None
    for way, longest in (("keys", 100), ("typed", 100)):
        teacher = Teacher(scene.lesson, scene.opening, way)  # type: ignore[arg-type]
        wide = 1 if scene.language == "zh" else 2
        assert all(len(text) <= longest * wide + 10 for __, text in _teachers_lines(teacher))


def _teachers_lines(teacher: Teacher) -> Iterator[tuple[str, str]]:
    from scenes.table.teaching import _Place

    for at in range(len(teacher.steps) + 1):
        for place in (_Place(at), _Place(at, True), _Place(at, done=frozenset({"said"}))):
            for text in teacher._texts(place):
                yield text, text


LESSON = """\
title: 课
cast: {{甲: 学, 乙: 教}}
play_as: 甲
opening: 乙：打个字，按 Enter。
lesson:
  teacher: {teacher}
  steps:
    - keys: 打字
      say: [{say}]
  after: [完了]
  others: {{{other}: [好]}}
"""


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"teacher": "丙"}, r"lesson\.teacher.*丙"),
        ({"other": "丙"}, r"lesson\.others.*丙"),
        ({"say": '"第一行\\n第二行"'}, "第一行"),
        ({"say": "说【天黑】"}, "天黑"),
        ({"say": ""}, r"lesson\.steps"),
    ],
)
def test_a_lesson_that_could_not_be_recited_is_refused_with_its_place(
    tmp_path: Path, changes: dict[str, str], problem: str
) -> None:
    path = tmp_path / "lesson.yaml"
    good = {"teacher": "乙", "say": '"{task}"', "other": "甲"}
    path.write_text(LESSON.format(**good), "utf-8")
    assert load_scene(path).lesson is not None
    path.write_text(LESSON.format(**{**good, **changes}), "utf-8")
    with pytest.raises(KnownError, match=problem):
        load_scene(path)


def test_a_lesson_of_one_line_is_recited_too_and_says_no_line_twice(tmp_path: Path) -> None:
    path = tmp_path / "lesson.yaml"
    path.write_text(LESSON.format(teacher="乙", say='"{task}"', other="甲"), "utf-8")
    learner = Learner(load_scene(path), tmp_path)
    for number in range(4):
        learner.say(f"好 {number}")
        assert learner.hand
        assert len(set(learner.hand)) == len(learner.hand)
        learner.do("pick", 1)
    learner.end.table.close()
