"""`paotuan ask` and `paotuan talk`, and what `draw` has in common with them."""

import json
import re

MODEL = ("--model", "scripted")
NOTES = "【词条】 阿遥\n阿遥爱吃柚子糕。\n"


def questions(home, text="# 喜好\n你喜欢吃什么？\n顾三：你|是*谁*？\n三国归晋，曰：\n"):
    (home / "q.txt").write_text(text, encoding="utf-8")
    (home / "notes.txt").write_text(NOTES, encoding="utf-8")
    return home / "q.txt"


def test_roles_and_questions_with_and_without_knowledge_as_json(run, home):
    asked = run(
        *("ask", questions(home), "--for", "阿遥", "--for", "李白", "-n", 2, "--to", "json"),
        *("--knowledge", home / "notes.txt", *MODEL),
    )
    assert asked.status == 0
    told = json.loads(asked.out)
    cells = {(one["question"], one["role"], one["knowledge"]): one for one in told["answers"]}
    assert len({question for question, *__ in cells}) == 3
    assert "【三国归晋】" in {question for question, *__ in cells}
    known = cells["来客：你喜欢吃什么？", "阿遥", True]
    assert known["notes"] == ["阿遥：阿遥爱吃柚子糕。"]
    assert all(len(one["answers"]) == 2 for one in cells.values())
    assert ("来客：你喜欢吃什么？", "李白", True) not in cells
    assert ("来客：你喜欢吃什么？", "李白", False) in cells


def test_markdown_and_html_hold_no_markup_of_others(run, home):
    file = questions(home, "<b>你|是*谁*？</b>\n")
    base = ("ask", file, "--for", "阿遥", "-n", 1, *MODEL)
    markdown = run(*base)
    assert markdown.status == 0
    assert r"\<b\>你\|是\*谁\*？" in markdown.out
    rows = [line for line in markdown.out.splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {3}
    out = home / "a.html"
    assert run(*base, "-o", out).status == 0
    page = out.read_text(encoding="utf-8")
    assert "<b>" not in page
    assert "&lt;b&gt;你|是*谁*？" in page


def test_what_is_wrong_is_said_in_a_line(run, home):
    file = questions(home)
    for words, problem in (
        (("ask", file, *MODEL), "--for NAME"),
        (("ask", file, "-q", "好？", "--for", "阿遥", *MODEL), "not both"),
        (("ask", home / "none.txt", "--for", "阿遥", *MODEL), "none.txt"),
        (("ask", "-q", "  ", "--for", "阿遥", *MODEL), "no question"),
        (("ask", file, "--for", "甲：乙", *MODEL), "甲：乙"),
        (("ask", file, "--for", "阿遥", "--to", "pdf", *MODEL), "pdf"),
        (("ask", file, "--for", "阿遥", "--knowledge", home / "no.md", *MODEL), "no.md"),
        (("ask", file, "--for", "阿遥", "--scene", "rain-house", *MODEL), "阿遥"),
        (("draw", file, "--for", "阿遥", "--history", "-3", *MODEL), "--history"),
    ):
        failed = run(*words)
        assert failed.status == 2, words
        assert problem in failed.err


def test_draw_for_several_with_what_they_know(run, home):
    questions(home)
    (home / "scene.yaml").write_text(
        "title: 雾\ncast: {阿遥: 守夜人, 顾三: }\nknowledge: [notes.txt]\n", encoding="utf-8"
    )
    log = "顾三：你喜欢吃什么？\n"
    scene = ("--scene", home / "scene.yaml")
    both = run("draw", "--for", "阿遥", "--for", "顾三", *scene, "--json", *MODEL, stdin=log)
    first, second = json.loads(both.out)
    assert (first["for"], second["for"]) == ("阿遥", "顾三")
    assert first["prompt_tokens"] - second["prompt_tokens"] >= len("【阿遥：阿遥爱吃柚子糕。】")
    short = run("draw", "--for", "阿遥", *scene, "--history", 0, "--json", *MODEL, stdin=log)
    less = first["prompt_tokens"] - json.loads(short.out)["prompt_tokens"]
    assert less == len("顾三：你喜欢吃什么？\n")


def test_a_log_says_itself_whose_line_is_drawn(run):
    drawn = run("draw", "-n", 1, "--scene", "four-classics", *MODEL, stdin="三国归晋，悟空曰：\n")
    assert drawn.status == 0
    assert drawn.out.startswith("孙悟空：")
    assert not drawn.err
    assert run("draw", "-n", 1, *MODEL, stdin="三国归晋，玄德问道：").out.startswith("玄德：")


def test_talk_sits_down_with_anybody_by_lines(run, home):
    talked = run("talk", "太白", "-n", 1, *MODEL, stdin="你好\n1\n")
    assert talked.status == 0
    assert "来客：你好" in talked.out
    assert re.search(r"^李白：", talked.out, re.M)
    several = run("talk", "刘备", "许褚", "阿青：船娘", "-n", 1, *MODEL, stdin="阿青曰：\n1\n")
    assert several.status == 0
    assert re.search(r"^阿青：", several.out, re.M)


def test_talk_knows_nobody_it_was_not_told_of(run):
    for words, problem in (
        (("talk", "孙物空", *MODEL), "孙悟空"),
        (("talk", "李白", "太白", *MODEL), "twice"),
        (("talk", "./none.png", *MODEL), "none.png"),
    ):
        failed = run(*words, stdin="你好\n")
        assert failed.status == 2
        assert problem in failed.err


def test_knowledge_tells_what_comes_up_in_play(run, home):
    questions(home)
    asked = ("characters", "knowledge", "ask", home / "notes.txt", "你喜欢吃什么？")
    assert run(*asked).out == ""
    assert run(*asked, "--for", "阿遥").out == "【阿遥：阿遥爱吃柚子糕。】\n"
    assert run(*asked, "--for", "李白").out == ""
    (note,) = json.loads(run(*asked, "--for", "阿遥", "--json").out)
    assert note["source"] == "notes.txt"
