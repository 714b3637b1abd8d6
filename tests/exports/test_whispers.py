"""A line for some only keeps its words in every export, and says for whom it was."""

from pathlib import Path

import pytest

from scenes.files.exports import export
from scenes.log import Entry, parse
from scenes.scene import Role, Scene
from scenes.table.session import Session
from scenes.view import missing_in

SCENE = Scene("house", Path("house.yaml"), "旧宅", (Role("林默"), Role("苏晚"), Role("顾三")))


@pytest.fixture
def evening() -> Session:
    session = Session.start(SCENE, "林默", parse("【雨。】"), "s", lambda event: None)
    session.say(Entry("speech", "钥匙在*瓷瓶*里。", "林默", to=("苏晚",)))
    session.set_away(["顾三"])
    session.say(Entry("action", "点头", "苏晚", to=("林默",)))
    session.set_away([])
    session.say(Entry("narration", "你听见脚步声。", to=("顾三",)))
    return session


def test_a_log_reads_back_with_who_heard_and_who_was_there(evening: Session) -> None:
    entries = parse("\n".join(export("log", evening, None, 0)))
    assert [one for one in entries[1:] if one.kind != "comment"] == evening.entries
    away = {frozenset[str](), frozenset({"顾三"})}
    assert set(missing_in(entries, SCENE) or ()) == away


@pytest.mark.parametrize(
    ("form", "lines"),
    [
        (
            "markdown",
            [
                "**林默**：＠苏晚 钥匙在\\*瓷瓶\\*里。",
                "**苏晚**：＠林默 *点头*",
                "> ＠顾三 你听见脚步声。",
            ],
        ),
        ("html", ["＠苏晚 钥匙在*瓷瓶*里。", "＠林默 点头", "＠顾三 你听见脚步声。"]),
        (
            "sillytavern",
            ["＠苏晚 钥匙在*瓷瓶*里。", "＠林默 \\\\me 点头", "【＠顾三 你听见脚步声。】"],
        ),
    ],
)
def test_an_export_says_for_whom_a_line_was(evening: Session, form: str, lines: list[str]) -> None:
    text = "\n".join(export(form, evening, None, 0))
    assert [line for line in lines if line not in text] == []


def test_an_export_of_nobody_leaving_is_as_it_was() -> None:
    session = Session.start(SCENE, "林默", parse("【雨。】"), "s", lambda event: None)
    session.say(Entry("speech", "走。", "林默"))
    assert list(export("log", session, None, 0)) == ["==== 旧宅 ====", "【雨。】", "林默：走。"]
