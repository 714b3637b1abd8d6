"""Marks beside Chinese are full-width ones, and a line is read as its speaker would write it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenes.log import Entry
from scenes.scene import Role
from scenes.table.draw import (
    read_line,
)
from scenes.table.form import full_width


@pytest.mark.parametrize(
    ("half", "full"),
    [
        ("你好,世界!", "你好，世界！"),
        ("真的?!", "真的？！"),
        ("他说:(笑)走吧;好", "他说：（笑）走吧；好"),
        ("等等......走?", "等等……走？"),
        ("...好", "……好"),
        ("他叫(Bob),是吗?", "他叫（Bob），是吗？"),
        ("“走!”他说", "“走！”他说"),
        ("He said: “Wait…!” (twice), 12:30.", "He said: “Wait…!” (twice), 12:30."),
        ("12:30到的", "12:30到的"),
        ("1.5元", "1.5元"),
    ],
)
def test_half_width_marks_beside_chinese_become_full_width(half: str, full: str) -> None:
    assert full_width(half) == full


TEXTS = st.text(st.sampled_from("你好a1 ,!?:;()，。（）…“”.—》\\"), max_size=12) | st.text()


@given(TEXTS)
def test_full_width_twice_is_full_width_once(text: str) -> None:
    assert full_width(full_width(text)) == full_width(text)


@given(TEXTS)
def test_full_width_changes_marks_alone_and_only_where_chinese_is(text: str) -> None:
    def bare(of: str) -> str:
        return "".join(c for c in of if c not in ",!?:;().，！？：；（）…")

    assert bare(full_width(text)) == bare(text)
    if not any("\u3400" <= c <= "\u9fff" or "\uf900" <= c <= "\ufaff" or c in "（）" for c in text):
        assert full_width(text) == text
    if "..." not in text:
        wide = text.translate(str.maketrans(",!?:;()", "，！？：；（）"))
        changed = full_width(text)
        assert len(changed) == len(text)
        assert all(new in (old, full) for old, new, full in zip(text, changed, wide, strict=True))


def test_a_line_is_read_as_its_speaker_would_write_it() -> None:
    assert read_line(Role("夏娜"), "没事。(好疼)\\emoji 微怒") == Entry(
        "speech", "没事。", "夏娜", "好疼", "微怒"
    )
    assert read_line(Role("夏娜"), "一\n悠二：二") is None
