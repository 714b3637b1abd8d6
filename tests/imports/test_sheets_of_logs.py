"""`.st` lines of a log that is imported: what the roles of the session begin with."""

from pathlib import Path

from scenes.files.trpg.files import open_logs
from scenes.files.trpg.players import players
from scenes.files.trpg.writer import scene_of

LOG = """林默(111) 2026-03-21 19:05:05
.st 力量50 侦查60 hp11

林默(111) 2026-03-21 19:05:06
“走吧。”

苏晚(222) 2026-03-21 19:05:07
。st show

苏晚(222) 2026-03-21 19:05:08
.st hp-3

林默(111) 2026-03-21 19:05:09
.st 侦查65

林默(111) 2026-03-21 19:05:10
.stop 50
"""


def test_what_players_told_their_dice_bot_is_the_sheet_of_their_roles(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    path.write_text(LOG, "utf-8")
    found = players(open_logs(path))
    assert {one.role: one.sheet for one in found} == {
        "林默": {"力量": 50, "侦查": 60, "HP": 11},
        "苏晚": {},
    }
    scene = scene_of(path, found)
    assert scene.role("林默").sheet == {"力量": 50, "侦查": 60, "HP": 11}
    assert scene.role("苏晚").sheet == {}


def test_a_hostile_log_gives_no_more_than_a_sheet_may_hold(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    lines = "".join(
        f"林默(111) 2026-03-21 19:05:0{n % 10}\n.st 甲{chr(0x4E00 + n)}{n} " + "乙" * 3_000 + "\n\n"
        for n in range(250)
    )
    path.write_text(lines, "utf-8")
    (one,) = players(open_logs(path))
    assert 0 < len(one.sheet) <= 200
