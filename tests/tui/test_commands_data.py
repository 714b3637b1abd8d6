"""Scenes, characters, models, sessions on the command line."""

import json
from pathlib import Path

import pytest
from rich.cells import cell_len

from scenes.log import parse


def test_scenes_are_listed_with_titles(run):
    assert "rain-house" in run("scenes", "list").out
    listed = json.loads(run("scenes", "list", "--json").out)
    assert {"name", "title", "summary", "path"} == set(listed[0])


def test_a_scene_is_shown_with_its_cast_and_opening(run):
    shown = run("scenes", "show", "雨夜旧宅").out
    assert "林默" in shown
    assert "narrator" in shown
    assert "大门虚掩着" in shown
    assert json.loads(run("scenes", "show", "rain-house", "--json").out)["title"] == "雨夜旧宅"


def test_all_scenes_that_ship_pass_the_check(run):
    checked = run("scenes", "check")
    assert checked.status == 0
    assert not checked.err


def test_every_mistake_of_a_scene_is_a_line(run, home):
    bad = home / "bad.yaml"
    bad.write_text("title: t\nsumary: x\ncast:\n  甲:\nturns: sometimes\n", encoding="utf-8")
    checked = run("scenes", "check", bad)
    assert checked.status == 2
    lines = checked.err.splitlines()
    assert any(":2:" in line and "summary" in line for line in lines)
    assert any(":5:" in line and "turns" in line for line in lines)


def test_a_new_scene_is_written_where_play_finds_it(run):
    made = run("scenes", "new", "客栈 / 一夜")
    assert made.status == 0
    path = Path(made.out.strip())
    assert path.parent == Path(run("locate", "data").out.strip()) / "scenes"
    assert run("scenes", "check", path.stem).status == 0
    again = run("scenes", "new", "客栈 / 一夜")
    assert again.status == 2
    assert "there already" in again.err


def test_the_schema_is_json(run):
    assert "cast" in json.loads(run("scenes", "schema").out)["properties"]


def test_an_escape_in_a_scene_does_not_reach_the_terminal(run, home):
    bad = home / "bad.yaml"
    bad.write_text('title: "a\\e[31mb"\ncast:\n  甲:\n', encoding="utf-8")
    for command in ("show", "check"):
        shown = run("scenes", command, bad)
        assert "\x1b" not in shown.out + shown.err


def test_characters_are_listed_shown_and_checked(run, home):
    assert "苏晚" in run("characters", "list").out
    assert "女记者" in run("characters", "show", "suwan").out
    assert json.loads(run("characters", "show", "suwan", "--json").out)["name"] == "苏晚"
    bad = home / "bad.yaml"
    bad.write_text("nmae: x\n", encoding="utf-8")
    checked = run("characters", "check", bad, "suwan")
    assert checked.status == 2
    assert "name" in checked.err
    assert "苏晚" in checked.out


def test_models_are_listed_with_what_they_need(run):
    models = {one["name"]: one for one in json.loads(run("models", "list", "--json").out)}
    assert models["chatglm-6b"]["memory"]["bf16"] > 12e9
    assert models["qwen3-1.7b"]["memory"]["Q8_0"] / 1e9 == pytest.approx(1.83, rel=0.01)
    assert models["chatglm-6b"]["terms"] == "commercial use after registration"
    shown = run("models", "show", "qwen3-4b")
    assert "Apache-2.0" in shown.out
    assert "models pull qwen3-4b" in shown.err


def test_the_list_of_models_says_what_fits_here_in_eighty_columns(run):
    lines = run("models", "list").out.splitlines()
    assert all(cell_len(line) <= 80 for line in lines)
    by_name = {line.split()[0]: line for line in lines}
    assert "registration" in by_name["chatglm2-6b"]
    assert "restricted" in by_name["starter"]
    fits = {one["name"]: one["fits"] for one in json.loads(run("models", "list", "--json").out)}
    assert fits["starter"] is True
    for name, here in fits.items():
        assert f"  {'yes' if here else 'no'}  " in by_name[name]


def test_a_bench_is_a_table_or_json(run):
    shown = run("models", "bench", "scripted", "--history-tokens", "100")
    assert shown.status == 0
    assert "n = 5" in shown.out
    report = json.loads(run("models", "bench", "scripted", "--history-tokens", "90", "--json").out)
    assert report["prompt_tokens"] >= 90


@pytest.fixture
def played(run) -> str:
    """The id of a session of one drawn and edited turn."""
    shown = run("play", "rain-house", "--model", "scripted", stdin="有人吗？\ne 2 没有人。\n")
    assert shown.status == 0
    return str(json.loads(run("sessions", "list", "--json").out)[0]["id"])


def test_sessions_are_listed_and_shown(run, played):
    assert played in run("sessions", "list").out
    assert run("sessions", "show", played[:8]).out.endswith("林默：有人吗？\n苏晚：没有人。\n")


def test_a_session_is_exported_as_its_log(run, played, home):
    log = run("sessions", "export").out
    assert parse(log)[-1].text == "没有人。"
    run("sessions", "export", "-o", home / "out.txt")
    assert (home / "out.txt").read_text("utf-8") == log
    assert run("log", "convert", home / "out.txt").out == log


def test_a_session_is_exported_as_markdown_without_markup_of_its_own(run):
    run("play", "rain-house", "--model", "scripted", stdin="//*轻声* <b>_来_</b>\n")
    shown = run("sessions", "export", "--to", "markdown").out
    assert "**林默**：\\*轻声\\* \\<b\\>\\_来\\_\\</b\\>" in shown


def test_examples_continue_the_prompt_that_play_gives(run, played):
    examples = run("sessions", "export", "--to", "seq2seq").out.splitlines()
    first, second = map(json.loads, examples)
    assert first["prompt"].endswith("林默：")
    assert first["response"] == "有人吗？"
    assert second["prompt"].endswith("林默：有人吗？\n苏晚：")
    assert second["response"] == "没有人。"
    only = run("sessions", "export", "--to", "seq2seq", "--for", "晚晚").out
    assert only.splitlines() == examples[1:]


def test_what_was_picked_is_preferred_to_what_was_not(run, played):
    lines = run("sessions", "export", "--to", "preference").out.splitlines()
    pairs = [json.loads(line) for line in lines]
    assert len(pairs) == 5
    assert {pair["chosen"] for pair in pairs} == {"没有人。"}
    assert "没有人。" not in {pair["rejected"] for pair in pairs}


def test_pairs_are_a_table_where_the_file_is_called_one(run, played, home):
    from models.train.pairs import read_pairs

    for name in ("picks.jsonl", "picks.parquet"):
        assert run("sessions", "export", "--to", "preference", "-o", home / name).status == 0
    pairs = read_pairs(home / "picks.parquet")
    assert len(pairs) == 5 and pairs == read_pairs(home / "picks.jsonl")
    assert (home / "picks.parquet").read_bytes().startswith(b"PAR1")
    entered = json.loads((home / "dataset_info.json").read_text("utf-8"))
    assert entered["picks"]["file_name"] == "picks.parquet"


def test_a_session_that_is_being_played_is_exported_shown_and_searched(run, played):
    from scenes.table.play import Play
    from scenes.table.session_list import find_session

    table = Play.resume(find_session(played))
    try:
        assert run("sessions", "export").out.endswith("林默：有人吗？\n苏晚：没有人。\n")
        assert "没有人" in run("sessions", "export", "--to", "seq2seq", "--for", "苏晚").out
        assert "没有人" in run("sessions", "show").out
        assert played in run("sessions", "search", "没有人").out
    finally:
        table.close()


def test_words_are_found_in_all_sessions(run, played):
    found = run("sessions", "search", "没有人").out
    assert found == f"{played}:12: 苏晚：没有人。\n"
    assert run("sessions", "search", "绝无此句").out == ""


def test_a_control_character_in_a_saved_log_is_not_printed(run, played):
    folder = Path(run("locate", "sessions").out.strip())
    (folder / f"{played}.txt").write_text("甲：\x1b[31m红\u202e\n无 \x1b]0;x\x07 名\n", "utf-8")
    for command in (("show",), ("search", "红"), ("list",)):
        shown = run("sessions", *command)
        assert "\x1b" not in shown.out
        assert "\u202e" not in shown.out


def lines_about(err: str, file: str) -> list[tuple[int, str]]:
    """The line and the key of each mistake that is told of a file."""
    told = [line.split(f"{file}:", 1)[1].split(": ") for line in err.splitlines() if file in line]
    return [(int(number), key) for number, key, *_ in told]


def test_all_mistakes_of_a_scene_are_told_in_one_pass(run, home):
    bad = home / "bad.yaml"
    bad.write_text(
        "titel: t\n"
        "title: t\n"
        "title: again\n"
        "play_as: 丁\n"
        "cast:\n"
        "  甲: {talkativeness: 7, character: nobody-there}\n"
        "  乙: [1]\n"
        "  丙/丙:\n"
        "knowledge: [none.txt, ../out.txt]\n"
        "emotions: [a b]\n"
        "model: {quantization: int3, context: 3}\n"
        "sampling: {n: 0, seed: -1}\n"
        "turns: sometimes\n"
        "opening: |\n"
        "  甲：好。\n"
        "  戊：谁？\n"
        "  这行不是\n",
        encoding="utf-8",
    )
    expected = [
        *((1, "titel"), (3, "title"), (4, "play_as"), (6, "cast.甲.talkativeness")),
        *((6, "cast.甲.character"), (7, "cast.乙"), (8, "cast.丙/丙"), (9, "knowledge.0")),
        *((9, "knowledge.1"), (10, "emotions.0"), (11, "model.quantization")),
        *((11, "model.context"), (12, "sampling.n"), (12, "sampling.seed"), (13, "turns")),
        *((16, "opening"), (17, "opening")),
    ]
    checked = run("scenes", "check", bad)
    assert checked.status == 2
    assert sorted(lines_about(checked.err, "bad.yaml")) == sorted(expected)
    assert [number for number, _ in lines_about(checked.err, "bad.yaml")] == sorted(
        number for number, _ in expected
    )
    played = run("play", bad, "--model", "scripted")
    assert played.status == 2
    assert sorted(lines_about(played.err, "bad.yaml")) == sorted(expected)


def test_all_mistakes_of_a_character_are_told_in_one_pass(run, home):
    bad = home / "bad.yaml"
    bad.write_text(
        "nmae: x\naliases: [a/b]\nlikes: 7\nknowledge: none.txt\nemotions: [a b]\ncard: ../c.png\n",
        encoding="utf-8",
    )
    checked = run("characters", "check", bad)
    assert checked.status == 2
    keys = {key for _, key in lines_about(checked.err, "bad.yaml")}
    assert keys == {"nmae", "name", "aliases.0", "likes", "knowledge.0", "emotions.0", "card.0"}


def test_all_mistakes_of_a_recipe_are_told_in_one_pass(run, home):
    bad = home / "bad.yaml"
    bad.write_text("bsae: starter\nrank: 0\nrank: 8\nmethod: lorra\n", encoding="utf-8")
    checked = run("train", bad, "seed=-1", "epochs=[1", "nothing")
    assert checked.status == 2
    for said in (
        *(":1: bsae: unknown key", ":2: rank: found the number 0", ":3: rank: written twice"),
        *(":4: method: found lorra", "base: missing", "out: missing", "examples: … or pairs"),
        *(
            "seed: found the number -1",
            "epochs=[1: the value is not valid YAML",
            "nothing: expected key",
        ),
    ):
        assert said in checked.err, checked.err
