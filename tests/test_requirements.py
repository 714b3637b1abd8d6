"""What is installed is what was tested: ranges, committed versions, and all that is imported."""

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.requirements import ROOT, newest, requirements

EXTRAS = (
    *("starter", "local", "train", "embeddings", "keyring", "parquet", "serve"),
    *("cluster", "vllm"),
)
ROOMS = ("tui", "scenes", "characters", "models", "base")
NEEDS_EVERYTHING = ("tests",)
LOCKED = [line.partition("==") for line in (ROOT / "constraints.txt").read_text().splitlines()]
VERSIONS = {canonicalize_name(name): version for name, _, version in LOCKED}
OF_MODULE = packages_distributions()


def test_the_committed_versions_are_names_and_versions_alone() -> None:
    """An index, a path, or the label of one build would hold on one machine only."""
    for line in (ROOT / "constraints.txt").read_text().splitlines():
        assert re.fullmatch(r"[A-Za-z0-9._-]+==[0-9A-Za-z.]+", line), line
    assert "paotuan" not in VERSIONS


@pytest.mark.parametrize("wanted", sorted({*requirements("dev")}, key=str), ids=str)
def test_a_range_ends_below_the_next_minor_version_of_what_was_tested(wanted: Requirement) -> None:
    version = Version(VERSIONS[canonicalize_name(wanted.name)])
    assert wanted.specifier.contains(version)
    ends = [one for one in wanted.specifier if one.operator in ("<", "==")]
    assert len(ends) == 1
    if ends[0].operator == "<":
        assert Version(ends[0].version).release == (version.major, version.minor + 1)


def test_what_is_beyond_the_ranges_is_asked_for_by_name() -> None:
    names = {newest(one) for one in requirements("dev")}
    assert {"transformers", "textual", "ruff", 'bitsandbytes ; sys_platform == "linux"'} <= names
    assert not any("<" in name or ">" in name for name in names)


def imports_of(file: Path) -> Iterator[str]:
    """The top modules of others that a file imports anywhere."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        tops = {name.partition(".")[0] for name in names}
        yield from tops - {*sys.stdlib_module_names, *ROOMS, *NEEDS_EVERYTHING}


def declared(*extras: str) -> set[str]:
    return {canonicalize_name(one.name) for one in requirements(*extras)}


def missing(file: Path, extras: tuple[str, ...]) -> set[str]:
    """What of a file's imports none of these extras brings whole; the least that is missing."""
    wanted = {canonicalize_name(OF_MODULE.get(top, [top])[0]) for top in imports_of(file)}
    lacks = [wanted - declared(extra) for extra in extras]
    return min(lacks, key=len, default=wanted)


def test_all_that_is_imported_is_declared_together_in_one_extra() -> None:
    files = [file for room in ROOMS for file in sorted((ROOT / room).rglob("*.py"))]
    assert len(files) > 200
    assert {str(f.relative_to(ROOT)): lack for f in files if (lack := missing(f, EXTRAS))} == {}


def test_all_that_tests_import_is_declared_for_development() -> None:
    files = sorted((ROOT / "tests").rglob("*.py"))
    assert {str(f.relative_to(ROOT)): lack for f in files if (lack := missing(f, ("dev",)))} == {}


SERVING = "tui/web/"
"""What `paotuan serve` alone imports, which says what is missing; its extra brings it."""
BEYOND = {SERVING: "serve", "tui/many/ray_engine.py": "cluster"}
"""Modules that are opened by one option alone, and the extra that brings what they import."""


def test_what_is_imported_without_an_extra_needs_none() -> None:
    """`pip install paotuan` alone opens the program: its modules for the screen need no extra."""
    for file in sorted((ROOT / "tui").rglob("*.py")):
        name = file.relative_to(ROOT).as_posix()
        extras = tuple(extra for start, extra in BEYOND.items() if name.startswith(start))
        wanted = {canonicalize_name(OF_MODULE.get(top, [top])[0]) for top in imports_of(file)}
        assert wanted <= declared(*extras) | declared(), file


def test_what_serves_a_browser_is_imported_where_a_browser_is_served() -> None:
    serving = {"aiohttp", "textual_serve", "jinja2"}
    web = [file for file in (ROOT / SERVING).glob("*.py") if {*imports_of(file)} & serving]
    assert web
    served = (SERVING, "tui/commands/serve.py")
    for file in sorted((ROOT / "tui").rglob("*.py")):
        if not file.relative_to(ROOT).as_posix().startswith(served):
            text = file.read_text("utf-8")
            assert not any(f"tui.web.{one.stem}" in text for one in web), file
