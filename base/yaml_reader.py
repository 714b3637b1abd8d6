"""YAML of a person's own file to plain data of which every key knows its line; bounded and safe."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from base.decoding import decode_utf8
from base.errors import KnownError
from base.folders import opened, shown_path
from base.messages import N_, _
from base.text import shown, unprintable
from base.yaml_tree import MAX_DEPTH, PLAIN, Key, Loader, Tree, located

MAX_BYTES = 1_000_000
START = yaml.Mark("", 0, 0, 0, "", 0)
WIDE_COLON = re.compile(r"\s*[a-z_]+：")
MISTAKES = {
    "maximum nesting depth": N_("brackets are nested too deep; at most {n} levels"),
    "mapping values are not allowed": N_(
        "`: ` cannot stand here; put a text that holds `: ` in quotes, and check the indentation"
    ),
    "could not find expected ':'": N_("a key without `: ` after it; check the indentation too"),
    "did not find expected key": N_("no key where one belongs; check indentation and quotes above"),
    "did not find expected '-'": N_("no `- ` where one belongs; check the list's indentation"),
    "cannot start any token": N_("a text cannot begin with this sign; put it in quotes"),
    "unexpected end of stream": N_("a quote that is not closed"),
    "undefined alias": N_("an alias whose anchor does not stand above it"),
    "second occurrence": N_("an anchor that stands above already; give each its own name"),
    "entries are not allowed": N_("`- ` cannot stand here; give it a line of its own"),
    "expected node content": N_("no value where one belongs; check brackets and quotes"),
    "another document": N_("a second YAML document begins with `---`; write only one"),
}
"""What PyYAML says of a mistake, and what we say of it."""


@dataclass(frozen=True)
class Document:
    """What one file holds, and where each key of it stands."""

    where: str
    """The file, as messages call it."""
    data: dict[str, object]
    """The top mapping, of plain values."""
    lines: dict[Key, int] = field(repr=False)
    """The line of each key or list item, counted from one."""
    blocks: dict[Key, int] = field(repr=False)
    """The line on which a literal block's own text begins."""
    problems: tuple[str, ...] = ()
    """What was wrong already in reading, a line each: keys written twice."""

    def line(self, key: Key) -> int:
        """The line of `key`, or of the nearest key above it."""
        while key and key not in self.lines:
            key = key[:-1]
        return self.lines.get(key, 1)

    def at(self, key: Key, problem: str) -> str:
        """One line that says what is wrong with `key`: `file:line: a.b: problem`."""
        return located(self.where, self.line(key), key, problem)

    def in_order(self, problems: Iterable[str]) -> list[str]:
        """Lines that `at` gave by the line that they are about, each once."""

        def line(problem: str) -> int:
            number = re.match(r"\d+", problem.removeprefix(f"{self.where}:"))
            return int(number[0]) if number else 0

        return sorted(dict.fromkeys(problems), key=line)


def read_file(path: Path) -> Document:
    """Read one file. Raises `KnownError`, which lists all that is wrong with the file."""
    return _without_problems(read_document(path))


def read_document(path: Path) -> Document:
    """Read one file as far as it can be, with its `problems`. Raises `KnownError`."""
    with opened(path) as file:
        raw = file.read(MAX_BYTES + 1)
    return _parsed(raw, shown_path(path))


def read(raw: bytes, where: str) -> Document:
    """Read the bytes of a file that messages call `where`. Raises as `read_file` does."""
    return _without_problems(_parsed(raw, where))


def _without_problems(document: Document) -> Document:
    if document.problems:
        raise KnownError(*document.problems)
    return document


def _parsed(raw: bytes, where: str) -> Document:
    if len(raw) > MAX_BYTES:
        most = MAX_BYTES // 1_000_000
        raise KnownError(
            _("{where}: larger than {most} MB; is it the right file?", where=where, most=most)
        )
    text = decode_utf8(raw, where)
    for number, line in enumerate(text.split("\n"), 1):
        if character := unprintable(line):
            problem = _("{character}; delete it", character=character)
            raise KnownError(located(where, number, (), problem))
    if not text.strip():
        raise KnownError(_("{where}: empty; expected YAML such as `title: …`", where=where))
    tree = Tree(_composed(text, where), where)
    if not isinstance(tree.root, dict):
        value = kind(tree.root)
        if WIDE_COLON.match(text):
            problem = _(
                "found {value}, expected keys and values; write `: ` where a key ends with the "
                "full-width `：`",
                value=value,
            )
        else:
            problem = _("found {value}, expected keys and values", value=value)
        raise KnownError(located(where, 1, (), problem))
    return Document(where, tree.root, tree.lines, tree.blocks, tuple(tree.problems))


def kind(value: object) -> str:
    """What a person calls this sort of value."""
    match value:
        case bool():
            return _("the truth value {value}", value=str(value).lower())
        case int() | float():
            return _("the number {value}", value=value)
        case str():
            return _("text")
        case list():
            return _("a list")
        case dict():
            return _("keys and values")
    return _("nothing")


def _composed(text: str, where: str) -> yaml.Node:
    """The nodes of a text, which hold their places. Raises `KnownError`."""
    try:
        return yaml.compose(text, Loader=Loader) or yaml.ScalarNode(PLAIN, "", START)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, mistake = _mistake(error.problem or "", mark.line if mark else 0, text)
    except yaml.YAMLError as error:
        line, mistake = 0, shown(str(error))
    except RecursionError:  # where PyYAML was built without libyaml
        line, mistake = 0, _(MISTAKES["maximum nesting depth"], n=MAX_DEPTH)
    problem = _("not valid YAML: {mistake}", mistake=mistake)
    raise KnownError(located(where, line + 1, (), problem))


def _mistake(problem: str, index: int, text: str) -> tuple[int, str]:
    """The line of what PyYAML calls a `problem`, from zero, and what is wrong there."""
    lines = text.split("\n")
    index = min(index, len(lines) - 1)
    line = lines[index]
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return index, _("a tab in the indentation; indent with spaces")
    for near in (index, index - 1):
        if near >= 0 and WIDE_COLON.match(lines[near]):
            return near, _("a key that ends with the full-width `：`; write `: ` instead")
    for part, sentence in MISTAKES.items():
        if part in problem:
            return index, _(sentence, n=MAX_DEPTH)
    return index, _("{problem}; check the indentation", problem=shown(problem))
