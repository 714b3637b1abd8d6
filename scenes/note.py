"""A piece of knowledge as it stands in a history: a `【…】` line that nobody said. Pure."""

from dataclasses import dataclass
from functools import cached_property

from scenes.log import Entry, Kind

_BRACKETS = str.maketrans("【】", "〔〕")


@dataclass(frozen=True)
class Note(Entry):
    """A narration that tells what is known, and from where; `to` is who may read it."""

    kind: Kind = "narration"
    text: str = ""
    source: str = ""
    """The file or book that it comes from."""
    key: str = ""
    """What tells it from all other knowledge, as long as its text stays the same."""

    @classmethod
    def of(cls, text: str, source: str, key: str, to: tuple[str, ...] = ()) -> "Note":
        """A note of any text, on one line and without brackets that could end it."""
        line = " ".join(text.split()).translate(_BRACKETS)
        return cls("narration", line, source=source, key=key, to=to)

    @cached_property
    def line(self) -> str:
        return Entry("narration", self.text).line
