"""Who is who in a chat on the command line: options, what is asked, what is told in a pipe."""

import json
from pathlib import Path

import pytest

from tests.tui.terminals import Terminal

CHAT = [
    {"user_name": "Jun", "character_name": "Mei"},
    {"name": "Mei", "is_user": False, "mes": '*He is late again.* Mei looks up. "You are late."'},
    {"name": "Jun", "is_user": True, "mes": "Sorry."},
    {"name": "World", "is_user": False, "mes": "It rains."},
]
STORY = {
    "gamestarted": True,
    "prompt": "The night was dark.",
    "actions": ["\nSmith: Who goes there?\n", "\n> draw sword\n", '\nSarah: "Stop!"\n'],
}


@pytest.fixture
def chat(home: Path) -> Path:
    path = home / "chat.jsonl"
    path.write_text("\n".join(map(json.dumps, CHAT)), "utf-8")
    return path


@pytest.fixture
def story(home: Path) -> Path:
    path = home / "story.json"
    path.write_text(json.dumps(STORY), "utf-8")
    return path


def lines(run) -> list[str]:
    return run("sessions", "show").out.splitlines()[1:]


@pytest.mark.parametrize("command", [("import",), ("sessions", "import")])
@pytest.mark.parametrize(
    ("options", "read"),
    [
        (
            (),
            [
                "Mei：\\me is late again.",
                "Mei：\\me looks up.",
                "Mei：You are late.",
                "Jun：Sorry.",
                "World：It rains.",
            ],
        ),
        (
            ("--style", "thoughts", "--narrator", "World"),
            [
                "Mei：（He is late again.）",
                "Mei：\\me looks up.",
                "Mei：You are late.",
                "Jun：Sorry.",
                "【It rains.】",
            ],
        ),
        (
            ("--style", "quoted"),
            [
                "Mei：\\me is late again.",
                "Mei：\\me looks up.",
                "Mei：You are late.",
                "Jun：\\me Sorry.",
                "World：\\me It rains.",
            ],
        ),
        (
            ("--style", "spoken", "--observer", "World", "--map", "Mei=Mia"),
            [
                "Mia：\\me is late again.",
                'Mia：Mei looks up. "You are late."',
                "Jun：Sorry.",
                "# World：It rains.",
            ],
        ),
    ],
)
def test_options_say_how_a_chat_is_read(run, chat, command, options, read) -> None:
    assert run(*command, chat, *options).status == 0
    assert lines(run) == read


def test_a_character_that_is_a_narrator_narrates_in_a_chat(run, chat, home) -> None:
    folder = home / "data/paotuan/characters"
    folder.mkdir(parents=True)
    (folder / "World.yaml").write_text("name: World\nprofile: All there is.\nnarrator: true\n")
    assert run("import", chat).status == 0
    assert lines(run)[-1] == "【It rains.】"


def test_whom_the_person_plays_is_named(run, chat) -> None:
    run("import", chat, "--player", "小明")
    assert "小明：Sorry." in lines(run)
    run("import", chat, "--player", "Mei")
    assert json.loads(run("sessions", "list", "--json").out)[0]["role"] == "Mei"


@pytest.mark.parametrize("command", [("import",), ("sessions", "import")])
def test_what_is_not_sure_is_told_in_a_line_where_nobody_can_be_asked(run, story, command) -> None:
    done = run(*command, story)
    assert done.status == 2 and not done.out
    (line,) = done.err.splitlines()
    assert "Smith, Sarah" in line and "--map NAME=ROLE" in line
    assert run("sessions", "list", "--json").out.strip() == "[]"
    assert run(*command, story, "--map", "Smith=Smith", "--map", "Sarah=").status == 0
    assert lines(run) == [
        "【The night was dark.】",
        "Smith：Who goes there?",
        "玩家：\\me draw sword",
        '【Sarah: "Stop!"】',
    ]


def test_a_role_of_a_log_is_not_empty(run, home) -> None:
    log = "林默(1) 2026-03-21 19:05:05\n“灯亮着。”\n"
    (home / "a.txt").write_text(log * 3, "utf-8")
    done = run("import", home / "a.txt", "--map", "林默=")
    assert done.status == 2 and "--map 林默=" in done.err


def test_a_person_at_a_terminal_is_asked_who_speaks(story: Path, tmp_path: Path) -> None:
    home = tmp_path / "person"
    home.mkdir()
    terminal = Terminal("import", str(story), home=home, PAOTUAN_LANG="en")
    try:
        terminal.until(terminal.shows("does Smith speak?"))
        terminal.type("y\r")
        terminal.until(terminal.shows("does Sarah speak?"))
        terminal.type("n\r")
        assert terminal.end() == 0
        assert "Smith 1" in terminal.text and "Sarah 1" not in terminal.text
    finally:
        terminal.close()
