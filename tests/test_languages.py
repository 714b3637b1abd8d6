"""Both languages, everywhere: the catalog is whole, and no sentence of the other language is shown.

Names, ids of models, options, commands, paths, and the marks of the log belong to neither language.
"""

import re
import shlex
import string
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

import pytest

from tests.messages import (
    as_mo,
    as_po,
    converted,
    extracted,
    file_of,
    keys,
    missing,
    read,
    updated,
)
from tests.messages import command_line as command_texts
from tests.tui.conftest import Run, home, run
from tui.command_help import HelpContext
from tui.commandline import command_line, with_optional_value
from tui.commands.help_examples import EXAMPLES
from tui.preferences import settle_language

__all__ = ("home", "run")

Texts = Callable[[], Iterator[tuple[str, str]]]

NEITHER = re.compile(
    r"""
    `[^`]*`                                  # what is typed, or stands in a file
    | https?://\S+
    | (?m:^\s*(?:\$\ )?paotuan\ .*$)         # a line for the shell
    | paotuan(?:\ [a-z-]+)+ | (?<!\w)--?[\w-]+(?:=\S+)?
    | \S*[/\\]\S* | \S+\.(?:ya?ml|jsonl?|txt|kb|gguf|png|charx|md|toml|log)\b
    | [\w.-]+(?:\|[\w.-]+)+                  # one word out of a few
    | \[x?[<>=\d.a-z]+\]
    """,
    re.VERBOSE,
)
NAMES = re.compile(
    r"Hugging\ Face|llama\.cpp|Kobold\ Lite|P-tuning\ v2|JSON\ (?:Lines|Schema)"
    r"|text-generation-webui|SillyTavern|TavernAI|KoboldAI|Agnai|RisuAI|SealDice|Dice!|OlivaDice|SinaNya|Foundry|CCFOLIA"
    r"|回声工坊|来客|李白|林默|苏晚|夏娜|雨夜旧宅|跑团|中文",
    re.VERBOSE,
)
LATIN = re.compile(r"(?:\b[A-Za-z][a-z’'-]*\b +){2,}\b[A-Za-z][a-z’'-]+\b")
CHINESE = re.compile(r"[\u4e00-\u9fff][\u3000-\u303f\uff00-\uffef\u4e00-\u9fff]{3,}")


def sentences(text: str, code: str) -> list[str]:
    """What is said in the other language than `code`."""
    plain = NAMES.sub("·", NEITHER.sub("·", text))
    return (CHINESE if code == "en" else LATIN).findall(plain)


def fields(text: str) -> set[str]:
    """The names of the places in a sentence."""
    try:
        return {name for __, name, __, __ in string.Formatter().parse(text) if name is not None}
    except ValueError:
        return set()  # a page with braces of its own, which is never filled


# --- the catalog ---


@pytest.mark.parametrize("texts", [command_texts, keys], ids=["help", "keys"])
def test_every_text_of_help_and_every_key_has_chinese(texts: Texts) -> None:
    known = read("zh_CN")
    assert [text for text, __ in texts() if not getattr(known.get(text), "string", "")] == []


def test_every_sentence_has_chinese() -> None:
    assert missing(updated("zh_CN", extracted()), ()) == []


def test_a_sentence_has_the_same_places_in_every_language() -> None:
    wrong = []
    for code in ("zh_CN", "zh_TW"):
        for message in read(code):
            ids = message.id if isinstance(message.id, tuple) else (message.id,)
            texts = message.string if isinstance(message.string, tuple) else (message.string,)
            known = set(chain.from_iterable(map(fields, ids)))
            for text in filter(None, texts):
                needed = known - {"n"} if len(ids) > 1 else known
                if message.id and not needed <= fields(text) <= known:
                    wrong.append((code, ids[0], text))
    assert wrong == []


def test_catalogs_are_in_step_with_the_code_and_with_each_other() -> None:
    simplified = updated("zh_CN", extracted())
    traditional = converted(simplified, read("zh_TW"))
    for code, catalog in (("zh_CN", simplified), ("zh_TW", traditional)):
        assert file_of(code, "po").read_bytes() == as_po(catalog), "run: make messages"
        assert file_of(code, "mo").read_bytes() == as_mo(catalog), "run: make messages"


# --- the command line ---


def paths(command: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    for name, below in getattr(command, "commands", {}).items():
        yield from paths(below, (*path, name))


COMMANDS = [*paths(command_line())]


@pytest.mark.parametrize("code", ["zh_CN", "zh_TW", "en"])
@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_help_is_in_one_language_with_a_text_for_each_option(
    run: Run, path: tuple[str, ...], code: str
) -> None:
    shown = run(*path, "--help", "--lang", code)
    assert shown.status == 0
    assert sentences(shown.out, code) == []


def below(path: tuple[str, ...]) -> Any:
    """The command of that path, as it is built anew."""
    command: Any = command_line()
    for name in path:
        command = command.commands[name]
    return command


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_each_option_has_a_text_and_each_command_an_example(path: tuple[str, ...]) -> None:
    command = below(path)
    parameters = command.get_params(HelpContext(command))
    assert [one.name for one in parameters if not getattr(one, "help", None)] == []
    assert EXAMPLES[" ".join(path)]


@pytest.mark.parametrize("line", sorted({*chain.from_iterable(EXAMPLES.values())}))
def test_an_example_is_a_line_that_can_be_given(line: str) -> None:
    words = shlex.split(re.split(r" [<>|] ", line)[0])[1:]
    command: Any = command_line()
    words = settle_language(words)
    while hasattr(command, "commands") and words:
        if words[0] not in command.commands and command.name == "eval":
            words.insert(0, "model")
        command = command.commands[words.pop(0)]
    context = command.make_context("paotuan", with_optional_value(words))
    assert context.params is not None


ERRORS = [
    ("plya",),
    ("scenes", "lst"),
    ("play", "--resum"),
    ("play", "rain-house", "-n", "many"),
    ("play", "rain-house", "--as"),
    ("play", "rain-house", "--as", "林默", "--watch"),
    ("play", "--watch"),
    ("play",),
    (),
    ("draw",),
    ("log", "show", "a", "b"),
    ("models", "fit"),
    ("locate", "dta"),
    ("sessions", "export", "--to", "markdwn"),
    ("settings", "colums", "3"),
    ("settings", "columns", "wide"),
    ("--lang", "fr", "locate", "data"),
    ("play", "rain-huose"),
    ("play", "rain-house", "-n", "0"),
    ("play", "rain-house", "--as", "nobody"),
    ("draw", "--for", "夏娜", "nofile.txt"),
    ("draw", "--for", "夏娜", "--model", "startr"),
    ("draw", "--for", "夏娜", "--model", "none.gguf"),
    ("log", "check", "."),
    ("log", "check", "nofile.txt"),
    ("scenes", "show", "broken.yaml"),
    ("scenes", "check", "wrong.yaml"),
    ("characters", "show", "suwn"),
    ("models", "show", "qwen3-4"),
    ("sessions", "show", "nosuch"),
    ("train", "nofile.yaml"),
]


@pytest.mark.parametrize("code", ["zh_CN", "en"])
@pytest.mark.parametrize("typed", ERRORS, ids=" ".join)
def test_a_mistake_is_told_in_one_language(
    run: Run, home, monkeypatch: pytest.MonkeyPatch, typed: tuple[str, ...], code: str
) -> None:
    monkeypatch.chdir(home)
    monkeypatch.setenv("PAOTUAN_LANG", code)
    (home / "broken.yaml").write_text("title: [\n", "utf-8")
    (home / "wrong.yaml").write_text("title: 3\ncsat: {甲: 乙}\n", "utf-8")
    shown = run(*typed, stdin="甲：在吗？\n")
    assert shown.status == 2
    assert shown.err
    assert sentences(shown.err + shown.out, code) == []
    assert code == "en" or re.search(r"[\u4e00-\u9fff]", shown.err)
