"""`paotuan import`: any file in, told what it is, asked about where that is not sure."""

import json
import os
import pty
from pathlib import Path

import pytest

from characters.cards.files import read_card
from tests.characters.card_files import png_of, raw, v2, v3
from tests.imports.table_logs import EVENING, LOGS, NAMED

ST = '{"user_name":"你","character_name":"安"}\n{"name":"安","is_user":false,"mes":"好"}\n'
BOOK = {"entries": {"0": {"key": ["旧宅"], "content": "旧宅建于光绪年间。"}}}
UNSURE = "甲：好。\n乙：好。\n丙：好。\n" + "就这样过去了很久很久。\n" * 2


def sessions(run):
    return json.loads(run("sessions", "list", "--json").out)


def test_a_log_becomes_a_session_that_can_be_played_on(run, home):
    (home / "旧宅.txt").write_text(NAMED, "utf-8")
    done = run("import", home / "旧宅.txt", "--player", "林默")
    (session,) = sessions(run)
    assert (done.status, done.out) == (0, f"{session['id']}\n") and session["role"] == "林默"
    assert done.err.splitlines()[0].endswith("旧宅.txt: SealDice log; 8 messages read, 5 kept")
    assert "dropped: commands 1 (line 7)" in done.err
    assert run("sessions", "show").out.endswith(EVENING)
    played = run("play", "--resume", "--line", "--model", "scripted", stdin="走吧\n")
    assert played.status == 0 and "林默：走吧" in run("sessions", "show").out


def test_who_is_who_in_a_log_can_be_said(run, home):
    (home / "a.txt").write_text(NAMED, "utf-8")
    done = run(
        *("import", home / "a.txt", "--map", "林默=林医生", "--narrator", "苏晚"),
        *("--observer", "骰娘", "--bot", "守秘人", "--style", "spoken"),
    )
    assert done.status == 0
    shown = run("sessions", "show").out
    assert "林医生：我推门进去。" in shown and "【她提着灯追了上来。】" in shown
    assert "D100" not in shown and "雨下了一整夜" not in shown


def test_the_player_of_a_log_is_one_of_its_roles(run, home):
    (home / "a.txt").write_text(NAMED, "utf-8")
    done = run("import", home / "a.txt", "--player", "林墨")
    assert done.status == 2 and "did you mean 林默" in done.err and not sessions(run)


def test_logs_become_one_log_where_a_file_for_it_is_named(run, home):
    (home / "a.txt").write_text(NAMED, "utf-8")
    (home / "b.txt").write_bytes(LOGS["sinanya"][1])
    done = run("import", home / "a.txt", home / "b.txt", "-o", home / "out.txt", "--json")
    assert done.status == 0 and not sessions(run)
    assert (home / "out.txt").read_text("utf-8").startswith(EVENING)
    first, second = json.loads(done.out)
    assert (first["importer"], second["importer"]) == ("sealdice", "sinanya")
    assert first["read"] == 8 and first["kept"]["messages"] == 5 and first["dropped"]["commands"]
    assert first["files"] == [str(home / "out.txt")]
    (home / "王都.json").write_text(json.dumps(BOOK, ensure_ascii=False), "utf-8")
    refused = run("import", home / "a.txt", home / "王都.json", "-o", home / "other.txt")
    assert refused.status == 2 and "-o writes logs and chats only" in refused.err
    assert not (home / "other.txt").exists()


RISU = {
    "type": "risuAllChats",
    "data": [
        {"name": name, "message": [{"role": "user", "data": f"{name}？"}, {"data": "在。"}]}
        for name in ("茶", "雨")
    ],
}


def test_chats_become_one_log_with_a_chapter_each_or_a_log_each(run, home):
    (home / "c.jsonl").write_text(ST, "utf-8")
    (home / "阿澜_2026-06-17T083021281Z_chat.json").write_text(json.dumps(RISU), "utf-8")
    inputs = sorted(home.glob("*.json*"))
    done = run("import", home / "c.jsonl", "--map", "安=阿澜", "-o", home / "one.txt")
    assert done.status == 0 and (home / "one.txt").read_text("utf-8") == "阿澜：好\n"
    assert "SillyTavern chat; 1 message read, 1 kept" in done.err and not sessions(run)
    assert run("import", *inputs, "-o", home / "all.txt", "--player", "小明").status == 0
    assert (home / "all.txt").read_text("utf-8") == (
        "==== c ====\n安：好\n"
        "==== 茶 ====\n小明：茶？\n阿澜：在。\n==== 雨 ====\n小明：雨？\n阿澜：在。\n"
    )
    (home / "logs").mkdir()
    (home / "bad.jsonl").write_text('{"user_name":"a","character_name":"b"}\n', "utf-8")
    done = run("import", *inputs, home / "bad.jsonl", "-o", home / "logs")
    assert done.status == 2 and "no message in it" in done.err
    assert done.out.split() == [str(home / "logs" / f"{name}.txt") for name in "c茶雨"]
    assert (home / "logs/雨.txt").read_text("utf-8") == "玩家：雨？\n阿澜：在。\n"
    again = run("import", home / "bad.jsonl", *inputs, "-o", home / "none.txt")
    assert again.status == 2 and not (home / "none.txt").exists()
    made = run("import", home / "阿澜_2026-06-17T083021281Z_chat.json")
    assert made.status == 0 and len(sessions(run)) == 2


def test_a_chat_becomes_a_session_with_the_names_that_are_given(run, home):
    (home / "c.jsonl").write_text(ST, "utf-8")
    done = run("import", home / "c.jsonl", "--player", "小明", "--map", "安=阿澜")
    (session,) = sessions(run)
    assert done.status == 0 and session["role"] == "小明"
    assert "SillyTavern chat; 1 message read, 1 kept" in done.err
    assert run("sessions", "show").out.endswith("阿澜：好\n")


def test_a_card_and_its_book_become_a_character_that_knows_it(run, home):
    (home / "a.png").write_bytes(png_of(ccv3=v3()))
    (home / "王都.json").write_text(json.dumps(BOOK, ensure_ascii=False), "utf-8")
    done = run("import", home / "a.png", home / "王都.json", "--to", home / "c")
    assert done.status == 0, done.err
    made = home / "c" / "林晚星.yaml"
    assert done.out.splitlines() == [str(home / "c" / "王都.book.json"), str(made)]
    assert "character card in a picture" in done.err and "lorebook entries 1" in done.err
    character = json.loads(run("characters", "show", made, "--json").out)
    assert [Path(one).name for one in character["knowledge"]] == [
        *("林晚星.book.json", "王都.book.json")
    ]
    assert run("characters", "check", made).status == 0
    again = run("import", home / "a.png", "--to", home / "c")
    assert again.status == 2 and "--force replaces it" in again.err
    assert run("import", home / "a.png", "--to", home / "c", "--force").status == 0
    assert read_card(home / "c" / "林晚星.card.png").name == "林晚星"


def test_the_texts_of_a_role_are_one_character(run, home):
    (home / "system_prompt.txt").write_text("你是李白，诗人。", "utf-8")
    (home / "a.txt").write_text("杜甫：「喝酒吗？」\n李白：「喝。」\n", "utf-8")
    done = run("import", home / "system_prompt.txt", home / "a.txt", "--to", home / "c")
    assert done.status == 0, done.err
    assert len(done.out.splitlines()) == 1 and "ChatHaruhi role" in done.err


def test_a_bad_file_is_a_line_and_the_others_are_imported(run, home):
    (home / "page.json").write_text("<html></html>", "utf-8")
    (home / "book.json").write_text('{"entries": {}}', "utf-8")
    (home / "cut.json").write_text('{"spec": "chara_card_v2", "data": {"na', "utf-8")
    (home / "v2.json").write_bytes(raw(v2()))
    names = ("page.json", "book.json", "cut.json", "missing.txt", "v2.json")
    done = run("import", *(home / name for name in names), home, "--to", home / "c")
    assert done.status == 2
    assert (home / "c" / "林晚星.yaml").is_file()
    problems = [line for line in done.err.splitlines() if line.startswith("paotuan: ")]
    assert len(problems) == 5
    for name, problem in zip(
        ("page.json", "missing.txt", str(home), "book.json", "cut.json"), problems, strict=True
    ):
        assert name in problem


def test_a_novel_is_told_and_left_to_the_command_that_reads_it(run, home):
    text = "第一回 雨夜\n" + "夜里下起了雨，他推门进来，把伞靠在墙边，说道：“有人吗？”\n" * 20
    (home / "n.txt").write_text(text, "utf-8")
    done = run("import", home / "n.txt")
    assert done.status == 2 and f"paotuan corpus quotes {home / 'n.txt'}" in done.err


def test_what_is_not_sure_is_asked_and_in_a_pipe_refused_with_the_names(run, home):
    (home / "a.txt").write_text(UNSURE, "utf-8")
    refused = run("import", home / "a.txt")
    assert refused.status == 2 and "perhaps paotuan log; say which: --as paotuan" in refused.err
    assert not sessions(run)
    assert run("import", home / "a.txt", "--as", "paotuan").status == 0
    assert len(sessions(run)) == 1


@pytest.mark.parametrize(("answer", "made"), [("1", 1), ("", 0), ("9", 0)])
def test_a_person_at_a_terminal_is_asked(run, home, monkeypatch, answer, made):
    import sys

    (home / "a.txt").write_text(UNSURE, "utf-8")
    from tui.__main__ import main

    terminal, program = pty.openpty()
    os.write(terminal, f"{answer}\n".encode())
    with open(program, "r+b", buffering=0) as file:
        monkeypatch.setattr(sys, "stdin", os.fdopen(os.dup(file.fileno())))
        monkeypatch.setattr(sys, "stderr", os.fdopen(os.dup(file.fileno()), "w"))
        status = main(["import", str(home / "a.txt")])
        sys.stderr.flush()
    asked = ""
    while "Which number" not in asked:
        asked += os.read(terminal, 1 << 16).decode()
    assert "1 paotuan log (paotuan)" in asked
    assert status == (0 if made else 2)
    monkeypatch.undo()


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--as", "seaaldice"], "did you mean sealdice"),
        (["--as", "fvtt"], "no message of the format fvtt"),
        (["--as", "sillytavern"], "not a chat"),
        (["--as", "card-json"], "a.txt"),
        (["--as", "lorebook"], "a.txt"),
        (["--style", "quotes"], "quoted"),
        (["--map", "林默"], "expected NAME=ROLE"),
    ],
)
def test_a_wrong_option_is_one_line(run, home, options, why):
    (home / "a.txt").write_text(NAMED, "utf-8")
    done = run("import", home / "a.txt", *options)
    assert done.status == 2 and not done.out and not sessions(run)
    (line,) = [line for line in done.err.splitlines() if line.startswith("paotuan: ")]
    assert why in line


def test_the_report_is_chinese_for_who_reads_chinese(run, home, monkeypatch):
    monkeypatch.setenv("PAOTUAN_LANG", "zh")
    (home / "a.txt").write_text(NAMED, "utf-8")
    told = run("import", home / "a.txt").err
    assert "a.txt：海豹骰记录，读到 8 条消息，留下 5 条" in told
    assert "未保留：旁观者的话 1（第 20 行）" in told and "角色：守秘人 1、林默 1、苏晚 1" in told
    (home / "b.txt").write_text(UNSURE, "utf-8")
    assert "可能是paotuan 的记录；请说明是哪种：--as paotuan" in run("import", home / "b.txt").err


def test_a_card_is_played_at_once_in_a_scene_of_its_own(run, home):
    (home / "a.json").write_bytes(raw(v2(mes_example="<START>\n{{user}}：你好\n{{char}}：嗯。")))
    done = run("import", home / "a.json")
    assert done.status == 0 and "to play: paotuan play '林晚星'" in done.err
    played = run("play", "林晚星", "--line", "--model", "scripted", stdin="你好\n/prompt\n")
    assert played.status == 0
    prompt = played.out + played.err
    assert "{林晚星说话的例子}\n来客：你好\n林晚星：嗯。\n{例子完}\n" in prompt
    assert "{{" not in prompt and prompt.count("王都学院的首席法师") == 1


def test_a_card_is_called_and_taken_for_what_one_says(run, home):
    (home / "a.json").write_bytes(raw(v2(name="")))
    refused = run("import", home / "a.json")
    assert refused.status == 2 and "a card without a name; give it one: --name NAME" in refused.err
    done = run(
        "import", home / "a.json", "--name", "店主", "--mode", "narrator", "--to", home / "c"
    )
    assert done.status == 0 and done.out == f"{home / 'c' / '店主.yaml'}\n"
    assert "taken for a narrator" in done.err
    text = (home / "c" / "店主.yaml").read_text("utf-8")
    assert "narrator: true" in text and "name: 店主" in text
    again = run("characters", "import", home / "a.json", "--name", "店主", "--to", home / "c")
    assert again.status == 2 and "--force replaces it, --name NAME" in again.err
    wrong = run("import", home / "a.json", "--mode", "narator")
    assert wrong.status == 2 and "did you mean narrator" in wrong.err


def test_what_never_fits_is_named_at_import_and_by_check(run, home):
    entries = [
        {"keys": [], "content": "大" * 3000, "constant": True, "enabled": True, "extensions": {}},
        {"keys": [], "content": "小。", "constant": True, "enabled": True, "extensions": {}},
    ]
    (home / "a.json").write_bytes(raw(v2(character_book={"entries": entries, "extensions": {}})))
    line = "1 constant entry is left out: in a context of 4,096 tokens they have"
    done = run("import", home / "a.json")
    assert line in done.err and "constant entries 2" in done.err
    assert line in run("characters", "check", "林晚星").err
    assert line in run("scenes", "check", "林晚星").err


GOLDEN = Path(__file__).resolve().parents[1] / "imports" / "golden"
REFUSED = sorted(path.name for path in GOLDEN.glob("refused*") if path.suffix != ".refused")


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_log_is_one_line_and_exit_2_and_nothing_is_written(run, home, name):
    for command in (("import",), ("log", "import")):
        done = run(*command, GOLDEN / name)
        assert (done.status, done.out) == (2, "") and not sessions(run)
        (line,) = done.err.splitlines()
        assert name in line


def test_names_of_formats_are_listed_on_demand(run, home):
    (home / "a.txt").write_text("x\n", "utf-8")
    for command in (("import", "--as"), ("log", "import", "--format")):
        *words, option = command
        done = run(*words, home / "a.txt", option, "?")
        assert done.status == 2 and "roll20-html" in done.err


NARRATED = "".join(
    f"{name}({id}) 2026-03-21 19:00:0{at}\n{text}\n\n"
    for at, (name, id, text) in enumerate(
        (
            ("阿守", 100001, "你们的船在黄昏靠岸，码头上没有人，雾从海上来。"),
            ("秦川", 100002, "“真冷。”"),
            ("阿守", 100001, "秦川看见栈桥尽头有一盏灯。（侦查）"),
            ("秦川", 100002, "“谁？”"),
            ("阿守", 100001, "“你们来晚了。”"),
        )
    )
)


@pytest.mark.parametrize(("answer", "speaks"), [("y", False), ("n", True)])
def test_who_seems_to_narrate_is_asked_at_a_terminal(run, home, monkeypatch, answer, speaks):
    import sys

    from tui.__main__ import main

    (home / "a.txt").write_text(NARRATED, "utf-8")
    stdin, stderr = sys.stdin, sys.stderr
    terminal, program = pty.openpty()
    os.write(terminal, f"{answer}\n".encode())
    with open(program, "r+b", buffering=0) as file:
        monkeypatch.setattr(sys, "stdin", os.fdopen(os.dup(file.fileno())))
        monkeypatch.setattr(sys, "stderr", os.fdopen(os.dup(file.fileno()), "w"))
        status = main(["import", str(home / "a.txt"), "--player", "秦川"])
        sys.stderr.flush()
    asked = ""
    while "play on: paotuan play --resume" not in asked:
        asked += os.read(terminal, 1 << 16).decode()
    assert status == 0 and "阿守 seems to narrate" in asked
    monkeypatch.setattr(sys, "stdin", stdin)
    monkeypatch.setattr(sys, "stderr", stderr)
    shown = run("sessions", "show").out
    assert ("阿守：你们来晚了。" in shown) == speaks
    assert ("【“你们来晚了。”】" in shown) != speaks


def test_a_log_goes_straight_to_the_table(run, home):
    (home / "雾港.txt").write_text(NARRATED, "utf-8")
    session = run("import", home / "雾港.txt", "--player", "秦川").out.strip()
    played = run("play", "--resume", session, "--line", "--model", "scripted", stdin="走吧。\n")
    assert played.status == 0
    assert run("sessions", "show").out.rstrip().endswith("秦川：走吧。")
