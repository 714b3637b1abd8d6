"""Text and Markdown into chunks of whole sentences, each under its headings. Pure."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from base.text import UNPRINTABLE

LONGEST = 120
"""Characters of a chunk, but for a single sentence that is longer."""
LONGEST_SENTENCE = 240
LONGEST_TITLE = 80

_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*\s*")
_WIKI_HEADING = re.compile(r"(={2,6})\s*([^=].*?)\s*={2,6}\s*")
_ENTRY_HEADING = re.compile(r"【\s*(?:词条|詞條)\s*】\s*[:：]?\s*(.{1,80}?)\s*")
_BRACKET_HEADING = re.compile(r"【\s*([^【】。！？!?…，,；;：:\n]{1,30}?)\s*】")
ENTRY_LEVEL = 7
"""How deep a heading in `【…】` stands: below those of Markdown, each beside the one before."""
_UNDERLINE = re.compile(r"\s*(?:=+|-{2,})\s*")
_SENTENCE = re.compile(r".*?(?:[。！？!?…]+[”’」』）)\"']*|\.(?=\s|$)|;(?=\s)|；|$)", re.DOTALL)
_CLAUSE = re.compile(r"[^，,、：:\s]*[，,、：:\s]?")
_IMAGE = re.compile(
    r"!\[[^\[\]]{0,500}\]\([^()]{0,2000}\)|<!--.{0,5000}?-->|</?[A-Za-z][^<>]{0,300}>"
)
_LINK = re.compile(
    r"\[([^\[\]]{1,500})\]\([^()]{0,2000}\)|\[\[(?:[^\[\]|]{0,300}\|)?([^\[\]|]{1,300})\]\]"
)
_FOOTNOTE = re.compile(r"\[\^?\w{1,8}\]")
_MARK = re.compile(r"\*{1,3}|_{2,3}|`+|~~|'{2,5}")
_BULLET = re.compile(r"\s*(?:[-*+>•·]|\d{1,3}[.)、．])\s+|\s*[>|*:]+\s*")
_RULE = re.compile(r"[\s|:*_=-]*")


@dataclass(frozen=True)
class Chunk:
    """A few sentences, and where they stand."""

    source: str
    """The file, as it was named."""
    title: str
    """The headings above, the outermost first."""
    text: str

    @property
    def key(self) -> str:
        """What tells it from all others as long as its text stays the same."""
        whole = f"{self.source}\n{self.title}\n{self.text}".encode("utf-8", "replace")
        return f"{self.source}:{hashlib.sha256(whole).hexdigest()[:12]}"


def chunks(text: str, source: str, title: str = "") -> Iterator[Chunk]:
    """The chunks of a text whose outermost title is `title` until a heading says another."""
    headings: list[tuple[int, str]] = []
    held: list[str] = []
    for line in _lines(text):
        heading = _heading(line)
        if heading is None:
            held.append(line)
            continue
        yield from _packed(held, source, _title(title, headings))
        held = []
        level, said = heading
        headings = [one for one in headings if one[0] < level] + [(level, said)]
    yield from _packed(held, source, _title(title, headings))


def headings(text: str) -> list[str]:
    """The headings of a text, which are often names."""
    return [found[1] for line in _lines(text) if (found := _heading(line))]


def _lines(text: str) -> Iterator[str]:
    """The lines, a heading underlined in Markdown's other way as `# …`."""
    before: str | None = None
    for line in UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).split("\n"):
        if before is not None and before.strip() and _UNDERLINE.fullmatch(line):
            yield f"{'#' if '=' in line else '##'} {before.strip()}"
            before = None
            continue
        if before is not None:
            yield before
        before = line
    if before is not None:
        yield before


def _heading(line: str) -> tuple[int, str] | None:
    if len(line) > 500:
        return None
    entry = _entry_title(line.strip())
    if entry:
        return ENTRY_LEVEL, entry
    match = _HEADING.fullmatch(line) or _WIKI_HEADING.fullmatch(line)
    title = _plain(match[2]) if match else ""
    return (len(match[1]), title[:LONGEST_TITLE]) if match and title else None


def _entry_title(line: str) -> str:
    """What `【词条】 夏娜`, or a line that is only `【夏娜】`, is the entry of; else nothing."""
    if not line.startswith("【"):
        return ""
    match = _ENTRY_HEADING.fullmatch(line) or _BRACKET_HEADING.fullmatch(line)
    return _plain(match[1])[:LONGEST_TITLE] if match else ""


def _title(title: str, headings: list[tuple[int, str]]) -> str:
    parts = [said for _, said in headings]
    if title and (not parts or 1 < headings[0][0] < ENTRY_LEVEL):
        parts = [title, *parts]
    return " · ".join(dict.fromkeys(parts))


def _packed(lines: list[str], source: str, title: str) -> Iterator[Chunk]:
    """Sentences put together as long as they fit; an empty line ends a chunk that is half full."""
    held = ""
    for line in lines:
        plain = _plain(line)
        if not plain:
            if len(held) > LONGEST // 2:
                yield Chunk(source, title, held)
                held = ""
            continue
        for sentence in _sentences(plain):
            if held and len(held) + len(sentence) > LONGEST:
                yield Chunk(source, title, held)
                held = ""
            held = _joined(held, sentence)
    if held:
        yield Chunk(source, title, held)


def _sentences(line: str) -> Iterator[str]:
    for sentence in _SENTENCE.findall(line):
        sentence = sentence.strip()
        if len(sentence) <= LONGEST_SENTENCE:
            if sentence:
                yield sentence
        else:
            yield from _parts(sentence)


def _parts(sentence: str) -> Iterator[str]:
    """A sentence that is too long, cut between clauses, or anywhere where there are none."""
    held = ""
    for clause in _CLAUSE.findall(sentence):
        if held and len(held) + len(clause) > LONGEST:
            yield held.strip()
            held = ""
        while len(clause) > LONGEST:
            yield clause[:LONGEST]
            clause = clause[LONGEST:]
        held += clause
    if held.strip():
        yield held.strip()


def _joined(left: str, right: str) -> str:
    latin = left[-1:].isascii() and right[:1].isascii()
    return f"{left} {right}" if left and latin else left + right


def _plain(line: str) -> str:
    """A line without the marks of Markdown and wiki text."""
    if _RULE.fullmatch(line):
        return ""
    bullet = _BULLET.match(line)
    line = line[bullet.end() :] if bullet else line
    line = _LINK.sub(lambda found: found[1] or found[2] or "", _IMAGE.sub("", line))
    line = _MARK.sub("", _FOOTNOTE.sub("", line))
    cells = [cell.strip() for cell in line.split("|")] if "|" in line else [line]
    return " ".join("；".join(cell for cell in cells if cell).split())
