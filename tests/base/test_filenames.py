"""Names of files made of people's words."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.filenames import file_name, folded


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("雨夜 旧宅", "雨夜-旧宅"),
        ("CON", "CON_"),
        ("nul", "nul_"),
        ("com1", "com1_"),
        ("LPT¹", "LPT¹_"),
        ("CONIN$", "CONIN"),
        ("aux.txt", "aux-txt"),
        ("../../etc/passwd", "etc-passwd"),
        ("a. ", "a"),
        ("", "scene"),
        ("...", "scene"),
        ("-", "scene"),
        ("\u200b\u202e", "scene"),
        ("\ud800", "scene"),
        ("e\u0301", "é"),
        ("हिन्दी", "हिन्दी"),
    ],
)
def test_a_name_leads_nowhere_and_is_no_device(words: str, name: str) -> None:
    assert file_name(words, "scene") == (name.rstrip("-") or "scene")


@given(st.text(), st.lists(st.text()))
def test_any_words_make_a_name_that_every_system_takes(words: str, taken: list[str]) -> None:
    name = file_name(words, "scene", taken)
    assert name == unicodedata.normalize("NFC", name)
    assert len(f"{name}.card.charx".encode()) <= 255
    assert not {*name} & {*'/\\:*?"<>|. \0'}
    assert name[-1:] not in (" ", ".")
    assert folded(name) not in {folded(one) for one in taken}


def test_no_two_names_are_one_where_case_or_composition_is_no_difference() -> None:
    taken: list[str] = []
    for words in ("Café", "café", "CAFE\u0301", "cafe", "ＣＡＦＥ", "straße", "STRASSE"):
        taken.append(file_name(words, "scene", taken))
    assert taken[:3] == ["Café", "café-2", "CAFÉ-3"]
    assert len({folded(name) for name in taken}) == len(taken)


def test_a_long_name_is_cut_between_characters() -> None:
    assert file_name("。" + "长" * 300, "scene") == "长" * 60
    assert len(file_name("𠮷" * 300, "scene").encode()) <= 180
