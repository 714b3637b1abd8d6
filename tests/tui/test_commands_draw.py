"""`paotuan draw`: candidates for any log."""

import json

from scenes.log import parse

LOG = "==== 旧宅 ====\n【雨下了一整夜。】\n悠二：等一下。 \\emoji 冷笑\n这行不是\n夏娜：哼。\n"
MODEL = ("--model", "scripted")


def test_candidates_are_whole_lines_of_the_one_asked_for(run):
    drawn = run("draw", "--for", "夏娜", *MODEL, stdin=LOG)
    assert drawn.status == 0
    lines = drawn.out.splitlines()
    assert len(set(lines)) == 5
    assert all(len(parse(line)) == 1 and parse(line)[0].speaker == "夏娜" for line in lines)


def test_json_tells_each_candidate_and_what_it_cost(run):
    drawn = json.loads(run("draw", "-", "--for", "悠二", "-n", 3, "--json", *MODEL, stdin=LOG).out)
    costs = {"prompt_tokens", "cached_tokens", "first_token_s", "total_s"}
    assert set(drawn) == {"candidates", "model", *costs}
    keys = {"text", "kind", "emotion", "finish", "tokens", "logprob"}
    assert [set(one) for one in drawn["candidates"]] == [keys] * 3
    for one in drawn["candidates"]:
        (entry,) = parse(f"悠二：{one['text']}")
        assert (entry.kind, entry.emotion or None) == (one["kind"], one["emotion"])
    assert drawn["model"] == "scripted"
    assert drawn["prompt_tokens"] > len("【雨下了一整夜。】")


def test_a_line_that_is_none_of_the_format_is_kept_and_told(run):
    drawn = run("draw", "--for", "夏娜", *MODEL, stdin=LOG)
    assert drawn.err == "stdin:4: not a line of a log, kept as it is: 这行不是\n"


def test_who_has_not_spoken_yet_may_speak_and_a_near_name_is_mentioned(run):
    drawn = run("draw", "--for", "夏娜子", *MODEL, stdin=LOG)
    assert drawn.status == 0
    assert "夏娜子 has not spoken" in drawn.err
    assert "did you mean 夏娜" in drawn.err


def test_with_a_scene_only_its_cast_may_speak(run, home):
    log = home / "log.txt"
    log.write_text("林默：在吗？\n", encoding="utf-8")
    drawn = run("draw", log, "--for", "守秘人", "--scene", "rain-house", "-n", 2, *MODEL)
    assert drawn.status == 0
    assert all(line.startswith("【") for line in drawn.out.splitlines())
    stranger = run("draw", log, "--for", "夏娜", "--scene", "rain-house", *MODEL)
    assert stranger.status == 2
    assert "夏娜" in stranger.err


def test_a_log_much_longer_than_the_context_is_drawn_from(run):
    drawn = run("draw", "--for", "乙", *MODEL, stdin="甲：这一句说得很长很长。\n" * 20_000)
    assert drawn.status == 0
    assert len(drawn.out.splitlines()) == 5


def test_an_empty_log_is_a_beginning(run):
    assert run("draw", "--for", "甲", *MODEL, stdin="").status == 0
