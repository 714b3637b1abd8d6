"""Logs in Markdown to messages: `**林默**：…`, or the name in bold alone over its text."""

import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice

from scenes.files.head import FileHead
from scenes.files.source import TextFile
from scenes.files.trpg.items import Dropped, Item, Part, TableMessage
from scenes.files.trpg.names import CAST, may_speak
from scenes.files.trpg.text_formats import BEFORE, FRAME, LARGEST

LOOKED_AT = 50_000
"""Lines in which it is seen how names stand."""
HEADER = re.compile(
    r"\s{0,8}(?:[-*+] )?(?:\*\*|__)(?P<name>[^*_\n：:]{1,60}?)\s{0,2}(?P<colon>[：:])?\s{0,2}"
    r"(?:\*\*|__)\s{0,2}(?:[*_]?[（(](?P<how>[^（）()\n]{1,30})[)）][*_]?\s{0,2}(?=[：:]))?"
    r"(?P<behind>[：:])?(?P<text>.*)"
)
_BULLET = re.compile(r"\s{0,8}[-+*] (?=\S)")
_QUOTE = re.compile(r"\s{0,3}((?:>\s?)+)(.*)")
_HEADING = re.compile(r"#{1,6}\s+(.*?)\s*#*")
_RULE = re.compile(r"\s*(?:-\s?){3,}|\s*(?:\*\s?){3,}|\s*_{3,}|\s*={3,}")
_FENCE = re.compile(r"\s*(?:`{3,}|~{3,}).*")
_ASIDE = re.compile(
    r"[（(\[【]?\s*(?:OOC|场外|場外|闲聊|閒聊)\s*[)）\]】]?\s*[：:]?.*|\*[^*]+\*|_[^_]+_",
    re.IGNORECASE,
)
_TAG = re.compile(r"<(?:/?(?:span|font|div|p|small|sub|sup|b|i|u|em|strong|center)\b[^<>]*)>")
_STAT = re.compile(r"<(span|small|sub|sup)\b[^<>]*>[^<>]*</\1>")
_BREAK = re.compile(r"<br\s*/?>")
_IMAGE = re.compile(r"!\[[^\[\]]*\]\([^()\s]*\)")
_LINK = re.compile(r"\[([^\[\]]+)\]\([^()\s]+\)")
_ESCAPED = re.compile(r"\\([*_`~\[\](){}>.!|-])")
_MARKS = re.compile(r"~~|`+")


def detect(head: FileHead) -> float:
    """Up to 0.9, by the share of lines that are headers; some name comes again."""
    found = [one for line in head.lines if (one := _header(_unquoted(line)[1]))]
    names = [one["name"].strip() for one in found]
    if len(found) < 2 or len(set(names)) == len(names) or 6 * len(found) < len(head.lines):
        return 0
    return 0.8 + 0.1 * len(found) / len(head.lines)


def read(file: TextFile) -> Iterator[Item]:
    """The messages; what is marked as off-topic in a block quote is one of its own."""
    message = _Message()
    fenced = False
    narrating: list[str] = []
    alone = _stand_alone(islice(file.lines(), LOOKED_AT))
    for number, line in enumerate(file.lines(), 1):
        if not line.strip():
            continue
        if _FENCE.fullmatch(line):
            fenced = not fenced
            continue
        is_quoted, text = _unquoted(line)
        if fenced:
            message.add(number, line.strip())
        elif (found := _header(text)) and alone.get(found["name"].strip(), True):
            yield from message.ended()
            name = found["name"].strip()
            message.begin(number, f"{name}（KP）" if name in narrating else name)
            if (said := _plain(found["text"])) and (found["colon"] or found["behind"]):
                message.add(number, f"（{found['how']}）{said}" if found["how"] else said)
        elif heading := _HEADING.fullmatch(text):
            yield from message.ended()
            if message.name:
                yield TableMessage(number, "", _plain(heading[1]), part="chapter")
            else:
                yield Dropped(number, BEFORE, text)
        elif _RULE.fullmatch(text):
            yield Dropped(number, FRAME, text)
        elif not message.name:
            narrating += CAST.findall(text)
            yield Dropped(number, BEFORE, text)
        elif said := _plain(_BULLET.sub("", text)):
            if is_quoted and _ASIDE.fullmatch(text.strip()):
                yield from message.ended()
                yield TableMessage(number, message.name, said, part="aside")
            else:
                message.add(number, said)
        if message.size > LARGEST:
            yield from message.ended()
    yield from message.ended()


def _stand_alone(lines: Iterable[str]) -> dict[str, bool]:
    """Labels with a colon that are no names: those that come once, where names stand alone."""
    once: Counter[str] = Counter()
    alone = 0
    for line in lines:
        if found := _header(_unquoted(line)[1]):
            has_colon = bool(found["colon"] or found["behind"])
            alone += not has_colon
            once[found["name"].strip()] += 1 if has_colon else 2
    return {name: False for name, count in once.items() if count == 1 and alone > len(once) / 2}


class _Message:
    """The message that is being read."""

    def __init__(self) -> None:
        self.name, self.number, self.size = "", 0, 0
        self.body: list[str] = []

    def begin(self, number: int, name: str) -> None:
        self.name, self.number = name, number

    def add(self, number: int, text: str) -> None:
        if self.name:
            self.number = self.number or number
            self.body.append(text)
            self.size += len(text)

    def ended(self, part: Part = "person") -> Iterator[TableMessage]:
        if self.body:
            yield TableMessage(self.number, self.name, "\n".join(self.body), "", part)
        self.body, self.size, self.number = [], 0, 0


def _header(text: str) -> re.Match[str] | None:
    """A name in bold: with a colon, or with nothing but small print behind it."""
    found = HEADER.fullmatch(text)
    if found is None or not may_speak(found["name"]):
        return None
    if found["colon"] or found["behind"] or not _STAT.sub("", found["text"]).strip():
        return found
    return None


def _unquoted(line: str) -> tuple[bool, str]:
    """A line without the marks of a block quote, and whether it had any."""
    found = _QUOTE.fullmatch(line)
    return (True, found[2]) if found else (False, line)


def _plain(text: str) -> str:
    """Text without links, pictures, tags and marks; `*…*` stays, since it may be an action."""
    text = _IMAGE.sub("", _BREAK.sub("\n", text))
    text = _TAG.sub("", _STAT.sub("", text))
    text = _MARKS.sub("", _LINK.sub(r"\1", text))
    return html.unescape(_ESCAPED.sub(r"\1", text)).rstrip("\\ \t").strip()
