import json
import random

from scenes.data.teacher.variety import Variety
from tests.corpora.teachers import inventive


def test_a_question_much_like_one_before_is_no_new_one():
    variety = Variety(["你和{person}是怎样相识的？"])
    assert not variety.add("你和{person}是怎么相识的？")
    assert not variety.add("你与{person}是怎样相识的呢？")
    assert variety.add("{place}的夜里听得见什么？")
    assert not variety.add("？！……")
    assert variety.add("Have you ever been to {place}?")
    assert not variety.add("have you ever been to {place}")
    assert variety.add("Who taught you to read?") and len(variety) == 4


def test_what_is_alike_is_found_among_thousands():
    rng = random.Random(1)
    signs = [chr(0x4E00 + number) for number in range(600)]

    def question():
        return f"你{''.join(rng.choices(signs, k=rng.randint(9, 20)))}吗？"

    kept = [question() for _ in range(1500)]
    variety = Variety(kept)
    for one in rng.sample(kept, 100):
        at = rng.randrange(1, len(one) - 2)
        assert not variety.add(one[:at] + rng.choice(signs) + one[at + 1 :])
    assert sum(variety.add(question()) for _ in range(200)) > 195


def grow(run, teacher, out, *more):
    return run(
        *("corpus", "questions", "林默", "--teacher", teacher.url, "-o", out),
        *("--grow", 30, "--no-rewording", "-j", 16, *more),
    )


def test_templates_grow_are_written_and_are_not_asked_for_twice(run, teach, tmp_path):
    teacher, out = teach(inventive()), tmp_path / "mine.yaml"
    file = tmp_path / "few.yaml"
    file.write_text("templates: ['你喜欢{item}吗？', 你是谁？]\nslots: {item: [剑, 船]}\n", "utf-8")
    ran = grow(run, teacher, out, "--templates", file, "--to", "templates")
    assert ran.status == 0 and "30 new templates\n" in ran.err, ran.err
    asked = len(teacher.asked)
    assert 3 <= asked <= 6, "10 at a time, half as many again at most"
    said = teacher.asked[0]["messages"][1]["content"]
    assert "你喜欢{item}吗？" in said and "{item} 剑、船" in said
    journal = tmp_path / "mine.yaml.journal"
    answers = tmp_path / "answers.jsonl"
    ran = grow(
        *(run, teacher, answers, "--templates", file, "--journal", journal, "-n", 40),
        *("--to", "instruct"),
    )
    assert ran.status == 0, ran.err
    rows = [json.loads(line) for line in answers.read_text("utf-8").splitlines()]
    questions = {row["input"] for row in rows}
    assert len(questions) == len(rows) == len(teacher.asked) - asked >= 32
    assert any("剑" in one for one in questions) and not any("{" in one for one in questions)
    again = run(
        *("corpus", "questions", "林默", "--teacher", teacher.url, "-o", answers, "-j", 16),
        *("--templates", out, "--to", "instruct", "--no-rewording", "-n", 40),
    )
    assert again.status == 0
    assert {
        json.loads(one)["input"] for one in answers.read_text("utf-8").splitlines()
    } == questions


def test_a_teacher_that_repeats_itself_is_told_and_costs_no_more_than_was_said(
    run, teach, tmp_path
):
    def parrot(system, user, before):
        return {"values": ["你是谁呢？", "你喜欢{nothing}吗？", "Where is it?", "{你去哪里？"]}

    file, out = tmp_path / "few.yaml", tmp_path / "out.yaml"
    file.write_text("templates: [你是谁？]\n", "utf-8")
    teacher = teach(parrot)
    more = ("--templates", file, "--to", "templates", "--grow", 30)
    ran = grow(run, teacher, out, *more, "--estimate", "--json")
    told = json.loads(ran.out)
    assert told["questions"] == 6 and told["sure"] is False
    ran = grow(run, teacher, out, *more)
    assert ran.status == 0 and len(teacher.asked) == 6
    assert "0 new templates of the 30 wanted: the teacher repeats itself" in ran.err


def test_seed_tasks_are_written_where_the_name_asks_for_them(run, teach, tmp_path):
    teacher, out = teach(inventive()), tmp_path / "seeds.jsonl"
    ran = grow(run, teacher, out, "--world", "西游记", "--to", "templates", "--json")
    assert ran.status == 0, ran.err
    rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert json.loads(ran.out) == {"templates": len(rows), "new": 30}
    assert any("[person]" in row["instances"][0]["input"] for row in rows)
    ran = run(
        *("corpus", "questions", "孙悟空", "--templates", out, "--world", "西游记"),
        *("-o", tmp_path / "x", "--estimate", "--no-rewording", "-n", 500, "--json"),
    )
    assert json.loads(ran.out)["questions"] == 500, ran.err
