"""Who else could have said a line: those who speak before it, then those who speak most."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, islice

from base.errors import KnownError
from base.messages import _
from base.names import LONGEST_NAME
from base.text import shown
from models.train.data import Example
from scenes.log import cue

MOST = 8
"""Candidates for a line, its true speaker among them."""


@dataclass(frozen=True)
class SpeakerChoices:
    """Who may be taken for the speaker of a line."""

    speakers: tuple[str, ...]
    """All of them, the most frequent first."""
    most: int
    """Candidates for a line, its true speaker among them."""
    fixed: bool = False
    """Whether they are a cast that was named, and so the same for every line."""

    def candidates(self, example: Example) -> tuple[str, ...]:
        """The true speaker first; then who spoke before in the history, then the most frequent.

        Nobody where the line has no speaker, or one that is not of a named cast.
        """
        true = example.speaker
        if example.prompt.cue != cue_of(true) or (self.fixed and true not in self.speakers):
            return ()
        if self.fixed:
            return (true, *(name for name in self.speakers if name != true))
        there = speaking(example.prompt.history) & self.ranks.keys()
        near = sorted(there - {true}, key=self.ranks.__getitem__)
        far = (name for name in self.speakers if name != true and name not in there)
        return (true, *islice(chain(near, far), self.most - 1))

    def by_frequency(self, names: Iterable[str]) -> list[str]:
        """Names with those who speak most first."""
        return sorted(names, key=lambda name: self.ranks.get(name, len(self.ranks)))

    @cached_property
    def ranks(self) -> dict[str, int]:
        """Of each speaker, how many speak more often."""
        return {name: rank for rank, name in enumerate(self.speakers)}


def speaker_choices(examples: Iterable[Example], cast: Sequence[str], most: int) -> SpeakerChoices:
    """Who may speak: the cast that was named, or all speakers of a file."""
    counted = Counter(one.speaker for one in examples if one.prompt.cue == cue_of(one.speaker))
    if cast:
        missing = next((name for name in cast if cue_of(name) is None), None)
        if missing is not None:
            raise KnownError(
                _("--cast {name}: not a name; expected the name of a speaker", name=shown(missing))
            )
        named = list(dict.fromkeys(cast))
        return SpeakerChoices(
            tuple(sorted(named, key=lambda name: -counted[name])), len(named), True
        )
    return SpeakerChoices(tuple(name for name, __ in counted.most_common()), most)


def cue_of(name: str) -> str | None:
    """How a line by `name` begins; None for what cannot be a name."""
    return cue(name) if 0 < len(name) <= LONGEST_NAME else None


def speaking(history: str) -> set[str]:
    """Who begins a line of a history."""
    return {
        line[:at] for line in history.split("\n") if 0 < (at := line.find("：")) <= LONGEST_NAME
    }


def with_rivals(examples: Iterable[Example], among: Iterable[Example]) -> Iterator[Example]:
    """Examples that name the cues of others who could have said them, at most seven, taken from
    those who speak in `among`: the same examples, to be gone through before."""
    choices = speaker_choices(among, (), MOST)
    for one in examples:
        yield replace(one, rivals=tuple(cue(name) for name in choices.candidates(one)[1:]))
