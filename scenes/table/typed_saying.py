"""What a typed line says, and what it may be meant to say instead, asked about. Pure."""

from base.errors import KnownError
from base.messages import _
from base.text import is_blank, shown
from scenes.log import Entry
from scenes.log_marks import split_emotion
from scenes.scene import Role, Scene
from scenes.table import typed_marks as marks
from scenes.table.lines import body_of, check_emotion, entry_of, sayable, watching
from scenes.table.meanings import Doubt, Said


def said_by(scene: Scene, line: str, role: Role | None) -> Said:
    return checked(scene, entry_of(scene, line, role))


def checked(scene: Scene, *entries: Entry) -> Said:
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


def says_aloud(line: str, role: Role | None, hint: str = "") -> Doubt:
    question = _(
        "Enter again says {line} aloud (it looks like a command{hint})",
        line=shown(line),
        hint=hint,
    )
    return Doubt(question, as_it_stands(line, role))


def acted(scene: Scene, line: str, role: Role | None) -> Doubt | None:
    """A line with an action in stars."""
    parts = marks.acted(line)
    if parts is None:
        return None
    said = [said_by(scene, f"\\me {text}" if acts else text, role) for acts, text in parts]
    meaning = Said(tuple(entry for each in said for entry in each.entries))
    return Doubt(_looks_like(_("an action"), meaning), meaning)


def bracketed(scene: Scene, line: str, role: Role | None) -> Doubt | None:
    """A line that begins with something in brackets."""
    parts = marks.bracketed(line)
    if parts is None:
        return None
    inside, rest = parts
    meaning = Said((Entry("narration", inside),))
    if rest:
        meaning = Said((*meaning.entries, *said_by(scene, rest, role).entries))
    return Doubt(_looks_like(_("narration"), meaning), meaning)


def _looks_like(what: str, meaning: Said) -> str:
    return _(
        "This looks like {what}: Enter again makes it {line}; put // before it to say it as it is",
        what=what,
        line=shown(" ".join(map(body_of, meaning.entries))),
    )
