"""How the commands of the table are called, in the person's language and in English."""

from collections.abc import Sequence
from functools import cache

from base.messages import _, language
from scenes.dice.skills import BASE
from scenes.table.candidate_commands import CANDIDATES
from scenes.table.command import Command, written
from scenes.table.commands import COMMANDS, KEEPING, PROGRAM
from scenes.table.memory_commands import MEMORY
from scenes.table.roll_commands import ROLLING
from scenes.table.sampling_words import PRESETS, SLIDERS
from scenes.table.sheet_commands import SHEETS
from scenes.table.speaking_commands import SPEAKING
from scenes.table.steering_commands import STEERING
from scenes.table.turn_commands import TURNS

WORDS = {
    word: command for command in COMMANDS.values() for word in (command.name, *command.aliases)
}
"""Every name and alias."""


ROLL_WORDS = ("r", "ra", "rb", "rp", "rh", "rav", "sc", "en")
"""What dice bots call the commands of dice."""


def known_command(word: str) -> Command | None:
    """The command of that name or alias, in letters of either case, or as the person's language
    writes it."""
    return WORDS.get(word.casefold()) or _written(language()).get(word)


@cache
def _written(code: str) -> dict[str, Command]:
    """The commands by what the forms of a language call them."""
    return {_word_of(written(command)): command for command in COMMANDS.values()}


def takes_name(word: str) -> bool:
    """Whether the name of a role follows this command."""
    command = known_command(word)
    return command is not None and "NAME" in command.form


def values_of(word: str, files: Sequence[str] = ()) -> Sequence[str]:
    """What else than a name may follow this command: presets and settings, `files` of knowledge."""
    command = known_command(word)
    if command is None or command.name not in ("sampling", "lore"):
        return ()
    if command.name == "lore":
        return files
    presets = [name for one in PRESETS for name in (str(_(one.label)), one.name)]
    return list(dict.fromkeys([*presets, *(one.name for one in SLIDERS)]))


def takes_value(word: str) -> bool:
    """Whether a value of a sheet follows this command, as in `/set 林默.HP`."""
    command = known_command(word)
    return command is not None and command.name == "set"


def words_behind(word: str, names: Sequence[str]) -> Sequence[str]:
    """What may follow a command: skills that everybody has, or `names`; else nothing."""
    command = known_command(word)
    if command is not None and "SKILL" in command.form:
        return tuple(BASE)
    return names if takes_name(word) else ()


def command_words() -> list[str]:
    """What commands are called, those words first that the person's language has for them."""
    own = [_word_of(written(command)) for command in COMMANDS.values()]
    return list(dict.fromkeys([*own, *COMMANDS, *ROLL_WORDS]))


def command_help() -> Sequence[tuple[str, str]]:
    """Every command, how it is written and what it does, in the person's language."""
    return [row for __, rows in grouped_help() for row in rows]


def grouped_help() -> Sequence[tuple[str, Sequence[tuple[str, str]]]]:
    """The commands by what they are about: a heading, and for each how it is written, with its
    English name beside where the language has another, and what it does."""
    groups = (
        (_("Who speaks"), SPEAKING),
        (_("Candidates"), CANDIDATES),
        (_("Steering"), STEERING),
        (_("What has been said"), TURNS),
        (_("Dice"), ROLLING),
        (_("What is remembered"), MEMORY),
        (_("Character sheets"), SHEETS),
        (_("Finding and keeping"), KEEPING),
        (_("The program"), PROGRAM),
    )
    return [(head, [(_form_of(one), _(one.help)) for one in group]) for head, group in groups]


def _form_of(command: Command) -> str:
    form, name = written(command), f"/{command.name}"
    return form if form.split()[0] == name else f"{form} · {name}"


def _word_of(form: str) -> str:
    return form.split()[0].removeprefix("/")
