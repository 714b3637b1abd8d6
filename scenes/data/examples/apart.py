"""Dialogues that have nothing to do with each other as a script: each is a passage of its own.

They come from files of records, or from logs that hold questions and answers alone. Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from scenes.data.conversations.reader import (
    ASKER,
    OTHER_ASKER,
    REPORTER,
    Conversations,
    Dialogue,
)
from scenes.data.examples.script import (
    LogChapter,
    Script,
    bare_scene,
    script_of,
    under_own_names,
)
from scenes.data.teacher.interview import ASKERS
from scenes.log import Entry
from scenes.scene import Scene

ASKING = frozenset({ASKER, OTHER_ASKER, REPORTER, *ASKERS})
"""Who asks in records, and in the logs of `corpus questions`, `interview` and `rolebench`."""
FEWEST = 2
"""Questions and answers that make a log one of them."""


def script_of_conversations(source: str, read: Conversations, scene: Scene | None) -> Script:
    """The records of a file in `scene`, or in a bare one."""
    if read.goes_on:
        return script_of(source, [e for one in read.dialogues for e in one.entries], scene)
    return _script(source, read.dialogues, scene)


def script_of_questions(
    source: str, entries: Sequence[Entry], scene: Scene | None, wanted: Iterable[str] = ()
) -> Script | None:
    """The script of a log that holds nothing but questions of `ASKING` and an answer to each;
    `None` where it holds more, or where one of those who ask is `wanted`."""
    said = [one for one in entries if one.kind not in ("chapter", "context", "comment")]
    asked, answers = said[::2], said[1::2]
    if len(said) < 2 * FEWEST or len(asked) != len(answers) or ASKING & set(wanted):
        return None
    if not all(one.kind == "speech" and one.speaker in ASKING for one in asked):
        return None
    if not all(one.speaker and one.speaker not in ASKING for one in answers):
        return None
    pairs = zip(asked, answers, strict=True)
    return _script(source, [Dialogue(pair, 1, pair[0].text) for pair in pairs], scene)


def renamed(entries: Iterable[Entry], roles: Mapping[str, str]) -> list[Entry]:
    """The entries with other names for those who speak."""
    return [
        replace(entry, speaker=roles[entry.speaker]) if entry.speaker in roles else entry
        for entry in entries
    ]


def with_names(read: Conversations, roles: Mapping[str, str]) -> Conversations:
    """The conversations with other names for those who speak."""
    dialogues = [replace(one, entries=tuple(renamed(one.entries, roles))) for one in read.dialogues]
    return replace(read, dialogues=dialogues)


def _script(source: str, dialogues: Sequence[Dialogue], scene: Scene | None) -> Script:
    entries = list(chain.from_iterable(one.entries for one in dialogues))
    if scene is None:
        answering = dict.fromkeys(
            e.speaker for e in entries if e.speaker and e.speaker not in ASKING
        )
        scene, __ = bare_scene(source, [one for one in entries if one.kind != "chapter"])
        scene = replace(scene, title=next(iter(answering)) if len(answering) == 1 else scene.title)
    chapters = tuple(
        LogChapter("", tuple(under_own_names(one.entries, scene)), one.known, weight=one.weight)
        for one in dialogues
    )
    groups = tuple(one.group or str(at) for at, one in enumerate(dialogues))
    return Script(source, scene, chapters, True, groups, ASKING)
