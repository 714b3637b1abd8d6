"""A play as a chapter to read, by rules: quotation marks, tags, thoughts, narration. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from base.text import UNPRINTABLE, is_blank
from scenes.dice.words import is_chinese
from scenes.files.exports.paragraphs import Prose
from scenes.files.exports.prose_en import EnglishProse
from scenes.files.exports.prose_zh import ChineseProse
from scenes.files.exports.sentences import Paragraph
from scenes.files.exports.telling import Telling, Told, told_of
from scenes.files.exports.text import escaped
from scenes.log import SPOKEN, Entry
from scenes.table.session import Session

MOST_LINES, MOST_CHARACTERS = 4, 240
"""What one speaker says and does without a break is a paragraph up to here."""


@dataclass(frozen=True)
class Passage:
    """A paragraph, or a heading, with the lines that it tells."""

    paragraph: Paragraph
    lines: tuple[Entry, ...]
    heading: bool = False

    @property
    def spoken(self) -> list[str]:
        return [entry.text for entry in self.lines if entry.kind == "speech"]


def passages(told: Told, language: str) -> list[Passage]:
    """A story, a paragraph a passage."""
    prose: Prose = (ChineseProse if is_chinese(language) else EnglishProse)(told.entries)
    made = []
    for group in groups(told.entries):
        first = group[0]
        if first.kind == "chapter":
            heading = Paragraph()
            heading.add(first.text)
            made.append(Passage(heading, group, heading=True))
        elif first.kind in SPOKEN:
            made.append(Passage(prose.told(group), group))
        else:
            made.append(Passage(prose.narrated(first.text), group))
    return made


def groups(entries: Sequence[Entry]) -> Iterator[tuple[Entry, ...]]:
    """The lines by paragraph: what one speaker says and does for the same ears stays together."""
    group: list[Entry] = []
    for entry in entries:
        if group and not _goes_on(group, entry):
            yield tuple(group)
            group = []
        group.append(entry)
    if group:
        yield tuple(group)


def _goes_on(group: Sequence[Entry], entry: Entry) -> bool:
    last = group[-1]
    return (
        entry.kind in SPOKEN
        and last.kind in SPOKEN
        and entry.speaker == last.speaker
        and (entry.to == last.to or "thought" in (entry.kind, last.kind))
        and len(group) < MOST_LINES
        and sum(len(one.text) for one in group) + len(entry.text) <= MOST_CHARACTERS
    )


def prose(session: Session, speaker: str | None, context: int) -> Iterator[str]:
    """The current branch as a chapter of plain text; of `speaker`, as that role knows it."""
    yield from chapter(session, Telling(speaker))


def chapter(session: Session, telling: Telling, markdown: bool = False) -> Iterator[str]:
    """The current branch as a chapter, its lines without their ends."""
    told = told_of(session, telling)
    yield from written(session, passages(told, session.scene.language), markdown)


def written(session: Session, story: Sequence[Passage], markdown: bool) -> Iterator[str]:
    """A title and the passages, an empty line between them."""
    indent = ChineseProse.indent if is_chinese(session.scene.language) and not markdown else ""
    title = session.scene.title
    yield f"# {escaped(title)}" if markdown else title
    for passage in story:
        text = _marked(passage.paragraph) if markdown else _plain(passage.paragraph)
        if passage.heading and passage.paragraph.text == title and passage is story[0]:
            continue
        yield ""
        if passage.heading:
            yield f"## {text}" if markdown else text
        else:
            yield f"{indent}{text}"


def _plain(paragraph: Paragraph) -> str:
    return " ".join(UNPRINTABLE.sub("", paragraph.text).split())


def _marked(paragraph: Paragraph) -> str:
    """A paragraph in Markdown, thoughts in italics."""
    pieces = (
        (UNPRINTABLE.sub("", span.text), span.thought and not is_blank(span.text))
        for span in paragraph.spans
    )
    spans = (f"*{escaped(text)}*" if thought else _escaped_apart(text) for text, thought in pieces)
    return "".join(spans)


def _escaped_apart(text: str) -> str:
    """Text escaped, with the blanks at its ends kept."""
    left = " " * text.startswith(" ")
    right = " " * (text.endswith(" ") and bool(text.strip()))
    return f"{left}{escaped(text)}{right}" if text.strip() else text
