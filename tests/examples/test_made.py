"""What is held out, what weighs how much, and what is mixed in."""

import json
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.errors import KnownError
from models.backend import Prompt
from models.train.data import Example, Split, dumped
from scenes.data.examples.alike import SAME, alike, shingles
from scenes.data.examples.balance import balanced
from scenes.data.examples.general import ANSWERER, LONGER, mixed
from scenes.data.examples.heldout import HeldOut, splits_of
from scenes.data.examples.prompts import Bounds, ExampleTally
from scenes.data.examples.rivals import with_rivals


def example(reply: str, split: Split = "train") -> Example:
    return Example(Prompt("", "", "甲："), f"{reply}\n", "甲", split=split)


@given(
    st.lists(st.integers(0, 60), min_size=2, max_size=60).filter(lambda n: sum(map(bool, n)) > 1),
    st.floats(0.01, 0.5),
    st.integers(0, 5),
)
def test_whole_chapters_near_the_share_are_held_out(
    lines: list[int], share: float, seed: int
) -> None:
    held = HeldOut(share, seed=seed)
    splits = splits_of(lines, held)
    assert splits == splits_of(lines, held)
    test = sum(count for count, split in zip(lines, splits, strict=True) if split == "test")
    assert 0 < test < sum(lines)
    assert abs(test - share * sum(lines)) <= max(lines)


def test_every_so_many_th_chapter_with_lines_is_held_out() -> None:
    splits = splits_of([0, 5, 5, 0, 5, 5, 5, 5], HeldOut(every=3))
    assert [at for at, split in enumerate(splits) if split == "test"] == [4, 7]
    assert splits_of([3, 4], HeldOut(share=0)) == ["train", "train"]


def test_a_near_duplicate_of_a_line_that_is_held_out_is_not_learned() -> None:
    held = example("丞相此言差矣，曹操虽有百万之众，皆不足惧也。", "test")
    near = example("丞相此言差矣！曹操虽有百万之众，皆不足惧。")
    same = example("“丞相此言差矣，曹操虽有百万之众，皆不足惧也”")
    other = example("曹操虽有百万之众，久疲之兵，势不能穿鲁缟。")
    short, held_short = example("然。"), example("然！", "test")
    assert [*alike([near, held, same, other, short, held_short])] == [1, 0, 1, 0, 1, 0]
    assert [*alike([near, same])] == [0, 0]


def test_no_line_to_learn_is_much_the_same_as_one_held_out_in_a_large_set() -> None:
    chance = Random(3)
    words = [chr(0x4E00 + number) for number in range(300)]
    held = ["".join(chance.choices(words, k=chance.randint(1, 40))) for _ in range(200)]
    train = []
    for text in held:
        changed = list(text)
        changed[chance.randrange(len(text))] = chance.choice(words)
        train += [text, "".join(changed), "".join(chance.choices(words, k=20))]
    dropped = alike([*(example(text, "test") for text in held), *map(example, train)])[len(held) :]
    left = [shingles(text) for text, is_out in zip(train, dropped, strict=True) if not is_out]
    for text in held:
        mine = shingles(text)
        assert all(len(mine & one) < SAME * len(mine | one) for one in left)
    assert sum(dropped) >= 200


@given(st.lists(st.integers(1, 300), min_size=1, max_size=80), st.floats(0.1, 1.0))
def test_weights_keep_their_mean_and_lift_what_is_rare(sizes: list[int], strength: float) -> None:
    examples = [example("长" * (size - 1)) for size in sizes]
    found = list(balanced([*examples, example("长", "test")], len, strength))
    assert found[-1].weight == 1
    weights = [one.weight for one in found[:-1]]
    total = sum(size * weight for size, weight in zip(sizes, weights, strict=True))
    assert total == pytest.approx(sum(sizes), rel=0.01)
    masses = Counter[int]()
    for size in sizes:
        masses[size.bit_length()] += size
    by_class = {size.bit_length(): weight for size, weight in zip(sizes, weights, strict=True)}
    ordered = sorted(by_class, key=lambda one: masses[one])
    assert [by_class[one] for one in ordered] == sorted(by_class.values(), reverse=True)


def test_each_class_of_lengths_counts_the_same_at_full_strength() -> None:
    examples = [example("短"), example("短"), *(example("长" * 19) for _ in range(3))]
    found = list(balanced(examples, len, 1))
    shares = [len(one.reply) * one.weight for one in found]
    assert shares[0] + shares[1] == pytest.approx(sum(shares[2:]), rel=0.01)
    assert list(balanced(examples, len, 0)) == examples


ALPACA = [
    {"instruction": f"数到{number}。", "input": "从一开始", "output": f"一，二，\n……{number}。"}
    for number in range(40)
]


def general(folder: Path, lines: list[object]) -> Path:
    file = folder / "general.jsonl"
    file.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in lines), "utf-8")
    return file


def test_general_questions_are_mixed_in_at_their_share(tmp_path: Path) -> None:
    long = {"Instruction": "长" * 300, "output": "好"}
    file, tally = general(tmp_path, [*ALPACA, long]), ExampleTally()
    found = mixed(file, 90, 0.1, 5, Bounds(200, len), tally)
    assert len(found) == 10
    assert found == mixed(file, 90, 0.1, 5, Bounds(200, len), ExampleTally())
    assert found != mixed(file, 90, 0.1, 6, Bounds(200, len), ExampleTally())
    assert tally.left_out == {LONGER: 1}
    assert {one.split for one in found} == {"train"}
    number = found[0].prompt.history.split("数到")[1].split("。")[0]
    assert found[0].prompt.text == f"问：数到{number}。\n从一开始\n{ANSWERER}："
    assert found[0].reply == f"一，二，\n……{number}。\n"


def test_a_small_file_is_mixed_in_whole_with_a_word(tmp_path: Path) -> None:
    tally = ExampleTally()
    assert len(mixed(general(tmp_path, [*ALPACA]), 900, 0.1, 5, Bounds(200, len), tally)) == 40
    assert "40 examples are mixed in, all there are; 100 were asked for" in tally.notices[0]


def test_examples_of_another_file_are_mixed_in_but_not_what_it_holds_out(tmp_path: Path) -> None:
    file = tmp_path / "other.jsonl"
    file.write_text(dumped(example("好。")) + dumped(example("不好。", "test")), "utf-8")
    assert mixed(file, 90, 0.1, 5, Bounds(200, len), ExampleTally()) == [example("好。")]


BROKEN = [
    ({"input": "a", "output": "b"}, "instruction is missing"),
    ({"instruction": "a"}, "output is missing"),
    ({"instruction": "a", "output": " "}, "output is empty"),
    ([], "a list"),
]


@pytest.mark.parametrize(("line", "told"), BROKEN, ids=[told for _, told in BROKEN])
def test_a_broken_general_line_is_told_with_its_place(
    tmp_path: Path, line: object, told: str
) -> None:
    with pytest.raises(KnownError, match=rf"general\.jsonl:2: .*{told}"):
        mixed(general(tmp_path, [ALPACA[0], line]), 9, 0.1, 1, Bounds(200, len), ExampleTally())


def test_an_empty_general_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(KnownError, match="no example in it that fits"):
        mixed(general(tmp_path, []), 9, 0.1, 1, Bounds(200, len), ExampleTally())


def test_rivals_are_those_who_speak_before_then_those_who_speak_most() -> None:
    def said(who: str, history: str = "") -> Example:
        return Example(Prompt("", history, f"{who}："), "然。\n", who)

    crowd = [said(f"兵{rank}") for rank in range(9) for _ in range(9 - rank)]
    history = "兵8：走！\n【兵7：也走。】\n刘备：不走。\n兵6：\\me 拔刀\n"
    examples = [
        said("刘备", history),
        *crowd,
        Example(Prompt("", "", "【"), "风起。】\n", "说书人"),
    ]
    first, *_, narrated = with_rivals(examples, examples)
    near, far = ("兵6：", "兵8："), ("兵0：", "兵1：", "兵2：", "兵3：", "兵4：")
    assert first.rivals == near + far
    assert narrated.rivals == ()
