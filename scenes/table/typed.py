"""What a person means by what they type at the table: said, done, or to be asked about. Pure.

One grammar for the screen and the line mode, whichever keyboard wrote it. Nothing that looks like
a command is said aloud: it is done, refused with the nearest, or asked about in one line.
"""

from collections.abc import Iterator
from dataclasses import replace

from base.errors import KnownError
from base.messages import _
from base.names import nearest
from base.text import is_blank, shown
from scenes.log import SPOKEN, cue, parse
from scenes.log_marks import closing, join
from scenes.scene import Role, Scene
from scenes.table import typed_marks as marks
from scenes.table.command_words import WORDS, known_command
from scenes.table.lines import lines_of, on_one_line, watching
from scenes.table.meanings import Do, Doubt, Meaning, Said, said_of, together
from scenes.table.roll_commands import ROLLING
from scenes.table.typed_commands import command_of, nearest_command, no_command
from scenes.table.typed_cue import typed_cue
from scenes.table.typed_marks import Marked
from scenes.table.typed_saying import acted, as_it_stands, bracketed, checked, said_by, says_aloud
from scenes.table.typed_words import BARE, DICE, MYSELF, NARRATORS
from scenes.table.whispers import begins_with_at, nobody_called, whisper, whispered_to

LONGEST_NARRATION = 20
"""Lines that one `【…】` may span, as in a log."""


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
    return together(read)


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
    if next_to_speak := typed_cue(line, _names(scene)):
        return Said(next_to_speak.entries, _names(scene)[next_to_speak.name.casefold()].name)
    if read := _named(scene, line, role) or acted(scene, line, role):
        return read
    if asked := bracketed(scene, line, role) or _bare(line, role):
        return asked
    if marks.is_face(line):
        return as_it_stands(line, role)
    return said_by(scene, line, role)


# --- commands ---


def _marked(scene: Scene, line: str, begun: Marked, role: Role | None) -> Meaning:
    """What a line means that begins like a command."""
    word = marks.narrow(begun.word).casefold()
    if word in ("me", "emoji") and begun.mark != "!":
        return said_by(scene, f"\\{word} {begun.rest}", role)
    done = command_of(begun)
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
        raise no_command(begun)
    if begun.mark == "!" and not begun.latin:
        return said_by(scene, line, role)
    return says_aloud(line, role, nearest_command(begun))


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
    return says_aloud(line, role) if line in (".", "。") else None


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
        done = said_of(read)
        if not isinstance(done, Do):
            return read
        if done.command not in ROLLING or not role.name:
            return read if isinstance(read, Doubt) else says_aloud(body, role)
        done = replace(done, by=role.name)
        return replace(read, meaning=done) if isinstance(read, Doubt) else done
    if begins_with_at(body) and whispered_to(scene, body)[0]:
        return _whispered(scene, body, role)
    if asked := acted(scene, body, role):
        return asked
    if role.narrator:
        return said_by(scene, body, role)
    return checked(scene, *parse(f"{cue(role.name)}{body}"))


def _whispered(scene: Scene, line: str, role: Role | None) -> Said | Doubt:
    """A line that begins with `@` and a name, for that one alone; commands are asked about."""
    to, rest = whispered_to(scene, line)
    if not to:
        return Doubt(nobody_called(scene, line), as_it_stands(line, role))
    if is_blank(rest):
        raise KnownError(_("what is to be said to them? Write it behind: @{name} …", name=to[0]))
    if role is None:
        raise watching()
    read = _by(scene, rest, role)
    if isinstance(said_of(read), Do):
        read = says_aloud(rest, role)
    said = said_of(read)
    assert isinstance(said, Said)
    meaning = Said(tuple(whisper(entry, to, role) for entry in said.entries))
    return replace(read, meaning=meaning) if isinstance(read, Doubt) else meaning


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
    said = said_by(scene, line[: end + 1], role)
    if not rest:
        return said
    read = _line(scene, rest, role)
    if isinstance(said_of(read), Do):
        raise _among_lines(rest)
    return together([said, read])
