"""What a person means by what they type at the table: said, done, or to be asked about. Pure.

One grammar for the screen and the line mode, whichever keyboard wrote it. Nothing that looks like
a command is said aloud: it is done, refused with the nearest, or asked about in one line.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from base.errors import KnownError
from base.messages import _
from base.names import nearest
from base.text import is_blank, shown
from characters.sheets.names import is_known
from scenes.log import SPOKEN, Entry, cue, parse
from scenes.log_marks import closing, join, split_emotion
from scenes.scene import Role, Scene
from scenes.table import typed_marks as marks
from scenes.table.command import Command
from scenes.table.command_words import WORDS, known_command
from scenes.table.lines import (
    body_of,
    check_emotion,
    entry_of,
    lines_of,
    on_one_line,
    sayable,
    watching,
)
from scenes.table.roll_commands import ROLLING
from scenes.table.typed_marks import Marked
from scenes.table.typed_words import BARE, DICE, MYSELF, NARRATORS, ROLLS
from scenes.table.whispers import begins_with_at, nobody_called, whisper, whispered_to

LONGEST_NARRATION = 20
"""Lines that one `【…】` may span, as in a log."""


@dataclass(frozen=True)
class Said:
    """Lines to be said, in this order."""

    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Do:
    """A command to be done, with the text behind it."""

    command: Command
    rest: str
    by: str = ""
    """The role that does it, where that is not the player."""


@dataclass(frozen=True)
class Doubt:
    """A line that may mean another thing than it says: asked about, and then it means this."""

    question: str
    meaning: Said | Do


Meaning = Said | Do | Doubt


def read_typed(scene: Scene, text: str, role: Role | None) -> Meaning:
    """What `text` means when `role` types it; `None` is who watches.

    Raises `KnownError` for what says nothing, for a command that there is not, for one among
    several lines, and for a label that the scene does not have.
    """
    lines = list(_lines(text))
    if not lines:
        raise KnownError(_("nothing is said in this line"))
    if len(lines) == 1:
        return _line(scene, lines[0], role)
    read = []
    for line in lines:
        read.append(_line(scene, line, role))
        if isinstance(said_of(read[-1]), Do):
            raise _among_lines(line)
    return _together(read)


def edited_text(text: str) -> str:
    """A text that takes the place of a line, without what marks it as said as it stands.

    Raises `KnownError` for a command.
    """
    line = marks.with_plain_marks(on_one_line(text))
    if (behind := marks.literal(line)) is not None:
        return behind
    begun = marks.marked(line)
    if begun is None:
        return text if on_one_line(text) == line else line
    if begun.word.casefold() in ("me", "emoji"):
        return f"\\{begun.word.casefold()} {begun.rest}"
    if known_command(marks.narrow(begun.word)) or (begun.mark in "/、" and begun.latin):
        raise KnownError(
            _(
                "{line} looks like a command, and would take the place of a line; put // before "
                "it to say it",
                line=shown(line),
            )
        )
    return text


def _lines(text: str) -> Iterator[str]:
    """The lines of a text that say something; a `【` goes on to its `】`."""
    raw = [line for line in text.splitlines() if not is_blank(line)]
    while raw:
        line = raw.pop(0)
        if closing(line.strip()) is None:
            joined = line.strip()
            for taken, ahead in enumerate(raw[: LONGEST_NARRATION - 1], 1):
                joined = join(joined, ahead.strip())
                if closing(joined) is not None:
                    line, raw = joined, raw[taken:]
                    break
        yield from lines_of(line)


def _line(scene: Scene, raw: str, role: Role | None) -> Meaning:
    """What one line means."""
    line = marks.with_plain_marks(on_one_line(raw))
    if (behind := marks.literal(line)) is not None:
        return as_it_stands(behind, role)
    if begun := marks.marked(line):
        return _marked(scene, line, begun, role)
    if (direction := marks.directed(line)) is not None:
        return Do(WORDS["direct"], direction)
    if closing(line) not in (None, -1):
        return _narrated(scene, line, role)
    if begins_with_at(line):
        return _whispered(scene, line, role)
    if read := _named(scene, line, role) or _acted(scene, line, role):
        return read
    if asked := _bracketed(scene, line, role) or _bare(line, role):
        return asked
    if marks.is_face(line):
        return as_it_stands(line, role)
    return _said(scene, line, role)


# --- commands ---


def _marked(scene: Scene, line: str, begun: Marked, role: Role | None) -> Meaning:
    """What a line means that begins like a command."""
    word = marks.narrow(begun.word).casefold()
    if word in ("me", "emoji") and begun.mark != "!":
        return _said(scene, f"\\{word} {begun.rest}", role)
    done = _command(begun)
    if done and begun.mark == "!":
        question = _(
            "{line} looks like a command: Enter again does /{command}; put // before it to say it",
            line=shown(line),
            command=done.command.name,
        )
        return Doubt(question, done)
    if done:
        return done
    if word in DICE:
        raise KnownError(
            _(
                "this table has no dice for {line}; /help lists what it has, // before it says it",
                line=shown(line),
            )
        )
    if begun.mark == "/" or (begun.mark == "、" and (begun.latin or not word)):
        raise _no_command(begun)
    if begun.mark == "!" and not begun.latin:
        return _said(scene, line, role)
    return _says_aloud(line, role, _nearest(begun))


def _command(begun: Marked) -> Do | None:
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


def _no_command(begun: Marked) -> KnownError:
    return KnownError(
        _(
            "there is no command {name}{hint} (/help lists them; put // before it to say it)",
            name=f"/{shown(begun.word)}",
            hint=_nearest(begun),
        )
    )


def _nearest(begun: Marked) -> str:
    """What a command may have been meant to be called."""
    words = [word for word in (*WORDS, "me", "emoji") if len(word) > 1]
    from rapidfuzz import fuzz

    alike = [word for word in words if word.isascii() == begun.latin]
    if begun.latin:  # a long word that holds the letters of a short one is not what was meant
        alike = [word for word in alike if fuzz.ratio(begun.word.casefold(), word) >= 60]
    if not nearest(begun.word, alike):
        return ""
    return nearest(f"/{begun.word}", [f"/{word}" for word in alike])


def _among_lines(line: str) -> KnownError:
    return KnownError(
        _(
            "{line} looks like a command, and stands among other lines; write // to say "
            "it, or send it alone",
            line=shown(on_one_line(line)),
        )
    )


def _bare(line: str, role: Role | None) -> Doubt | None:
    """A line that is nothing but what a command is called, a dot, or dice to roll."""
    if line in BARE:
        question = _(
            "Enter again says {line} aloud; /{line} is the command of that name", line=line
        )
        return Doubt(question, as_it_stands(line, role))
    if marks.rolled(line):
        question = _("Enter again rolls {line}; put // before it to say it", line=line)
        return Doubt(question, Do(WORDS["roll"], line))
    return _says_aloud(line, role) if line in (".", "。") else None


# --- what is asked about ---


def _says_aloud(line: str, role: Role | None, hint: str = "") -> Doubt:
    question = _(
        "Enter again says {line} aloud (it looks like a command{hint})",
        line=shown(line),
        hint=hint,
    )
    return Doubt(question, as_it_stands(line, role))


def _acted(scene: Scene, line: str, role: Role | None) -> Doubt | None:
    """A line with an action in stars."""
    parts = marks.acted(line)
    if parts is None:
        return None
    said = [_said(scene, f"\\me {text}" if acts else text, role) for acts, text in parts]
    meaning = Said(tuple(entry for each in said for entry in each.entries))
    return Doubt(_looks_like(_("an action"), meaning), meaning)


def _bracketed(scene: Scene, line: str, role: Role | None) -> Doubt | None:
    """A line that begins with something in brackets."""
    parts = marks.bracketed(line)
    if parts is None:
        return None
    inside, rest = parts
    meaning = Said((Entry("narration", inside),))
    if rest:
        meaning = Said((*meaning.entries, *_said(scene, rest, role).entries))
    return Doubt(_looks_like(_("narration"), meaning), meaning)


def _looks_like(what: str, meaning: Said) -> str:
    return _(
        "This looks like {what}: Enter again makes it {line}; put // before it to say it as it is",
        what=what,
        line=shown(" ".join(map(body_of, meaning.entries))),
    )


def _whispered(scene: Scene, line: str, role: Role | None) -> Said | Doubt:
    """A line that begins with `@` and a name: for that one alone."""
    to, rest = whispered_to(scene, line)
    if not to:
        return Doubt(nobody_called(scene, line), as_it_stands(line, role))
    if is_blank(rest):
        raise KnownError(_("what is to be said to them? Write it behind: @{name} …", name=to[0]))
    if role is None:
        raise watching()
    read = _by(scene, rest, role)
    said = said_of(read)
    assert isinstance(said, Said)
    meaning = Said(tuple(whisper(entry, to, role) for entry in said.entries))
    return replace(read, meaning=meaning) if isinstance(read, Doubt) else meaning


# --- who speaks ---


def _named(scene: Scene, line: str, role: Role | None) -> Meaning | None:
    """A line that begins with a name and a colon."""
    entries = parse(line)
    if len(entries) != 1 or entries[0].kind not in SPOKEN:
        return None
    name, body = entries[0].speaker, _behind_colon(line)
    known = _names(scene).get(name.casefold())
    if known is not None:
        return _by(scene, body, known)
    if name.casefold() in NARRATORS:
        return _by(scene, body, Role("", narrator=True))
    if name.casefold() in MYSELF and role is not None:
        return _by(scene, body, role)
    if is_blank(body) or not marks.can_be_name(name):
        return None
    read = _by(scene, body, Role(name))
    meaning = said_of(read)
    question = _(
        "Enter again lets {name} speak as a bystander (not in the cast{hint}); put // before it "
        "to say it as it is",
        name=shown(name),
        hint=nearest(name, [each.name for each in scene.cast]),
    )
    return Doubt(question, meaning)


def _by(scene: Scene, body: str, role: Role) -> Meaning:
    """What `role` says behind its name, or rolls; any other command there is asked about."""
    if (behind := marks.literal(body)) is not None:
        return as_it_stands(behind, role)
    if begun := marks.marked(body):
        read = _marked(scene, body, begun, role)
        if not isinstance(read, Do):
            return read
        if read.command in ROLLING and role.name:
            return replace(read, by=role.name)
        return _says_aloud(body, role)
    if begins_with_at(body) and whispered_to(scene, body)[0]:
        return _whispered(scene, body, role)
    if asked := _acted(scene, body, role):
        return asked
    if role.narrator:
        return _said(scene, body, role)
    return _checked(scene, *parse(f"{cue(role.name)}{body}"))


def _names(scene: Scene) -> dict[str, Role]:
    """Every name and alias of the cast, in small letters."""
    return {name.casefold(): role for role in scene.cast for name in (role.name, *role.aliases)}


def _behind_colon(line: str) -> str:
    at = min(found for mark in ":：" if (found := line.find(mark)) >= 0)
    return line[at + 1 :].strip()


# --- what is said ---


def _narrated(scene: Scene, line: str, role: Role | None) -> Meaning:
    """A `【…】`, and what follows it on its line."""
    end = closing(line)
    assert end is not None
    rest = line[end + 1 :].strip()
    said = _said(scene, line[: end + 1], role)
    if not rest:
        return said
    read = _line(scene, rest, role)
    if isinstance(said_of(read), Do):
        raise _among_lines(rest)
    return _together([said, read])


def _said(scene: Scene, line: str, role: Role | None) -> Said:
    return _checked(scene, entry_of(scene, line, role))


def _checked(scene: Scene, *entries: Entry) -> Said:
    """Entries that may be said. Raises `KnownError` for a label that there is not, and for a mark
    in the middle of a text."""
    for entry in entries:
        check_emotion(scene, sayable(entry))
        if mark := marks.mark_inside(entry.text):
            if entry.text.endswith("\\emoji") and scene.emotions:
                raise KnownError(
                    _(
                        "a feeling is missing behind \\emoji, such as \\emoji {example}",
                        example=scene.emotions[min(1, len(scene.emotions) - 1)],
                    )
                )
            raise KnownError(
                _(
                    "{mark} stands inside this line: \\me begins a line, \\emoji and one label "
                    "end it",
                    mark=mark,
                )
            )
    return Said(entries)


def as_it_stands(text: str, role: Role | None) -> Said:
    """A text said without any other meaning, but for the emotion that it ends with."""
    body, emotion = split_emotion(text.strip())
    if is_blank(body):
        raise KnownError(_("nothing is said in this line"))
    if role is None:
        raise watching()
    if role.narrator:
        return Said((Entry("narration", text.strip()),))
    return Said((Entry("speech", body, role.name, emotion=emotion),))


def said_of(meaning: Meaning) -> Said | Do:
    """What a meaning comes to where a doubt is settled."""
    return meaning.meaning if isinstance(meaning, Doubt) else meaning


def _together(read: Sequence[Meaning]) -> Said | Doubt:
    """What is said one after another; asked about where any of it is."""
    parts = [part for part in map(said_of, read) if isinstance(part, Said)]
    said = Said(tuple(entry for part in parts for entry in part.entries))
    asked = next((part for part in read if isinstance(part, Doubt)), None)
    return replace(asked, meaning=said) if asked else said
