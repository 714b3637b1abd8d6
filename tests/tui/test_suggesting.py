"""What is offered while a command is being written, in the person's language."""

import pytest

from scenes.table.command_words import command_words
from tests.tui.tables import house
from tui.widgets.suggesting import Suggestions


def offered(before: str) -> str:
    return Suggestions(["微怒"], command_words(), ["林默", "苏晚"]).rest(before, True)


@pytest.mark.parametrize("mark", ["/", "／", "、"])
def test_a_command_is_completed_behind_any_mark_that_begins_one(mark: str) -> None:
    assert offered(f"{mark}und") == "o "


def test_in_chinese_both_names_of_a_command_are_completed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAOTUAN_LANG", "zh_CN")
    assert offered("/撤") == "销 "
    assert offered("/und") == "o "


def test_behind_a_command_that_takes_a_name_names_are_offered() -> None:
    assert offered("/next 苏") == "晚"
    assert offered("/下一个 林") == "默"
    assert offered("、next 苏") == "晚"
    assert offered("/undo 苏") == ""


def test_behind_sampling_and_lore_their_values_are_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    assert offered("/sampling wi") == "ld"
    assert offered("/取样 wild temp") == "erature"
    suggestions = Suggestions([], command_words(), [])
    suggestions.files = ("old-house.yaml",)
    assert suggestions.rest("/lore old", True) == "-house.yaml"
    monkeypatch.setenv("PAOTUAN_LANG", "zh_CN")
    assert offered("/取样 ") == "稳"
    assert offered("/提示词 苏") == "晚"


def test_a_line_in_a_terminal_is_completed_in_the_same_way() -> None:
    from prompt_toolkit.completion import CompleteEvent
    from prompt_toolkit.document import Document

    from tui.completing import TableCompleter

    def completed(text: str) -> list[str]:
        completer = TableCompleter(house(), command_words())
        found = completer.get_completions(Document(text), CompleteEvent())
        return [each.text for each in found]

    assert "undo" in completed("/und")
    assert "undo" in completed("、und")
    assert completed("/下一个 苏") == ["苏晚"]
    assert completed("/sampling lively top_") == ["top_p", "top_k"]
    assert completed("/prompt 苏") == ["苏晚"]


def test_skills_are_completed_behind_dice() -> None:
    words = Suggestions([], [], ["林默"])
    assert words.rest(".ra 侦", True) == "查"
    assert words.rest("。rb 聆", True) == "听"
    assert words.rest("/check 心", True) == "理学"
    assert words.rest(".sc 侦", True) == ""
