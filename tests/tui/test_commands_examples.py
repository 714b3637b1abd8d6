"""Examples and benches on the command line: what is written, shown, and said of bad input."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from models.scripted import Scripted
from models.train.data import read_examples
from scenes.scene_loader import load_scene
from scenes.table.play import Play

LOG = "".join(
    f"==== 第{chapter}章 ====\n"
    + "".join(
        f"【{chapter}更天了】\n林默：{chapter}{turn}，先看看再说。\n苏晚：{turn}{chapter}，门在响！\n"
        for turn in "甲乙丙"
    )
    for chapter in "一二三四"
)


@pytest.fixture
def log(home: Path) -> Path:
    path = home / "log.txt"
    path.write_text(LOG, "utf-8")
    return path


def examples(run, *arguments: object, stdin: str | bytes = ""):
    return run("corpus", "examples", "--model", "scripted", *arguments, stdin=stdin)


def test_a_log_becomes_a_file_that_training_reads(run, log, home):
    out = home / "out.jsonl"
    made = examples(run, log, "--scene", "rain-house", "-o", out, "--test-chapters", 4, "--json")
    assert made.status == 0
    told = json.loads(made.out)
    read = read_examples(out)
    assert (told["examples"], told["train"], told["test"]) == (len(read), 27, 9)
    assert told["speakers"] == {"守秘人": 12, "林默": 12, "苏晚": 12}
    assert {one.chapter for one in read if one.split == "test"} == {"第四章"}
    assert read[0].prompt.stable.startswith("==== 雨夜旧宅 ====\n")
    assert read[0].source == str(log)


def test_a_log_may_come_from_stdin_and_of_one_role_only(run, home):
    out = home / "out.jsonl"
    made = examples(run, "-", "--for", "苏晚", "-o", out, "--test", 0, stdin=LOG)
    assert made.status == 0
    assert {one.speaker for one in read_examples(out)} == {"苏晚"}
    assert "12 examples: 12 to train on, 0 held out" in made.err


def test_examples_are_shown_with_the_learned_part_marked(run, home):
    log = home / "log.txt"
    log.write_text("林默：好。\n苏晚：看\\u{1b}[31m那里。\n林默：\x1b]0;题\x07走。\n", "utf-8")
    shown = examples(run, log, "--show", 2, "--test", 0)
    assert shown.status == 0
    assert "林默：⟦好。⟧" in shown.out
    assert "\x1b" not in shown.out + shown.err
    assert not list(home.glob("*.jsonl"))


def test_colour_is_for_terminals_that_want_it(run, log, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert "林默：\x1b[1;32m三甲" in examples(run, log, "--show", 1, "--test", 0).out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in examples(run, log, "--show", 1, "--test", 0).out


def test_a_session_being_played_is_read_by_its_name(run, home):
    play = Play.start(load_scene("rain-house"), "林默")
    try:
        backend = Scripted()
        hand = play.hand(backend, play.scene.role("苏晚"))
        offset, updates = play.deal(backend, hand)
        for update in updates:
            hand.update(update, offset)
        play.pick(hand, 0)
        out = home / "out.jsonl"
        made = examples(run, play.journal.id, "-o", out, "--test", 0)
        assert made.status == 0
        (only,) = read_examples(out)
        assert only.prompt == backend.prompts[0]
        path = examples(run, play.journal.path, "--show", 1, "--test", 0)
        assert "苏晚：⟦" in path.out
    finally:
        play.close()


RECORDED = ("sampling", "context", "budget", "tokenizer", "dropped")


def test_an_export_says_which_prompts_the_journal_does_not_know(run, home):
    play = Play.start(load_scene("rain-house"), "林默")
    with closing(play):
        backend = Scripted()
        hand = play.hand(backend, play.scene.role("苏晚"))
        offset, updates = play.deal(backend, hand)
        for update in updates:
            hand.update(update, offset)
        play.pick(hand, 0)
    form = ("sessions", "export", "--to", "seq2seq", "--for", "苏晚")
    said = run(*form)
    assert json.loads(said.out)["prompt"] == backend.prompts[0].text
    assert said.err == ""
    journal = play.journal.path
    events = [json.loads(line) for line in journal.read_text("utf-8").splitlines()]
    old = [{key: event[key] for key in event if key not in RECORDED} for event in events]
    journal.write_text("".join(f"{json.dumps(event)}\n" for event in old), "utf-8")
    said = run(*form, "--context", 2000)
    assert "what the model had read before 1 line; its prompt is cut to 2000" in said.err


def test_of_a_model_in_pytorch_only_the_tokenizer_is_opened(run, log, home):
    pytest.importorskip("transformers", reason="the extra `local` is not installed")
    from tests.chatglm.tokenizer_made_up import make_playable

    folder = make_playable(home / "glm", 3, LOG.splitlines(), length=512)
    for weights in folder.glob("*.safetensors"):
        weights.unlink()
    out = home / "out.jsonl"
    made = run("corpus", "examples", log, "--model", folder, "--test", 0, "-o", out)
    assert made.status == 0
    assert len(read_examples(out)) == 24


def test_general_questions_are_mixed_in(run, log, home):
    general = home / "general.jsonl"
    general.write_text('{"instruction": "一加一？", "output": "二。"}\n' * 20, "utf-8")
    out = home / "out.jsonl"
    made = examples(run, log, "--test", 0, "--mix", general, "--mix-share", 0.2, "-o", out)
    assert made.status == 0
    assert sum(one.speaker == "general" for one in read_examples(out)) == 6


BAD = [
    ("林默：好。\n", (), "one chapter or session"),
    ("林默：好。\n", ("--for", "林墨"), "did you mean 林默"),
    ("只是一篇文章。\n", (), "nobody speaks in it"),
    ("林默：好。\n".encode("gb18030"), (), "GB18030"),
    (b"\x89PNG\0\0", (), "not a text file"),
    ("林默：好。\n", ("--scene", "sanguo"), "no line by"),
    ("林默：好。\n", ("--context", "40", "--test", "0"), "leave"),
    ("林默：好。\n", ("--test", "0.1", "--test-chapters", "3"), "give one of them"),
    ("林默：好。\n", ("--test", "0", "--mix", "nowhere.jsonl"), "no such file"),
]


@pytest.mark.parametrize(("text", "more", "told"), BAD, ids=[told for _, _, told in BAD])
def test_bad_input_is_told_in_a_line_and_nothing_is_written(run, home, text, more, told):
    log, out = home / "log.txt", home / "out.jsonl"
    log.write_bytes(text.encode() if isinstance(text, str) else text)
    made = examples(run, log, "-o", out, *more)
    assert made.status == 2
    assert told in made.err
    assert "Traceback" not in made.err
    assert not out.exists()


def test_what_is_read_is_never_written_over(run, log, home):
    for command in (["examples", log, "--model", "scripted"], ["rolebench", log]):
        made = run("corpus", *command, "-o", log)
        assert made.status == 2
        assert "this file is being read" in made.err
    assert log.read_text("utf-8") == LOG


def test_a_missing_log_and_a_missing_session_are_told(run, home):
    assert "no such file" in examples(run, home / "none.txt", "--show", 1).err
    assert "no session is named none" in examples(run, "none", "--show", 1).err
    assert "nothing to do" in examples(run, "none").err


def test_a_broken_session_is_told(run, home):
    broken = home / "broken.jsonl"
    broken.write_text('{"event": "open"}\n{"event"\n{}\n', "utf-8")
    made = examples(run, broken, "--show", 1)
    assert made.status == 2
    assert "broken.jsonl: event 1: cannot be read" in made.err


def test_one_speaker_alone_is_learned_with_a_word(run, home):
    log = home / "log.txt"
    log.write_text("林默：好。\n林默：走。\n", "utf-8")
    made = examples(run, log, "--test", 0, "--show", 1)
    assert made.status == 0
    assert "only 林默 speaks" in made.err


RECORD = {"role": "孙悟空", "question": "谁？", "generated": ["俺！", "是俺！"]}


def test_a_bench_is_retold_in_each_form(run, home):
    bench, out = home / "bench.jsonl", home / "out"
    bench.write_text(json.dumps(RECORD, ensure_ascii=False) + "\n", "utf-8")
    for form, lines in (("instruct", 2), ("log", 3), ("examples", 2), ("candidates", 1)):
        made = run("corpus", "rolebench", bench, "--to", form, "-o", out, "--json")
        assert made.status == 0
        assert len(out.read_text("utf-8").splitlines()) == lines
        told = json.loads(made.out)
        assert (told["questions"], told["answers"], told["written"]) == (1, 2, lines)
    assert "孙悟空：俺！" in run("corpus", "rolebench", bench, "--to", "log").out
    made = run("corpus", "rolebench", bench, "--to", "instruct", "--character", "sunwukong")
    assert "花果山" in made.out


def test_characters_of_a_bench_are_files_that_are_never_written_over(run, home):
    bench, folder = home / "bench.jsonl", home / "cast"
    bench.write_text(json.dumps(RECORD, ensure_ascii=False) + "\n", "utf-8")
    assert run("corpus", "rolebench", bench, "--to", "characters", "-o", folder).status == 0
    assert run("characters", "check", folder / "孙悟空.yaml").status == 0
    again = run("corpus", "rolebench", bench, "--to", "characters", "-o", folder)
    assert again.status == 2
    assert "is there already" in again.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--to", "logs"), "did you mean log"),
        (("--to", "characters"), "-o FOLDER"),
        (("--character", "libai"), "no role is called 李白"),
        (("--asker", "甲：乙"), "in a name"),
    ],
)
def test_a_bench_asked_for_wrongly_is_told(run, home, arguments, told):
    bench = home / "bench.jsonl"
    bench.write_text(json.dumps(RECORD, ensure_ascii=False) + "\n", "utf-8")
    made = run("corpus", "rolebench", bench, *arguments)
    assert made.status == 2
    assert told in made.err


SAID = {"甲": ("门在响，谁去看看", "我披件衣裳就来"), "乙": ("的灯又灭了", "火柴在你口袋里找")}


def test_logs_are_read_in_scenes_beside_them_and_held_out_by_name(run, home):
    for name, who in (("one", "甲"), ("two", "乙")):
        (home / f"{name}.yaml").write_text(
            f"title: 第{who}夜\nsummary: 雨。\ncast:\n"
            f"  {who}: {{profile: 只管{who}门}}\n  丙: {{profile: 守夜的}}\n",
            "utf-8",
        )
        lines = "".join(
            f"丙：{n}号{SAID[who][0]}。\n{who}：{n}，{SAID[who][1]}。\n" for n in "一二三"
        )
        (home / f"{name}.log.txt").write_text(lines, "utf-8")
    (home / "held.txt").write_text("# 不学的\ntwo\n", "utf-8")
    out = home / "out.jsonl"
    logs = [home / "one.log.txt", home / "two.log.txt"]
    made = examples(run, *logs, "--beside", "--test-logs", home / "held.txt", "-o", out)
    assert made.status == 0, made.err
    read = read_examples(out)
    assert {one.speaker for one in read if one.split == "test"} == {"乙", "丙"}
    assert {one.speaker for one in read if one.split == "train"} == {"甲", "丙"}
    assert all(
        ("只管甲门" in one.prompt.stable) == one.source.endswith("one.log.txt") for one in read
    )


@pytest.mark.parametrize(
    ("listed", "more", "told"),
    [
        ("three\n", ["--test-logs", "held.txt"], "three"),
        ("", ["--test-logs", "held.txt"], "held out"),
        ("one\n", ["--test-logs", "held.txt", "--test", "0.5"], "exclude each other"),
        ("one\n", ["--test-logs", "nothing.txt"], "nothing.txt"),
        ("one\n", ["--beside"], "one.yaml"),
        ("one\n", ["--beside", "--scene", "rain-house"], "exclude each other"),
    ],
)
def test_a_list_or_a_scene_that_is_not_there_is_told(run, home, monkeypatch, listed, more, told):
    monkeypatch.chdir(home)
    (home / "one.log.txt").write_text("林默：好。\n苏晚：好吧。\n", "utf-8")
    (home / "held.txt").write_text(listed, "utf-8")
    made = examples(run, "one.log.txt", *more, "-o", home / "out.jsonl")
    assert made.status == 2
    assert told in made.err
    assert "Traceback" not in made.err
    assert not (home / "out.jsonl").exists()


def test_examples_are_made_for_an_adapter_that_is_not_there_yet(run, log, home, starter_here):
    scene = home / "s.yaml"
    scene.write_text(
        "title: 夜\nmodel: {adapter: mine}\ncast: {林默: {}, 苏晚: {}, 守秘人: {narrator: true}}\n",
        "utf-8",
    )
    out = home / "out.jsonl"
    made = run(
        "corpus", "examples", log, "--scene", scene, "--test", 0, "--model", starter_here, "-o", out
    )
    assert made.status == 0, made.err
    assert len(read_examples(out)) == 36


@pytest.fixture
def starter_here(tmp_path):
    """A model of llama.cpp's that is at hand: a tiny one."""
    from tests.local.tiny_models import make_llama, tiny_llama
    from tests.models.tiny_gguf import write_model

    base = make_llama(tmp_path / "base")
    vocabulary = json.loads((base / "tokenizer.json").read_text("utf-8"))["model"]["vocab"]
    model = tiny_llama(len(vocabulary), max_position_embeddings=8192)
    return write_model(tmp_path / "tiny.gguf", model, base / "tokenizer.json")
