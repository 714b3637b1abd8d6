"""What is odd in a scene file, but no error: lines of nobody in the cast, and unknown labels."""

from collections.abc import Iterator, Sequence, Set

from base.messages import _
from base.names import nearest
from base.text import shown
from base.yaml_reader import Document
from base.yaml_tree import Key
from scenes.log import SPOKEN, read
from scenes.scene import Role
from scenes.schema import SceneKeys


def lint(keys: SceneKeys, document: Document, cast: Sequence[Role]) -> Iterator[str]:
    """Lines of opening and voices that no role speaks, or with a label that the scene lacks."""
    names = {name for role in cast for name in (role.name, *role.aliases)}
    yield from _odd_lines(keys.opening, ("opening",), keys.emotions, document, names)
    for role in cast:
        key = ("cast", role.name, "voice")
        yield from _odd_lines(role.voice, key, [*keys.emotions, *role.emotions], document, names)


def _odd_lines(
    text: str, key: Key, labels: Sequence[str], document: Document, names: Set[str]
) -> Iterator[str]:
    for number, entry in read(text.split("\n")):
        place = _place(document, key, number)
        if entry.kind == "unrecognised":
            yield _("{place}: not a line of a log: {line}", place=place, line=shown(entry.text))
        if entry.kind in SPOKEN and entry.speaker not in names:
            yield _(
                "{place}: {role} is not in the cast{hint}",
                place=place,
                role=shown(entry.speaker),
                hint=nearest(entry.speaker, names),
            )
        if entry.emotion and entry.emotion not in labels:
            yield _(
                "{place}: {label} is no emotion of this scene{hint}",
                place=place,
                label=shown(entry.emotion),
                hint=nearest(entry.emotion, labels),
            )


def _place(document: Document, key: Key, number: int) -> str:
    """Where line `number` of a text stands: exact in a literal block or a list."""
    if key in document.blocks:
        line = document.blocks[key] + number - 1
    else:
        item = (*key, number - 1)
        key = item if item in document.lines else key
        line = document.line(key)
    return f"{document.where}:{line}: {'.'.join(map(shown, map(str, key)))}"
