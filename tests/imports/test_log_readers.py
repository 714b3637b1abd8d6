"""What the readers of table logs tell apart: names, quotation marks, codes, narrators, pages."""

import io
import sys
import time
import tracemalloc
from pathlib import Path

import pyarrow
import pytest
from pyarrow import parquet

from base.errors import KnownError
from scenes.files.report import ImportReport
from scenes.files.trpg.classify import COMMAND, EXPRESSION
from scenes.files.trpg.codes import is_said_by_program, without_codes, without_numbers
from scenes.files.trpg.files import open_logs
from scenes.files.trpg.names import is_name, may_speak
from scenes.files.trpg.people import TableRules
from scenes.files.trpg.players import guessed, players
from scenes.files.trpg.quotations import evened
from scenes.log import parse
from tests.imports.table_logs import LOGS, zipped


@pytest.fixture
def made(tmp_path):
    def write(name: str, raw: str | bytes) -> Path:
        (tmp_path / name).write_bytes(raw.encode() if isinstance(raw, str) else raw)
        return tmp_path / name

    return write


def imported(path: Path, table: TableRules | None = None) -> tuple[str, ImportReport]:
    (log,) = open_logs(path)
    return "".join(log.lines(table or TableRules())), log.report


@pytest.mark.parametrize(
    "text",
    [
        *("20 01", "20:01", "PM 8:01", "下午8:01", "2026-03-21", "3月5日", "May 01, 2026", "昨天"),
        *("div class=message", "div", "!--", "/b", "a=1", "12345", "", "  ", "——", "INFO", "http"),
    ],
)
def test_a_time_a_tag_a_date_or_a_number_is_no_name(text):
    assert not is_name(text)


@pytest.mark.parametrize(
    "text", ["林默", "K.1", "A:B", "🐱", "Mara Finch", "7号房客", "咕咕（术士"]
)
def test_what_people_call_themselves_is_a_name(text):
    assert is_name(text)


@pytest.mark.parametrize("text", ["他说", "she said", "注意", "排版说明", "NOTE", "地点"])
def test_what_only_stands_before_a_colon_does_not_speak(text):
    assert not may_speak(text)


EVEN = {
    "“好。”他说": "“好。”他说",
    "”好。“他说": "“好。”他说",
    "“好。“他说，”走。“": "“好。”他说，“走。”",
    "他说“好": "他说“好",
    "好”": "“好”",
    "“他说“好”。”": "“他说“好”。”",
    "“一\n二”三": "“一”\n“二”三",
    "「一\n\n二」三": "「一」\n\n「二」三",
    '"one\ntwo" three': '"one"\n"two" three',
    "没有引号": "没有引号",
}


@pytest.mark.parametrize("text", EVEN)
def test_quotation_marks_are_evened_out_over_a_message(text):
    assert evened(text) == EVEN[text] and evened(evened(text)) == EVEN[text]


@pytest.mark.parametrize(
    "text",
    [
        *("林默撤回了一条消息", "你撤回了一条消息", "苏晚邀请铃铛加入了群聊。", "苏晚退出了群聊"),
        *('"苏晚" 拍了拍 "林默"', "[合并转发] 请使用最新版手机QQ查看", "[聊天记录]"),
        *(
            "Mara unsent a message",
            "海がメッセージの送信を取り消しました",
            "This message was deleted",
        ),
    ],
)
def test_what_a_chat_program_says_is_not_play(text):
    assert is_said_by_program(text)


@pytest.mark.parametrize(
    "text", ["“她撤回了一条消息。”我说", "他撤回手。", "我拍了拍桌子上的灰", "走。"]
)
def test_what_a_player_says_of_it_is(text):
    assert not is_said_by_program(text)


CODES = {
    "[CQ:reply,id=1][CQ:at,qq=100] “来。”": "@林默  “来。”",
    "[回复:“[图片]在吗？”]在。": "在。",
    "[mirai:quote:[mirai:source:ids=[1]], content=x]123456 好": "好",
    "「林默：在吗？」\n- - - - - - -\n在。": "在。",
    "> 回覆 林默: 在吗？\n\n在。": "在。",
    "[CQ:mface,summary=&#91;笑&#93;]好": "好",
    "&#91;笑&#93;A&amp;B": "A&B",
    "好[捂脸][动画表情]": "好",
    "(met)100(met)(emj)笑(emj)[1/2]好": "@林默 好",
    "(spl)暗号(spl)": "暗号",
    "门上刻着[入口]": "门上刻着[入口]",
}


@pytest.mark.parametrize("text", CODES)
def test_codes_of_chat_programs_go_and_words_stay(text):
    assert without_codes(text, {"100": "林默"})[0].strip() == CODES[text]


def test_numbers_of_accounts_go_wherever_they_stand_and_others_stay():
    known = {"874000023": "林默"}
    assert without_numbers("@874000023 好", known, known) == "@林默 好"
    assert without_numbers("“你买单874000023 ”", known, known) == "“你买单”"
    assert without_numbers("@999999999 好", known, known) == "@某人 好"
    assert without_numbers("保险箱密码是31415926", known, known) == "保险箱密码是31415926"


@pytest.mark.parametrize("text", ["！ra 侦查", "!st 力量50", ".ra", "。rd", "/roll 1d6"])
def test_an_order_may_begin_with_each_of_its_signs(text):
    assert COMMAND.match(text)


@pytest.mark.parametrize("text", ["！快跑", "!!", "。。。", "！really"])
def test_what_only_begins_so_is_no_order(text):
    assert not COMMAND.match(text)


@pytest.mark.parametrize("text", ["r1d100", "1d100", "rd", "ra侦查60", "cc 60 聆聽", "sc1/1d6"])
def test_an_order_needs_no_sign(text):
    assert EXPRESSION.fullmatch(text)


def sealdice(*messages: tuple[str, str]) -> str:
    ids = {name: 100001 + at for at, name in enumerate(dict.fromkeys(name for name, _ in messages))}
    return "".join(
        f"{name}({ids[name]}) 2026-03-21 19:00:{at:02}\n{text}\n\n"
        for at, (name, text) in enumerate(messages)
    )


TABLE = sealdice(
    ("阿守", "一九二四年的春天，你们的船在黄昏靠岸，码头上没有人。"),
    ("秦川", "“真冷。”"),
    ("阿守", "秦川看见栈桥尽头有一盏灯，灯下好像站着什么。（侦查）"),
    ("秦川", "“谁？”"),
    ("阿守", "“你们来晚了。”声音从灯后面传来，“船已经不走了。”"),
)


def test_a_narrator_is_guessed_said_and_never_becomes_one_who_speaks(made):
    path = made("log.txt", TABLE)
    text, report = imported(path)
    assert {entry.speaker for entry in parse(text) if entry.speaker} == {"秦川"}
    assert "【“你们来晚了。”声音从灯后面传来，“船已经不走了。”】\n" in text
    assert any("阿守 writes as narrators do" in text for _, text in report.notices)
    assert [(one.name, one.part) for one in guessed(open_logs(path))] == [("阿守", "narrator")]
    assert {one.name: one.part for one in players(open_logs(path))} == {
        "阿守": "narrator",
        "秦川": "role",
    }


def test_who_is_said_to_be_a_role_is_not_guessed_to_narrate(made):
    path = made("log.txt", TABLE)
    table = TableRules(roles={"阿守": "阿守"})
    text, report = imported(path, table)
    assert "阿守：你们来晚了。\n" in text and not guessed(open_logs(path), table)
    assert not any("narrators" in text for _, text in report.notices)


def test_a_player_of_many_words_is_not_guessed_to_narrate(made):
    path = made(
        "log.txt", sealdice(("甲", "我推门进去，四下看了又看，什么也没有。"), ("乙", "“走。”")) * 4
    )
    assert not guessed(open_logs(path))


PLAIN = "甲：雨下了一整夜。\n乙：“有人吗？”推开门\n丙：1d100=45\n乙：我在这里。\n丁：好看。\n"


def test_a_plain_log_honours_every_option(made):
    path = made("log.txt", PLAIN)
    table = TableRules(
        roles={"乙": "秦川"},
        narrators=frozenset({"甲"}),
        bots=frozenset({"丙"}),
        observers=frozenset({"丁"}),
    )
    text, report = imported(path, table)
    assert report.importer == "names"
    assert text == (
        "【雨下了一整夜。】\n秦川：有人吗？\n秦川：\\me 推开门\n【1d100=45】\n秦川：我在这里。\n"
    )
    spoken = imported(path, TableRules(style="spoken"))[0]
    assert "乙：“有人吗？”推开门\n" in spoken
    quoted = imported(path, TableRules(style="quoted"))[0]
    assert "乙：\\me 我在这里。\n" in quoted


def test_a_log_of_ours_honours_them_too_and_is_else_as_it_was(made):
    own = "甲：雨下了一整夜。\n乙：\\me 提灯\n乙：“走。”点头\n丙：D100=45/60 成功\n【夜深了。】\n"
    path = made("log.txt", own)
    assert imported(path)[0] == own
    text, report = imported(
        path, TableRules(style="quoted", narrators=frozenset({"甲"}), bots=frozenset({"丙"}))
    )
    assert report.importer == "paotuan"
    assert text == (
        "【雨下了一整夜。】\n乙：\\me 提灯\n乙：走。\n乙：\\me 点头\n"
        "【D100=45/60 成功】\n【夜深了。】\n"
    )


def test_dice_lines_do_not_decide_the_style(made):
    rolls = [("骰娘", f'<秦川>的"侦查"检定结果为: D100={n}/60 成功') for n in range(10, 40)]
    path = made("log.txt", sealdice(("秦川", "我推门进去。"), *rolls, ("秦川", "走吧。")))
    _, report = imported(path)
    assert any("0 of the first 2 messages" in text for _, text in report.notices)


def test_the_label_of_a_program_speaks_for_a_player_where_it_does_not_roll(made):
    text, _ = imported(made("discord.json", LOGS["discord"][1]))
    assert "Old Tom：Only me.\n" in text and "Avrae" not in text


# --- pages ---


def page(*messages: str) -> bytes:
    blocks = "".join(
        f"<p><span> [main]</span><span>林默</span> :<span>{one}</span></p>\n" for one in messages
    )
    return f"<!DOCTYPE html><html><body>{blocks}</body></html>".encode()


def test_scripts_styles_and_comments_of_a_page_are_not_said(made):
    path = made("a.html", page("好<script>x()</script><style>p{}</style><!-- c -->。", "走"))
    assert imported(path)[0] == "林默：好。\n林默：走\n"


@pytest.mark.parametrize(
    "odd", ["<![CDATA[x", "<![![x", "</p></p></span>", "<p", "&#x110000;", "&", "<b><i>"]
)
def test_a_page_that_is_no_good_html_is_read_as_far_as_it_goes(made, odd):
    text, _ = imported(made("a.html", page("好", odd, "走")))
    assert text.startswith("林默：好\n")


def test_a_tag_without_end_ends_the_page_and_is_said(made):
    path = made("a.html", page("好") + b"<div " + b"a" * (6 << 20))
    tracemalloc.start()
    text, report = imported(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert text == "林默：好\n" and peak < 64 << 20
    assert any("a tag or a message without end" in text for _, text in report.notices)


@pytest.mark.parametrize("format", ["ccfolia-html", "roll20-html", "maptool", "discord-html"])
@pytest.mark.parametrize("piece", ["<div>", "<p>", "</div>", "<", "&", " ", "<span>"])
def test_pages_of_one_thing_take_no_longer_than_others(made, format, piece):
    name, raw = LOGS[format]
    started = time.process_time()
    (log,) = open_logs(made(name, raw + piece.encode() * (200_000 // len(piece)) + raw), format)
    assert list(log.lines(TableRules()))
    assert time.process_time() - started < 5


def test_a_zip_of_pages_is_read_like_the_pages(made):
    path = made("a.zip", zipped(**{"log--html": LOGS["ccfolia-html"][1].decode()}))
    assert imported(path)[1].importer == "ccfolia-html"


# --- Parquet ---


def test_a_parquet_table_is_the_same_evening_in_a_zip_too(made):
    name, raw = LOGS["sealdice-parquet"]
    alone = imported(made(name, raw))[0]
    path = made("a.zip", b"")
    import zipfile

    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, raw)
    assert imported(path)[0] == alone == imported(made(*LOGS["sealdice-json"]))[0]


def test_a_parquet_table_of_something_else_and_a_broken_one_are_refused(made):
    other = io.BytesIO()
    parquet.write_table(pyarrow.table({"a": [1]}), other)
    for raw, why in (
        (other.getvalue(), "without nickname and message; found a"),
        (LOGS["sealdice-parquet"][1][:200], "a damaged Parquet table"),
    ):
        with pytest.raises(KnownError, match=why):
            imported(made("a.parquet", raw))


def test_without_pyarrow_it_is_said_how_to_have_it(made, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(KnownError, match=r"pip install '\.\[parquet\]'; or give raw-log"):
        imported(made(*LOGS["sealdice-parquet"]))
