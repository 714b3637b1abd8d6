"""The prompt: its cue is never lost, its budget is kept, and its beginning rarely moves."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.errors import KnownError
from scenes.log import Entry, parse
from scenes.prompt import BLOCKS, build_prompt, cue_of, stable_part, trim
from scenes.scene import Role, Scene


def line(number: int, text: str = "我们再往里走走看") -> Entry:
    return Entry("speech", f"第{number}句，{text}", "林默")


@given(
    lengths=st.lists(st.integers(1, 400), max_size=40),
    context=st.integers(400, 1200),
    reply=st.integers(1, 100),
    who=st.integers(0, 3),
)
def test_a_prompt_keeps_its_budget_and_its_cue(
    scene: Scene, lengths: list[int], context: int, reply: int, who: int
) -> None:
    history = [Entry("speech", "长" * length, "林默") for length in lengths]
    speaker = scene.cast[who]
    prompt = build_prompt(scene, history, speaker, context, reply, len)
    assert len(prompt.text) + reply <= context
    assert prompt.cue == cue_of(speaker)
    assert prompt.text.endswith(prompt.cue)
    assert prompt.stable == stable_part(scene)
    whole = "".join(entry.line + "\n" for entry in history)
    assert whole.endswith(prompt.history)
    if history:
        assert prompt.history.endswith("长\n")


@given(st.lists(st.integers(1, 60), max_size=60), st.integers(60, 400))
def test_a_trim_drops_whole_lines_and_at_most_a_block_and_a_line_too_many(
    lengths: list[int], budget: int
) -> None:
    lines = ["x" * length for length in lengths]
    kept = trim(lines, budget, len)
    assert list(kept) == lines[len(lines) - len(kept) :]
    assert sum(map(len, kept)) <= budget
    if len(kept) < len(lines):
        assert sum(map(len, kept)) + budget // BLOCKS + max(lengths) >= budget


@given(st.integers(1, 400), st.integers(1, 300))
def test_a_last_line_that_is_too_long_keeps_its_end(length: int, budget: int) -> None:
    text = "".join(chr(0x4E00 + number) for number in range(length))
    kept = "".join(trim(["早先的话", text], budget, len))
    assert text.endswith(kept) or length + 4 <= budget
    assert len(kept) >= min(budget, length)


def prompts_of_a_growing_play(scene: Scene, turns: int, context: int) -> list[str]:
    history: list[Entry] = []
    built = []
    for number in range(turns):
        history.append(line(number))
        speaker = scene.cast[number % len(scene.cast)]
        prompt = build_prompt(scene, history, speaker, context, 40, len)
        built.append(prompt.stable + prompt.history)
    return built


def test_a_growing_play_extends_its_prompt_and_trims_in_blocks(scene: Scene) -> None:
    built = prompts_of_a_growing_play(scene, turns=600, context=1000)
    moves = sum(not new.startswith(old) for old, new in pairwise(built))
    budget = 1000 - 40 - len(stable_part(scene))
    said = sum(len(line(number).line) + 1 for number in range(600))
    assert moves >= 1
    assert moves <= said / (budget / BLOCKS) + 1
    assert moves < 600 / 10


def test_the_stable_part_does_not_depend_on_who_speaks_or_what_is_said(scene: Scene) -> None:
    built = [
        build_prompt(scene, [line(number)] * number, role, 2000, 40, len).stable
        for number, role in enumerate(scene.cast)
    ]
    assert len(set(built)) == 1


def test_the_stable_part_is_a_log_that_tells_who_is_there(scene: Scene) -> None:
    assert stable_part(scene).splitlines() == [
        "==== 雨夜旧宅 ====",
        "{两位旧友走进一座空宅。}",
        "{林默：退役军医，谨慎。}",
        "{苏晚：作家。}",
        "{老周：看门人。}",
        "林默：先看看再说。",
    ]


def test_paragraphs_of_a_scene_are_one_line_each(make_scene: Callable[..., Scene]) -> None:
    cast = (
        Role("甲", profile="高，\n瘦。", likes=("茶", "雨"), voice="甲：在。\n# 不算\n甲：走。"),
    )
    scene = make_scene(cast=cast, summary="一。\n\n二。", aim="找到\n钥匙。")
    assert stable_part(scene).splitlines()[1:] == [
        "{一。 二。}",
        "{找到 钥匙。}",
        "{甲：高， 瘦。 （茶、雨）}",
        "甲：在。",
        "甲：走。",
    ]


def test_comments_stay_out_of_the_prompt_and_all_else_is_in_it(scene: Scene) -> None:
    history = parse("# 记一笔\n==== 第一章 ====\n{线索：钥匙}\n【门开了】\n林默：走。\n什么都不是")
    prompt = build_prompt(scene, history, scene.cast[1], 2000, 40, len)
    assert prompt.history.splitlines() == [
        *("==== 第一章 ====", "{线索：钥匙}", "【门开了】", "林默：走。", "什么都不是"),
    ]
    assert prompt.cue == "苏晚："


def test_a_narrator_is_cued_to_narrate(scene: Scene) -> None:
    assert cue_of(scene.role("守秘人")) == "【"
    assert cue_of(scene.role("阿默")) == "林默："


@pytest.mark.parametrize(("context", "reply"), [(0, 40), (7, 1), (130, 40), (4000, 4000)])
def test_too_small_a_context_is_said_in_one_line(scene: Scene, context: int, reply: int) -> None:
    with pytest.raises(KnownError, match=f"old-house: .*of {context} tokens") as refused:
        build_prompt(scene, [line(1)], scene.cast[0], context, reply, len)
    assert "\n" not in str(refused.value)


def test_a_line_of_ten_million_characters_leaves_its_end(scene: Scene) -> None:
    history: Sequence[Entry] = [line(1), Entry("speech", "长" * 10_000_000 + "完", "林默")]
    prompt = build_prompt(scene, history, scene.cast[1], 600, 40, len)
    assert len(prompt.text) <= 560
    assert prompt.history.endswith("长长完\n")
