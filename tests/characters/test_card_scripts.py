"""A card's own regular expressions: what they change, which are run, and what is too much."""

import time
from collections import Counter
from typing import Any

import pytest

from characters.cards.scripts import (
    LONGEST,
    NO_PATTERN,
    OUTPUT,
    PATIENCE_OF_ALL,
    SCRIPTS,
    TOO_SLOW,
    scripts_of,
)


def script(find: str, made: object = "", **more: object) -> dict[str, Any]:
    return {"findRegex": find, "replaceString": made, "placement": [2], **more}


def run(text: str, *scripts: object) -> tuple[str, Counter[str]]:
    counts: Counter[str] = Counter()
    made = scripts_of({"regex_scripts": list(scripts)}, "安")
    return made.apply(text, OUTPUT, counts), counts


@pytest.mark.parametrize(
    ("made", "text", "expected"),
    [
        (script("/「(.+?)」/g", "“$1”"), "「一」「二」", "“一”“二”"),
        (script("/「(.+?)」/", "“$1”"), "「一」「二」", "“一”「二」"),
        (script("x", "y"), "xx", "yx"),
        (script("/(?<n>x)/g", "$<n>$&$0{{match}}$9"), "x", "xxxx"),
        (script("/[\\s\\S]*<正文>/i", ""), "前\n<正文>后", "后"),
        (script("/「(.+)」/g", "$1", trimStrings=["好", "{{char}}"]), "「好安天」", "天"),
        (script("/{{char}}/g", "她", substituteRegex=1), "安安", "她她"),
        (script("/x/g", "y", disabled=True), "x", "x"),
        (script("/x/g", "y", placement=[1]), "x", "x"),
        (script("/x/g", "y", minDepth=2), "x", "x"),
        (script("/x/g", "y", markdownOnly=True, promptOnly=True, minDepth=None), "x", "y"),
        (script("/x/g", 7), "x", "x"),
        ("no script", "x", "x"),
        (script("/x/g", "y", placement="2"), "x", "x"),
    ],
)
def test_a_script_changes_what_it_finds(made: object, text: str, expected: str) -> None:
    assert run(text, made)[0] == expected


def test_scripts_run_in_their_order_and_are_counted() -> None:
    text, counts = run("abab", script("/a/g", "b"), script("/b/g", ""), script("/(/g", ""))
    assert text == "" and counts == {SCRIPTS: 6}
    assert run("x", script("/(/g"))[1] == {NO_PATTERN: 1}


def test_one_that_takes_too_long_or_makes_too_much_is_left_out() -> None:
    slow = script("/((a|aa)+)+$/g", "x")
    started = time.monotonic()
    text, counts = run("a" * 60 + "!", *[slow | {"scriptName": str(n)} for n in range(40)])
    assert time.monotonic() - started < 2 * PATIENCE_OF_ALL + 3
    assert text.endswith("!") and counts[TOO_SLOW] >= 1
    grown, counts = run("a" * 1000, script("/a/g", "b" * (LONGEST // 10)))
    assert grown == "a" * 1000 and counts == {TOO_SLOW: 1}
    long = "a" * (LONGEST + 1)
    assert run(long, script("/a/g", "b")) == (long, {TOO_SLOW: 1})


@pytest.mark.parametrize("extensions", [{}, {"regex_scripts": {}}, {"regex_scripts": [None, {}]}])
def test_a_card_may_have_none(extensions: dict[str, object]) -> None:
    assert scripts_of(extensions, "安").scripts == ()
