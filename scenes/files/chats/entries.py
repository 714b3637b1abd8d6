"""The text of a message as entries of a log: quoted speech, `*actions*`, narration. Pure.

The text itself stays with the first turn; entries are what is shown, prompted with and trained on,
without what a front end wrote for itself.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial
from random import Random

from base.text import printable
from characters.cards.lines import USER, Voices, is_quoting, role_name, spoken
from characters.cards.macros import expand
from characters.cards.markup import story_of
from scenes.files.chats.chat import ChatMessage
from scenes.files.chats.labels import by_speaker
from scenes.files.chats.stress import unstressed
from scenes.log import Entry, Kind, parse

CHAR = "{{char}}"
NOBODY = "无名"
"""Who wrote a message without a name."""
_BY_USER = f"{USER}："
_BY_QUOTES = {"quoted": True, "spoken": False}
"""Whether only what is quoted is said, by the style."""
_THOUGHT = re.compile(r"\*{1,3}([^*\n]+)\*{1,3}|【([^【】\n]+)】")
_ASSET = re.compile(
    r"<(?:img|image|video|audio|bgm?|emotion|asset)\s*=\s*[^<>\n]{0,300}>", re.IGNORECASE
)
"""Pictures and sounds as RisuAI writes them."""
_ASIDE = re.compile(
    r"^[ \t]*(?:\(\([^\n]*\)\)|（（[^\n]*））|[\[(（【*]?[ \t]*OOC[ \t]*[:：)）\]】][^\n]*)[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
Filled = Callable[[str], str]
LONGEST = 100_000
"""Characters of a message above which only its lines are told apart."""


def named(name: str) -> str:
    """The role that a name of a chat becomes."""
    return _role(name[:200])


@lru_cache(1000)
def _role(name: str) -> str:
    return role_name(name) or NOBODY


@dataclass(frozen=True)
class Reading:
    """How the messages of a chat are read."""

    player: str | None = None
    """The role that `{{user}}` means."""
    style: str | None = None
    """A name of `STYLES`; what holds no quotation is said where it is none of them, or `mixed`."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """The role of each name that begins lines, by `key_of` it."""
    narrators: frozenset[str] = frozenset()
    left_out: frozenset[str] = frozenset()
    """Roles whose lines stay as comments alone."""
    other: str = CHAR
    """The role that `{{char}}` means where the player speaks."""


def entries_of(
    message: ChatMessage, text: str, reading: Reading, left_out: Counter[str] | None = None
) -> list[Entry]:
    """The entries of a message that says `text`, at least one. What a front end wrote for itself is
    taken out, and counted in `left_out`.

    Macros that say who is who are replaced; `{{char}}` is the speaker, and where the player speaks
    the one who answers. What stands behind another's name before a colon is theirs.
    """
    text = story_of(_ASSET.sub("", text) if "=" in text else text, left_out)
    text = unstressed(text) if "*" in text else text
    speaker = named(message.name)
    char = reading.other if message.player else speaker
    has_macros = "{" in text or "<" in text
    filled = partial(_filled, char, reading.player) if has_macros else str
    if message.hidden:
        entries = _comments(speaker, text)
    elif len(text) > LONGEST:
        lines = filter(None, map(filled, _lines(text)))
        kind: Kind = "narration" if message.narrator else "speech"
        entries = [Entry(kind, line, "" if message.narrator else speaker) for line in lines]
    else:
        entries = list(_parts(message, speaker, text, reading, filled))
    return entries or [Entry("comment", "")]


def _comments(speaker: str, text: str) -> list[Entry]:
    return [Entry("comment", f"{speaker}：{line}") for line in _lines(text)]


def _parts(
    message: ChatMessage, speaker: str, text: str, reading: Reading, filled: Filled
) -> Iterator[Entry]:
    """The entries of a message by who speaks in it."""
    text, asides = _without_asides(text)
    if ":" not in text and "：" not in text:
        parts = [("", text)]
    else:
        parts = list(by_speaker(text, reading.labels))
    by_quotes = _BY_QUOTES.get(reading.style or "")
    if by_quotes is None and len(parts) > 1:
        by_quotes = is_quoting("\n".join(part for role, part in parts if not role)) or None
    for role, part in parts:
        narrates = (role or speaker) in reading.narrators or (message.narrator and not role)
        if role in reading.left_out:
            yield from _comments(role, part)
        elif narrates:
            for line in filter(None, map(filled, _lines(part))):
                yield from _narrated(line)
        else:
            voices = _voices(role or speaker, message.player or bool(role))
            if reading.style == "quoted" and not is_quoting(part):
                part = _as_deeds(part)
            quoting = None if role and not is_quoting(part) else by_quotes
            thoughts = reading.style == "thoughts"
            yield from _spoken(part, voices, reading.player, filled, quoting, thoughts)
    for aside in asides:
        yield Entry("comment", f"{speaker}：{aside}")


def _as_deeds(text: str) -> str:
    """A text in which nothing is said, each plain line marked as what the writer does."""
    return "\n".join(
        f"*{line.strip()}*" if line.strip() and line.strip()[0] not in "*（(【\\" else line
        for line in text.split("\n")
    )


def _without_asides(text: str) -> tuple[str, list[str]]:
    """A text without the lines that are no part of the play, and these."""
    may_be = "((" in text or "（（" in text or "ooc" in text.lower()
    if not (may_be and _ASIDE.search(text)):
        return text, []
    asides = [" ".join(found[0].split()) for found in _ASIDE.finditer(text)]
    return _ASIDE.sub("", text), asides


@lru_cache(1000)
def _voices(speaker: str, player: bool) -> Voices:
    return Voices(speaker, () if player else (CHAR,))


def _filled(char: str, player: str | None, line: str) -> str:
    return " ".join(expand(line, char, player, Random(line)).splitlines())


def _lines(text: str) -> Iterator[str]:
    for line in printable(text).splitlines():
        if words := " ".join(line.split()):
            yield words


def _narrated(line: str) -> list[Entry]:
    entries = parse(line)
    if entries and all(entry.kind == "narration" for entry in entries):
        return entries
    return [Entry("narration", line)]


def _spoken(
    text: str,
    voices: Voices,
    player: str | None,
    filled: Filled,
    by_quotes: bool | None,
    thoughts: bool,
) -> Iterator[Entry]:
    speaker = voices.name
    if thoughts and _THOUGHT.search(text):
        by_quotes = (is_quoting(text) or None) if by_quotes is None else by_quotes
        for line in text.split("\n"):
            for place, part in enumerate(_THOUGHT.split(line)):
                if place % 3 == 0:
                    yield from _spoken(part, voices, player, filled, by_quotes, False)
                elif part and part.strip(" *"):
                    yield Entry("thought", filled(" ".join(part.split())), speaker)
        return
    for line in spoken(text, voices, by_quotes=by_quotes):
        by = speaker
        if player and line.startswith(_BY_USER):
            by, line = player, player + line.removeprefix(USER)
        line = filled(line)
        if not line.strip("【】 "):
            continue  # only macros that say nothing
        entries = parse(line)
        if _fit(entries, by, speaker):
            yield from entries
        elif plain := line.removeprefix(f"{by}：").strip():
            yield Entry("speech", plain, by)


def _fit(found: list[Entry], by: str, speaker: str) -> bool:
    """Whether entries are narration, or by one of two roles."""
    for entry in found:
        if entry.speaker not in (by, speaker) and entry.kind != "narration":
            return False
    return True
