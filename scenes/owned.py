"""Whose a piece of knowledge is that has come up: of all who are there, or of the speaker. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from scenes.log import Entry
from scenes.note import Note
from scenes.scene import Role, Scene

BroughtUp = Callable[[Sequence[Entry], Role], list[Note]]
"""The notes that come up after a history, before a line by a role."""


def owned(
    brought_up: BroughtUp,
    scene: Scene,
    speaker: Role,
    history: Sequence[Entry],
    common: Callable[[], Sequence[Entry]],
) -> list[Note]:
    """The notes that come up after what `speaker` saw; what comes up by `common`, which all saw who
    are there, is for all, and the rest for `speaker` alone.

    Where thoughts are private, what is in the speaker's own files is for the speaker alone too.
    """
    notes = brought_up(history, speaker)
    if not notes:
        return notes
    reader = replace(speaker, knowledge=()) if scene.thoughts == "private" else speaker
    shared = common()
    if reader == speaker and shared == history:
        return notes
    known = {note.key for note in brought_up(shared, reader)}
    return [note if note.key in known else replace(note, to=(speaker.name,)) for note in notes]
