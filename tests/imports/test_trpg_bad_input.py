"""Bad logs of other tables: a line that says what is wrong, the good part kept, nothing half."""

import time
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from base.errors import KnownError
from base.messages import speak
from base.writing import replace_pieces
from scenes.files.report import ImportReport
from scenes.files.trpg.files import open_logs
from scenes.files.trpg.people import TableRules
from scenes.files.trpg.writer import save_session, scene_of
from tests.imports.table_logs import EVENING, LOGS, NAMED, sealdice_json, zipped


@pytest.fixture
def made(tmp_path):
    def write(name: str, raw: bytes) -> Path:
        (tmp_path / name).write_bytes(raw)
        return tmp_path / name

    return write


def imported(path: Path, format: str | None = None) -> tuple[str, ImportReport]:
    (log,) = open_logs(path, format)
    return "".join(log.lines(TableRules(style="quoted"))), log.report


def notices(report: ImportReport) -> list[str]:
    return [f"{number}: {text}" for number, text in report.notices]


@pytest.mark.parametrize(
    ("name", "raw", "why"),
    [
        ("a.json", b"\n<!DOCTYPE html>\n<html><body>", "an HTML page, expected a log; save the"),
        ("a.txt", b"<HTML>", "an HTML page"),
        ("a.txt", b"", "empty, expected a log"),
        ("a.txt", b"\xef\xbb\xbf \n\r\n", "empty, expected a log"),
        ("a.txt", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "not a text file, expected a log"),
        ("a.txt", "一封家书，没有人说话\n".encode() * 9, "not a log of a known program"),
        ("a.zip", b"PK\x03\x04 and no more", "a damaged zip"),
        ("a.zip", zipped(**{"a--png": "x"}), "no log in this zip (found a.png)"),
        (
            "log.parquet",
            b"PAR1\x15\0\x15",
            "a damaged Parquet table",
        ),
        ("a.zip", zipped(**{"a--parquet": "PAR1"}), "a damaged Parquet table"),
        ("a.zip", zipped(**{"../../a--txt": NAMED}), "points outside its folder"),
        ("a.json", b'{"version": 101, "items": [', "a.json:1: cut off; expected JSON with items"),
    ],
    ids=lambda value: f"{len(value)} bytes" if isinstance(value, bytes) else None,
)
def test_what_is_no_log_is_refused_in_one_line(made, name, raw, why):
    with pytest.raises(KnownError) as error:
        imported(made(name, raw))
    assert why in str(error.value) and str(error.value).isprintable()
    assert not error.value.problems[1:]


def test_a_zip_of_sealdice_with_a_parquet_table_is_read_from_the_log_beside_it(made):
    packed = zipped(**{"sealdice-standard-log--parquet": "PAR1", "raw-log--txt": NAMED})
    assert imported(made("group.zip", packed))[0] == EVENING


def test_a_zip_that_unpacks_to_far_more_than_it_is_is_not_unpacked(tmp_path):
    path = tmp_path / "bomb.zip"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("raw-log.txt", "w") as member,
    ):
        for _ in range(40):
            member.write(bytes(1 << 20))
    with pytest.raises(KnownError, match="packed beyond reason"):
        imported(path)


def test_a_format_that_is_forced_on_another_file_says_that_nothing_fits(made):
    with pytest.raises(KnownError, match="no message of the format fvtt; name another format"):
        imported(made("a.txt", NAMED.encode()), "fvtt")
    with pytest.raises(KnownError, match="there is no format sinanja; did you mean sinanya"):
        open_logs(made("a.txt", NAMED.encode()), "sinanja")


def test_gb18030_is_read_and_said(made):
    text, report = imported(made("a.txt", NAMED.encode("gb18030")))
    assert text == EVENING and "0: read as GB18030" in notices(report)


def test_bytes_that_are_no_text_are_kept_as_such_and_their_line_is_said(made):
    raw = NAMED.encode().replace("我推门".encode(), b"\xff\xfe" + "推门".encode())
    text, report = imported(made("a.txt", raw))
    assert "林默：\\me ��推门进去。" in text
    assert "5: bytes from here on are not UTF-8; each is kept as �" in notices(report)


def test_a_text_that_breaks_off_keeps_what_came_before(made):
    text, _ = imported(made("a.txt", NAMED.encode()[: -len("==== 第二章 ====\n\n".encode()) - 9]))
    assert EVENING.startswith(text) and text.endswith("她提着灯追了上来。\n")


def test_json_that_breaks_off_keeps_what_came_before_and_says_where(made):
    whole = sealdice_json()
    torn = whole[: whole.index("她提着灯")]
    text, report = imported(made("a.json", torn.encode()))
    assert text == EVENING[: EVENING.index("苏晚：等等我")]
    line = torn.count("\n") + 1
    assert f"4: the last item that can be read; line {line}: cut off" in notices(report)


def test_where_json_breaks_off_is_said_in_chinese_too(made):
    speak("zh_CN")
    try:
        with pytest.raises(KnownError, match=r"a\.json:1：到这里断了；这里要含有 items 的 JSON$"):
            imported(made("a.json", b'{"version": 101, "items": ['))
        whole = sealdice_json()
        __, report = imported(made("a.json", whole[: whole.index("她提着灯")].encode()))
        assert any(
            "能读的到此为止；第 " in said and "到这里断了" in said for said in notices(report)
        )
    finally:
        speak()


def test_a_torn_last_line_of_json_lines_is_left_out_and_counted(made):
    name, raw = LOGS["olivadice"]
    text, report = imported(made(name, raw[:-20]))
    assert text == EVENING and report.dropped["lines that are not JSON"] == 1


def test_formats_that_are_mixed_in_one_file_are_read_and_said(made):
    parts = [NAMED, "<2026-03-21 20:00:00.0>\t[陈叔]:\t“谁？”\n", "20:01:02<苏晚>:“是我。”\n"]
    text, report = imported(made("a.txt", "".join(parts).encode()))
    assert text == EVENING + "陈叔：谁？\n苏晚：是我。\n"
    assert "26: read as sinanya from here on" in notices(report)
    assert "27: read as rendered from here on" in notices(report)


def test_a_line_without_end_is_read_in_parts_and_in_little_memory(made):
    header = "林默(1) 2026-03-21 19:05:05\n".encode()
    path = made("a.txt", header + "很".encode() * (4 << 20) + b"\n" + header + b"x")
    tracemalloc.start()
    (log,) = open_logs(path)
    size = sum(map(len, log.lines(TableRules())))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size > 4 << 20 and peak < 64 << 20
    assert "0: a line of more than 2,097,152 characters is read in parts" in notices(log.report)


def test_a_value_that_is_too_long_ends_the_json_and_is_said(made):
    whole = sealdice_json(None).removesuffix("]}") + ', {"nickname": "林默", "message": "'
    text, report = imported(made("a.json", whole.encode() + b"x" * (10 << 20)))
    assert text == EVENING
    assert any("a value of more than 8,388,608 characters" in one for one in notices(report))


def test_quotes_codes_and_digits_without_end_take_no_longer_than_others(made):
    for piece in ("“", "“a", "[CQ:at,", "[CQ:x]", "9", "(", "*", "<a>", "「」", "d1", " ", "-"):
        started = time.process_time()
        body = f"林默(1) 2026-03-21 19:05:05\n{piece * (200_000 // len(piece))}\n"
        imported(made("a.txt", body.encode() * 2), "sealdice")
        imported(made("a.rgl", f"[林默]:{piece * 50_000}x\n[林默]:好\n".encode()), "rgl")
        assert time.process_time() - started < 3, piece


def test_a_log_that_fails_half_way_leaves_no_file(tmp_path):
    def failing():
        yield "林默：好。\n"
        raise KnownError("the disk is gone")

    out = tmp_path / "out.txt"
    out.write_text("as it was", "utf-8")
    with pytest.raises(KnownError):
        replace_pieces(out, failing(), ())
    assert out.read_text("utf-8") == "as it was" and list(tmp_path.iterdir()) == [out]


def test_a_session_that_fails_half_way_leaves_no_session(tmp_path, made):
    from scenes.files.trpg.players import players

    def failing():
        yield "林默：好。\n"
        raise KnownError("the disk is gone")

    path = made("旧宅.txt", NAMED.encode())
    scene = scene_of(path, players(open_logs(path)))
    with pytest.raises(KnownError):
        save_session(failing(), scene, None, tmp_path / "sessions")
    left = [one.name for one in (tmp_path / "sessions").iterdir() if one.suffix != ".lock"]
    assert not left
