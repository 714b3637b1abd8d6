"""The beginning of a file, by which it is told what it is: its text, its lines, its JSON keys."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath

from base.decoding import beginning

HEAD = 1 << 16
"""Bytes by which a file is told."""
LINES = 400
"""Lines that are looked at."""
LONGEST_LINE = 1000
"""Characters of a line that are looked at."""
DEEPEST = 4
"""How deep the JSON keys lie that are looked at."""
SHOWN = 40
"""Characters of a JSON value by which it is told."""
_SMALL = 20_000
"""Characters of a text whose last line is likely whole."""
_JSON = re.compile(r"\s*[\[{]\s*[\[{\"]")
_PAGE = re.compile(r"<(?:!doctype html|html|head|body|\?xml)", re.IGNORECASE)
_TOKEN = re.compile(r'"((?:[^"\\]+|\\.)*+)(?:"|\\?\Z)\s*(:)?|[{}\[\]]|[^\s"{}\[\],:]+', re.DOTALL)


@dataclass(frozen=True)
class FileHead:
    """A name and the first bytes; of an archive or a folder the names that lie in it too."""

    name: str
    raw: bytes
    members: tuple[str, ...] = ()
    is_folder: bool = False

    @property
    def suffix(self) -> str:
        return PurePath(self.name).suffix.lower()

    @cached_property
    def text(self) -> str:
        """What the bytes say, wrong ones replaced, without a byte order mark."""
        return beginning(self.raw).removeprefix("\ufeff")

    @cached_property
    def start(self) -> str:
        return self.text.lstrip("\ufeff \t\n")

    @cached_property
    def is_json(self) -> bool:
        return _JSON.match(self.start) is not None

    @cached_property
    def is_page(self) -> bool:
        """Whether it is a web page."""
        return _PAGE.match(self.start) is not None

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The first lines that are not blank, whole ones; none of a JSON object or a web page."""
        if self.is_page or self.start.startswith("{") or "\0" in self.text[:4096]:
            return ()
        lines = self.text.split("\n")
        whole = lines[:-1] if len(lines) > 1 else lines
        if len(self.text) < _SMALL and lines[-1].strip():
            whole = lines
        return tuple(line[:LONGEST_LINE] for line in whole if line.strip())[:LINES]

    @cached_property
    def outline(self) -> Mapping[str, str]:
        """The JSON keys by their path, as `data.name` or `items[].text`, and how each begins.

        A file with a value a line is like one value with the keys of all.
        """
        return _outline(self.start) if self.is_json else {}

    @cached_property
    def keys(self) -> frozenset[str]:
        """The last parts of the paths in `outline`."""
        return frozenset(path.rpartition(".")[2] for path in self.outline)

    def has(self, *paths: str) -> bool:
        """Whether all these keys stand in the beginning of the JSON."""
        return all(path in self.outline for path in paths)

    def has_any(self, *paths: str) -> bool:
        """Whether one of these keys stands in the beginning of the JSON."""
        return any(path in self.outline for path in paths)


def _outline(text: str) -> dict[str, str]:
    """The keys in the beginning of a JSON text, be it cut off or no JSON further on."""
    keys: dict[str, str] = {}
    above: list[str] = []
    prefix, key = "", ""
    for token in _TOKEN.finditer(text):
        sign = token[0]
        if token[2] and (not prefix or prefix.endswith(".")):
            key = prefix + token[1][:SHOWN]
            continue
        if key and len(above) <= DEEPEST:
            keys.setdefault(key, (token[1] if sign[0] == '"' else sign)[:SHOWN])
        if sign in "{[":
            above.append(prefix)
            path = "" if len(above) > DEEPEST else key or prefix.removesuffix(".")
            prefix = (f"{path}." if path else "") if sign == "{" else f"{path}[]."
        elif sign in "}]":
            prefix = above.pop() if above else ""
        key = ""
    return keys
