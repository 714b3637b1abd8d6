"""Subtitles and transcripts of a talk as logs of who speaks."""

from pathlib import Path
from typing import Any

import pytest

SRT = """1
00:00:01,000 --> 00:00:03,000
大家好我是博恩

2
00:00:03,200 --> 00:00:05,000
今天想跟大家聊
减肥这件事

3
00:00:08,000 --> 00:00:09,000
[掌声]

4
00:00:10,000 --> 00:00:12,000
<i>我上次减肥</i>，是在梦里。
5
00:00:12,500 --> 00:00:14,000
醒来还胖了两斤！
"""
VTT = """WEBVTT - talk

NOTE made by hand

STYLE
::cue { color: red }

intro
00:01.000 --> 00:03.500 align:start
<v 博恩>欢迎来到节目。

00:04.000 --> 00:05.500
<v 来宾>谢谢邀请，

00:05.600 --> 00:06.500
<v 来宾>我很紧张。
"""


def log_of(run: Any, file: Path, *options: str) -> list[str]:
    out = file.with_name("out.log")
    made = run("import", file, *options, "-o", out)
    assert made.status == 0, made.err
    return out.read_text("utf-8").splitlines()


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_subtitles_are_joined_to_sentences_of_one_speaker(run: Any, home: Path, end: str) -> None:
    file = home / "talk.srt"
    file.write_bytes(b"\xef\xbb\xbf" + SRT.replace("\n", end).encode())
    assert log_of(run, file, "--speaker", "博恩") == [
        "博恩：大家好我是博恩，今天想跟大家聊减肥这件事",
        "博恩：我上次减肥，是在梦里。",
        "博恩：醒来还胖了两斤！",
    ]


def test_voices_of_webvtt_keep_their_names(run: Any, home: Path) -> None:
    file = home / "talk.vtt"
    file.write_text(VTT, "utf-8")
    assert log_of(run, file) == ["博恩：欢迎来到节目。", "来宾：谢谢邀请，我很紧张。"]


def test_names_before_colons_are_taken_for_who_speaks(run: Any, home: Path) -> None:
    file = home / "talk.srt"
    cues = ["博恩：你好吗？", "来宾：很好。", "博恩：那就好。", "来宾：时间：还早。"]
    file.write_text(
        "".join(f"{n}\n00:00:{n:02},000 --> 00:00:{n:02},900\n{c}\n\n" for n, c in enumerate(cues)),
        "utf-8",
    )
    assert log_of(run, file, "--speaker", "旁人") == cues


def test_a_text_of_one_speaker_is_a_line_each(run: Any, home: Path) -> None:
    file = home / "talk.txt"
    file.write_text("大家好。\n从前有座山：山上有庙。\n\n（笑）\n他说“你好”。\n", "utf-8")
    assert log_of(run, file, "--speaker", "博恩") == [
        "博恩：大家好。",
        "博恩：从前有座山：山上有庙。",
        "博恩：他说“你好”。",
    ]


def test_a_speaker_that_can_be_no_name_is_refused(run: Any, home: Path) -> None:
    (home / "talk.srt").write_text(SRT, "utf-8")
    made = run("import", home / "talk.srt", "--speaker", "博：恩")
    assert made.status == 2
    assert "--speaker" in made.err


def test_subtitles_without_a_word_are_refused(run: Any, home: Path) -> None:
    file = home / "talk.srt"
    file.write_text("1\n00:00:01,000 --> 00:00:02,000\n♪\n", "utf-8")
    made = run("import", file, "--speaker", "博恩")
    assert made.status == 2
    assert made.err.count("\n") <= 2
