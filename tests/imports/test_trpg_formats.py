"""Logs of other tables: each format is told by its beginning, and gives the same evening."""

from pathlib import Path

import pytest

from scenes.files.head import FileHead
from scenes.files.importers import guesses, of_kind
from scenes.files.report import ImportReport
from scenes.files.trpg.files import open_logs
from scenes.files.trpg.people import TableRules
from scenes.log import parse
from tests.imports.table_logs import BY_NAME, EVENING, LOGS, NAMED, sealdice_json, zipped

FIXTURES = Path(__file__).resolve().parents[2] / ".." / "shared" / "fixtures" / "trpg_logs"
NOVEL = FIXTURES.parents[1] / "data" / "novel2trpg" / "log_first_4000.txt"
TOLD = {
    "ccfolia.json": ("ccfolia", {"chapter": 1, "narration": 1, "dice": 1}, {"off-topic": 1}),
    "dice_dated.txt": ("dice", {"dice": 1}, {"commands": 1}),
    "dice_time_only.txt": ("dice", {"action": 1, "speech": 1}, {}),
    "fvtt.txt": ("fvtt", {"dice": 1, "speech": 1}, {}),
    "olivadice.olivadicelog": (
        "olivadice",
        {"narration": 1, "action": 2, "dice": 1, "speech": 1},
        {"commands": 1, "recalled messages": 1},
    ),
    "olivadice.trpglog": ("trpglog", {"narration": 1, "speech": 1}, {}),
    "qq_export.txt": (
        "qq",
        {"narration": 1, "speech": 1, "action": 1},
        {"pictures and faces in messages": 1},
    ),
    "rendered.txt": ("rendered", {"narration": 1, "speech": 2}, {}),
    "sealdice_editor.txt": ("sealdice-editor", {"narration": 1, "speech": 1}, {}),
    "sealdice_raw_log.txt": (
        "sealdice",
        {"narration": 1, "action": 2, "dice": 2, "speech": 1},
        {"commands": 1, "off-topic": 1},
    ),
    "sealdice_standard_log.json": (
        "sealdice-json",
        {"narration": 1, "action": 2, "dice": 1, "speech": 1},
        {"commands": 1, "observers": 1},
    ),
    "sinanya.txt": ("sinanya", {"speech": 1, "action": 1}, {"off-topic": 1}),
}


def imported(path: Path, table: TableRules | None = None) -> tuple[str, ImportReport]:
    """The log that one file becomes, and what is said of it."""
    (log,) = open_logs(path)
    return "".join(log.lines(table or TableRules())), log.report


@pytest.fixture
def made(tmp_path):
    def write(name: str, raw: bytes) -> Path:
        (tmp_path / name).write_bytes(raw)
        return tmp_path / name

    return write


@pytest.mark.parametrize("name", TOLD)
def test_every_fixture_is_told_and_counted(name):
    if not FIXTURES.is_dir():
        pytest.skip("no shared fixtures beside the checkout")
    text, report = imported(FIXTURES / name)
    format, kept, dropped = TOLD[name]
    assert (report.importer, dict(report.became), dict(report.dropped)) == (format, kept, dropped)
    assert not [entry for entry in parse(text) if entry.kind == "unrecognised"]


def test_no_fixture_is_left_out():
    if not FIXTURES.is_dir():
        pytest.skip("no shared fixtures beside the checkout")
    assert {path.name for path in FIXTURES.iterdir()} == set(TOLD)


def test_every_line_of_a_real_log_of_ours_is_told_and_none_dropped():
    if not NOVEL.is_file():
        pytest.skip("no shared data beside the checkout")
    text, report = imported(NOVEL)
    lines = sum(1 for line in NOVEL.read_text("utf-8").splitlines() if line.strip())
    assert (report.importer, report.read, report.kept) == ("paotuan", lines, lines)
    assert report.became == {"narration": 1176, "speech": 1769, "action": 505, "thought": 550}
    assert report.became.total() == lines and not report.became["unrecognised"]
    assert parse(text) == parse(NOVEL.read_text("utf-8"))


@pytest.mark.parametrize("format", LOGS)
def test_each_format_is_told_by_its_beginning(format):
    name, raw = LOGS[format]
    assert guesses(FileHead(name, raw))[0].importer.name == format


@pytest.mark.parametrize("text", ['{"a": 1}', '[\n {"a": 1}]', '{"name": "甲", "mes": "好"}\n' * 9])
def test_json_of_another_kind_is_no_log_of_ours(text):
    assert not guesses(FileHead("a.json", text.encode()), of_kind("log"))


def test_every_format_has_a_log_to_be_tested_with():
    assert {*LOGS, *BY_NAME} == {one.name for one in of_kind("log")}


@pytest.mark.parametrize(
    "format", ["sealdice", "sealdice-json", "sealdice-editor", "trpglog", "olivadice", "qq"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_the_same_evening_comes_out_of_every_program(made, format, encoding):
    name, raw = LOGS[format]
    text, report = imported(made(name, raw.decode().encode(encoding)))
    assert text == EVENING
    assert report.dropped["commands"] == report.dropped["off-topic"] == 1
    assert report.dropped["observers"] == 1
    said = [notice.text for notice in report.notices]
    assert ("read as GB18030" in said) == (encoding == "gb18030")
    assert ("read as UTF-16" in said) == (encoding == "utf-16")


@pytest.mark.parametrize("format", ["dice", "fvtt"])
def test_logs_without_dates_and_of_foundry_are_the_same_evening(made, format):
    assert imported(made(*LOGS[format]))[0] == EVENING


@pytest.mark.parametrize("format", ["sinanya", "rendered", "painted", "qq-channel"])
def test_logs_of_one_line_a_message_hold_the_evening_without_its_long_message(made, format):
    text, _ = imported(made(*LOGS[format]), TableRules(style="quoted"))
    assert text == EVENING.replace("苏晚：等等我。\n苏晚：\\me 她提着灯追了上来。\n", "")


def test_ccfolia_tells_rolls_chapters_chatter_and_the_system_apart(made):
    text, report = imported(made(*LOGS["ccfolia"]))
    assert text == (
        "==== 第一章 ====\n【雨下了一整夜。】\n【林默 聆听 1d100=32/55 成功】\n苏晚：等等我。\n"
    )
    assert report.dropped == {"off-topic": 1, "system messages": 1}
    assert report.places["off-topic"] == [4] and report.unit == "item"


def test_scripts_for_replays_lose_their_stage_and_sounds(made):
    text, report = imported(made(*LOGS["rgl"]))
    assert text == "【雨下了一整夜。】\n林默：有人吗？\n【聆听：D100=32/55】\n"
    assert report.dropped == {"stage settings": 1, "script comments": 1}


def test_rolls_and_wounds_of_scripts_are_dice_results(made):
    script = (
        "[林默]:“谁？”\n<dice>:(侦查,100,50,36),(力量,20,NA,14)\n<hitpoint>:(林默,10,7,4)\n"
        "<dice>:nothing\n[林默.怒]<pass>:“站住！”**{枪声}{雨;2}<w2w>\n"
    )
    text, report = imported(made("a.rgl", script.encode()))
    assert text == (
        "林默：谁？\n【侦查：D100=36/50；力量：D20=14】\n【林默：7 ➯ 4】\n林默：站住！\n"
    )
    assert report.became["dice in other words"] == 2 and report.dropped == {
        "dice and health bars of the script": 1
    }


def test_of_a_zip_of_sealdice_the_better_log_is_read(made):
    raw = zipped(**{"README--txt": "x", "raw_log--txt": "y", "sealdice_standard_log--json": "{}"})
    raw = zipped(
        **{
            "README--txt": "说明",
            "raw_log--txt": NAMED,
            "sealdice_standard_log--json": sealdice_json(),
        }
    )
    text, report = imported(made("1_旧宅.zip", raw))
    assert text == EVENING and report.importer == "sealdice-json"


def test_all_logs_of_another_zip_are_read(made):
    logs = open_logs(made("all.zip", zipped(**{"a--txt": NAMED, "b--txt": "甲：好\n"})))
    assert [log.report.importer for log in logs] == ["sealdice", "paotuan"]
    assert logs[1].file.where.endswith("all.zip/b.txt")


def test_a_file_that_mixes_formats_is_read_and_said(made):
    mixed = NAMED + "2026-03-21 20:00:00 陈叔(100005)\n“谁？”\n"
    text, report = imported(made("log.txt", mixed.encode()))
    assert text == EVENING + "陈叔：谁？\n"
    assert (26, "read as qq from here on") in report.notices


EVENING_WITH_BOT = """\
芯芯(900001) 2026/03/21 19:00:00
新的记录已经开启[CQ:image,file=file:///C:/a/1.jpg]

阿兰(100001) 2026/03/21 19:00:10
雨打在车窗上，你们听见“砰”的一声，车停了……（。ra侦查）

林默(100002) 2026/03/21 19:00:20
“怎么回事？”披上大衣，下车查看：“轮胎没事。“真是倒霉。

林默(100002) 2026/03/21 19:00:30
.ra侦查

芯芯(900001) 2026/03/21 19:00:31
花落了，
风吹过<林默>的面前："侦查"检定结果为: D100=10/70 极难成功！[CQ:image,file=a.jpg]

阿兰(100001) 2026/03/21 19:00:40
[CQ:reply,id=43]（[CQ:at,qq=100002] 等等）

林默(100002) 2026/03/21 19:00:50
.sc0/1

芯芯(900001) 2026/03/21 19:00:51
<林默>的理智检定:
d100=93/75 失败了[CQ:image,file=b.png]
理智变化: 75 ➯ 74 (扣除1=1点)

阿兰(100001) 2026/03/21 19:01:00
“进来吧。”老人侧开身子，[CQ:at,qq=100002]看见屋里没有灯。

"""


def test_a_dice_bot_is_told_by_its_answers_and_codes_of_the_chat_program_go(made):
    path = made("log.txt", EVENING_WITH_BOT.encode())
    text, report = imported(path, TableRules(roles={"阿兰": "旁白"}, narrators=frozenset({"阿兰"})))
    assert text == (
        "【雨打在车窗上，你们听见“砰”的一声，车停了……】\n"
        "林默：怎么回事？\n林默：\\me 披上大衣，下车查看\n林默：轮胎没事。\n林默：\\me 真是倒霉。\n"
        "【林默 侦查 1d100=10/70 极难成功】\n"
        "【林默 理智 1d100=93/75 失败 SAN 75→74】\n"
        "【“进来吧。”老人侧开身子，@林默 看见屋里没有灯。】\n"
    )
    assert report.dropped == {
        "other lines of a dice bot": 1,
        "commands": 2,
        "commands in （…） at the end of messages": 1,
        "pictures and faces in messages": 4,
        "off-topic": 1,
        "what a dice bot says around its dice": 1,
    }
    assert (0, "芯芯 answers commands with dice; read as a dice bot") in report.notices


SHAPES = {
    "（小声）“别出声”": "林默：\\me 小声\n林默：别出声\n",
    "“好。”（点头）": "林默：好。\n林默：\\me 点头\n",
    "推门进去（推不开）": "林默：\\me 推门进去（推不开）\n",
    "*推开门*“谁？”": "林默：\\me 推开门\n林默：谁？\n",
    "**推开门**": "林默：\\me 推开门\n",
    "他数了2*3*4遍": "林默：\\me 他数了2*3*4遍\n",
    "“等等，”她说，“别走。”": "林默：等等，\n林默：\\me 她说\n林默：别走。\n",
    "门上写着“禁止入内”，我推门。": "林默：\\me 门上写着“禁止入内”，我推门。\n",
    "「谁在那里？」我问道": "林默：谁在那里？\n林默：\\me 我问道\n",
    "……": "林默：……\n",
    "？！": "林默：？！\n",
    "#掏出枪": "林默：\\me 掏出枪\n",
    ".me 掏出枪": "林默：\\me 掏出枪\n",
    "第二章 雨夜": "==== 第二章 雨夜 ====\n",
    "“第二章真好看”": "林默：第二章真好看\n",
    "2023年的冬天": "林默：\\me 2023年的冬天\n",
    **dict.fromkeys(("1d100", "d20+3", "cc<=55 聆听", ".ra 侦查", "。rd", "/roll 1d6"), ""),
    **dict.fromkeys(("（吃饭去）", "(brb)", "//等一下", "((吃饭去))", "[图片]", "（没关上"), ""),
}


@pytest.mark.parametrize("said", SHAPES)
def test_what_players_write_is_told_apart_as_a_reader_would(made, said):
    log = f"林默(100002) 2026-03-21 19:05:05\n{said}\n\n苏晚(1) 2026-03-21 19:05:06\n完。\n"
    text, report = imported(made("log.txt", log.encode()), TableRules(style="quoted"))
    assert text == SHAPES[said] + "苏晚：\\me 完。\n"
    assert report.kept == 1 + bool(SHAPES[said]) and report.dropped.total() == (not SHAPES[said])


def test_names_with_a_time_alone_are_headers_too(made):
    log = "林默 19:05:05\n“谁？”\n\n苏晚 19:05:20\n我提着灯。\n"
    text, report = imported(made("log.txt", log.encode()))
    assert text == "林默：谁？\n苏晚：\\me 我提着灯。\n" and report.importer == "qq-channel"


def test_a_player_who_orders_and_is_answered_once_stays_a_player(made):
    own = NAMED.replace("骰娘", "林默").replace("100009", "100002")
    text, _ = imported(made("log.txt", own.encode()))
    assert "林默：\\me 我推门进去。" in text and "【林默 聆听 1d100=32/55 成功】" in text


def test_a_roll_of_foundry_may_stand_on_the_line_of_its_name(made):
    line = "[3/21/2026, 3:51:58 PM] 张大胆 / 17 / 1d20 + 4 + 2 = 11 + 4 + 2 = 17\n"
    text, report = imported(made("fvtt.txt", line.encode()))
    assert text == "【张大胆 1d20+4+2=17】\n" and report.importer == "fvtt"


def test_lines_before_the_first_message_are_counted(made):
    _, report = imported(made("log.txt", b"title\n\n" + NAMED.encode()))
    assert report.dropped["before the first message"] == 1
    assert report.places["before the first message"] == [1]


def test_a_table_that_acts_in_brackets_still_talks_aside_with_its_marks(made):
    said = ["“走。”", "（点头）", "【奇怪】", "//吃饭去了", "((等我五分钟))", "“好。”\n//马上回来"]
    log = "".join(f"林默(1) 2026-03-21 19:05:0{at}\n{one}\n\n" for at, one in enumerate(said))
    text, report = imported(made("log.txt", log.encode()), TableRules(style="thoughts"))
    assert text == "林默：走。\n林默：\\me 点头\n林默：（奇怪）\n林默：好。\n"
    assert report.dropped["off-topic"] == 2
