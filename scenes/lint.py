"""What is odd in a scene file, but no error: lines of nobody in the cast, and unknown labels."""

from collections.abc import Iterator, Sequence, Set

from base.messages import _
from base.names import nearest
from base.text import shown
from base.yaml_reader import Document
from base.yaml_tree import Key, located
from scenes.casting import STAND_INS
from scenes.log import SPOKEN, Entry, read
from scenes.scene import Role
from scenes.schema import SceneKeys


def lint(keys: SceneKeys, document: Document, cast: Sequence[Role]) -> Iterator[str]:
    """Lines of opening and voices that no role speaks, or with a label that the scene lacks."""
    names = {name for role in cast for name in (role.name, *role.aliases)}
    yield from _odd_lines(keys.opening, ("opening",), keys.emotions, document, names)
    for role in cast:
        key, labels = ("cast", role.name, "voice"), [*keys.emotions, *role.emotions]
        yield from _odd_lines(role.voice, key, labels, document, names.union(STAND_INS))


def _odd_lines(
    text: str, key: Key, labels: Sequence[str], document: Document, names: Set[str]
) -> Iterator[str]:
    for number, entry in read(text.split("\n")):
        line, place = _place(document, key, number)
        for problem in _problems(entry, labels, names):
            yield located(document.where, line, place, problem)


def _problems(entry: Entry, labels: Sequence[str], names: Set[str]) -> Iterator[str]:
    if entry.kind == "unrecognised":
        yield _("not a line of a log: {line}", line=shown(entry.text))
    if entry.kind in SPOKEN and entry.speaker not in names:
        hint = nearest(entry.speaker, names)
        yield _("{role} is not in the cast{hint}", role=shown(entry.speaker), hint=hint)
    if entry.emotion and entry.emotion not in labels:
        hint = nearest(entry.emotion, labels)
        yield _(
            "{label} is not an emotion of this scene{hint}", label=shown(entry.emotion), hint=hint
        )


def _place(document: Document, key: Key, number: int) -> tuple[int, Key]:
    """Where line `number` of a text stands: exact in a literal block or a list."""
    if key in document.blocks:
        return document.blocks[key] + number - 1, key
    item = (*key, number - 1)
    key = item if item in document.lines else key
    return document.line(key), key
