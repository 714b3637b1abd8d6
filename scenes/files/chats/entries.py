"""The text of a message as entries of a log: quoted speech, `*actions*`, narration. Pure.

The text itself stays with the first turn; entries are what is shown, prompted with and trained on,
without what a front end wrote for itself.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from functools import lru_cache, partial

from base.text import printable
from characters.cards.lines import USER, Voices, role_name, spoken
from characters.cards.macros import expand
from characters.cards.markup import story_of
from scenes.files.chats.chat import ChatMessage
from scenes.log import Entry, parse

CHAR = "{{char}}"
NOBODY = "无名"
"""Who wrote a message without a name."""
_BY_USER = f"{USER}："
LONGEST = 100_000
"""Characters of a message above which only its lines are told apart."""


def named(name: str) -> str:
    """The role that a name of a chat becomes."""
    return _role(name[:200])


@lru_cache(1000)
def _role(name: str) -> str:
    return role_name(name) or NOBODY


def entries_of(
    message: ChatMessage, text: str, player: str | None, left_out: Counter[str] | None = None
) -> list[Entry]:
    """The entries of a message that says `text`, at least one; `player` is the role that
    `{{user}}` means. What a front end wrote for itself is taken out, and counted in `left_out`.

    Macros that say who is who are replaced; `{{char}}` is the speaker, and stays where the player
    speaks.
    """
    text = story_of(text, left_out)
    speaker = named(message.name)
    char = CHAR if message.player else speaker
    filled = partial(_filled, char, player) if "{" in text or "<" in text else str
    if message.hidden:
        entries = [Entry("comment", f"{speaker}：{line}") for line in _lines(text)]
    elif message.narrator:
        lines = filter(None, map(filled, _lines(text)))
        entries = [entry for line in lines for entry in _narrated(line)]
    elif len(text) > LONGEST:
        lines = filter(None, map(filled, _lines(text)))
        entries = [Entry("speech", line, speaker) for line in lines]
    else:
        voices = _voices(speaker, message.player)
        entries = list(_spoken(text, voices, player, filled))
    return entries or [Entry("comment", "")]


@lru_cache(1000)
def _voices(speaker: str, player: bool) -> Voices:
    return Voices(speaker, () if player else (CHAR,))


def _filled(char: str, player: str | None, line: str) -> str:
    return " ".join(expand(line, char, player, None).splitlines())


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
    text: str, voices: Voices, player: str | None, filled: Callable[[str], str]
) -> Iterator[Entry]:
    speaker = voices.name
    for line in spoken(text, voices):
        by = speaker
        if player and line.startswith(_BY_USER):
            by, line = player, player + line.removeprefix(USER)
        line = filled(line)
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
