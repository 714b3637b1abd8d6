r"""The log format: one entry a line, `角色：台词 \emoji 微怒`; `parse` and `dump` are inverses.

Reading is tolerant, writing is canonical. What cannot be written plainly is escaped as `\u{hex}`,
the code point of a character that would otherwise be read as part of the format.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from base.messages import _
from base.names import LONGEST_NAME
from base.text import is_blank
from scenes.log_lines import NumberedLines
from scenes.log_marks import (
    BRACKET,
    NOT_IN_A_NAME,
    closing,
    escape_all,
    escape_unprintable,
    join,
    split_emotion,
    split_thought,
    split_whisper,
    unescape,
    whispered,
)

Kind = Literal[
    "narration", "speech", "action", "thought", "chapter", "context", "comment", "unrecognised"
]
SPOKEN: frozenset[Kind] = frozenset({"speech", "action", "thought"})
"""The kinds that have a speaker and may have an emotion."""
WHISPERED: frozenset[Kind] = frozenset({"speech", "action", "narration"})
"""The kinds that may be for some of those who are there only."""

LONGEST_NARRATION = 20  # lines that one `【…】` may span

_NAME = re.compile(rf"(?:\\u\{{[0-9a-f]{{1,6}}\}}|[^{NOT_IN_A_NAME}]|(?<=\S) (?=\S))+|[？?]+")
_COLON = re.compile(r"[:：]")
_ACTION = re.compile(r"\\me(?![A-Za-z])")
_CHAPTER = re.compile(r"={2,}([^=](?:.*[^=])?)={2,}")
_IN_PLAIN = r"[^\\【】（）()\t\n\r]"
_PLAIN = re.compile(
    rf"(\w[\w·]{{0,{LONGEST_NAME - 1}}})：(\\me )?({_IN_PLAIN}*)(?:（({_IN_PLAIN}+)）)?"
    r"(?: \\emoji ([^\s\\]+))?|【([^\\【】\t\n\r]*)】"
)
"""What most lines are: one entry as it is written, without escapes, which is read at a glance."""
_NEWLINE = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True)
class Entry:
    """One entry of a log. Raises `ValueError` where the parts contradict each other."""

    kind: Kind
    text: str
    speaker: str = ""
    """Who speaks, acts or thinks; at most 32 characters; empty for the other kinds."""
    thought: str = ""
    """What a speech is followed by in `（…）`."""
    emotion: str = ""
    to: tuple[str, ...] = ()
    """Who alone hears it; empty is everybody who is there."""

    def __post_init__(self) -> None:
        spoken = self.kind in SPOKEN
        if spoken != bool(self.speaker) or len(self.speaker) > LONGEST_NAME:
            raise ValueError(
                _("{kind}: cannot be by {speaker!r}", kind=self.kind, speaker=self.speaker)
            )
        if self.emotion and not spoken:
            raise ValueError(_("{kind}: cannot have an emotion", kind=self.kind))
        if self.thought and (self.kind != "speech" or not self.text):
            raise ValueError(_("{kind}: cannot have a thought", kind=self.kind))
        if self.to and (self.kind not in WHISPERED or not self.text or not _are_names(self.to)):
            raise ValueError(_("{kind}: cannot be whispered to {to}", kind=self.kind, to=self.to))
        if self.kind == "unrecognised" and not _is_unrecognised(self.text):
            raise ValueError(_("{text!r} is not an unrecognised line", text=self.text))

    @cached_property
    def line(self) -> str:
        """How it is written, without a newline; kept, since play writes its log at every turn."""
        if self.kind == "unrecognised":
            return self.text
        plain = _render(self, escape_unprintable)
        return plain if _pieces(plain) == [self] else _render(self, escape_all)

    def as_json(self) -> dict[str, str | list[str]]:
        """Its parts that are not empty, as a journal keeps them."""
        parts: dict[str, str | list[str]] = {"kind": self.kind, "text": self.text}
        if self.speaker:
            parts["speaker"] = self.speaker
        if self.thought:
            parts["thought"] = self.thought
        if self.emotion:
            parts["emotion"] = self.emotion
        if self.to:
            parts["to"] = list(self.to)
        return parts


class Line(NamedTuple):
    """An entry and the number of the line where it begins, from 1."""

    number: int
    entry: Entry


def parse(text: str) -> list[Entry]:
    """Read a log. No line is lost: what is none of the format is kept as `unrecognised`."""
    if entry := _glance(text):
        return [entry]
    return [line.entry for line in read(_NEWLINE.split(text))]


def dump(entries: Iterable[Entry]) -> str:
    """Write entries canonically, a line each."""
    return "".join(write(entry) + "\n" for entry in entries)


def read(lines: Iterable[str]) -> Iterator[Line]:
    """Read a log line by line, in bounded memory. A line may end with its newline."""
    source = NumberedLines(lines)
    made = tuple.__new__  # half the time of a call of the class, at every line
    for number, raw in source:
        if plain := _glance(raw):
            yield made(Line, (number, plain))
            continue
        if closing(raw.strip()) is None:
            raw = _span(raw, source)
        for piece in _pieces(raw):
            entry = Entry("unrecognised", piece) if isinstance(piece, str) else piece
            yield Line(number, entry)


def write(entry: Entry) -> str:
    """The canonical line of one entry, without a newline."""
    return entry.line


def cue(speaker: str) -> str:
    """How a line by `speaker` begins: `夏娜：`."""
    return write(Entry("speech", "", speaker))


# --- writing -------------------------------------------------------------------------------------


def _render(entry: Entry, escape: Callable[[str], str]) -> str:
    text = escape(entry.text)
    if text.startswith("＠") and escape is escape_all:
        text = rf"\u{{ff20}}{text[1:]}"
    to = whispered(entry.to, escape_all)
    match entry.kind:
        case "narration":
            return f"【{to}{text}】"
        case "chapter":
            return f"==== {text} ===="
        case "context":
            return f"{{{text}}}"
        case "comment":
            return f"# {text}".rstrip()
        case "action":
            body = rf"\me {text}"
        case "thought":
            body = f"（{text}）"
        case _:
            body = f"{text}（{escape(entry.thought)}）" if entry.thought else text
    emotion = rf" \emoji {escape(entry.emotion)}" if entry.emotion else ""
    return f"{escape(entry.speaker)}：{to}{body}{emotion}"


# --- reading -------------------------------------------------------------------------------------


def _are_names(names: tuple[str, ...]) -> bool:
    return all(0 < len(name) <= LONGEST_NAME for name in names)


def _is_unrecognised(text: str) -> bool:
    return not _NEWLINE.search(text) and not text.startswith("\ufeff") and _pieces(text) == [text]


def _span(raw: str, source: NumberedLines) -> str:
    """A `【` and the lines up to its `】`; the line alone where none follows soon."""
    joined = raw.strip()
    for index in range(LONGEST_NARRATION - 1):
        ahead = source.peek(index)
        if ahead is None or ahead.lstrip().startswith("【"):
            break
        joined = join(joined, ahead.strip())
        if closing(joined) is not None:
            source.take(index + 1)
            return joined
    return raw


def _glance(raw: str) -> Entry | None:
    """The entry that most lines plainly are; its `line` is then known too."""
    plain = _PLAIN.fullmatch(raw)
    if plain is None:
        return None
    name, action, text, thought, emotion, narrated = plain.groups("")
    kind: Kind = "action" if action else "speech"
    if not name:
        kind, text = "narration", narrated
    elif thought:
        if action or thought != thought.strip():
            return None
        if not text:
            kind, text, thought = "thought", thought, ""
    elif not text:
        return None
    if text != text.strip() or text[:1] == "＠":
        return None
    entry = object.__new__(Entry)  # its parts agree; to check that again takes twice the time
    parts = vars(entry)
    parts["kind"], parts["text"], parts["speaker"] = kind, text, name
    parts["thought"], parts["emotion"], parts["to"] = thought, emotion, ()
    if raw.isprintable():
        parts["line"] = raw
    return entry


def _pieces(raw: str) -> list[Entry | str]:
    """The entries of one line, several where a tab stands before an entry; what is none as text."""
    if plain := _glance(raw):
        return [plain]
    if is_blank(raw):
        return []
    chunks = [raw] if raw.lstrip().startswith("#") else raw.split("\t")
    parts = [[chunks[0]]]
    for chunk in chunks[1:]:
        if _recognise(chunk) is None:
            parts[-1].append(chunk)
        else:
            parts.append([chunk])
    pieces: list[Entry | str] = []
    for part in parts:
        entries = _recognise(" ".join(part))
        if entries is not None:
            pieces += entries
        elif any(chunk.strip() for chunk in part):
            pieces.append("\t".join(part))
    return pieces


def _recognise(chunk: str) -> list[Entry] | None:
    text = chunk.strip()
    entries, rest = _narrations(text)
    if not rest:
        return entries or None
    entry = _plain_entry(rest) or _spoken_entry(rest)
    return [*entries, entry] if entry else None


def _narrations(text: str) -> tuple[list[Entry], str]:
    """The `【…】` that `text` begins with, one after another, and what follows them."""
    narrations: list[Entry] = []
    start = depth = 0
    for bracket in BRACKET.finditer(text):
        at = bracket.start()
        if depth == 0 and (bracket[0] == "】" or text[start:at].strip()):
            break
        if depth == 0:
            start = at
        depth += 1 if bracket[0] == "【" else -1
        if depth == 0:
            narrations.append(_narration(text[start + 1 : at]))
            start = at + 1
    if depth:
        return [*narrations, _narration(text[start + 1 :])], ""
    return narrations, text[start:].strip()


def _narration(text: str) -> Entry:
    to, text = split_whisper(text.strip())
    return Entry("narration", unescape(text), to=to)


def _plain_entry(text: str) -> Entry | None:
    if text.startswith("#"):
        return Entry("comment", unescape(text[1:].strip()))
    if text.startswith("{") and text.endswith("}"):
        return Entry("context", unescape(text[1:-1].strip()))
    if text.startswith("==") and (title := _CHAPTER.fullmatch(text)):
        return Entry("chapter", unescape(title[1].strip()))
    return None


def _spoken_entry(text: str) -> Entry | None:
    colon = _COLON.search(text, 0, 12 * LONGEST_NAME)
    if colon is None:
        return None
    raw_name, body = text[: colon.start()].strip(), text[colon.end() :]
    if colon[0] == ":" and (raw_name.isdecimal() or body.startswith("//")):
        return None
    name = unescape(raw_name)
    if not _NAME.fullmatch(raw_name) or not 0 < len(name) <= LONGEST_NAME:
        return None
    whole, emotion = split_emotion(body.strip())
    to, body = split_whisper(whole)
    if _ACTION.match(body):
        acted = unescape(body[3:].strip())
        if acted or not to:
            return Entry("action", acted, name, emotion=emotion, to=to)
    text, thought = split_thought(body)
    if to and (not text or _ACTION.match(body)):
        to, body = (), whole
        text, thought = split_thought(body)
    if thought is not None and not text:
        return Entry("thought", unescape(thought), name, emotion=emotion)
    if not thought:
        return Entry("speech", unescape(body), name, emotion=emotion, to=to)
    return Entry("speech", unescape(text), name, unescape(thought), emotion, to)
