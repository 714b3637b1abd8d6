"""What the teacher is told of world, role and facts; and that answers and rewordings keep to it."""

import json
import re

import pytest

from scenes.evaluation.knowledge import BUNDLED, read_facts

TOWN = """# 石桥镇

老院长姓顾，最怕猫。

## 渡口

摆渡的老艄公叫沈七，他的船叫青雀。

## 药铺

药铺的掌柜姓白，治头风用川芎。
"""
NOT_KNOWN = "这个我不知道。"


def only_from_facts(system, user, before):
    """Answers with the fact that shares most with the question, and knows nothing else."""
    facts, _, question = user.rpartition("问题：")
    signs = set(re.sub(r"\W", "", question)) - set("谁什么叫的是吗呢你在哪")
    lines = [line[2:] for line in facts.splitlines() if line.startswith("- ")]
    best = max(lines, key=lambda line: len(signs & set(line)), default="")
    known = len(signs & set(best)) >= 2
    return {"answer": best if known else NOT_KNOWN, "known": known}


def write(path, text):
    path.write_text(text, "utf-8")
    return path


def rows_of(path):
    return {row["input"]: row["output"] for row in map(json.loads, path.open(encoding="utf-8"))}


def test_answers_come_of_what_is_known_and_the_rest_is_said_not_to_be(run, teach, tmp_path):
    town, out = write(tmp_path / "town.md", TOWN), tmp_path / "out.jsonl"
    asked = ["摆渡的老艄公叫什么？", "老院长怕什么？", "治头风用什么？", "月亮上有几棵树？"]
    file = write(tmp_path / "t.yaml", f"templates: {json.dumps(asked, ensure_ascii=False)}\n")
    command = ("corpus", "questions", "苏晚", "--templates", file, "--no-rewording", "-o", out)
    command += ("--to", "instruct", "-j", 4)
    teacher = teach(only_from_facts)
    ran = run(*command, "--knowledge", town, "--teacher", teacher.url)
    assert ran.status == 0 and "to 1 of them the knowledge holds no answer" in ran.err, ran.err
    answers = rows_of(out)
    assert "沈七" in answers[asked[0]] and "猫" in answers[asked[1]]
    assert "川芎" in answers[asked[2]] and answers[asked[3]] == NOT_KNOWN
    count = len(teacher.asked)
    ran = run(*command, "--knowledge", town, "--teacher", teacher.url)
    assert ran.status == 0 and len(teacher.asked) == count
    write(town, TOWN.replace("川芎", "天麻"))
    run(*command, "--knowledge", town, "--teacher", teacher.url)
    assert len(teacher.asked) == 2 * count and "天麻" in rows_of(out)[asked[2]]


def test_facts_that_come_with_a_question_hold_its_answer():
    from scenes.data.teacher.grounding import Grounding

    facts = read_facts(BUNDLED)
    grounding = Grounding(facts.knowledge, "李白", "来客")
    found = [one.answer.strip("《》") in "".join(grounding.facts(one.ask)) for one in facts.facts]
    assert len(found) == 46 and sum(found) >= 37


def test_the_world_the_profile_and_the_voice_go_to_the_teacher(run, teach, tmp_path):
    said = []

    def listening(system, user, before):
        said.append((system, user))
        if "answer" in system:
            return {"answer": "俺老孙记得。"}
        return {"values": ["云", "石"]}

    file = write(
        tmp_path / "seeds.jsonl",
        '{"instruction": "在[world_name]里，",'
        ' "instances": [{"input": "你见过[odd_thing]吗？"}]}\n',
    )
    out = tmp_path / "out.txt"
    command = ("corpus", "questions", "孙悟空", "--character", "sunwukong", "--templates", file)
    command += ("-o", out, "--no-rewording")
    ran = run(*command, "--estimate")
    assert ran.status == 2 and "1 template names the world (world_name); say which" in ran.err
    ran = run(*command, "--world", "西游记", "--teacher", teach(listening).url)
    assert ran.status == 0, ran.err
    assert "来客：在西游记里，你见过云吗？\n孙悟空：俺老孙记得。\n" in out.read_text("utf-8")
    values, answer = said[0], said[-1]
    for told in (values[1], answer[0]):
        assert "世界：西游记" in told and "花果山的石猴" in told and "妖怪，你外公来了！" in told
    assert "你见过{odd_thing}吗？" in values[1], "the teacher sees what the slot is for"
    ran = run(*command[:2], "唐僧", *command[3:], "--world", "西游记", "--estimate")
    assert ran.status == 2 and "this is 孙悟空, not 唐僧" in ran.err


def test_english_questions_get_english_answers(run, teach, tmp_path):
    def english(system, user, before):
        assert not re.search("[\u4e00-\u9fff]", system + user)
        if "answer" in system:
            return {"answer": f"I remember it well, {before}."}
        return {"values": ["the old mill"]}

    out = tmp_path / "out.jsonl"
    ran = run(
        *("corpus", "questions", "Alice", "--language", "en", "--world", "Wonderland", "-n", 12),
        *("--no-rewording", "--to", "instruct", "-j", 8, "-o", out),
        *("--teacher", teach(english).url),
    )
    assert ran.status == 0, ran.err
    rows = [json.loads(line) for line in out.open(encoding="utf-8")]
    assert len(rows) == 12 and all(row["instruction"] == "Answer as Alice." for row in rows)
    assert any("the old mill" in row["input"] for row in rows)


@pytest.mark.parametrize(
    ("other", "taken"),
    [("苏晚这个人，你怎么看？", True), ("这个人你怎么看？", False), ("What of 苏晚, then?", False)],
)
def test_other_words_have_to_say_what_the_question_says(run, teach, tmp_path, other, taken):
    def say(system, user, before):
        return {"answer": "还好。"} if "answer" in system else {"values": [other]}

    file = write(tmp_path / "t.yaml", "templates: ['你怎么看{who}？']\nslots: {who: [苏晚]}\n")
    out = tmp_path / "out.jsonl"
    found = set()
    for seed in range(1, 5):
        run(
            *("corpus", "questions", "林默", "--templates", file, "--seed", seed, "-o", out),
            *("--to", "instruct", "--teacher", teach(say).url),
        )
        found |= rows_of(out).keys()
    assert (other in found) == taken and "你怎么看苏晚？" in found
