"""What is said knows its id, also where something else only says the place."""

import pytest

from base.errors import KnownError
from base.json_bounds import MISTAKES
from base.messages import _, series, speak
from base.names import nearest
from base.system_errors import system_reason
from base.yaml_reader import read


@pytest.fixture
def chinese(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PAOTUAN_LANG", "zh_CN")
    yield
    speak()


def test_an_error_with_a_place_has_the_code_of_its_problem() -> None:
    with pytest.raises(KnownError) as raised:
        read(b"a: [*x]\n", "f.yaml")
    assert raised.value.code == "not valid YAML: {mistake}"


def test_an_error_is_rendered_in_the_language_of_who_reads_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(KnownError) as raised:
        read(b"a: 1\na: 2\n", "f.yaml")
    assert str(raised.value) == "f.yaml:2: a: written twice, first in line 1; keep one"
    monkeypatch.setenv("PAOTUAN_LANG", "zh_CN")
    assert str(raised.value) == "f.yaml:2：a：写了两次，第一次在第 1 行；请留一个"


def test_problems_are_sorted_by_line_in_every_language(chinese: None) -> None:
    document = read(b"a: 1\nb: 2\n", "f.yaml")
    first, second = document.at(("a",), "x"), document.at(("b",), "y")
    assert document.in_order([second, first]) == [first, second]


def test_names_follow_each_other_with_the_comma_of_the_language(chinese: None) -> None:
    assert series(["甲", "乙"]) == "甲、乙"
    assert nearest("甲乙丙", ["甲乙丁"]) == "；是不是 甲乙丁？"


def test_what_python_says_of_json_is_known(chinese: None) -> None:
    from characters.cards.jsontext import parse

    with pytest.raises(KnownError) as raised:
        parse('{"a": }', "a.json")
    assert str(raised.value) == "a.json:1：JSON 不对：这里应有一个值（第 7 列）"
    assert "Expecting value" in MISTAKES


def test_nothing_stays_nothing_in_every_language(chinese: None) -> None:
    assert _("") == ""
    assert system_reason(OSError()) == ""
