"""What is said, done and thought as English prose, in the tense that the lines are in. Pure."""

import re
from collections.abc import Sequence

from scenes.files.exports.moods import in_english
from scenes.files.exports.paragraphs import Prose
from scenes.files.exports.sentences import (
    Paragraph,
    asks,
    ended,
    quoted,
    told_already,
    without_subject,
)
from scenes.log import Entry

PRONOUNS = ("she", "he", "they", "it")
PRESENT = frozenset(("is", "are", "has", "have", "does", "goes", "says"))
PAST = frozenset(
    (
        *(
            "was",
            "were",
            "had",
            "did",
            "went",
            "said",
            "took",
            "came",
            "saw",
            "stood",
            "sat",
            "ran",
        ),
        *("gave", "held", "felt", "left", "kept", "made", "knew", "heard", "turned", "looked"),
    )
)
_WORD = re.compile(r"[A-Za-z']+")
_END = ".!?…"


def in_the_past(entries: Sequence[Entry]) -> bool:
    """Whether what is narrated and done is told in the past."""
    past = present = 0
    for entry in entries:
        words = [word.lower() for word in _WORD.findall(entry.text)]
        if entry.kind == "action" and words:
            past += words[0].endswith("ed") or words[0] in PAST
            present += words[0].endswith("s") and not words[0].endswith("ss")
        elif entry.kind == "narration":
            past += any(word in PAST for word in words)
            present += any(word in PRESENT for word in words)
    return past >= present


class EnglishProse(Prose):
    """Paragraphs in English, in the tense of the lines."""

    gap = " "
    stop = "."

    def __init__(self, entries: Sequence[Entry]) -> None:
        super().__init__(entries)
        past = in_the_past(entries)
        self.says, self.asks = ("said", "asked") if past else ("says", "asks")
        self.thinks = "thought" if past else "thinks"
        self.whispers = "whispered" if past else "whispers"

    def _acts(self, paragraph: Paragraph, entry: Entry, before: str) -> None:
        does = without_subject(entry.text, entry.speaker, PRONOUNS)
        if does[:1].isupper() and does[1:2].islower():
            does = does[0].lower() + does[1:]
        label, __ = self.spoken.mood(entry)
        what = in_english(label).what if label else ""
        if what and not told_already(what, does) and not does.endswith(("!", "?")):
            does = f"{does.rstrip('.')}, {what}"
        if before == "action" and paragraph.spans[-1].text == " ":
            paragraph.spans.pop()
            if paragraph.open_up(".", ", then "):
                paragraph.add(ended(does, "."))
                return
            paragraph.add(" ")
        quietly = f", for {_series(entry.to)} alone" if entry.to else ""
        paragraph.add(f"{entry.speaker} {ended(does.rstrip('.') + quietly, '.')}")

    def _says(
        self, paragraph: Paragraph, entry: Entry, named: bool, acts_next: bool, at: int
    ) -> bool:
        text = ended(entry.text, ".")
        label, __ = self.spoken.mood(entry) if not (acts_next or named or at) else ("", 0)
        mood = in_english(label) if label else None
        if entry.to:
            to = _series(entry.to)
            paragraph.add(f"{quoted(_before_tag(text))} {entry.speaker} {self.whispers} to {to}.")
            return True
        clear = not mood and self.spoken.needs_no_tag(entry.speaker)
        if named or acts_next or at or clear:
            paragraph.add(quoted(text))
            return named
        verb = self.asks if asks(text) else self.says
        how = ""
        if mood:
            how = f" {mood.how}" if mood.how else f", {mood.what}" if mood.what else ""
        self.spoken.tags += 1
        if self.spoken.tags % 3 == 0 and not how:
            paragraph.add(f"{entry.speaker} {verb}, {quoted(text)}")
        else:
            paragraph.add(f"{quoted(_before_tag(text))} {entry.speaker} {verb}{how}.")
        return True

    def _thinks(self, paragraph: Paragraph, name: str, thought: str) -> None:
        paragraph.add(_before_tag(ended(thought, ".")), thought=True)
        paragraph.add(f" {name} {self.thinks}.")


def _before_tag(text: str) -> str:
    """A sentence before who says it: its stop becomes a comma."""
    if text.endswith(".") and not text.endswith(".."):
        return text[:-1] + ","
    return text if text[-1:] in _END or not text.endswith((";", ":")) else text[:-1] + ","


def _series(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
