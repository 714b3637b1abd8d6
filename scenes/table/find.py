"""Finding what was said: in one session with all its branches and candidates, or in all of them.

Plain scans. Of draws, which are most of a journal, only those are read in which the bytes of every
word stand.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import nlargest
from itertools import islice
from typing import Literal, Protocol

from base.messages import _
from base.text import UNPRINTABLE
from base.writing import UTF8
from scenes.log import Entry
from scenes.scene import Scene
from scenes.table.draws import Draw, read_draw
from scenes.table.session_state import SessionState

MOST = 200
"""Results that are given, at most: the newest."""
ALL = 1 << 60
"""As many as there are."""
LONGEST = 200
"""Characters of a query that are looked at."""

Where = Literal["here", "branch", "candidate"]

_FULL = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}
_HALF = {full: half for half, full in _FULL.items()}
_FULL_IN = re.compile("[０-９Ａ-Ｚａ-ｚ]").search
_HAS_FULL = re.compile(rb"\xef(?:\xbc[\x90-\x99\xa1-\xba]|\xbd[\x81-\x9a])")
"""A full-width letter or digit, in UTF-8."""
_CANDIDATES = b'"candidates":['
_KEYS = (
    *(b'"entry":', b'"kind":', b'"text":', b'"speaker":', b'"thought":', b'"emotion":'),
    *(b'"tokens":', b'"finish":', b'"logprob":', b'"speech"', b'"action"', b'"thought"'),
    *(b'"narration"', b'"stop"', b'"length"'),
)
"""What stands in a draw's line beside what was drawn."""
_ESCAPED = re.compile(r'["\\\x00-\x1f]')
_PLAIN = re.compile(r"[\u3400-\u9fff]+")
_NAMED = re.compile(r"\s*([^:：\s]{1,32})[:：]\s*(.*)", re.DOTALL)


@dataclass(frozen=True)
class Found:
    """One line that was found."""

    entry: Entry
    where: Where
    """On the branch where the play stands, on another one, or among what was drawn and not said."""
    turn: int | None
    """The turn to go to: itself, or that in whose place the candidate was drawn; `None` before
    the first."""
    candidate: int | None = None
    """Its number in its hand, from 1."""
    picked: bool = False
    """Whether its hand was picked from: then `turn` is what was said there; else what was said
    before."""


@dataclass(frozen=True)
class Query:
    """Words that all stand in a line, large or small, half or full width, in any order."""

    words: tuple[str, ...]
    role: str | None = None
    """Whose lines only."""

    @classmethod
    def of(cls, text: str, names: Mapping[str, str] | None = None) -> "Query":
        """What a person typed: words, with `苏晚：` before them for the lines of one role.

        `names` are the names and aliases that are known, and whose they are; without them any name
        is taken as it is.
        """
        text = UNPRINTABLE.sub(" ", text[:LONGEST])
        named = _NAMED.fullmatch(text)
        if named and (names is None or named[1] in names):
            role = named[1] if names is None else names[named[1]]
            return cls(tuple(named[2].split()), role)
        return cls(tuple(text.split()))

    def __bool__(self) -> bool:
        return bool(self.words) or self.role is not None

    def fits(self, entry: Entry) -> bool:
        """Whether an entry holds every word."""
        if self.role is not None and entry.speaker != self.role:
            return False
        text = f"{entry.speaker}：{entry.text}"
        if entry.thought or entry.emotion:
            text = f"{text}（{entry.thought}） {entry.emotion}"
        for test in self._tests:  # noqa: SIM110  (this runs at every turn)
            if not test(text):
                return False
        return True

    def may_be_in(self, raw: bytes) -> bool:
        """Whether the bytes of a journal could hold a fitting entry."""
        return all(test(raw) for test in self._glimpses) or b"\\u" in raw

    @cached_property
    def _tests(self) -> tuple[Callable[[str], object], ...]:
        return tuple(_test(word) for word in self.words)

    @cached_property
    def _glimpses(self) -> tuple[Callable[[bytes], object], ...]:
        words = (*self.words, *((self.role,) if self.role else ()))
        parts = {part for word in words for part in _ESCAPED.split(word) if part}
        return tuple(_glimpse(part) for part in sorted(parts, key=len, reverse=True))

    def in_draw(self, line: bytes) -> bool:
        """Whether the candidates of a draw's line may hold every word, its keys aside."""
        if not self.may_be_in(line):
            return False
        if b"\\" in line:
            return True
        begin, end = line.find(_CANDIDATES), line.rfind(b'],"')
        drawn = line[begin + len(_CANDIDATES) : end] if 0 <= begin < end else line
        for key in self._keys:
            drawn = drawn.replace(key, b"")
        return self.may_be_in(drawn)

    @cached_property
    def _keys(self) -> tuple[bytes, ...]:
        """Of what every draw holds, that in which a word stands."""
        words = [word.translate(_HALF).lower().encode(*UTF8) for word in self.words]
        return tuple(key for key in _KEYS if any(word in key for word in words))


class Said(Protocol):
    """What a search must know of a turn."""

    @property
    def id(self) -> int: ...
    @property
    def of(self) -> int | None: ...
    @property
    def draw(self) -> int | None: ...
    @property
    def candidate(self) -> int | None: ...
    @property
    def entry(self) -> Entry: ...


@dataclass(frozen=True)
class Searched:
    """What is searched of a session."""

    turns: Mapping[int, Said]
    suspects: Iterable[Said]
    """The turns that may fit, those said last first."""
    path: Collection[int]
    """The turns of the branch where it stands."""
    draws: Sequence[Draw | bytes]
    """In the order of their ids."""

    @classmethod
    def of(cls, session: SessionState) -> "Searched":
        turns, path = session.turns, {turn.id for turn in session.path}
        return cls(turns, reversed(turns.values()), path, session.draws.unread)


def search(searched: Searched, query: Query, most: int = MOST) -> list[Found]:
    """The lines that fit, the newest first, at most so many."""
    if not query:
        return []
    said = _said(searched, query, most)
    drawn = islice(_drawn(searched, query), most)
    return nlargest(most, (*said, *drawn), key=_age)


def _age(found: Found) -> tuple[int, int]:
    return found.turn or 0, -(found.candidate or 0)


def _said(searched: Searched, query: Query, most: int) -> Iterable[Found]:
    """Turns that fit, those said last first; of a turn and its copies behind edits, which say the
    same, one only: that of this branch."""
    once: dict[tuple[int, Entry], Found] = {}
    for turn in searched.suspects:
        if not query.fits(turn.entry):
            continue
        key = _first(searched.turns, turn), turn.entry
        here = turn.id in searched.path
        if here or key not in once:
            once[key] = Found(turn.entry, "here" if here else "branch", turn.id)
        if len(once) > most:
            break
    return once.values()


def _first(turns: Mapping[int, Said], turn: Said) -> int:
    while turn.of is not None and turn.of in turns and turn.of < turn.id:
        turn = turns[turn.of]
    return turn.id


def _drawn(searched: Searched, query: Query) -> Iterator[Found]:
    """Candidates that fit and were not said, those drawn last first."""
    picks: dict[int, Said] = {}
    for turn in searched.turns.values():
        if turn.draw is not None and (turn.draw not in picks or turn.id in searched.path):
            picks[turn.draw] = turn
    for number in range(len(searched.draws), 0, -1):
        draw = _read(searched.draws[number - 1], query)
        if draw is None:
            continue
        pick = picks.get(number)
        after = pick.id if pick else draw.parent
        for place, candidate in enumerate(draw.candidates):
            said = pick is not None and pick.candidate == place and pick.entry == candidate.entry
            if not said and query.fits(candidate.entry):
                yield Found(candidate.entry, "candidate", after, place + 1, pick is not None)


def _read(draw: Draw | bytes, query: Query) -> Draw | None:
    """A draw that may hold what fits."""
    if isinstance(draw, bytes):
        return read_draw(draw) if query.in_draw(draw) else None
    return draw


def where(found: Found) -> str:
    """Where a line was found, in words; empty on the branch where the play stands."""
    if found.where == "here":
        return ""
    if found.where == "branch":
        return _("on another branch")
    if found.turn is None:
        return _("a candidate before the first turn")
    if found.picked:
        return _("a candidate of turn {number}", number=found.turn)
    return _("a candidate after turn {number}", number=found.turn)


def names_of(scene: Scene) -> dict[str, str]:
    """Whose each name and alias of a scene is."""
    return {name: role.name for role in scene.cast for name in (role.name, *role.aliases)}


# --- words ---------------------------------------------------------------------------------------


def _test(word: str) -> Callable[[str], object]:
    """Whether a text holds a word."""
    if _is_plain(word):
        return lambda text: word in text
    pattern, small = _pattern(word), word.translate(_HALF).lower()
    if not small.isascii():
        return pattern.search
    return lambda text: small in text.lower() or (_FULL_IN(text) and pattern.search(text))


def _glimpse(word: str) -> Callable[[bytes], object]:
    """Whether bytes of JSON, without escapes, may hold a word."""
    if _is_plain(word):
        raw = word.encode(*UTF8)
        return lambda line: raw in line
    pattern, half = _pattern(word), word.translate(_HALF)
    if not half.isascii():
        plain = max(_PLAIN.findall(word), key=len, default="").encode(*UTF8)
        return lambda line: plain in line and pattern.search(line.decode("utf-8", "replace"))
    small = half.lower().encode()

    def glimpse(line: bytes) -> object:
        if small in line.lower():
            return True
        return _HAS_FULL.search(line) and pattern.search(line.decode("utf-8", "replace"))

    return glimpse


def _is_plain(word: str) -> bool:
    """Whether a word is written in one way only, as Chinese is."""
    return all(c.lower() == c.upper() and ord(c) not in _FULL and ord(c) not in _HALF for c in word)


def _pattern(word: str) -> re.Pattern[str]:
    """A word in both widths, large or small."""
    return re.compile("".join(map(_either, word.translate(_HALF))), re.IGNORECASE)


def _either(character: str) -> str:
    full = _FULL.get(ord(character))
    return f"[{re.escape(character)}{chr(full)}]" if full else re.escape(character)
