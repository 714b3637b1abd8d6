"""A play as a screenplay: headings, names, parentheticals; plain or in the form of Fountain. Pure.

Fountain: https://fountain.io/syntax. What could be read as another element there is forced or
escaped; what the dice said becomes a note, which is not printed.
"""

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from base.text import UNPRINTABLE
from scenes.dice.words import is_chinese
from scenes.files.exports.moods import as_parenthetical
from scenes.files.exports.prose_en import PRONOUNS as ENGLISH_PRONOUNS
from scenes.files.exports.prose_zh import PRONOUNS as CHINESE_PRONOUNS
from scenes.files.exports.sentences import ended, without_subject
from scenes.files.exports.telling import Telling, told_of
from scenes.log import SPOKEN, Entry
from scenes.table.session import Session

WIDTH, ACTION_WIDTH = 35, 60
"""Columns of what is said, and of what happens."""
AT_NAME, AT_PARENTHETICAL, AT_SPEECH = 20, 15, 10
"""Columns in front of them."""
_EMPHASIS = re.compile(r"([\\*_])")
_FORCED = re.compile(r"[.@!>~#=]|\[\[|/\*")
_CUE = re.compile(r"[A-Z][A-Z0-9 .'\-]*")
_HEADING = re.compile(r"(INT|EXT|EST|I/E|INT\./EXT)[. ]", re.IGNORECASE)
_NIGHT = re.compile(r"夜|深更|\bnight\b|\bmidnight\b", re.IGNORECASE)
_DAY = re.compile(
    r"清晨|早晨|上午|中午|午后|下午|\bmorning\b|\bnoon\b|\bafternoon\b", re.IGNORECASE
)


@dataclass(frozen=True)
class Spoken:
    """What somebody says under a name, with how."""

    name: str
    beside: str
    """`V.O.`, `CONT'D`, or nothing."""
    how: Sequence[str]
    text: str


@dataclass(frozen=True)
class Heading:
    text: str


@dataclass(frozen=True)
class Action:
    text: str


@dataclass(frozen=True)
class Note:
    """What is not printed."""

    text: str


Element = Spoken | Heading | Action | Note


def script(session: Session, speaker: str | None, context: int) -> Iterator[str]:
    """The current branch as a screenplay in plain text; of `speaker`, as that role knows it."""
    yield from screenplay(session, Telling(speaker))


def fountain(session: Session, speaker: str | None, context: int) -> Iterator[str]:
    """The same in the form of Fountain."""
    yield from screenplay(session, Telling(speaker), as_fountain=True)


def screenplay(session: Session, telling: Telling, as_fountain: bool = False) -> Iterator[str]:
    """The current branch as a screenplay, its lines without their ends."""
    told = told_of(session, telling, dice=as_fountain)
    chinese, title = is_chinese(session.scene.language), _printed(session.scene.title)
    elements = _elements(told.entries, {id(entry) for entry in told.rolls}, title, chinese)
    if as_fountain:
        yield f"Title: {title}"
        for element in elements:
            yield ""
            yield from _in_fountain(element)
        return
    yield title if chinese else title.upper().center(ACTION_WIDTH).rstrip()
    for element in elements:
        yield ""
        yield from _in_chinese(element) if chinese else _in_english(element)


def _elements(
    entries: Sequence[Entry], rolled: set[int], title: str, chinese: bool
) -> Iterator[Element]:
    first = entries[0].text if entries and entries[0].kind == "narration" else ""
    scenes = 0
    if not entries or entries[0].kind != "chapter":
        scenes = 1
        yield Heading(_heading(title, first, 1, chinese))
    last = ""
    for at, entry in enumerate(entries):
        if id(entry) in rolled:
            yield Note(entry.text)
        elif entry.kind == "chapter":
            scenes += 1
            last = ""
            following = entries[at + 1].text if at + 1 < len(entries) else ""
            yield Heading(_heading(entry.text, following, scenes, chinese))
        elif entry.kind in SPOKEN:
            yield from _spoken(entry, last == entry.speaker, chinese)
            last = entry.speaker if entry.kind == "speech" else last
        else:
            yield Action(ended(entry.text, "。" if chinese else "."))


def _heading(place: str, following: str, number: int, chinese: bool) -> str:
    """A heading with the time of day, where the words say it."""
    about = f"{place} {following}"
    night, day = _NIGHT.search(about), _DAY.search(about)
    if chinese:
        time = "　夜" if night else "　日" if day else ""
        return f"{number}．{place}{time}"
    time = " - NIGHT" if night else " - DAY" if day else ""
    return f"{place.upper()}{time}"


def _spoken(entry: Entry, again: bool, chinese: bool) -> Iterator[Element]:
    pronouns, stop = (CHINESE_PRONOUNS, "。") if chinese else (ENGLISH_PRONOUNS, ".")
    how = [as_parenthetical(entry.emotion, chinese)] if entry.emotion else []
    if entry.to:
        names = "、".join(entry.to) if chinese else ", ".join(entry.to)
        how.append(f"低声，对{names}" if chinese else f"whispering, to {names}")
    if entry.kind == "action":
        does = ended(without_subject(entry.text, entry.speaker, pronouns), stop)
        yield Action(f"{entry.speaker}{does}" if chinese else f"{entry.speaker} {does}")
        return
    if entry.kind == "speech":
        beside = "" if chinese or not again else "CONT'D"
        yield Spoken(entry.speaker, beside, how, entry.text)
    if thought := entry.text if entry.kind == "thought" else entry.thought:
        yield Spoken(entry.speaker, "心声" if chinese else "V.O.", [], thought)


# --- how it is written ---------------------------------------------------------------------------


def _printed(text: str) -> str:
    return " ".join(UNPRINTABLE.sub("", text).split())


def _in_chinese(element: Element) -> Iterator[str]:
    match element:
        case Spoken(name, beside, how, text):
            marks = "，".join((*((beside,) if beside else ()), *how))
            yield f"　　{name}：{f'（{marks}）' if marks else ''}{_printed(text)}"
        case Heading(text):
            yield _printed(text)
        case Action(text):
            yield f"　　△ {_printed(text)}"


def _in_english(element: Element) -> Iterator[str]:
    match element:
        case Spoken(name, beside, how, text):
            mark = f" ({beside})" if beside else ""
            yield f"{' ' * AT_NAME}{name.upper()}{mark}"
            if how:
                yield f"{' ' * AT_PARENTHETICAL}({'; '.join(how)})"
            yield from _wrapped(text, WIDTH, AT_SPEECH)
        case Heading(text) | Action(text):
            yield from _wrapped(text, ACTION_WIDTH, 0)


def _wrapped(text: str, width: int, indent: int) -> list[str]:
    lines = textwrap.wrap(_printed(text), width, break_long_words=False, break_on_hyphens=False)
    return [f"{' ' * indent}{line}" for line in lines]


def _in_fountain(element: Element) -> Iterator[str]:
    match element:
        case Spoken(name, beside, how, text):
            cue = name.upper()
            mark = f" ({beside})" if beside else ""
            yield f"{'' if _CUE.fullmatch(cue) else '@'}{cue}{mark}"
            if how:
                yield f"({_unmarked('; '.join(how))})"
            yield _unmarked(text)
        case Heading(text):
            yield _unmarked(text) if _HEADING.match(text) else f".{_unmarked(text).lstrip('.')}"
        case Action(text):
            line = _unmarked(text)
            is_cue = line == line.upper() and line != line.lower()
            yield f"!{line}" if is_cue or _FORCED.match(line) or _HEADING.match(line) else line
        case Note(text):
            yield f"[[{_unmarked(text).replace(']]', '] ]')}]]"


def _unmarked(text: str) -> str:
    """Text that Fountain prints as it is."""
    plain = _EMPHASIS.sub(r"\\\1", _printed(text))
    return plain.replace("[[", "[ [").replace("/*", "/ *").replace("*/", "* /")
