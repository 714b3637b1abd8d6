"""The pages say the same in both languages, and what they name is there."""

import re
import unicodedata
from dataclasses import fields
from functools import cache
from pathlib import Path

import pytest
import typer.main

from models.backend import AT_THE_TABLE, Sampling
from models.catalog import MODELS
from models.server.dialect import DIALECTS
from models.train.settings import RENAMED
from models.train.settings import Settings as Recipe
from scenes.files.importers import of_kind
from scenes.schema import OWN, RANGES
from scenes.table.command_words import WORDS
from scenes.table.commands import COMMANDS
from tests.docs.pages import DOCS, ROOT, Page, english, invocations, pairs, read_page
from tui.commandline import app
from tui.settings import INSIDE, SINGLE

PAIRS = pairs()
PAGES = [path for pair in PAIRS for path in pair if path.exists()]
OTHERS = {
    *("--max-model-len", "--lora", "--lora-modules", "--enable-lora", "--kv-unified", "--port"),
    *("--chat-template", "--enable-prompt-tokens-details", "--nproc-per-node", "--no-python"),
    *("--multi_gpu", "--habits", "--share"),
    *(
        "--force-reinstall",
        "--index-url",
        "--scripts",
        "--count",
        "--folder",
        "--books",
        "--tiny",
        "--cpu",
        "--without",
        "--nnodes",
        "--rdzv-endpoint",
        "--use_fsdp",
    ),
    *("--vectors", "--fts", "--base"),
}
"""Options of other programs, and of ours under `tests/`."""
ELSEWHERE = re.compile(
    r"models/(hub|partial|unpacked|bge-)|adapters/|characters/suwan.yaml|\w+/\w+/yours|models/yours"
)
"""Paths in folders of a person, and of code that a recipe tells to write."""
SHELL = re.compile(r"(?<![\w-])(--[a-z][\w-]*|-[njo])(?![\w-])")


def ids(value: object) -> str:
    return str(value.relative_to(ROOT)) if isinstance(value, Path) else ""


@pytest.mark.parametrize(("first", "second"), PAIRS, ids=ids)
def test_a_page_is_there_in_both_languages_and_in_step(first: Path, second: Path) -> None:
    assert second.exists(), f"{second.relative_to(ROOT)} is missing"
    ours, theirs = read_page(first), read_page(second)
    assert ours.levels == theirs.levels
    assert ours.code == theirs.code
    assert [len(table) for table in ours.tables] == [len(table) for table in theirs.tables]
    assert of_code(ours) == of_code(theirs)
    assert ours.figures == theirs.figures


def test_no_chinese_page_is_without_an_english_one() -> None:
    known = {second.name for _, second in PAIRS}
    assert {path.name for path in (DOCS / "zh").glob("*.md")} <= known


def of_code(page: Page) -> set[str]:
    """The words in backticks that are no language's."""
    return {word for word in page.inline if word.isascii()}


@pytest.mark.parametrize("path", PAGES, ids=ids)
def test_links_lead_somewhere(path: Path) -> None:
    links = [link.partition("#")[0] for link in read_page(path).links if "://" not in link]
    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_no_paragraph_of_a_readme_is_longer_than_four_lines(name: str) -> None:
    page = read_page(ROOT / name)
    assert [text for text in page.paragraphs() if len(text.splitlines()) > 4] == []
    assert [line for line in page.prose if not line.startswith("|") and columns(line) > 118] == []


def columns(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in line)


def test_the_index_names_every_page() -> None:
    names = {path.name for path in DOCS.glob("*.md")} - {"README.md"}
    assert names <= set(read_page(DOCS / "README.md").links)


@cache
def commands() -> dict[tuple[str, ...], set[str]]:
    """The options of each command; groups have those of all that is below."""
    known: dict[tuple[str, ...], set[str]] = {}

    def walk(command: object, path: tuple[str, ...]) -> set[str]:
        options = {
            name for param in command.params for name in (*param.opts, *param.secondary_opts)
        }
        for name, below in getattr(command, "commands", {}).items():
            options |= walk(below, (*path, name))
        known[path] = options | {"--help"}
        return known[path]

    walk(typer.main.get_command(app), ())
    return known


def command_of(words: list[str]) -> tuple[str, ...]:
    """The command that words begin with, as far as it is one."""
    path: tuple[str, ...] = ()
    for word in words:
        if (*path, word) not in commands():
            break
        path = (*path, word)
    return path


@pytest.mark.parametrize("path", [first for first, _ in PAIRS], ids=ids)
def test_commands_and_options_are_those_of_the_program(path: Path) -> None:
    wrong = []
    for line, beside in shown(read_page(path)):
        for words in invocations(line):
            command = command_of(words)
            if not command and words and not words[0].startswith("-") and words[0] != "…":
                wrong.append(f"{line}: no command {words[0]}")
            named = {
                word.partition("=")[0] for word in words if SHELL.fullmatch(word.split("=")[0])
            }
            wrong += [f"{line}: {name}" for name in named - commands()[command]]
            named = set(SHELL.findall(beside)) - OTHERS
            wrong += [f"{line} # {name}" for name in named - commands()[command]]
    assert wrong == []


def shown(page: Page) -> list[tuple[str, str]]:
    """Lines of commands, each with the comment beside it; those in the text have none."""
    found = []
    for block in page.blocks:
        for line in block.lines:
            command, _, beside = line.partition("  #")
            if "paotuan " in command and not command.startswith(("#", "|")):
                found.append((command.removeprefix("$ "), beside))
    return found + [(word, "") for word in page.inline if word.startswith("paotuan ")]


@pytest.mark.parametrize("path", [first for first, _ in PAIRS], ids=ids)
def test_options_in_the_text_are_options_of_some_command(path: Path) -> None:
    known = set().union(*commands().values()) | OTHERS
    named = {name for word in read_page(path).inline for name in SHELL.findall(word)}
    assert named - known == set()


@pytest.mark.parametrize("path", [first for first, _ in PAIRS], ids=ids)
def test_files_of_the_repository_that_are_named_are_there(path: Path) -> None:
    page = read_page(path)
    words = {word for inline in page.inline for word in inline.split()}
    words |= {word for block in page.blocks for line in block.bare for word in line.split()}
    named = {word for word in words if re.match(r"(tests|docs|scenes|models|tui|base)/\w", word)}
    assert [
        name for name in named if not ELSEWHERE.match(name) and not (ROOT / name).exists()
    ] == []


@pytest.mark.parametrize("path", PAGES, ids=ids)
def test_no_published_name_is_implied(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    installs = re.findall(r"pip install ([^`\n]*)", text)
    assert [line for line in installs if re.search(r"['\"]?paotuan", line)] == []


def test_environment_variables_that_are_named_are_read_somewhere() -> None:
    code = "".join(
        path.read_text(encoding="utf-8")
        for room in ("tui", "scenes", "models", "characters", "base")
        for path in (ROOT / room).rglob("*.py")
    )
    named = {name for page in english() for name in re.findall(r"PAOTUAN_\w+", str(page.inline))}
    assert {name for name in named if name not in code} == set()


def test_the_sampling_keys_have_the_ranges_and_defaults_of_the_program() -> None:
    (table,) = (table for table in read_page(DOCS / "scenes.md").tables if "| range |" in table[0])
    rows = dict(re.findall(r"`(\w+)`.*\| ([^|]+ \| [^|]+) \|", row)[0] for row in table[1:])
    keys = {field.name: field.default for field in fields(Sampling) if field.name not in OWN}
    keys |= AT_THE_TABLE
    assert set(rows) == set(keys)
    for name, default in keys.items():
        range_, told = rows[name].split(" | ")
        assert told == ("none" if default in (None, ()) else f"{default:g}"), name
        limits = {key: value for key, value in RANGES.get(name, {}).items()}
        assert range_ == range_of(limits), name


def range_of(limits: dict[str, float]) -> str:
    low, above = limits.get("ge"), limits.get("gt")
    high = limits["lt"] - 1 if "lt" in limits else limits.get("le")
    if not limits:
        return "a list"
    if above is not None:
        return f"above {above}, up to {high}"
    return f"{low} or more" if high is None else f"{low} to {high}"


def test_dialects_and_models_that_are_named_are_known() -> None:
    servers, models = read_page(DOCS / "servers.md"), read_page(DOCS / "faq.md")
    (table,) = (table for table in servers.tables if "dialect" in table[0])
    named = {name for row in table[1:] for name in re.findall(r"`([\w-]+)`", row.split("|")[2])}
    assert named <= set(DIALECTS)
    (table,) = (table for table in models.tables if "remarks" in table[0])
    named = {name for row in table[1:] for name in re.findall(r"`([\w.-]+)[ `]", row.split("|")[2])}
    assert named and named <= set(MODELS)


def test_keys_of_a_recipe_are_named_with_their_defaults_and_earlier_names() -> None:
    tables = read_page(DOCS / "train.md").tables
    (table,) = (table for table in tables if "| default |" in table[0])
    defaults = {field.name: field.default for field in fields(Recipe)}
    for row in table[1:]:
        _, names, _, told, _ = row.split("|")
        for name, value in zip(re.findall(r"`(\w+)`", names), told.split(","), strict=False):
            assert told_as(defaults[name]) in (value.strip(), "nothing"), name
    (table,) = (table for table in tables if "| earlier |" in table[0])
    columns = [[re.findall(r"`(\w+)`", part) for part in row.split("|")[1:3]] for row in table[1:]]
    assert {old: new for olds, news in columns for old, new in zip(olds, news, strict=True)} == (
        RENAMED
    )


def told_as(default: object) -> str:
    """A default as the table has it; `objective` takes what the data is for."""
    if default in (None, ()):
        return "none" if default == () else "nothing"
    if isinstance(default, bool):
        return str(default).lower()
    return "2e-4" if default == 2e-4 else f"{default:g}"


def test_the_keys_of_the_settings_are_those_of_the_program() -> None:
    (table,) = read_page(DOCS / "settings.md").tables
    assert {re.findall(r"`(\w+)`", row)[0] for row in table[1:]} == {*SINGLE, *INSIDE}


def test_the_names_of_formats_are_those_of_the_importers() -> None:
    page = read_page(DOCS / "imports.md")
    kinds = [one.name for one in of_kind("log", "chat", "card", "book")]
    assert [name for name in kinds if name not in page.inline] == []
    (table,) = (table for table in page.tables if "--as" in table[0])
    named = {name for row in table[1:] for name in re.findall(r"`([\w-]+)`", row.split("|")[2])}
    assert named - {"--format"} <= set(kinds)


def test_the_commands_at_the_table_are_those_of_the_program() -> None:
    named = set(re.findall(r"`/(\w+)", (DOCS / "commands.md").read_text(encoding="utf-8")))
    chinese = {name for name in named if not name.isascii()}
    assert named - chinese - {"dev", "me"} == set(COMMANDS)
    assert chinese <= WORDS.keys()
