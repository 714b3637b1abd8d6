"""A person's settings: one TOML file with comments, checked key by key, changed without losing any.

A mistake costs its own key alone, which then has its default, and is told with file and line.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from base.decoding import decode_utf8
from base.errors import KnownError
from base.folders import config_folder
from base.messages import LANGUAGES, _, matched, series
from base.names import nearest
from base.ranges import LEAST_SHARE, MOST_SHARE, SAMPLING, WHOLE, expected_of, is_inside
from base.system_errors import system_reason
from base.text import shown
from base.writing import replace_text, told

LONGEST_BAN = 60
"""Characters of a banned phrase."""
NARROWEST, WIDEST = 40, 400
"""Columns that text may be held to."""
MEMORY = ("model", "share")
"""The keys of the table `memory`."""
TABLES = ("models", "keys", "sampling", "memory", "hosts")
"""The keys that hold others."""
_NAME = r"""(?:[\w-]+|"[^"\n]*"|'[^'\n]*')"""
_NAMES = re.compile(_NAME)
_HEADER = re.compile(rf"\s*\[\s*({_NAME}(?:\s*\.\s*{_NAME})*)\s*\]")
_ENTRY = re.compile(rf"\s*({_NAME}(?:\s*\.\s*{_NAME})*)\s*=")
_WHERE = re.compile(r"\(at line (\d+), column \d+\)")


@dataclass(frozen=True)
class UserSettings:
    """What a person has settled; `None` and nothing are left to the program."""

    file: Path
    """Where they are, or would be."""
    language: str | None = None
    theme: str | None = None
    model: str | None = None
    """A name of `models`, of the catalog, a path, or a server's address."""
    columns: int | None = None
    """Columns that the text of the table is held to."""
    ahead: int | None = None
    """How many turns are drawn while the person reads."""
    models: Mapping[str, str] = field(default_factory=dict)
    """Models under names of the person's own."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Keys by the id of what they do."""
    sampling: Mapping[str, float] = field(default_factory=dict)
    """How is drawn where neither an option nor the scene says it."""
    memory: Mapping[str, Any] = field(default_factory=dict)
    """Which model sums up, and how much it may take, where the scene does not say it."""
    hosts: Mapping[str, bool] = field(default_factory=dict)
    """Whether a server may be asked that a scene names, by its host and port."""
    banned: tuple[str, ...] = ()
    """Phrases that no candidate may hold, in whatever scene."""
    notices: tuple[str, ...] = ()
    """What has been said once and is not said again."""
    lines: Mapping[str, int] = field(default_factory=dict)
    """The line of each key that the file has, such as `sampling.n`."""
    problems: tuple[str, ...] = ()

    def origin(self, key: str) -> str:
        """The file and the line that say `key`."""
        line = self.lines.get(key) or self.lines.get(key.partition(".")[0])
        return f"{self.file}:{line}" if line else str(self.file)


def settings_file() -> Path:
    """Where the settings are: the folder for them on this system."""
    return config_folder() / "settings.toml"


def settings() -> UserSettings:
    """The settings of the person, read once."""
    return _settings_in(settings_file())


@cache
def _settings_in(file: Path) -> UserSettings:
    return read_settings(file)


def read_settings(file: Path) -> UserSettings:
    """The settings in a file, with a problem for each thing that is wrong; never raises."""
    try:
        text = decode_utf8(file.read_bytes(), str(file))
    except FileNotFoundError:
        return UserSettings(file)
    except KnownError as error:
        return UserSettings(file, problems=error.problems)
    except OSError as error:
        why = system_reason(error)
        return UserSettings(
            file, problems=(_("{file}: cannot be read: {why}", file=file, why=why),)
        )
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return UserSettings(file, problems=(_broken(file, text, error),))
    lines = dict(_lines(text))
    values, problems = _checked(data, file, lines)
    return UserSettings(file, **values, lines=lines, problems=tuple(problems))


def _broken(file: Path, text: str, error: tomllib.TOMLDecodeError) -> str:
    at = _WHERE.search(str(error))
    rows = text.splitlines() or [""]
    line = int(at[1]) if at else len(rows)
    return _(
        "{file}:{line}: this is not TOML: {text} (nothing of the file is used)",
        file=file,
        line=line,
        text=shown(rows[min(line, len(rows)) - 1].strip()),
    )


def _lines(text: str) -> Iterator[tuple[str, int]]:
    """The dotted name of each table and key, and its line; the first counts."""
    table, seen = "", set()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = name = _dotted(header[1])
        elif entry := _ENTRY.match(line):
            name = ".".join(filter(None, (table, _dotted(entry[1]))))
        else:
            continue
        if name not in seen:
            seen.add(name)
            yield name, number


def _dotted(names: str) -> str:
    return ".".join(name.strip("\"'") for name in _NAMES.findall(names))


# --- what each key may be ---

Check = Callable[[str, Any], str | None]
"""What is expected of a key where its value is something else, else `None`."""


def _language(key: str, value: Any) -> str | None:
    if isinstance(value, str) and matched(value):
        return None
    return _("one of {words}", words=series(LANGUAGES))


def _text(key: str, value: Any) -> str | None:
    return None if isinstance(value, str) and value.strip() else _("text in quotes")


def _columns(key: str, value: Any) -> str | None:
    if type(value) is int and NARROWEST <= value <= WIDEST:
        return None
    return _("a whole number from {least} to {most}", least=NARROWEST, most=WIDEST)


def _ahead(key: str, value: Any) -> str | None:
    return None if type(value) is int and value in (0, 1) else _("0 or 1")


def _sampling(key: str, value: Any) -> str | None:
    name = key.rpartition(".")[2]
    kinds = (int,) if name in WHOLE else (int, float)
    if type(value) in kinds and is_inside(name, value):
        return None
    return expected_of(name)


def _memory(key: str, value: Any) -> str | None:
    if key.endswith(".model"):
        return _text(key, value)
    share = type(value) in (int, float) and LEAST_SHARE <= value <= MOST_SHARE
    return None if share else _("from {least} to {most}", least=LEAST_SHARE, most=MOST_SHARE)


def _words(key: str, value: Any) -> str | None:
    words = isinstance(value, list) and all(isinstance(each, str) for each in value)
    return None if words else _('a list such as ["small-model"]')


def _phrases(key: str, value: Any) -> str | None:
    if _words(key, value) is None and all(0 < len(each.strip()) <= LONGEST_BAN for each in value):
        return None
    return _('a list of phrases such as ["a shiver"], each of at most {n} letters', n=LONGEST_BAN)


def _yes_or_no(key: str, value: Any) -> str | None:
    return None if isinstance(value, bool) else _("true or false")


SINGLE: Mapping[str, Check] = {
    "language": _language,
    "theme": _text,
    "model": _text,
    "columns": _columns,
    "ahead": _ahead,
    "notices": _words,
    "banned": _phrases,
}
INSIDE: Mapping[str, Check] = {
    "models": _text,
    "keys": _text,
    "sampling": _sampling,
    "memory": _memory,
    "hosts": _yes_or_no,
}
KNOWN: Mapping[str, Mapping[str, object]] = {"sampling": SAMPLING, "memory": dict.fromkeys(MEMORY)}
"""The names that a table may have, where it may not have any."""


def _checked(
    data: Mapping[str, Any], file: Path, lines: Mapping[str, int]
) -> tuple[dict[str, Any], list[str]]:
    """What can be used of what a file says, and what is wrong with the rest."""
    values: dict[str, Any] = {}
    problems: list[str] = []

    def take(key: str, value: Any, check: Check | None, known: Mapping[str, Any]) -> bool:
        line = lines.get(key) or lines.get(key.partition(".")[0], 1)
        if check is None:
            problems.append(_unknown(file, line, key, known))
        elif expected := check(key, value):
            problems.append(_wrong(file, line, key, value, expected))
        else:
            return True
        return False

    for name, value in data.items():
        if name not in INSIDE:
            if take(name, value, SINGLE.get(name), {**SINGLE, **INSIDE}):
                values[name] = tuple(value) if isinstance(value, list) else value
        elif not isinstance(value, dict):
            problems.append(_wrong(file, lines.get(name, 1), name, value, _("a table")))
        else:
            known = KNOWN.get(name, {})
            values[name] = {
                inner: each
                for inner, each in _flat(value)
                if take(f"{name}.{inner}", each, _inside(name, inner), known)
            }
    if "language" in values:
        values["language"] = matched(values["language"])
    return values, problems


def _inside(table: str, name: str) -> Check | None:
    return None if table in KNOWN and name not in KNOWN[table] else INSIDE[table]


def _flat(table: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """The values of a table by dotted names: `app.help = …` and `"app.help" = …` are one."""
    for name, value in table.items():
        if isinstance(value, dict) and value:
            yield from _flat(value, f"{before}{name}.")
        else:
            yield before + name, value


def _unknown(file: Path, line: int, key: str, known: Mapping[str, Any]) -> str:
    return _(
        "{file}:{line}: there is no setting {key}{hint}",
        file=file,
        line=line,
        key=shown(key),
        hint=nearest(key.rpartition(".")[2], known),
    )


def _wrong(file: Path, line: int, key: str, value: Any, expected: str) -> str:
    return _(
        "{file}:{line}: {key}: {value} is not {expected}; its default is used",
        file=file,
        line=line,
        key=shown(key),
        value=shown(repr(value)),
        expected=expected,
    )


# --- changing ---


def change(key: str, value: Any, template: str, file: Path | None = None) -> None:
    """Set one key in the file, all else in it left as it stands; `template` where there is no file.

    Raises `KnownError` where the file is no TOML, and `OSError` where it cannot be written.
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    file = file or settings_file()
    text = decode_utf8(file.read_bytes(), str(file)) if file.exists() else template
    table, dot, name = key.partition(".")
    try:
        document = tomlkit.parse(text)
        if dot or key in document:
            place: Any = document.setdefault(table, tomlkit.table()) if dot else document
            if not isinstance(place, MutableMapping):
                where = {"file": file, "line": dict(_lines(text)).get(table, 1)}
                raise KnownError(
                    _("{file}:{line}: {key} is not a table; mend it first", **where, key=table)
                )
            place[name or key] = value
            text = tomlkit.dumps(document)
        else:
            text = _with_line(text, key, f"{key} = {tomlkit.item(value).as_string()}")
    except TOMLKitError:
        problems = read_settings(file).problems
        raise KnownError(*problems or (_("{file}: this is not TOML", file=file),)) from None
    write_settings(text, file)


def _with_line(text: str, key: str, line: str) -> str:
    """`text` with a line for a key of no table: below its example, else at the head."""
    head = text[: found.start()] if (found := re.search(r"(?m)^\s*\[", text)) else text
    example = re.search(rf"(?m)^# *{key} *=.*\n", head)
    at = example.end() if example else 0
    return f"{text[:at]}{line}\n{text[at:]}"


def write_settings(text: str, file: Path) -> None:
    """Write the file whole. Raises `OSError`."""
    with told(file):
        file.parent.mkdir(parents=True, exist_ok=True)
    replace_text(file, text, ())
    _settings_in.cache_clear()
