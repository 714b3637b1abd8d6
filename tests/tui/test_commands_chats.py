"""Chats on the command line: imported, exported, and what is said of them."""

import json

import pytest

HEADER = {"user_name": "You", "character_name": "安"}
GREETING = {"name": "安", "is_user": False, "mes": "你好", "swipes": ["你好", "嗨"], "swipe_id": 0}
REPLY = {"name": "You", "is_user": True, "mes": "*点头*"}


@pytest.fixture
def chat(home):
    """A chat whose last line is cut off."""
    path = home / "chat.jsonl"
    lines = [json.dumps(one, ensure_ascii=False) for one in (HEADER, GREETING, REPLY)]
    path.write_text("\n".join([*lines, '{"name":"安"']), "utf-8")
    return path


def test_an_import_says_what_was_read_kept_and_dropped(run, chat):
    done = run("sessions", "import", chat)
    assert done.status == 0
    (listed,) = json.loads(run("sessions", "list", "--json").out)
    assert done.out == f"{listed['id']}\n"
    assert done.err.splitlines() == [
        "chat.jsonl: SillyTavern chat; 2 messages read, 2 kept",
        "  kept: turns 2, draws 1, candidates 2",
        "  dropped: cut off before its end 1 (line 4)",
        "  roles: 安 1, You 1",
    ]
    assert run("sessions", "show").out.endswith("安：你好\nYou：\\me 点头\n")


def test_an_import_as_somebody_is_played_on(run, chat):
    (told,) = json.loads(run("sessions", "import", chat, "--as", "小明", "--json").out)
    assert told["kept"]["messages"] == 2
    listed = json.loads(run("sessions", "list", "--json").out)
    assert listed[0]["role"] == "小明"
    played = run("play", "--resume", "--line", "--model", "scripted", stdin="再见\n")
    assert played.status == 0
    assert "小明：再见" in run("sessions", "show").out


def test_who_is_a_character_of_yours_sits_down_with_all_that_is_known_of_them(run, chat, home):
    folder = home / "data/paotuan/characters"
    folder.mkdir(parents=True)
    (folder / "安.yaml").write_text("profile: 等{{user}}的船夫。\nname: 安\n", "utf-8")
    (folder / "You.yaml").write_text("name: 别人\nprofile: 不是他。\n", "utf-8")
    done = run("sessions", "import", chat)
    assert f"安 is played as the character in {folder / '安.yaml'}" in done.err
    prompts = run("sessions", "export", "--to", "seq2seq").out
    assert "等You的船夫。" in prompts and "不是他" not in prompts
    (folder / "安.yaml").write_text("profile: [\n", "utf-8")
    assert "安 is played without a character file" in run("sessions", "import", chat).err


AGNAI = {
    "name": "Tea",
    "messages": [
        {"msg": '*pours tea* "Sit."', "retries": ['*sighs* "Go."', "Stay."]},
        {"userId": "u", "msg": "*sits* Thanks!"},
    ],
}


def test_a_chat_that_names_nobody_gets_names(run, home):
    (home / "a.json").write_text(json.dumps(AGNAI), "utf-8")
    done = run("sessions", "import", home / "a.json", "--map", "角色=Ann", "--map", "Eve=X")
    assert "nobody is called Eve; those who speak are 角色, 玩家" in done.err
    assert run("sessions", "show").out.endswith(
        "Ann：\\me pours tea\nAnn：Sit.\n玩家：\\me sits\n玩家：Thanks!\n"
    )
    assert run("sessions", "import", home / "a.json", "--map", "Ann").status == 2


def test_a_message_of_any_program_is_one_message_for_sillytavern(run, home):
    (home / "a.json").write_text(json.dumps(AGNAI), "utf-8")
    run("sessions", "import", home / "a.json")
    lines = run("sessions", "export", "--to", "sillytavern").out.splitlines()
    tea, thanks = map(json.loads, lines[1:])
    assert tea["mes"] == "\\me pours tea\nSit."
    assert tea["swipes"] == [tea["mes"], "\\me sighs\nGo.", "Stay."]
    assert thanks["mes"] == "\\me sits\nThanks!" and thanks["is_user"]
    (home / "b.jsonl").write_text("\n".join(lines), "utf-8")
    assert (
        "2 messages read, 2 kept\n  kept: turns 6"
        in run("sessions", "import", home / "b.jsonl").err
    )
    again = run("sessions", "export", "--to", "sillytavern").out.splitlines()
    assert again[1:] == lines[1:]


def test_an_export_to_sillytavern_is_the_file_that_came(run, chat, home):
    run("sessions", "import", chat)
    run("sessions", "export", "--to", "sillytavern", "-o", home / "out.jsonl")
    came = chat.read_text("utf-8").rpartition("\n")[0].split("\n")
    gone = (home / "out.jsonl").read_text("utf-8").split("\n")
    assert [json.loads(line) for line in gone] == [json.loads(line) for line in came]


def test_a_file_that_is_no_chat_is_a_line_and_the_others_are_imported(run, chat, home):
    page = home / "page.json"
    page.write_text("<html></html>", "utf-8")
    done = run("sessions", "import", page, chat, home / "none.jsonl")
    assert done.status == 2
    assert "web page" in done.err and "none.jsonl" in done.err
    assert len(json.loads(run("sessions", "list", "--json").out)) == 1


def test_training_examples_are_entered_for_llama_factory(run, chat, home):
    run("sessions", "import", chat)
    for form in ("alpaca", "sharegpt"):
        assert run("sessions", "export", "--to", form, "-o", home / f"{form}.jsonl").status == 0
    entered = json.loads((home / "dataset_info.json").read_text("utf-8"))
    assert entered["sharegpt"]["formatting"] == "sharegpt"
    assert entered["alpaca"]["file_name"] == "alpaca.jsonl"
    (home / "dataset_info.json").write_text("[]", "utf-8")
    done = run("sessions", "export", "--to", "alpaca", "-o", home / "b.jsonl")
    assert "left as it is" in done.err
    assert (home / "dataset_info.json").read_text("utf-8") == "[]"


def test_the_world_info_of_a_kobold_save_is_told_in_play(run, home):
    lore = [{"key": "王都", "content": "王都由禁卫军守护。"}]
    story = {"gamestarted": True, "prompt": "林晚星: 去王都吧。", "actions": [], "worldinfo": lore}
    (home / "save.json").write_text(json.dumps(story), "utf-8")
    done = run("sessions", "import", home / "save.json", "--map", "林晚星=林晚星")
    assert f"its world info comes up in play, read from {home / 'save.json'}" in done.err
    run("play", "--resume", "--line", "--model", "scripted", stdin="王都有多远？\n1\n")
    prompts = run("sessions", "export", "--to", "seq2seq").out
    assert "【王都由禁卫军守护。】" in prompts
