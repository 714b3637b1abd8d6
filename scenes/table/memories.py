"""What can be done at a table about what is remembered: summaries of long ago, and facts."""

from collections.abc import Sequence

from base.errors import KnownError
from base.messages import _, _n, series
from base.text import UNPRINTABLE, shown
from scenes.memory.stretches import Stretch
from scenes.table import controller_events as happened
from scenes.table.intention import intention
from scenes.table.intentions import Intentions
from scenes.table.memory_state import Pinned, Standing
from scenes.table.reading import ReadFrom, last_cut

LONGEST_SUMMARY = 2000
LONGEST_FACT = 200
"""Characters of what is written by hand."""


class MemoryIntentions(Intentions):
    """Intentions on what is remembered. What was written stays in the journal."""

    # --- what a front end may look at ---

    @property
    def summaries(self) -> Sequence[Standing]:
        """The summaries that hold on this branch, in its order."""
        session = self.play.session
        return session.memory.standing(session.turns, session.path)

    @property
    def facts(self) -> Sequence[Pinned]:
        """The facts that hold on this branch, in the order in which they were pinned."""
        session = self.play.session
        return [fact for __, fact in session.memory.facts_on(session.turns, session.path)]

    @property
    def reading(self) -> ReadFrom | None:
        """Where the last draw on this branch began to read, and what it read of the time before."""
        session, hand = self.play.session, self._dealer.growing or self.hand
        last, memory = last_cut(session, hand), session.memory
        key = (last, len(memory.summaries), len(memory.facts), len(memory.forgotten))
        if self._read is None or self._read[0] != key:
            self._read = (key, last.reading(session) if last is not None else None)
        return self._read[1]

    def reading_now(self) -> ReadFrom:
        """Where the next draw would begin to read, and what it would read of the time before.

        Raises `KnownError` where nobody is next, or there is no model.
        """
        return self.play.reading(self._dealer.backend(), self._speaker())

    _read: tuple[object, ReadFrom | None] | None = None

    # --- summaries ---

    @intention
    def sum_up(self, text: str, first: int | None = None, last: int | None = None) -> None:
        """Write a summary: of the turns from `first` to `last`, else of those that have none and
        stand before the reading, or before now where all is read."""
        words = _one_line(text, LONGEST_SUMMARY)
        if first is None or last is None:
            first, last = self._unsummed()
        elif not self.turn(first).id <= self.turn(last).id:
            raise KnownError(_("turn {last} is before turn {first}", first=first, last=last))
        self._remember(first, last, words)

    @intention
    def edit_summary(self, number: int, text: str) -> None:
        """Write a summary differently."""
        one = self._summary(number)
        first, last = self._turns_of(one)
        self._remember(first, last, _one_line(text, LONGEST_SUMMARY))

    @intention
    def redo_summary(self, number: int) -> None:
        """Have the model write a summary anew, beside the table."""
        one = self._summary(number)
        first, last = self._turns_of(one)
        path = self.play.session.path[one.start : one.end]
        stretch = Stretch(first, last, tuple(turn.entry for turn in path))
        self._begin(stretch)

    @intention
    def write_summary(self) -> None:
        """Have the model sum up what is due, though it would not by itself."""
        self._begin(None)

    @intention
    def use_summary(self, number: int | None, use: bool) -> None:
        """Have models read a summary, or not; `None`: any at all."""
        which = None if number is None else self._summary(number).summary.number
        self.play.session.use_summary(which, use)
        self._tell(happened.MemoryChanged("switched"))

    def idle(self) -> None:
        """Nobody wants anything just now: sum up what is about to leave the reading."""
        if self.play.sums_up and not self.play.session.memory.all_off and not self._busy:
            self._dealer.summing.begin()

    def disturbed(self) -> None:
        """Somebody is at the keys: leave off what nobody has asked for."""
        if self.play.sums_up:
            self._dealer.summing.stop()

    @property
    def _busy(self) -> bool:
        return self.drawing or self.waiting

    def _begin(self, stretch: Stretch | None) -> None:
        if self._busy:
            raise KnownError(_("the candidates are still being drawn; wait, or stop them first"))
        self._dealer.backend()
        self._dealer.summing.stop()
        if self._dealer.summing.begin(stretch):
            self._tell(happened.Notice(_("summing up beside the table…")))

    def _remember(self, first: int, last: int, text: str) -> None:
        self._dealer.summing.stop()
        self.play.session.sum_up(first, last, text)
        self._tell(happened.MemoryChanged("edited"))

    def _unsummed(self) -> tuple[int, int]:
        """The turns that a summary by hand is of. Raises `KnownError` where there are none."""
        path, read = self.play.session.path, self.reading
        done = max((one.end for one in self.summaries), default=0)
        start = max(done, sum(turn.by == "opening" for turn in path))
        end = read.place if read is not None and read.place > start else len(path)
        if start >= end:
            raise KnownError(
                _("nothing was said since the last summary; /summary edit N TEXT changes one")
            )
        return path[start].id, path[end - 1].id

    def _turns_of(self, one: Standing) -> tuple[int, int]:
        path = self.play.session.path
        return path[one.start].id, path[one.end - 1].id

    def _summary(self, number: int) -> Standing:
        """The summary of this branch with that number, from 1. Raises `KnownError`."""
        there = self.summaries
        if 1 <= number <= len(there):
            return there[number - 1]
        if not there:
            raise KnownError(_("there is no summary on this branch; /summary TEXT writes one"))
        raise KnownError(_n("there is only summary 1", "there are summaries 1 to {n}", len(there)))

    # --- facts ---

    @intention
    def remember(self, text: str) -> None:
        """Pin a fact; `@NAME` before it says who knows it, else all who are there."""
        known, words = self._known(text)
        self.play.session.pin(_one_line(words, LONGEST_FACT), known)
        self._tell(happened.MemoryChanged("pinned"))

    @intention
    def edit_fact(self, number: int, text: str) -> None:
        """Pin a fact differently; who knows it stays, unless it is said anew."""
        fact = self._fact(number)
        known, words = self._known(text) if text.lstrip().startswith("@") else (fact.known, text)
        words = _one_line(words, LONGEST_FACT)
        self.play.session.forget(fact.number)
        self.play.session.pin(words, known)
        self._tell(happened.MemoryChanged("pinned"))

    @intention
    def forget(self, which: str) -> None:
        """Have a fact be none any more, by its number, or by words that only it has."""
        fact = self._fact(int(which)) if which.isdecimal() else self._fact_saying(which)
        self.play.session.forget(fact.number)
        self._tell(happened.MemoryChanged("forgotten"))

    def _known(self, text: str) -> tuple[tuple[str, ...], str]:
        """Who knows a fact, and the fact."""
        names: list[str] = []
        rest = text.strip()
        while rest.startswith("@"):
            name, __, behind = rest[1:].partition(" ")
            names.append(self.play.scene.role(name).name)
            rest = behind.strip()
        if names:
            return tuple(dict.fromkeys(names)), rest
        away = self.play.floor.away
        there = tuple(r.name for r in self.play.scene.cast if r.name not in away)
        return (there if away else ()), rest

    def _fact(self, number: int) -> Pinned:
        """The fact of this branch with that number, from 1. Raises `KnownError`."""
        facts = self.facts
        if 1 <= number <= len(facts):
            return facts[number - 1]
        if not facts:
            raise KnownError(_("no fact is pinned on this branch; /remember TEXT pins one"))
        raise KnownError(_n("there is only fact 1", "there are facts 1 to {n}", len(facts)))

    def _fact_saying(self, words: str) -> Pinned:
        found = [fact for fact in self.facts if words in fact.text]
        if len(found) == 1:
            return found[0]
        if not found:
            raise KnownError(_("no fact says {words}; /remember lists them", words=shown(words)))
        texts = series(fact.text for fact in found)
        raise KnownError(_("several facts say that: {facts}", facts=texts))


def _one_line(text: str, longest: int) -> str:
    """A text as it is kept. Raises `KnownError` for one that says nothing, or too much."""
    line = " ".join(UNPRINTABLE.sub("", text).split())
    if not any(map(str.isalnum, line)):
        raise KnownError(_("nothing is said in this line"))
    if len(line) > longest:
        raise KnownError(_("it has {n} characters, the most is {most}", n=len(line), most=longest))
    return line
