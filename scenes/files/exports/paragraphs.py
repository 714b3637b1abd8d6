"""Paragraphs of a story in any language: what one says, does and thinks without a break. Pure."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from scenes.files.exports.sentences import Paragraph, Spoken, ended, with_feelings
from scenes.log import Entry


class Prose(ABC):
    """Makes paragraphs; how a sentence is put is a language's own."""

    indent: ClassVar[str] = ""
    """What a paragraph begins with."""
    gap: ClassVar[str] = ""
    """What stands between sentences."""
    stop: ClassVar[str]
    """What ends one that says no more."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        """`entries` are all that is told."""
        self.spoken = Spoken()

    def narrated(self, text: str) -> Paragraph:
        """A paragraph of narration."""
        self.spoken.interrupted()
        paragraph = Paragraph()
        paragraph.add(ended(text, self.stop))
        return paragraph

    def told(self, group: Sequence[Entry]) -> Paragraph:
        """A paragraph of what one speaker says and does."""
        paragraph, named = Paragraph(), False
        speaks = any(entry.kind == "speech" for entry in group)
        for at, entry in enumerate(with_feelings(group)):
            self._begin(paragraph)
            match entry.kind:
                case "action":
                    self._acts(paragraph, entry, group[at - 1].kind if at else "")
                    named = True
                case "thought":
                    self._thinks(paragraph, entry.speaker, entry.text)
                    named = True
                case _:
                    acts_next = at + 1 < len(group) and group[at + 1].kind == "action"
                    named = self._says(paragraph, entry, named, acts_next, at)
                    if entry.thought:
                        self._begin(paragraph)
                        self._thinks(paragraph, entry.speaker, entry.thought)
                        named = True
        if speaks:
            self.spoken.spoke(group[0].speaker, named)
        return paragraph

    def _begin(self, paragraph: Paragraph) -> None:
        """Put the gap before a further sentence."""
        if paragraph.spans and self.gap:
            paragraph.add(self.gap)

    @abstractmethod
    def _acts(self, paragraph: Paragraph, entry: Entry, before: str) -> None:
        """Add what is done; `before` is the kind of what came before it."""

    @abstractmethod
    def _says(
        self, paragraph: Paragraph, entry: Entry, named: bool, acts_next: bool, at: int
    ) -> bool:
        """Add what is said; whether its speaker is named in the paragraph."""

    @abstractmethod
    def _thinks(self, paragraph: Paragraph, name: str, thought: str) -> None:
        """Add what is thought."""
