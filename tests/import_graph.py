"""Which module of the program imports which, at its top or in a function; but not for types."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("tui", "scenes", "characters", "models", "base")

Graph = Mapping[str, set[str]]


def import_graph() -> Graph:
    """The modules of the program, each with those that it imports."""
    paths = {_name(path): path for room in ROOMS for path in (ROOT / room).rglob("*.py")}
    return {
        name: {
            found
            for statement in _imports(ast.parse(path.read_text("utf-8")))
            for found in _modules(statement, paths)
            if found != name
        }
        for name, path in paths.items()
    }


def circles(graph: Graph) -> Iterator[frozenset[str]]:
    """The groups of modules of which each imports, over others, all the rest of its group."""
    reachable = {name: _reachable(graph, name) for name in graph}
    seen: set[str] = set()
    for name in sorted(graph):
        if name not in seen and name in reachable[name]:
            group = frozenset(one for one in reachable[name] if name in reachable[one])
            seen |= group
            yield group


def _reachable(graph: Graph, start: str) -> set[str]:
    found: set[str] = set()
    waiting = list(graph[start])
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += graph[name]
    return found


def _name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(tree: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            for otherwise in node.orelse:
                yield from _imports(otherwise)
        else:
            yield from _imports(node)


def _modules(statement: ast.Import | ast.ImportFrom, known: Iterable[str]) -> Iterator[str]:
    for alias in statement.names:
        if isinstance(statement, ast.Import):
            names = [alias.name]
        else:
            names = [f"{statement.module}.{alias.name}", str(statement.module)]
        yield from [name for name in names if name in known][:1]
