"""Pairs for preference training from lines that a reader scored."""

from dataclasses import replace
from pathlib import Path

from scenes.log import parse
from scenes.scene import Scene
from tests.corpora.blind_draw import Context
from tests.corpora.scored_pairs import Habits, pairs, scored_lines

NAME = "learnt/001-a"
SAID = "是谁？ \\emoji 惊讶"


def context() -> Context:
    history = tuple(parse("苏晚：我。\n【有人敲门。】\n"))
    return Context(
        NAME,
        Scene(name="001-a", path=Path("001-a.yaml"), cast=(), title="夜"),
        history,
        "林默",
        f"林默：{SAID}",
    )


def example(history: str) -> dict[str, str]:
    of = {"reply": f"{SAID}\n", "speaker": "林默", "source": "001-a.log.txt"}
    return {"stable": "", "history": history, "cue": "林默：", **of}


def test_every_weak_line_is_rejected_for_what_was_said_and_for_each_that_fits() -> None:
    there, elsewhere = "苏晚：我。\n【有人敲门。】\n", "苏晚：你听。\n"
    scored = {
        NAME: [("林默：谁？", 2), ("林默：鱼。", 0), ("林默：\\me 开门", 3), ("林默：嗯。", 1)]
    }
    found = list(pairs([example(elsewhere), example(there)], [context()], scored))
    assert {one["history"] for one in found} == {there}
    told = [(one["chosen"], one["rejected"]) for one in found]
    fit = [SAID, "谁？", "\\me 开门"]
    assert [one for one in told if one[1] in ("鱼。", "嗯。")] == [
        (chosen, rejected) for rejected in ("鱼。", "嗯。") for chosen in fit
    ]
    assert ("\\me 开门", "谁？") in told and ("谁？", "\\me 开门") not in told
    assert all(chosen != rejected for chosen, rejected in told)


def test_a_context_whose_line_is_no_example_is_left_out() -> None:
    scored = {NAME: [("林默：谁？", 2), ("林默：鱼。", 0)]}
    assert not list(pairs([example("苏晚：你听。\n")], [context()], scored))


def test_scores_are_told_by_context(tmp_path: Path) -> None:
    sheet, key = tmp_path / "sheet.tsv", tmp_path / "key.json"
    row = '01-01\t01\t林默\t林默："谁？\t2\n'
    sheet.write_text(f"id\tcontext\tspeaker\tline\tscore\n{row}", "utf-8")
    key.write_text(f'{{"01-01": {{"condition": "learnt", "context": "{NAME}"}}}}', "utf-8")
    assert scored_lines(sheet, key) == {NAME: [('林默："谁？', 2)]}


def test_pairs_of_own_lines_differ_in_their_words_alone() -> None:
    scored = {
        NAME: [
            ("林默：谁？ \\emoji 惊讶", 2),
            ("林默：鱼。", 0),
            ("林默：\\me 开门", 3),
            ("林默：嗯。 \\emoji 平静", 1),
            ("林默：\\me 鱼 \\emoji 大怒", 0),
        ]
    }
    history = "苏晚：我。\n【有人敲门。】\n"
    found = list(pairs([example(history)], [context()], scored, own=True))
    assert [(one["chosen"], one["rejected"]) for one in found] == [
        ("\\me 开门", "\\me 鱼"),
        ("谁？ \\emoji 惊讶", "鱼。 \\emoji 惊讶"),
        ("谁？ \\emoji 惊讶", "嗯。 \\emoji 惊讶"),
        ("嗯。 \\emoji 平静", "鱼。 \\emoji 平静"),
    ]


def test_both_of_a_pair_have_the_habits_or_the_better_one_fewer() -> None:
    lines = [("林默：……谁？", 2), ("林默：是风。", 2), ("林默：鱼。", 0), ("林默：……鱼呢？", 0)]
    history = "苏晚：我。\n【有人敲门。】\n"

    def of(habits: Habits) -> list[tuple[str, str]]:
        made = pairs([example(history)], [context()], {NAME: lines}, True, habits)
        return [(one["chosen"], one["rejected"]) for one in made]

    same = [("……谁？", "……鱼呢？"), ("是风。", "鱼。")]
    assert of("same") == same
    assert of("fewer") == [*same, ("是风。", "……鱼呢？")]
    assert set(of("any")) == {*of("fewer"), ("……谁？", "鱼。")}


def test_a_place_of_a_log_finds_its_example() -> None:
    one = replace(context(), name=f"{NAME}@2")
    scored = {one.name: [("林默：是风。", 2), ("林默：鱼。", 0)]}
    history = "苏晚：我。\n【有人敲门。】\n"
    assert list(pairs([example(history)], [one], scored, own=True))
