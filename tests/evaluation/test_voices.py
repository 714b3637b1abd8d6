"""Who is known by the voice alone, with models that know a voice by a word of it."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from models.backend import Prompt, Sampling, Scorer
from models.scripted import Scripted
from models.train.data import Example
from scenes.data.examples.rivals import SpeakerChoices, speaker_choices
from scenes.evaluation.figures import ModelComparison, compare
from scenes.evaluation.report import as_value, changes, markdown, table
from scenes.evaluation.run import EvaluationPlan, measure
from scenes.evaluation.voices import voice_questions

WORDS = {"阿岚": "风浪", "老钟": "钟声", "小满": "糖糕", "阿福": "米酒"}
"""What each of them always talks of."""
STABLE = "==== 渡口 ====\n{阿岚：撑船的。}\n"
HISTORY = "老钟：走吧。\n小满：好。\n"
NAMES = {*WORDS, "过客"}
VOICE_KEYS = {"voice_lines", "voice_accuracy", "voice_chance"}


def example(speaker: str, reply: str, cue: str | None = None, history: str = HISTORY) -> Example:
    return Example(Prompt(STABLE, history, cue or f"{speaker}："), f"{reply}\n", speaker)


def spoken(times: int = 5) -> list[Example]:
    """Lines by which each is known, the first of the words the most often."""
    return [
        example(name, f"第{turn}回听见{word}了。")
        for at, (name, word) in enumerate(WORDS.items())
        for turn in range(times - at)
    ]


class Hearing(Scripted, Scorer):
    """Finds a line likeliest by the one whose word is in it, and remembers what it was asked."""

    def __init__(self, name: str, words: Mapping[str, str], context: int = 4096) -> None:
        super().__init__(name=name, context=context)
        self.words = words
        self.asked: list[tuple[Prompt, str]] = []

    def score_pairs(
        self, pairs: Sequence[tuple[Prompt, str]], adapter: str | None = None
    ) -> list[float]:
        self.asked.extend(pairs)
        return [self._likely(prompt.cue.removesuffix("："), reply) for prompt, reply in pairs]

    def _likely(self, name: str, reply: str) -> float:
        """Where no word is known, later names of the four are likelier."""
        return 0.0 if self.words.get(name, "\n\n") in reply else list(WORDS).index(name) - 9.0


def plan_of(examples: Sequence[Example], most: int = 8) -> EvaluationPlan:
    choices = speaker_choices(examples, (), most)
    voices = voice_questions(examples, choices, NAMES, 200, 1)
    return EvaluationPlan(examples, [], choices, Sampling(), voices)


def compared(*models: Hearing | Scripted, plan: EvaluationPlan) -> ModelComparison:
    return compare([measure(one, None, one.name, plan) for one in models], plan.choices)


def figures_of(comparison: ModelComparison) -> Any:
    return [one["figures"] for one in as_value(comparison, {})["models"]]


@pytest.mark.parametrize(
    "left_out",
    [
        example("阿岚", "小满，今晚起风浪了。"),
        example("阿岚", "过客说今晚有风浪。"),
        example("阿岚", "起风浪了。"),
        example("阿岚", "\\me 望着远处的风浪，不说话"),
        example("阿岚", "（今晚怕是要起风浪。）"),
        example("过客", "今晚怕是要起风浪。"),
        example("旁白", "今晚怕是要起风浪】", cue="【"),
    ],
    ids=lambda one: one.reply.strip(),
)
def test_lines_that_name_somebody_or_have_no_voice_are_not_asked(left_out: Example) -> None:
    choices = SpeakerChoices((*WORDS, "过客"), 4)
    asked = example("阿岚", "今晚怕是要起风浪。 \\emoji 微怒")
    questions = voice_questions([left_out, asked], choices, NAMES, None, 1)
    assert [one.example.reply for one in questions] == [asked.reply]


def test_marks_that_stand_for_an_unknown_speaker_are_no_name() -> None:
    asked = example("阿岚", "今晚可是要起风浪？")
    assert voice_questions([asked], SpeakerChoices(tuple(WORDS), 4), {*NAMES, "？"}, None, 1)


def test_the_three_names_are_of_the_most_frequent_and_the_true_one_stands_first() -> None:
    questions = voice_questions(spoken(), SpeakerChoices((*WORDS, "过客"), 4), NAMES, None, 1)
    assert len(questions) == len(spoken())
    for one in questions:
        assert one.candidates[0] == one.example.speaker
        assert len(set(one.candidates)) == 3
        assert set(one.candidates) <= set(WORDS)
    assert {name for one in questions for name in one.candidates[1:]} == set(WORDS)


def test_a_limit_and_a_seed_choose_among_all_lines() -> None:
    def asked(seed: int) -> Any:
        return voice_questions(spoken(), SpeakerChoices(tuple(WORDS), 4), NAMES, 6, seed)

    assert len(asked(1)) == 6
    assert asked(1) == asked(1)
    assert asked(1) != asked(2)


def test_a_voice_is_asked_for_without_history_or_names() -> None:
    model = Hearing("knowing", WORDS)
    plan = plan_of(spoken())
    measure(model, None, "knowing", plan)
    voices = model.asked[-3 * len(plan.voices) :]
    assert [prompt.text for prompt, _ in voices] == [
        f"{STABLE}{name}：" for one in plan.voices for name in one.candidates
    ]
    assert not [reply for _, reply in voices if any(name in reply for name in NAMES)]
    assert all(prompt.history == HISTORY for prompt, _ in model.asked[: -len(voices)])


def test_voices_known_and_unknown_are_counted_and_held_against_each_other() -> None:
    plan = plan_of(spoken())
    comparison = compared(Hearing("knowing", WORDS), Hearing("deaf", {}), plan=plan)
    ours, theirs = figures_of(comparison)
    assert ours["voice_lines"] == theirs["voice_lines"] == len(spoken())
    assert ours["voice_chance"] == theirs["voice_chance"] == pytest.approx(1 / 3)
    by_luck = [max(one.candidates, key=[*WORDS].index) == one.candidates[0] for one in plan.voices]
    assert ours["voice_accuracy"] == 1.0
    assert theirs["voice_accuracy"] == sum(by_luck) / len(spoken())
    assert 0 < theirs["voice_accuracy"] < 1
    told = {one["key"]: one for one in as_value(comparison, {})["changes"]}
    gained = told["voice_accuracy"]
    assert gained["value"] == pytest.approx(1 - theirs["voice_accuracy"])
    assert 0 < gained["low"] <= gained["value"] <= gained["high"]


def test_the_table_and_the_report_show_the_rule_and_the_voice() -> None:
    comparison = compared(Hearing("knowing", WORDS), Hearing("deaf", {}), plan=plan_of(spoken()))
    labels = [row[0] for row in table(comparison)]
    at = labels.index("  by a rule without a model")
    assert labels[at - 3] == "who speaks, right"
    assert labels[at + 1 : at + 4] == [
        "lines to guess the voice of",
        "whose voice, without history or names",
        "  by chance",
    ]
    assert any(line.startswith("whose voice") and "points" in line for line in changes(comparison))
    report = markdown(comparison, {}, [])
    assert "| whose voice, without history or names | 100.0% |" in report
    above, below = report.split(
        "Whose voice, without history or names, with Wilson's 95 % interval:"
    )
    assert "Who speaks, with Wilson's 95 % interval:" in above
    assert below.lstrip().startswith("- knowing: 100.0% (")
    assert "The rule without a model names the candidate" in below


@pytest.mark.parametrize(
    ("model", "examples"),
    [
        (Scripted(), spoken()),
        (Hearing("knowing", WORDS), [example(name, f"{WORDS[name]}。") for name in WORDS]),
        (Hearing("knowing", WORDS), [one for one in spoken() if one.speaker in ("阿岚", "老钟")]),
    ],
    ids=["a model that cannot score", "no line qualifies", "two speakers"],
)
def test_there_are_no_rows_where_no_voice_can_be_asked_for(
    model: Scripted, examples: list[Example]
) -> None:
    comparison = compared(model, plan=plan_of(examples))
    assert VOICE_KEYS.isdisjoint(figures_of(comparison)[0])
    assert "Whose voice" not in markdown(comparison, {}, [])


def test_lines_too_long_even_without_their_history_are_told() -> None:
    plan = plan_of(spoken())
    comparison = compared(Hearing("small", WORDS, context=30), plan=plan)
    assert VOICE_KEYS.isdisjoint(figures_of(comparison)[0])
    assert any("lines without their history are longer" in line for line in comparison.notices)
