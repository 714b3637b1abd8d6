"""A log that becomes a session: its rolls are those of the table, its sheets change in place."""

from pathlib import Path

import pytest

from models.scripted import Scripted
from scenes.data.examples.heldout import HeldOut
from scenes.data.examples.make import make
from scenes.data.examples.prompts import Bounds
from scenes.data.examples.sessions import session_source
from scenes.dice.skills import SAN
from scenes.dice.throwing import Thrown
from scenes.files.importing import import_log
from scenes.files.recognise import recognise
from scenes.files.report import ImportReport
from scenes.files.trpg.convert import UNREAD
from scenes.files.trpg.files import open_logs
from scenes.files.trpg.people import TableRules
from scenes.log import parse
from scenes.table.journal_reader import read_session
from scenes.table.play import Play
from scenes.table.session import Session, Turn
from tests.frontends import PlainFrontEnd

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
MESSAGES = [
    ("守秘人", "雨下了一整夜。"),
    ("林默", ".st 侦查60 hp11 san55"),
    ("骰娘", "<林默>的coc7属性录入完成，本次录入了3条数据"),
    ("林默", "“我看看门后。”"),
    ("林默", ".rb 侦查"),
    ("骰娘", '风停了，灯也灭了…… <林默>的"侦查"检定结果为: b1=35/60[D100=45, 奖励 3] 成功，真好'),
    ("守秘人", "门后有什么东西扑了上来。"),
    ("林默", ".st hp-3"),
    ("骰娘", "<林默>的“hp”变化: 11 ➯ 8 (扣除3=3点)"),
    ("林默", ".sc 1/1d6"),
    ("骰娘", "<林默>的理智检定:\nD100=93/55 失败了！\n理智变化: 55 ➯ 51 (扣除1d6=4点)"),
    ("林默", "“……走。”"),
    ("林默", ".st hp 9"),
    ("林默", ".r 1d3+1d4"),
    ("骰娘", "<林默>掷出了 1d3+1d4=2+3=5"),
    ("林默", ".rh 聆听"),
    ("骰娘", "命运正在低语！"),
    ("苏晚", ".ra追踪"),
    ("骰娘", '你看到了结果："追踪"检定结果为: D100=20/50 困难成功！'),
    ("林默", ".ti"),
    ("骰娘", "<林默>的疯狂发作-即时症状:\n1D10=3\n狂躁，持续1D10=5轮。"),
    ("苏晚", "“跟上。”"),
]
LINES = [
    *("林默 侦查 1d100b1=35/60 成功", "林默 理智 1d100=93/55 失败 SAN 55→51"),
    *("林默 1d3+1d4=5", "林默 暗骰", "苏晚 追踪 1d100=20/50 困难成功"),
]


def written(folder: Path, messages: list[tuple[str, str]] = MESSAGES) -> Path:
    path = folder / "raw-log.txt"
    path.write_text(
        "".join(
            f"{name}({100 + len(name) + ord(name[0])}) 2026-03-21 19:05:{at:02}\n{text}\n\n"
            for at, (name, text) in enumerate(messages)
        ),
        "utf-8",
    )
    return path


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    return read_session(imported(written(tmp_path), tmp_path, monkeypatch)[0])


def imported(
    path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, player: str | None = "林默"
) -> tuple[Path, ImportReport]:
    monkeypatch.setenv("XDG_DATA_HOME", str(folder / "data"))
    (report,) = import_log(recognise(path), TableRules(), player, lambda line: None)
    return next(folder.rglob(f"{report.session}.jsonl")), report


def test_each_roll_is_an_event_with_its_dice_as_if_it_was_rolled_here(session: Session) -> None:
    told = [turn.entry.text for turn in session.path if turn.roll is not None]
    assert told == LINES
    check, sanity, thrown, hidden, unnamed = session.rolled
    assert (check.kind, check.skill, check.target, check.value) == ("check", "侦查", 60, 60)
    assert check.dice == (Thrown(100, (45, 35), (0,)),)
    assert (sanity.kind, sanity.skill) == ("sanity", SAN) and sanity.dice[1] == Thrown(6, (4,))
    assert thrown.dice == (Thrown(3, (2,)), Thrown(4, (3,)))
    assert hidden.hidden and hidden.who == "林默" and not hidden.totals
    assert unnamed.who == "苏晚" and unnamed.degree == "hard"
    assert all(
        roll.after == turn.parent
        for roll, turn in zip(session.rolled, told_turns(session), strict=True)
    )


def told_turns(session: Session) -> list[Turn]:
    return [turn for turn in session.path if turn.roll is not None]


def test_sheets_change_where_the_log_changed_them(session: Session) -> None:
    assert session.scene.role("林默").sheet == {"侦查": 60, "HP": 11, "SAN": 55}
    along = [
        (turn.entry.text[:6], session.sheet_before("林默", turn.id)["HP"]) for turn in session.path
    ]
    hp = dict(along)
    assert hp["我看看门后。"] == 11 and hp["门后有什么东"] == 11 and hp["……走。"] == 8
    assert hp["林默 1d3"] == 9 and session.sheet("林默") == {"侦查": 60, "HP": 9, "SAN": 51}
    (walks,) = [t.id for t in session.path if t.entry.text == "……走。"]
    assert session.sheet_before("林默", walks)["SAN"] == 51
    assert session.sheet_before("林默", walks - 1)["SAN"] == 55


def test_what_is_dice_and_no_sentence_stays_and_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, report = imported(written(tmp_path), tmp_path, monkeypatch)
    texts = [turn.entry.text for turn in read_session(path).path]
    assert "林默的疯狂发作-即时症状: 1D10=3 狂躁，持续1D10=5轮。" in texts
    assert report.became["dice"] == 5 and report.became[UNREAD] == 1


def test_a_plain_log_has_the_same_lines_and_nothing_else(tmp_path: Path) -> None:
    (log,) = open_logs(written(tmp_path))
    entries = parse("".join(log.lines(TableRules())))
    assert [one.text for one in entries if one.text in LINES] == LINES


def test_who_plays_and_says_what_a_bot_says_loses_no_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages = [
        ("阿历克", "行吧，让我看看。"),
        ("莉莉", ".ra侦查"),
        ("阿历克", "尽力一搏。\n莉莉进行的侦查鉴定结果:1d100=8/65 极难成功。等着夸奖吗？"),
        *[("阿历克", f"第{n}句。") for n in range(5)],
        ("莉莉", "“我看见了。”"),
    ]
    path, __ = imported(written(tmp_path, messages), tmp_path, monkeypatch, None)
    session = read_session(path)
    (roll,) = session.rolled
    assert (roll.who, roll.totals, roll.degree) == ("莉莉", (8,), "extreme")
    assert any("尽力一搏" in t.entry.text and "夸奖" in t.entry.text for t in session.path)


def test_it_is_played_on_with_dice_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seed in (5, 6):
        path, __ = imported(written(tmp_path), tmp_path / str(seed), monkeypatch)
        play = Play.resume(path)
        play.new_seed = lambda seed=seed: seed
        table = PlainFrontEnd(play, Scripted(["好。"]))
        told = "\n".join(table.table.rolls_told())
        assert "林默 侦查 1d100b1=35/60 成功  [(45) 35]" in told and "林默 暗骰" in told
        table.do("enter", ".ra 侦查")
        roll = play.session.rolled[-1]
        assert roll.value == 60 and (roll.id, roll.seed) == (6, seed)
        table.do("edit", told_turns(play.session)[0].id, "【林默 侦查 1d100=1/60 大成功】")
        assert "dice" in table.errors[-1]
        table.do("undo")
        play.close()


def test_a_model_reads_the_rolls_and_none_is_learned_as_a_line(session: Session) -> None:
    source = session_source(session, ["苏晚", "守秘人"])
    made = make([source], Bounds(4096, len), HeldOut(0)).examples
    assert [(one.speaker, one.reply) for one in made] == [
        ("守秘人", "雨下了一整夜。】\n"),
        ("守秘人", "门后有什么东西扑了上来。】\n"),
        ("守秘人", "林默的疯狂发作-即时症状: 1D10=3 狂躁，持续1D10=5轮。】\n"),
        ("苏晚", "跟上。\n"),
    ]
    last = made[-1].prompt.history
    for line in LINES:
        assert f"【{line}】" in last
    assert "HP 8/11" in last and not any(line in one.reply for one in made for line in LINES)


@pytest.mark.parametrize(
    "text",
    [
        *(".st " + "hp-" * 3000, ".st hp-99999999999", ".st hp-3" * 400, ".st 甲" * 900),
        *(".st san-1d6=4", ".st hp--3", ".st 林默-hp-3", ".st &手枪=1d10"),
        *("<林默>的“hp”变化: 11 ➯ 99999", "D100=1/1 " * 300, "<林默>的" * 200 + "D100=4/5 成功"),
    ],
)
def test_hostile_orders_and_answers_break_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    messages = [*MESSAGES, ("林默", text), ("骰娘", text), ("苏晚", "“完。”")]
    path, __ = imported(written(tmp_path, messages), tmp_path, monkeypatch)
    session = read_session(path)
    assert session.path[-1].entry.text == "完。"
    hp = session.sheet("林默")["HP"]
    assert isinstance(hp, int) and hp >= 0
    if "san-1d6" in text:
        assert session.sheet("林默")["SAN"] == 47


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("W_seal_dice.txt", ["木木 灵感 1d100=45/50 成功", "木木 暗骰"]),
        ("B_dice_mirai.txt", ["莉莉 侦查 1d100=8/65 极难成功"]),
        (
            "A_sealdice_editor_2026.txt",
            ["罗兰·维尔 侦查 1d100=10/70 极难成功", "罗兰·维尔 追踪 1d100=20/50 困难成功"],
        ),
    ],
)
def test_the_cases_that_went_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, lines: list[str]
) -> None:
    case = SHARED / "cases" / "logs" / name
    if not case.exists():
        pytest.skip(f"{name} does not lie beside the checkout")
    session = read_session(imported(case, tmp_path, monkeypatch, None)[0])
    told = [turn.entry.text for turn in told_turns(session)]
    assert set(lines) <= set(told)


@pytest.mark.parametrize(
    "name",
    [
        *("sealdice_raw_log.txt", "sealdice_standard_log.json", "olivadice.olivadicelog"),
        *("ccfolia.json", "dice_dated.txt", "fvtt.txt"),
    ],
)
def test_the_logs_of_tools_have_their_rolls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    case = SHARED / "fixtures" / "trpg_logs" / name
    if not case.exists():
        pytest.skip(f"{name} does not lie beside the checkout")
    session = read_session(imported(case, tmp_path, monkeypatch, None)[0])
    assert session.rolled and all(roll.dice for roll in session.rolled)
