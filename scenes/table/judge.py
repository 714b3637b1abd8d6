"""Whether a drawn text is a candidate: one well-formed line that is not there already. Pure."""

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, field

from base.messages import _
from base.text import is_blank, shown
from models.backend import End
from scenes.dice.offers import offered
from scenes.log import Entry
from scenes.note import Note
from scenes.scene import Role
from scenes.steering import UNSTEERED, Steering
from scenes.table.draws import Candidate
from scenes.table.form import mended, read_line
from scenes.table.refusing import NOTHING_BEFORE, Before, why_refused, words_of

_PLACEHOLDER = re.compile(r"\{\{\s*(?:user|char)\s*\}\}|<(?:USER|BOT|CHAR)>", re.IGNORECASE)


@dataclass
class Judge:
    """What lies on the table already, and so need not be drawn again."""

    speaker: Role
    labels: Sequence[str]
    lately: Sequence[str]
    steering: Steering = UNSTEERED
    begun: str = ""
    cast: Set[str] = frozenset()
    """Every name of the cast."""
    taken: list[str] = field(default_factory=list)
    before: Before = NOTHING_BEFORE
    greedy: bool = False
    """Whether the likeliest tokens are taken, so that there is no other line to be had."""

    def judge(self, text: str, end: End) -> tuple[Candidate | None, str]:
        """The candidate that a text is, or why it is none."""
        if self.begun and is_blank(text.removeprefix(self.begun)):
            return None, _("nothing is added")
        if end.finish == "thought":
            return None, _("a thought, not the line")
        entry = read_line(self.speaker, text if end.finish == "stop" else mended(text, self.labels))
        if entry is None:
            return None, _("not one well-formed line")
        if entry.to and self.cast.isdisjoint(entry.to):
            return None, _("a whisper to nobody who is here")
        words = words_of(entry)
        if not words:
            return None, _("empty")
        if not any(map(str.isalnum, words)):
            return None, _("without a letter or a digit")
        if _PLACEHOLDER.search(text):
            return None, _("a placeholder that nobody has filled")
        if phrase := self.steering.bans(text.removeprefix(self.begun)):
            return None, _("holds a banned phrase: {phrase}", phrase=shown(phrase))
        if self.speaker.narrator and self.speaker.offers and not offered(entry.text):
            return None, _("offers no numbered actions")
        if words in self.lately:
            return None, _("repeats the last line")
        if words in self.taken:
            return None, _("the same as another")
        cut = end.finish == "length"
        if why := why_refused(entry, self.before, cut, self.begun, self.greedy):
            return None, why
        self.taken.append(words)
        return Candidate(entry, end.finish, end.tokens, end.logprob), ""


def lately_of(history: Sequence[Entry], speaker: Role) -> list[str]:
    """The last line of all, and the last one by `speaker`."""
    spoken = _spoken(history)
    own = [entry for entry in spoken if entry.kind == "narration"] if speaker.narrator else []
    own = own or [entry for entry in spoken if entry.speaker == speaker.name]
    return [words_of(entry) for entry in (*spoken[-1:], *own[-1:])]


def last_of(history: Sequence[Entry]) -> str:
    """What the last line says."""
    return next((entry.text for entry in reversed(_spoken(history))), "")


def _spoken(history: Sequence[Entry]) -> list[Entry]:
    return [
        entry
        for entry in history
        if entry.kind not in ("comment", "chapter", "context") and not isinstance(entry, Note)
    ]
