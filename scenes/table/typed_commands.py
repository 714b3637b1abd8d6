"""Which command a typed line begins with, and which one it may have been meant to. Pure."""

from base.errors import KnownError
from base.messages import _
from base.names import nearest
from base.text import shown
from characters.sheets.names import is_known
from scenes.table import typed_marks as marks
from scenes.table.command_words import WORDS, known_command
from scenes.table.meanings import Do
from scenes.table.typed_marks import Marked
from scenes.table.typed_words import ROLLS


def command_of(begun: Marked) -> Do | None:
    """The command that a line begins with; a Chinese one may have what follows right behind it,
    as in `/选2`."""
    word = marks.narrow(begun.word)
    if command := known_command(word):
        return Do(command, begun.rest)
    if rolls := ROLLS.get(word.casefold()):
        name, dice = rolls
        joined = dice + begun.rest if begun.rest[:1].isdecimal() else f"{dice} {begun.rest}"
        return Do(WORDS[name], joined.strip())
    if begun.latin:
        return _filled_in(begun)
    for alias in sorted(WORDS, key=len, reverse=True):
        behind = begun.word.removeprefix(alias)
        if behind == begun.word or not WORDS[alias].takes_text:
            continue
        if begun.mark == "/" or behind.isdecimal():
            return Do(WORDS[alias], f"{behind} {begun.rest}".strip())
    return None


def _filled_in(begun: Marked) -> Do | None:
    """A value written right behind `.st`, as in `.sthp-3`."""
    behind = begun.word[2:]
    if begun.word[:2].casefold() != "st" or not is_known(behind):
        return None
    number = marks.narrow(begun.rest).lstrip("+-=: ")[:1].isdecimal()
    return Do(WORDS["st"], f"{behind}{begun.rest}") if number else None


def no_command(begun: Marked) -> KnownError:
    return KnownError(
        _(
            "there is no command {name}{hint} (/help lists them; put // before it to say it)",
            name=f"/{shown(begun.word)}",
            hint=nearest_command(begun),
        )
    )


def nearest_command(begun: Marked) -> str:
    """What a command may have been meant to be called."""
    words = [word for word in (*WORDS, "me", "emoji") if len(word) > 1]
    from rapidfuzz import fuzz

    alike = [word for word in words if word.isascii() == begun.latin]
    if begun.latin:  # a long word that holds the letters of a short one is not what was meant
        alike = [word for word in alike if fuzz.ratio(begun.word.casefold(), word) >= 60]
    if not nearest(begun.word, alike):
        return ""
    return nearest(f"/{begun.word}", [f"/{word}" for word in alike])
