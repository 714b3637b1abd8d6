"""The pages of the documentation, taken apart: headings, code, tables, words of code, figures."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
DRAWN = {"architecture.md"}
"""Pages whose blocks are pictures with words of the language in them."""

FENCE = re.compile(r"^ *```(\w*)\s*$")
COMMENT = re.compile(r"(^|\s)#\s.*$")
INLINE = re.compile(r"(`+)(.+?)\1", re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?: ?(?:million|billion|万|亿))?")
SCALES = {"million": 10**6, "billion": 10**9, "万": 10**4, "亿": 10**8}


@dataclass(frozen=True)
class Block:
    """A block of code with its language, and the line it begins on."""

    language: str
    line: int
    lines: tuple[str, ...]

    @property
    def bare(self) -> list[str]:
        """The lines without comments, which are told in the language of the page."""
        stripped = (" ".join(COMMENT.sub("", line).split()) for line in self.lines)
        return [line for line in stripped if line]

    @property
    def commands(self) -> list[str]:
        """The lines that a shell would run, in whole."""
        lines = (line.removeprefix("$ ") for line in self.bare)
        return [line for line in lines if "paotuan " in f"{line} " and not line.startswith("|")]


@dataclass(frozen=True)
class Page:
    """One Markdown file."""

    path: Path
    blocks: list[Block] = field(default_factory=list)
    prose: list[str] = field(default_factory=list)
    """The lines outside of code blocks; a block leaves one empty line."""

    @property
    def name(self) -> str:
        return str(self.path.relative_to(ROOT))

    @property
    def headings(self) -> list[str]:
        return [line for line in self.prose if re.match(r"#+ ", line)]

    @property
    def levels(self) -> list[int]:
        return [len(line) - len(line.lstrip("#")) for line in self.headings]

    @property
    def tables(self) -> list[list[str]]:
        """The rows of each table, without the rule under its head."""
        tables: list[list[str]] = [[]]
        for line in [*self.prose, ""]:
            if line.startswith("|"):
                if not re.fullmatch(r"[|\-: ]+", line):
                    tables[-1].append(line)
            elif tables[-1]:
                tables.append([])
        return tables[:-1]

    @cached_property
    def inline(self) -> set[str]:
        """What stands in backticks, on one line each."""
        return {" ".join(match[2].split()) for match in INLINE.finditer("\n".join(self.prose))}

    @property
    def figures(self) -> set[float]:
        """The numbers of the prose and the tables, whatever their unit is called."""
        text = INLINE.sub(" ", LINK.sub("]", "\n".join(self.prose)))
        text = re.sub(r"(?<=\d),(?=\d{3})", "", text)
        return {_value(match[0]) for match in NUMBER.finditer(text)}

    @property
    def links(self) -> list[str]:
        return LINK.findall("\n".join(self.prose))

    @property
    def code(self) -> list[list[str]]:
        """What the blocks of code say in any language."""
        if self.path.name not in DRAWN:
            return [block.bare for block in self.blocks]
        return [re.findall(r"[a-z]+/", " ".join(block.bare)) for block in self.blocks]

    @property
    def commands(self) -> list[str]:
        return [command for block in self.blocks for command in block.commands]

    def paragraphs(self) -> Iterator[str]:
        """Text without headings, tables, lists of one line and pictures."""
        for paragraph in "\n".join(self.prose).split("\n\n"):
            text = paragraph.strip("\n")
            if text and not re.match(r"(#|\||!\[)", text):
                yield text


def _value(number: str) -> float:
    digits = re.match(r"[\d.]+", number)
    assert digits is not None
    unit = number[digits.end() :].strip()
    return round(float(digits[0]) * SCALES.get(unit, 1), 6)


def read_page(path: Path) -> Page:
    blocks: list[Block] = []
    prose: list[str] = []
    language, opened, lines = "", 0, list[str]()
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        fence = FENCE.match(line)
        if fence and not opened:
            language, opened, lines = fence[1], number, []
            prose.append("")
        elif fence:
            blocks.append(Block(language, opened, tuple(lines)))
            opened = 0
        elif opened:
            lines.append(line)
        else:
            prose.append(line)
    assert not opened, f"{path}: the block of line {opened} is not closed"
    return Page(path, blocks, prose)


def pairs() -> list[tuple[Path, Path]]:
    """Each English page beside the Chinese one."""
    pages = sorted(DOCS.glob("*.md"))
    return [
        (ROOT / "README.md", ROOT / "README.zh-CN.md"),
        *((path, DOCS / "zh" / path.name) for path in pages),
    ]


def english() -> list[Page]:
    return [read_page(path) for path, _ in pairs()]


def invocations(line: str) -> Iterator[list[str]]:
    """The words behind each `paotuan` of a line of the shell."""
    for part in re.split(r"&&|\||>|;", line):
        words = shlex.split(part)
        if "paotuan" in words:
            yield words[words.index("paotuan") + 1 :]
