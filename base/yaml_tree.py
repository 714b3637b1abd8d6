"""YAML nodes to plain data of which every key knows its line, without recursion.

Scalars follow YAML 1.2: only `true`, `false`, `null`, `~` and numbers are not text, so that `no`,
`on` and a date stay what was written. Keys are always text. There are no tags, and aliases are
copied, at the size they then have.
"""

import re
from typing import Any

import yaml

from base.errors import KnownError
from base.messages import _
from base.text import shown, unprintable

MAX_SIZE = 4_000_000
VALUE, COPY = 6, 200
"""What a value, and a list or mapping that an alias copies, cost of `MAX_SIZE` beside their text,
so that a file without aliases never comes to it, and one that grows by them is soon refused."""
MAX_DEPTH = 20

Key = tuple[str | int, ...]

WORDS: dict[str, object] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
DECIMAL = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]{1,3})?")
PLAIN, TEXT, SEQUENCE, MAPPING = (
    *("!plain", "tag:yaml.org,2002:str"),
    *("tag:yaml.org,2002:seq", "tag:yaml.org,2002:map"),
)


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Knows of a scalar whether it was written without quotes and tag, and nothing else."""

    yaml_implicit_resolvers = {None: [(PLAIN, re.compile(""))]}  # noqa: RUF012


def scalar(text: str) -> object:
    """The value of a plain scalar: text unless it is a number or one of `WORDS`."""
    if text in WORDS:
        return WORDS[text]
    if INTEGER.fullmatch(text):
        return int(text)
    return float(text) if DECIMAL.fullmatch(text) else text


class Tree:
    """The data of a composed document, the line of each key, and what is wrong with its keys."""

    def __init__(self, root: yaml.Node, where: str) -> None:
        self.where = where
        self.lines: dict[Key, int] = {}
        """The line of each key or list item, counted from one."""
        self.blocks: dict[Key, int] = {}
        """The line on which a literal block's own text begins."""
        self.problems: list[str] = []
        """Keys written twice, a line each."""
        self._size = 0
        self._seen: set[int] = set()
        top: list[Any] = [None]
        waiting: list[tuple[yaml.Node, Key, Any, Any]] = [(root, (), top, 0)]
        while waiting:
            node, key, holder, slot = waiting.pop()
            holder[slot], children = self._value(node, key)
            waiting += reversed(children)
        self.root: object = top[0]

    def _value(
        self, node: yaml.Node, key: Key
    ) -> tuple[Any, list[tuple[yaml.Node, Key, Any, Any]]]:
        """What a node is, still empty where it holds others, and these with their places in it."""
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, key), []
        if len(key) >= MAX_DEPTH:
            raise self._error(node, key, _("nested more than {n} deep", n=MAX_DEPTH))
        self._grow(node, key, "", COPY if id(node) in self._seen else VALUE)
        self._seen.add(id(node))
        if node.tag not in (SEQUENCE, MAPPING):
            raise self._tagged(node, key)
        if isinstance(node, yaml.SequenceNode):
            items: list[object] = [None] * len(node.value)
            self.lines |= {(*key, at): _line(item) for at, item in enumerate(node.value)}
            return items, [(item, (*key, at), items, at) for at, item in enumerate(node.value)]
        entries: dict[str, object] = {}
        children = []
        for name_node, item in node.value:
            name = self._name(name_node, key)
            if name not in entries:
                entries[name] = None
                children.append((item, (*key, name), entries, name))
        return entries, children

    def _scalar(self, node: yaml.ScalarNode, key: Key) -> object:
        if node.tag not in (PLAIN, TEXT):
            raise self._tagged(node, key)
        self._grow(node, key, node.value)
        if node.style == "|":
            self.blocks[key] = _line(node) + 1
        return scalar(node.value) if node.tag == PLAIN else node.value

    def _name(self, node: yaml.Node, key: Key) -> str:
        if not isinstance(node, yaml.ScalarNode):
            raise self._error(node, key, _("a list or a mapping as a key; a key is plain text"))
        if node.tag not in (PLAIN, TEXT):
            raise self._tagged(node, key)
        self._grow(node, key, node.value)
        name, line = str(node.value), _line(node)
        if first := self.lines.get((*key, name)):
            problem = _("written twice, first in line {line}; keep one", line=first)
            self.problems.append(located(self.where, line, (*key, name), problem))
        else:
            self.lines[*key, name] = line
        return name

    def _grow(self, node: yaml.Node, key: Key, text: str, cost: int = VALUE) -> None:
        if character := unprintable(text):
            problem = _("{character} written as an escape; delete it", character=character)
            raise self._error(node, key, problem)
        self._size += cost + len(text)
        if self._size > MAX_SIZE:
            problem = _("its aliases expand to too much; write it out plainly")
            raise self._error(node, key, problem)

    def _tagged(self, node: yaml.Node, key: Key) -> KnownError:
        problem = _("the tag {tag} is not known here; write plain values", tag=shown(node.tag))
        return self._error(node, key, problem)

    def _error(self, node: yaml.Node, key: Key, problem: str) -> KnownError:
        return KnownError(located(self.where, _line(node), key, problem))


def located(where: str, line: int, key: Key, problem: str) -> str:
    """One line that says what is wrong where: `file:line: a.b: problem`."""
    if not key:
        return _("{where}:{line}: {problem}", where=where, line=line, problem=problem)
    name = shown(".".join(map(str, key)))
    return _("{where}:{line}: {key}: {problem}", where=where, line=line, key=name, problem=problem)


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
