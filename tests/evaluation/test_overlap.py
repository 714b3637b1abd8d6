"""How alike texts are, on examples whose figures can be worked out by hand."""

import math
from random import Random

import pytest

from models.backend import Prompt
from models.train.data import Example
from scenes.data.examples.rivals import SpeakerChoices, speaker_choices
from scenes.evaluation.drawing import DrawnLines, RawLine, as_said, habits, is_well_formed
from scenes.evaluation.figures import wilson
from scenes.evaluation.overlap import bleu, distinct, rouge_l, self_bleu
from scenes.evaluation.picks import Preference, agreement

CAST = ("曹操", "刘备", "关羽")


def example(speaker: str = "曹操", history: str = "", cue: str | None = None) -> Example:
    return Example(Prompt("", history, cue or f"{speaker}："), "宁教我负天下人。\n", speaker)


def test_distinct_is_the_share_of_different_ngrams() -> None:
    assert distinct(["好 好", "好的"], 1) == 2 / 4
    assert distinct(["好好", "好的"], 2) == 1.0
    assert distinct([""], 1) is None


def test_the_same_lines_have_a_self_bleu_of_one_and_others_of_almost_none() -> None:
    assert self_bleu(["今天天气很好。", "今天天气很好。"]) == pytest.approx(1.0)
    unlike = self_bleu(["今天天气很好。", "吾乃常山赵子龙"])
    assert unlike is not None and unlike < 0.2
    assert self_bleu(["一句", " "]) is None


def test_bleu_of_a_short_line_worked_out_by_hand() -> None:
    # Of 甲乙丙: 2 of 3 characters, (1+1)/(2+1) pairs, (0+1)/(1+1) triples, 1/1 of four; brevity
    # exp(1 - 4/3).
    wanted = math.exp(1 - 4 / 3) * (2 / 3 * 2 / 3 * 1 / 2) ** (1 / 4)
    assert bleu("甲乙丙", ["甲乙丁戊"]) == pytest.approx(wanted)


def test_bleu_is_that_of_sacrebleu_on_characters() -> None:
    from sacrebleu.metrics import BLEU

    standard = BLEU(tokenize="none", smooth_method="add-k", smooth_value=1, effective_order=False)
    chance = Random(1)
    for _ in range(200):
        texts = ["".join(chance.choices("甲乙丙丁", k=chance.randint(4, 20))) for _ in range(4)]
        spaced, *others = (" ".join(text) for text in texts)
        wanted = standard.sentence_score(spaced, others).score / 100
        assert bleu(texts[0], texts[1:]) == pytest.approx(wanted)


def test_rouge_l_takes_the_best_answer() -> None:
    assert rouge_l("甲乙丙", ["甲丙丁", "戊"]) == pytest.approx(2 * 2 / 6)
    assert rouge_l("甲 乙", ["甲乙"]) == 1.0
    assert rouge_l("", ["甲"]) == 0.0


@pytest.mark.parametrize(
    ("text", "well_formed"),
    [
        ("吾自有计。", True),
        ("\\me 拔剑", True),
        ("（此人不可留）", True),
        ("走! \\emoji 微怒", True),
        ("", False),
        ("　", False),
        ("走【他拔剑】", False),
        ("走\x1b[2J", False),
        ("走\ufffd", False),
        ("走 \\me 拔剑 \\me 走", False),
    ],
)
def test_what_is_one_line_of_a_role(text: str, well_formed: bool) -> None:
    assert is_well_formed(example(), RawLine(text, "stop")) is well_formed


def test_a_narrator_writes_in_brackets() -> None:
    told = example("旁白", cue="【")
    assert is_well_formed(told, RawLine("夜深了】", "stop"))


def test_habits_count_names_and_other_voices() -> None:
    texts = ("刘备何在？", "刘备笑曰：“不可。”", "曹操在此。", "走")
    drawing = DrawnLines(example(), tuple(RawLine(text, "stop") for text in texts))
    found = habits([drawing], CAST)
    assert found is not None
    assert (found.names_another, found.speaks_for_another) == (2 / 4, 1 / 4)
    assert found.candidates == 4
    said = habits(as_said([drawing]), CAST)
    assert said is not None and said.well_formed == said.rouge_l == 1.0
    assert habits([], CAST) is None


def test_candidates_are_those_who_spoke_before_then_the_most_frequent() -> None:
    examples = [example(name) for name in ("刘备", "刘备", "刘备", "关羽", "关羽", "曹操")]
    choices = speaker_choices(examples, (), 2)
    assert choices.speakers == ("刘备", "关羽", "曹操")
    assert choices.candidates(example("曹操")) == ("曹操", "刘备")
    assert choices.candidates(example("曹操", "关羽：某在此。\n")) == ("曹操", "关羽")
    assert choices.candidates(example("旁白", cue="【")) == ()
    assert speaker_choices(examples, ("刘备", "关羽"), 8) == SpeakerChoices(
        ("刘备", "关羽"), 2, True
    )


def test_agreement_counts_likelier_picks_and_rewards() -> None:
    ours = [Preference(-4.0, -5.0, 4, 5), Preference(-6.0, -5.0, 6, 4), None]
    theirs = [Preference(-4.0, -6.0, 4, 5), Preference(-9.0, -5.0, 6, 4), None]
    found = agreement(ours, theirs)
    assert found is not None
    assert (found.pairs, found.likelier, found.likelier_by_token) == (2, 0.5, 0.5)
    assert found.rewarded == 0.5
    assert agreement([None], None) is None


def test_wilsons_interval_holds_the_share() -> None:
    low, high = wilson(8, 10)
    assert (round(low, 3), round(high, 3)) == (0.490, 0.943)
