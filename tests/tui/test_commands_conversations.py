"""Questions and answers on the command line: whose they are, how they are split and weighed."""

import json
from pathlib import Path
from typing import Any

from models.train.data import read_examples
from scenes.table.play import Play
from tests.tui.tables import house


def written(path: Path, records: list[Any]) -> Path:
    path.write_text(json.dumps(records, ensure_ascii=False, indent=1), "utf-8")
    return path


def examples(run: Any, *arguments: object) -> Any:
    return run("corpus", "examples", "--model", "scripted", *arguments)


def test_questions_are_never_in_each_others_prompts_and_are_held_out_whole(
    run: Any, home: Path
) -> None:
    records = [
        {"instruction": f"第{number}问，说说{sign}？", "output": f"{sign * 9}，就是这样。{number}"}
        for number in range(6)
        for sign in "山水风花雪月"
    ]
    file, out = written(home / "qa.json", records), home / "out.jsonl"
    made = examples(run, file, "--for", "李白", "-o", out)
    assert made.status == 0, made.err
    read = read_examples(out)
    assert {one.speaker for one in read} == {"李白"}
    assert all(one.prompt.history.count("\n") == 1 for one in read)
    assert {one.split for one in read} == {"train", "test"}


def test_a_log_of_questions_is_taken_for_them_and_one_who_asks_is_not_learned(
    run: Any, home: Path
) -> None:
    log, out = home / "answers.log", home / "out.jsonl"
    signs = "山水风花雪月琴棋书画"
    log.write_text("".join(f"来客：说说{s}？\n李白：{s * 6}在我心里。\n" for s in signs), "utf-8")
    assert examples(run, log, "-o", out).status == 0
    read = read_examples(out)
    assert {one.speaker for one in read} == {"李白"}
    assert all(one.prompt.history.count("\n") == 1 for one in read)


def test_names_are_merged_weighed_and_left_out_and_listed_before(run: Any, home: Path) -> None:
    log, talk, out = home / "a.log", home / "talk.json", home / "out.jsonl"
    signs = "山水风花雪月琴棋书画诗酒"
    said = "".join(f"少女：看{s * 4}！\n夏娜：{s * 5}来了。\nunknown：{s}？\n" for s in signs)
    log.write_text(said, "utf-8")
    asked = [{"respondent": "夏娜", "ask": f"{s}呢？", "answer": f"我爱{s * 7}。"} for s in signs]
    written(talk, asked)
    made = examples(run, log, f"{talk}:0.3", "--map", "少女=夏娜", "--without", "记者", "-o", out)
    assert made.status == 0, made.err
    read = read_examples(out)
    assert {one.speaker for one in read} == {"夏娜"}
    assert {one.weight for one in read if one.source == str(talk)} == {0.3}
    assert {one.weight for one in read if one.source == str(log)} == {1.0}
    assert any("unknown：" in one.prompt.history for one in read)
    assert made.err.index("夏娜 36") < made.err.index("examples: ")
    assert "--for unknown" in made.err


def test_a_weight_of_nothing_is_refused(run: Any, home: Path) -> None:
    (home / "a.log").write_text("林默：好。\n", "utf-8")
    made = examples(run, f"{home / 'a.log'}:0", "-o", home / "out.jsonl")
    assert made.status == 2
    assert "above 0" in made.err


def test_a_log_without_headings_is_held_out_in_blocks_with_a_gap(run: Any, home: Path) -> None:
    log, out = home / "long.log", home / "out.jsonl"
    lines = [
        f"林默：这是第{n}句，{chr(0x4E00 + 37 * n) * 6}。\n苏晚：嗯{n}。\n" for n in range(200)
    ]
    log.write_text("".join(lines), "utf-8")
    made = examples(run, log, "--for", "林默", "-o", out, "--json")
    assert made.status == 0, made.err
    told = json.loads(made.out)
    assert 10 <= told["test"] <= 40
    assert told["left_out"]["between what is learned and what is held out"] > 0
    read = read_examples(out)
    test = {one.reply for one in read if one.split == "test"}
    for one in read:
        if one.split == "train":
            assert not any(f"林默：{reply}" in one.prompt.history for reply in test)


def test_a_novel_is_read_for_who_says_what_in_it(run: Any, home: Path) -> None:
    novel, out = home / "novel.txt", home / "out.jsonl"
    said = [
        f"却说众人来到帐中坐定，商议了许久也没有一个主意。孔明笑曰：“{s * 5}可矣。”\n"
        for s in "山水风花雪月"
    ]
    novel.write_text(
        "".join(
            f"第{n}回 英雄相会\n{one * 2}" for n, one in zip("一二三四五六", said, strict=True)
        ),
        "utf-8",
    )
    made = examples(run, novel, "--for", "孔明", "--test", 0, "-o", out)
    assert made.status == 0, made.err
    assert "a novel" in made.err
    assert {one.speaker for one in read_examples(out)} == {"孔明"}


def test_one_session_holds_out_its_end(run: Any, home: Path) -> None:
    play = Play.start(house(), "林默")
    for number in range(24):
        play.say(f"苏晚：第{number}句，{chr(0x4E00 + 53 * number) * 5}。")
    play.close()
    out = home / "out.jsonl"
    made = examples(run, play.journal.id, "--for", "苏晚", "-o", out)
    assert made.status == 0, made.err
    splits = [one.split for one in read_examples(out)]
    assert splits == ["train"] * 22 + ["test"] * 2
