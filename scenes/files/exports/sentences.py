"""Sentences of a story, put together line by line; what they say is a language's. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from scenes.log import Entry

ENDS = "。！？…!?.—～~；;：:”’」』）)\"'】"
_STRAIGHT = re.compile('"')
_ASKS = ("？", "?")


class Span(NamedTuple):
    """A piece of a paragraph."""

    text: str
    thought: bool = False


@dataclass
class Paragraph:
    """Sentences one behind another."""

    spans: list[Span] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(span.text for span in self.spans)

    def add(self, text: str, thought: bool = False) -> None:
        self.spans.append(Span(text, thought))

    def open_up(self, stop: str, instead: str) -> bool:
        """Put something in place of the stop that ends it; whether it ended so."""
        if not self.spans or self.spans[-1].thought or not self.spans[-1].text.endswith(stop):
            return False
        self.spans[-1] = Span(self.spans[-1].text.removesuffix(stop) + instead)
        return True


@dataclass
class Spoken:
    """Who has been heard so far, and how, so that no tag is told twice running."""

    speakers: list[str] = field(default_factory=list)
    """Who spoke since the last narration, one a paragraph."""
    untagged: int = 0
    """Paragraphs running that say nobody's name."""
    tags: int = 0
    thoughts: int = 0
    moods: dict[str, int] = field(default_factory=dict)
    """How often each feeling was told."""
    felt: dict[str, str] = field(default_factory=dict)
    """What each one felt last."""

    def interrupted(self) -> None:
        """Something was narrated: who speaks next is to be named."""
        self.speakers.clear()
        self.untagged = 0

    def needs_no_tag(self, name: str) -> bool:
        """Whether two are talking, and it is clear that it is the other's turn."""
        last = self.speakers[-2:]
        return len(last) == 2 and last[0] == name != last[1] and self.untagged < 2

    def spoke(self, name: str, tagged: bool) -> None:
        self.speakers.append(name)
        self.untagged = 0 if tagged else self.untagged + 1

    def mood(self, entry: Entry) -> tuple[str, int]:
        """The feeling to be told of a line, none where its speaker felt the same before, and how
        often that was told."""
        label = entry.emotion
        if not label or self.felt.get(entry.speaker) == label:
            return "", 0
        self.felt[entry.speaker] = label
        time = self.moods.get(label, 0)
        self.moods[label] = time + 1
        return label, time


def quoted(text: str) -> str:
    """A text in quotation marks; those inside become single ones."""
    inner = text.replace("“", "‘").replace("”", "’")
    if inner.count('"') % 2 == 0:
        marks = iter("‘’" * (inner.count('"') // 2))
        inner = _STRAIGHT.sub(lambda __: next(marks), inner)
    return f"“{inner}”"


def asks(text: str) -> bool:
    """Whether a text ends as a question does."""
    return text.rstrip("”’\"'」』").endswith(_ASKS)


def ended(text: str, stop: str) -> str:
    """A text that ends as a sentence does."""
    return text if text.endswith(tuple(ENDS)) else text.rstrip("，,、") + stop


def told_already(feeling: str, does: str) -> bool:
    """Whether what somebody does says already how they feel: 笑 in 微笑着, smiles in smiling."""
    if feeling.isascii():
        return feeling[:4].casefold() in does.casefold()
    return any(sign in does for sign in feeling if sign in "笑哭怒泪")


def with_feelings(group: Sequence[Entry]) -> list[Entry]:
    """The lines, where a feeling behind what is said goes on to what is done thereby."""
    lines: list[Entry] = []
    for entry in group:
        before = lines[-1] if lines else None
        feels = entry.kind == "action" and not entry.emotion
        if feels and before is not None and before.kind == "speech" and not before.thought:
            entry = replace(entry, emotion=before.emotion)
        lines.append(entry)
    return lines


def without_subject(text: str, name: str, pronouns: tuple[str, ...]) -> str:
    """What somebody does, without the name or the pronoun that it may begin with."""
    for subject in (name, *pronouns):
        head, rest = text[: len(subject)], text[len(subject) :]
        apart = not subject.isascii() or rest.startswith(" ")
        if head.casefold() == subject.casefold() and apart and rest.strip():
            return rest.strip().lstrip("，,")
    return text
