"""What is copied out of Roll20's chat to messages: names with a colon, times and rolls between."""

import re
from collections import Counter
from collections.abc import Iterator

from scenes.files.head import FileHead
from scenes.files.source import TextFile
from scenes.files.trpg.items import Dropped, Item, Part, TableMessage
from scenes.files.trpg.names import is_name
from scenes.files.trpg.text_formats import BEFORE, LARGEST

_AT = r"(?:[A-Z][a-z]{2,8} \d{1,2}, \d{4} )?\d{1,2}:\d{2}\s?[AP]M"
_TIME = re.compile(_AT)
_SAID = re.compile(rf"(?P<at>{_AT})?\s*(?P<name>[^:：\n]{{1,60}}?)\s?[:：](?P<text>.*)")
_ROLLING = re.compile(r"rolling \S.*")
_SUM = re.compile(r"[\d\s()+\-*/=.,d{}]+")
_WHISPER = re.compile(r"\((?:To|From) .*\)")


def detect(head: FileHead) -> float:
    """0.75, where names with colons stand beside its times or its rolls, and some name again."""
    if not head.lines or head.is_json:
        return 0
    found = [one for one in map(_SAID.fullmatch, head.lines) if one and is_name(one["name"])]
    times = sum(_TIME.fullmatch(line) is not None for line in head.lines)
    glued = sum(one["at"] is not None for one in found)
    rolls = sum(_ROLLING.match(one["text"].strip()) is not None for one in found)
    rolls += sum(_ROLLING.fullmatch(line) is not None for line in head.lines)
    names = Counter(one["name"] for one in found)
    if len(found) < 2 or max(names.values()) < 2 or 4 * len(found) < len(head.lines):
        return 0
    return 0.75 if rolls or times > 1 or glued > 1 else 0


def read(file: TextFile) -> Iterator[Item]:
    """The messages; what begins with a known name and has no colon is what they do."""
    names: set[str] = set()
    name, number, part, size = "", 0, "person", 0
    body: list[str] = []

    def message() -> Iterator[Item]:
        if number and body:
            joint = " " if part == "dice" else "\n"
            text = joint.join(body)
            yield TableMessage(number, name, text, "", part)  # type: ignore[arg-type]

    for at, raw in enumerate(file.lines(), 1):
        line = raw.strip()
        if not line or _TIME.fullmatch(line):
            continue
        if number and part == "dice" and _SUM.fullmatch(line):
            body.append(line)
            continue
        if number and name and part == "person" and _ROLLING.fullmatch(line):
            yield from message()  # whoever writes again has no name above it
            number, part, body, size = at, "dice", [line], 0
            continue
        if part == "dice" and number:
            yield from message()
            number, part, body, size = at, "person", [], 0
        said = _SAID.fullmatch(line) if len(line) < LARGEST else None
        if said and is_name(said["name"].strip("()")):
            yield from message()
            name, number, size = said["name"].strip(), at, 0
            part = _part(name, said["text"].strip())
            names.add(name)
            body = [said["text"].strip()]
        elif (doer := next((one for one in names if line.startswith(one)), None)) is not None:
            yield from message()
            number, part = 0, "person"
            yield TableMessage(at, doer, line.removeprefix(doer).strip(), part="action")
        elif number:
            body.append(line)
            size += len(line)
            if size > LARGEST:
                yield from message()
                number, body, size = at, [], 0
        else:
            yield Dropped(at, BEFORE, line)
    yield from message()


def _part(name: str, text: str) -> Part:
    if _WHISPER.fullmatch(name):
        return "whisper"
    return "dice" if _ROLLING.fullmatch(text) else "person"
