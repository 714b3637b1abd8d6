"""What a line means that a person types at the table, and how one is shown to be edited. Pure."""

import re
from collections.abc import Iterator
from dataclasses import replace

from base.errors import KnownError
from base.messages import _
from base.names import nearest
from base.text import UNPRINTABLE, is_blank, shown, unprintable
from scenes.log import SPOKEN, Entry, cue, parse, write
from scenes.scene import Role, Scene

_ACTION = re.compile(r"\\me(?![A-Za-z])\s*")
"""What begins an action; a narrator's line is narration in any case."""


def entry_of(scene: Scene, text: str, role: Role | None) -> Entry:
    """The entry that a line means when `role` says it; `None` is who watches.

    Plain text is speech (narration for a narrator); `\\me …`, `（…）`, `【…】` and `\\emoji x`
    are as in the log. Raises `KnownError` for a line that says nothing.
    """
    line = on_one_line(text)
    names = {name: each.name for each in scene.cast for name in (each.name, *each.aliases)}
    alone = parse(line)
    if len(alone) == 1 and (alone[0].kind == "narration" or alone[0].speaker in names):
        entry = replace(alone[0], speaker=names.get(alone[0].speaker, ""))
    elif role is None:
        raise watching()
    elif role.narrator:
        entry = Entry("narration", _ACTION.sub("", line))
    else:
        (entry,) = parse(f"{cue(role.name)}{line}")
    return sayable(entry)


def sayable(entry: Entry) -> Entry:
    """An entry that says something, and nothing invisible. Raises `KnownError` for any other."""
    if is_blank(entry.text):
        raise KnownError(_("nothing is said in this line"))
    if code := unprintable(f"{entry.text}{entry.thought}{entry.emotion}"):
        raise KnownError(_("this line holds a {code}; leave it out", code=code))
    return entry


def check_emotion(scene: Scene, entry: Entry, kept: str = "") -> None:
    """Raise `KnownError` for a label that the scene does not have, unless it was there before:
    `kept`. A scene without any takes all."""
    own = [label for role in scene.cast for label in role.emotions]
    labels = [*scene.emotions, *own]
    if labels and entry.emotion and entry.emotion not in (*labels, kept):
        raise KnownError(
            _(
                "\\emoji {emotion} is not in this scene's list{hint}",
                emotion=shown(entry.emotion),
                hint=nearest(entry.emotion, labels),
            )
        )


def watching() -> KnownError:
    """What is wrong where somebody who plays no role says what needs one."""
    return KnownError(
        _(
            "you are watching: begin with 【…】 or with the name of a role and ：, or choose "
            "who speaks"
        )
    )


def edited_entry(scene: Scene, old: Entry, text: str) -> Entry:
    """What `text` means in place of `old`: of the same kind and by the same speaker, unless it
    says otherwise."""
    if old.kind in SPOKEN:
        return entry_of(scene, text, Role(old.speaker))
    if old.kind == "narration":
        return entry_of(scene, text, Role("", narrator=True))
    entries = parse(on_one_line(text))
    if len(entries) != 1 or entries[0].kind != old.kind:
        raise KnownError(
            _(
                "this is not a line of the kind {kind}; write it like {example}",
                kind=old.kind,
                example=write(old),
            )
        )
    return entries[0]


def lines_of(text: str) -> Iterator[str]:
    """The lines of a text, and the entries of a line that holds several, as logs may."""
    for line in text.splitlines():
        entries = parse(line)
        yield from map(write, entries) if len(entries) > 1 else [line] * len(entries)


def on_one_line(text: str) -> str:
    """What a person typed, on one line; an invisible character inside a word leaves no blank."""
    return " ".join(UNPRINTABLE.sub("", text).split())


def body_of(entry: Entry) -> str:
    """A line without the name it begins with, as it is shown and edited."""
    line = write(entry)
    return line.partition("：")[2] if entry.kind in SPOKEN else line


def begun_of(entry: Entry) -> str:
    """A line as it stands after its cue, to be continued: without what closes it."""
    if entry.kind == "narration":
        return write(entry)[1:-1]
    body = body_of(replace(entry, emotion="")) if entry.kind in SPOKEN else write(entry)
    return body.removesuffix("）") if entry.thought or entry.kind == "thought" else body
