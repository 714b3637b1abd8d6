"""What a few typed letters mean: pinyin, initials, parts, and near misses."""

import subprocess
import sys
from pathlib import Path

import pytest

from scenes.pinyin import ranked, spelt

NAMES = ["红楼梦", "雨夜旧宅", "长安金龟酒", "绿林", "重庆", "Grey Harbour", "末班地铁 Last Train"]
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("hlm", "红楼梦"),
        ("honglou", "红楼梦"),
        ("hongloum", "红楼梦"),
        ("lou", "红楼梦"),
        ("楼梦", "红楼梦"),
        ("changan", "长安金龟酒"),
        ("zhangan", "长安金龟酒"),
        ("lvlin", "绿林"),
        ("lulin", "绿林"),
        ("chongqing", "重庆"),
        ("grey harbor", "Grey Harbour"),
        ("last", "末班地铁 Last Train"),
        ("mbdt last", "末班地铁 Last Train"),
    ],
)
def test_a_name_is_found(typed: str, found: str) -> None:
    assert ranked(typed, NAMES, lambda name: [name])[:1] == [found]


@pytest.mark.parametrize("typed", ["hlx", "红x", "xyz", "hlm q", "\u0000", "。。", "hongloumengx"])
def test_what_means_nothing_finds_nothing(typed: str) -> None:
    assert ranked(typed, NAMES, lambda name: [name]) == []


def test_a_blank_query_leaves_all_in_their_order() -> None:
    assert ranked("  ", NAMES, lambda name: [name]) == NAMES


def test_what_begins_so_comes_before_what_holds_it() -> None:
    names = ["大红楼", "红楼"]
    assert ranked("hl", names, lambda name: [name]) == ["红楼", "大红楼"]


def test_a_long_text_and_a_long_query_take_no_time() -> None:
    assert ranked("a" * 10_000, ["啊" * 10_000] * 20, lambda name: [name]) != NAMES
    assert spelt("x", "ascii only") is None


def test_pinyin_is_loaded_only_when_something_is_looked_for() -> None:
    code = (
        "import sys, tui.screens.start; from scenes.pinyin import ranked;"
        " ranked('', ['红'], lambda one: [one]); assert 'pypinyin' not in sys.modules;"
        " assert 'rapidfuzz' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=60, check=True)
