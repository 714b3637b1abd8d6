"""YAML of a person's own file to plain data of which every key knows its line; bounded and safe."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from base.decoding import decode_utf8
from base.errors import KnownError
from base.json_bounds import MAX_DEPTH
from base.messages import _
from base.text import shown, unprintable
from base.yaml_tree import Key, Tree

MAX_BYTES = 1_000_000

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

WIDE_COLON = re.compile(r"\s*[a-z_]+：")

HINTS = {
    "exceeded maximum nesting depth": f"nest at most {MAX_DEPTH} deep",
    "mapping values are not allowed": "put a text that holds `: ` in quotes, and check indentation",
    "could not find expected ':'": "a key needs `: ` after it; check the indentation",
    "did not find expected key": "check the indentation and the quotes above",
    "did not find expected '-'": "check the indentation of the list",
    "cannot start any token": "put a text that begins with such a sign in quotes",
    "unexpected end of stream": "a quote is not closed",
}


@dataclass(frozen=True)
class Document:
    """What one file holds, and where each key of it stands."""

    where: str
    """The file, as messages call it."""
    data: dict[str, object]
    """The top mapping, of plain values; not to be changed, since aliases share them."""
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
        name = f"{shown('.'.join(map(str, key)))}: " if key else ""
        return f"{self.where}:{self.line(key)}: {name}{problem}"

    def in_order(self, problems: Iterable[str]) -> list[str]:
        """Lines that `at` gave by the line that they are about, each once."""

        def line(problem: str) -> int:
            number = problem.removeprefix(f"{self.where}:").partition(":")[0]
            return int(number) if number.isdigit() else 0

        return sorted(dict.fromkeys(problems), key=line)


def read_file(path: Path) -> Document:
    """Read one file. Raises `KnownError`, which lists all that is wrong with the file."""
    return _without_problems(read_document(path))


def read_document(path: Path) -> Document:
    """Read one file as far as it can be, with its `problems`. Raises `KnownError`."""
    where = shown_path(path)
    try:
        if path.is_dir():
            raise KnownError(_("{where}: a folder, expected a YAML file", where=where))
        if path.exists() and not path.is_file():
            raise KnownError(_("{where}: not an ordinary file; expected a YAML file", where=where))
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise KnownError(_("{where}: no such file", where=where)) from None
    except PermissionError:
        raise KnownError(
            _("{where}: may not be read; check its permissions", where=where)
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise KnownError(
            _("{where}: cannot be read: {reason}", where=where, reason=shown(reason))
        ) from None
    return _parsed(raw, where)


def read(raw: bytes, where: str) -> Document:
    """Read the bytes of a file that messages call `where`. Raises as `read_file` does."""
    return _without_problems(_parsed(raw, where))


def _without_problems(document: Document) -> Document:
    if document.problems:
        raise KnownError(*document.problems)
    return document


def _parsed(raw: bytes, where: str) -> Document:
    if len(raw) > MAX_BYTES:
        raise KnownError(
            _(
                "{where}: larger than {MAX_BYTES} MB; is it the right file?",
                where=where,
                MAX_BYTES=MAX_BYTES // 1_000_000,
            )
        )
    text = decode_utf8(raw, where)
    for number, line in enumerate(text.split("\n"), 1):
        if name := unprintable(line):
            raise KnownError(
                _("{where}:{number}: {name}; delete it", where=where, number=number, name=name)
            )
    if not text.strip():
        raise KnownError(_("{where}: empty; expected YAML such as `title: …`", where=where))
    builder = Tree(where)
    for event in _events(text, where):
        builder.add(event)
    if not isinstance(builder.root, dict):
        hint = "; write `: ` where a key ends with `：`" if WIDE_COLON.match(text) else ""
        raise KnownError(
            _(
                "{where}:1: found {root}, expected keys and values{hint}",
                where=where,
                root=kind(builder.root),
                hint=hint,
            )
        )
    return Document(where, builder.root, builder.lines, builder.blocks, tuple(builder.problems))


def shown_path(path: Path) -> str:
    """A path as messages call it: from the working folder where it lies in it."""
    try:
        inside = path.is_relative_to(Path.cwd())
    except OSError:
        inside = False
    name = str(path.relative_to(Path.cwd()) if inside else path)
    return "".join(c if c.isprintable() else "?" for c in name)


def kind(value: object) -> str:
    """What a person calls this sort of value."""
    kinds: list[tuple[type, str]] = [
        (bool, f"the truth value {str(value).lower()}"),
        (int, f"the number {value}"),
        (float, f"the number {value}"),
        (str, "text"),
        (list, "a list"),
        (dict, "keys and values"),
    ]
    return next((name for type_, name in kinds if isinstance(value, type_)), "nothing")


def _events(text: str, where: str) -> Iterator[yaml.Event]:
    try:
        yield from yaml.parse(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise KnownError(
            _said(error.problem or "", mark.line if mark else 0, text, where)
        ) from None
    except yaml.YAMLError as error:
        raise KnownError(
            _("{where}: not valid YAML: {error}", where=where, error=shown(str(error)))
        ) from None


def _said(problem: str, index: int, text: str, where: str) -> str:
    lines = text.split("\n")
    index = min(index, len(lines) - 1)
    line = lines[index]
    hint = next((hint for part, hint in HINTS.items() if part in problem), "check the indentation")
    if "\t" in line[: len(line) - len(line.lstrip())]:
        problem, hint = "a tab in the indentation", "indent with spaces"
    elif wide := [n for n in (index, index - 1) if n >= 0 and WIDE_COLON.match(lines[n])]:
        index, hint = wide[0], "write `: ` where a key ends with `：`"
    return f"{where}:{index + 1}: not valid YAML: {shown(problem)}; {hint}"
