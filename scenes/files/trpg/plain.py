"""Plain logs, `林默：“有人吗？”`: who is written before a colon speaks, if the name comes again."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice

from scenes.files.head import FileHead
from scenes.files.source import TextFile
from scenes.files.trpg.classify import BOT, COMMAND, NARRATOR, chapter_of, is_roll
from scenes.files.trpg.items import Dropped, Item, TableMessage
from scenes.files.trpg.names import CAST, may_speak
from scenes.files.trpg.styles import QUOTES
from scenes.files.trpg.text_formats import BEFORE, FRAME, LARGEST

LABEL = re.compile(
    r"\s*(?:>\s?)?(?:\d{1,5}[.、)）]\s+)?(?P<aside>[（(\[【]\s*(?:场外|場外|OOC|闲聊|閒聊|水|off)\s*[)）\]】]\s*)?"
    r"(?P<name>[^：:，。！？、；…“”「」『』\"\[\]【】<>*`#\\/=（()）\n\t]{1,24}?)\s?"
    r"(?:[（(](?P<beside>[^（()）\n]{1,30})[)）]\s?)?[：:](?!//)\s*(?P<text>.*)",
    re.IGNORECASE,
)
LOOKED_AT = 200_000
"""Lines in which it is seen who writes."""
MOST = 10_000
"""Labels that are counted."""
_RULE = re.compile(r"\s*[-=*_—~～]{3,}\s*")
_HEADING = re.compile(r"#{1,6}\s+(\S.{0,100}?)\s*#*")
_NARRATED = re.compile(r"\s*【(.+)】\s*", re.DOTALL)
_OPENING = tuple(pair[0] for pair in QUOTES)


def detect(head: FileHead) -> float:
    """Up to 0.65, where most lines have such a name, and some show that it is no log of ours."""
    lines = head.lines
    if head.is_json or not lines or head.suffix in (".yaml", ".yml"):
        return 0
    found = [
        one
        for line in lines
        if not line[0].isspace() and (one := LABEL.fullmatch(line)) and may_speak(one["name"])
    ]
    names = Counter(one["name"].strip() for one in found)
    if not names or max(names.values()) < 2:
        return 0
    if blocks := [one["name"] for one in found if not one["text"]]:
        again = [name for name, count in Counter(blocks).items() if count > 1]
        if len(again) > 1 and 4 * len(blocks) >= len(lines) and 2 * len(blocks) >= len(found):
            return 0.55
    share = len(found) / len(lines)
    if share <= 0.5 or any("\\me " in line or "\\emoji " in line for line in lines):
        return 0
    return 0.6 + 0.05 * share if _is_foreign(found) else 0


def _is_foreign(found: list[re.Match[str]]) -> bool:
    """Whether labelled lines hold what no log of ours does: orders, dice, quoted speech."""
    if any(one["aside"] or COMMAND.match(one["text"]) or is_roll(one["text"]) for one in found):
        return True
    if any(BOT.search(one["name"]) or NARRATOR.fullmatch(one["name"]) for one in found):
        return True
    quoted = sum(one["text"].startswith(_OPENING) for one in found)
    return bool(5 * quoted >= len(found))


def read(file: TextFile) -> Iterator[Item]:
    """The messages; a line without a name goes on the message before it, or narrates behind a
    blank line."""
    speaking = _speakers(islice(file.lines(), LOOKED_AT))
    begun, name, part, size = 0, "", "person", 0
    body: list[str] = []
    after_blank = False
    narrating: list[str] = []

    def message() -> Iterator[Item]:
        if begun:
            yield TableMessage(begun, name, "\n".join(body), "", part)  # type: ignore[arg-type]

    for number, line in enumerate(file.lines(), 1):
        if not line.strip():
            after_blank = True
            continue
        found = LABEL.fullmatch(line) if len(line) < LARGEST else None
        if found and not name and _is_cast(found, speaking):
            narrating.append(found["text"].strip())
            yield Dropped(number, BEFORE, line)
        elif found and found["name"].strip() in speaking:
            yield from message()
            begun, part = number, "aside" if found["aside"] else "person"
            name, body = _labelled(found)
            name = f"{name}（KP）" if name in narrating else name
            size = 0
        elif chapter := chapter_of(line.strip()) or _heading(line):
            yield from message()
            begun, body = 0, []
            yield TableMessage(number, "", chapter, part="chapter")
        elif narrated := _NARRATED.fullmatch(line):
            yield from message()
            begun, body = 0, []
            yield TableMessage(number, "", narrated[1], part="narration")
        elif _RULE.fullmatch(line):
            yield Dropped(number, FRAME, line)
        elif begun and (not after_blank or not any(body)):
            body.append(line)
            size += len(line)
            if size > LARGEST:
                yield from message()
                begun, body, size = number, [], 0
        elif begun or name:
            yield from message()
            begun, body = 0, []
            yield TableMessage(number, "", line.strip(), part="narration")
        else:
            narrating += CAST.findall(line)
            yield Dropped(number, BEFORE, line)
        after_blank = False
    yield from message()


def _heading(line: str) -> str | None:
    """The title in a heading of Markdown."""
    found = _HEADING.fullmatch(line)
    return found[1] if found else None


def _is_cast(found: re.Match[str], speaking: frozenset[str]) -> bool:
    """Whether a line before the first message tells who narrates: `守秘人：阿守`."""
    return NARRATOR.fullmatch(found["name"].strip()) is not None and (
        found["text"].strip() in speaking
    )


def _labelled(found: re.Match[str]) -> tuple[str, list[str]]:
    """The name, and the text with what stands in brackets beside the name."""
    name, text, beside = found["name"].strip(), found["text"], found["beside"]
    if not beside:
        return name, [text]
    if NARRATOR.fullmatch(beside.strip()) or BOT.search(beside):
        return f"{name}({beside})", [text]
    return name, [f"（{beside.strip()}）{text}"]


def _speakers(lines: Iterable[str]) -> frozenset[str]:
    """The labels that speak: those that come again, or all where nearly every line has one."""
    counts: Counter[str] = Counter()
    total = 0
    quoted: set[str] = set()
    for line in lines:
        if not line.strip():
            continue
        total += 1
        found = LABEL.fullmatch(line) if len(line) < LARGEST else None
        if found is None or not may_speak(name := found["name"].strip()):
            continue
        if name in counts or len(counts) < MOST:
            counts[name] += 1
            if found["text"].startswith(_OPENING) or NARRATOR.fullmatch(name) or BOT.search(name):
                quoted.add(name)
    if counts.total() >= 0.8 * total:
        return frozenset(counts)
    return frozenset(name for name, count in counts.items() if count > 1 or name in quoted)
