"""The start in a real terminal of 80×24, in Chinese: found by pinyin, played, kept in order."""

from collections.abc import Callable
from pathlib import Path

from tests.tui.terminals import Terminal, saved


def test_an_evening_begins_with_pinyin_and_ends_with_its_session_in_the_bin_and_back(
    terminal: Callable[..., Terminal], tmp_path: Path
) -> None:
    shown = terminal(PAOTUAN_MODEL="scripted")
    shown.until(shown.shows("场景", "入门", "Enter 开演", "/ 搜索", "F1 帮助"))
    shown.type("/qmzj")
    shown.until(shown.shows("青梅煮酒", "曹操"))
    assert "长安金龟酒" not in shown.text
    shown.type("\r")
    shown.until(lambda: "青梅煮酒" in shown.text and "场景" not in shown.text)
    shown.type("这梅子真酸。")
    shown.type("\r")
    shown.until(lambda: "：这梅子真酸。" in shown.text)
    shown.until(lambda: saved(tmp_path).exists())
    shown.type("\x0c")  # Ctrl+L
    shown.until(shown.shows("会话 1"))
    shown.type("\x1b")
    shown.type("\t")
    shown.until(shown.shows("1 轮", "这梅子真酸。", "F2 改名", "Del 删除"))
    shown.type("\x1b[3~")
    shown.until(shown.shows("回收站 (1)", "Ctrl+Z"))
    shown.type("\x1a")
    shown.until(shown.shows("1 轮", "这梅子真酸。"))
    shown.type("\r")
    shown.until(lambda: "场景" not in shown.text and "这梅子真酸。" in shown.text)
    shown.type("\x11")
    assert shown.end() == 0 and shown.is_as_before


def test_keys_that_come_in_one_burst_do_what_they_would_do_one_by_one(
    terminal: Callable[..., Terminal], tmp_path: Path
) -> None:
    """`r`, down, Enter: the second role, not the first; then what is typed goes to the table."""
    shown = terminal(PAOTUAN_MODEL="scripted")
    shown.until(shown.shows("场景 12", "Enter 开演"))
    shown.type("/qmzj")
    shown.until(shown.shows("青梅煮酒", "曹操"))
    shown.type("\x1b[Br\x1b[B\r玄德")
    shown.until(lambda: "玄德" in shown.text and "场景" not in shown.text)
    assert "你：曹操" in shown.text or "你：许褚" in shown.text, shown.text
    shown.type("\x0c")
    shown.until(shown.shows("场景 12"))
    assert not list((tmp_path / "data/paotuan/sessions").glob("*.jsonl"))
