"""Transcripts of what people say aloud: subtitles (SRT, WebVTT), and text without names."""

import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from base.messages import N_
from scenes.files.head import FileHead
from scenes.files.source import TextFile
from scenes.files.trpg.items import Dropped, Item, TableMessage
from scenes.files.trpg.names import is_name
from scenes.files.trpg.people import NAMELESS

PAUSE = 2.0
"""Seconds of silence at which a line of the log ends."""
LONGEST = 120
"""Characters after which a line ends with the next cue, however it goes on."""
LOOKED_AT = 20_000
"""Cues in which it is seen who is named before a colon."""
AGAIN = 2
"""Times that a name stands before a colon, from which on it is one."""
SOUND = N_("sounds and music, which nobody says")
MARKUP = N_("notes and styles of the subtitles")

_CLOCK = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[,.](\d{1,3})"
_TIMES = re.compile(rf"\s*{_CLOCK}\s*-->\s*{_CLOCK}(?:\s.*)?")
_NUMBER = re.compile(r"\s*\d+\s*")
_BLOCK = re.compile(r"(?:NOTE|STYLE|REGION)(?:\s.*)?|WEBVTT.*|X-TIMESTAMP-MAP.*")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]+)>")
_TAG = re.compile(r"</?[^<>]{1,60}>|\{\\[^{}]{1,60}\}")
_SOUND = re.compile(r"\s*(?:[\[［(（【♪♫][^\[\]［］()（）【】♪♫]*[\]］)）】♪♫]\s*|[♪♫\s-]+)+")
_LABEL = re.compile(
    r"\s*(?:-\s*)?([^：:，。！？、；…“”「」\s][^：:，。！？、；…“”「」]{0,19}?)\s*[：:]\s*(.+)"
)
_END = tuple('。！？!?…；;」”"')
_HAN = re.compile(r"[\u3400-\u9fff]")


class _Cue(NamedTuple):
    """What stands on the screen at a time."""

    number: int
    start: float
    end: float
    name: str
    text: str


def detect(head: FileHead) -> float:
    """Sure of a file with the times of cues, above all under its ending."""
    if head.is_json or head.is_page:
        return 0
    times = sum(_TIMES.fullmatch(line) is not None for line in head.lines)
    if not times:
        return 0
    named = head.suffix in (".srt", ".vtt") or head.start.startswith("WEBVTT")
    return 0.95 if named else 0.8 if 5 * times >= len(head.lines) else 0


def detect_text(head: FileHead) -> float:
    """Never: any text could be one, so a person says so."""
    return 0


def read(file: TextFile) -> Iterator[Item]:
    """A message for each run of cues by one person, up to the end of a sentence or a pause."""
    labels = Counter(
        found[1]
        for cue in islice(_cues(file.lines()), LOOKED_AT)
        if isinstance(cue, _Cue) and (found := _LABEL.fullmatch(cue.text)) and is_name(found[1])
    )
    names = {name for name, count in labels.items() if count >= AGAIN}
    begun: _Cue | None = None
    for cue in _cues(file.lines()):
        if isinstance(cue, Dropped):
            yield cue
            continue
        found = _LABEL.fullmatch(cue.text)
        labelled = found is not None and found[1] in names
        if found is not None and labelled:
            cue = cue._replace(name=found[1], text=found[2])
        if begun is not None and not labelled and _goes_on(begun, cue):
            begun = begun._replace(end=cue.end, text=_joined(begun.text, cue.text))
            continue
        if begun is not None:
            yield _message(begun)
            if not cue.name and begun.name and not _ended(begun) and cue.start - begun.end < PAUSE:
                cue = cue._replace(name=begun.name)
        begun = cue
    if begun is not None:
        yield _message(begun)


def read_text(file: TextFile) -> Iterator[Item]:
    """A message for each line of a text that one person says."""
    for number, line in enumerate(file.lines(), 1):
        if _SOUND.fullmatch(line):
            yield Dropped(number, SOUND, line)
        elif line.strip():
            yield TableMessage(number, NAMELESS, line.strip())


def _cues(lines: Iterable[str]) -> Iterator["_Cue | Dropped"]:
    times: re.Match[str] | None = None
    begun, skipping = 0, False
    body: list[str] = []
    pending = ""
    for number, line in enumerate(lines, 1):
        if found := _TIMES.fullmatch(line):
            yield from _cue(begun, times, body)
            begun, times, body, skipping, pending = number, found, [], False, ""
        elif not line.strip():
            if pending:
                body.append(pending)
            yield from _cue(begun, times, body)
            times, body, skipping, pending = None, [], False, ""
        elif times is None:
            if not skipping and _BLOCK.fullmatch(line) and not line.startswith("WEBVTT"):
                yield Dropped(number, MARKUP, line)
            skipping = True
        else:
            # the number of the next cue, where no blank line stands before it
            if pending:
                body.append(pending)
            pending = line if _NUMBER.fullmatch(line) and body else ""
            if not pending:
                body.append(line)
    if pending:
        body.append(pending)
    yield from _cue(begun, times, body)


def _cue(number: int, times: re.Match[str] | None, body: list[str]) -> Iterator["_Cue | Dropped"]:
    if times is None or not body:
        return
    raw = " ".join(body)
    voice = _VOICE.search(raw)
    text = html.unescape(_TAG.sub("", _TAG.sub("", _spaced(body)))).strip()
    if not text or _SOUND.fullmatch(text):
        yield Dropped(number, SOUND, text)
        return
    name = voice[1].strip() if voice else ""
    yield _Cue(number, _seconds(times, 1), _seconds(times, 5), name, text)


def _spaced(body: list[str]) -> str:
    text = ""
    for line in body:
        text = f"{text}{_gap(text, line)}{line.strip()}"
    return text


def _gap(before: str, after: str) -> str:
    """Nothing between Chinese signs, a blank between words."""
    beside = before[-1:] + after.strip()[:1]
    return "" if not before or _HAN.search(beside) else " "


def _joined(before: str, after: str) -> str:
    """Two cues as one line; subtitles in Chinese leave out the commas between them."""
    if _HAN.fullmatch(before[-1:]) and _HAN.fullmatch(after[:1]):
        return f"{before}，{after}"
    return f"{before}{_gap(before, after)}{after}"


def _goes_on(before: _Cue, cue: _Cue) -> bool:
    same = not cue.name or cue.name == before.name
    near = 0 <= cue.start - before.end < PAUSE
    return same and near and not _ended(before) and len(before.text) < LONGEST


def _ended(cue: _Cue) -> bool:
    return cue.text.endswith(_END) or (cue.text.endswith(".") and not cue.text.endswith(".."))


def _message(cue: _Cue) -> TableMessage:
    return TableMessage(cue.number, cue.name or NAMELESS, cue.text)


def _seconds(times: re.Match[str], at: int) -> float:
    hours, minutes, seconds, part = (times[number] or "0" for number in range(at, at + 4))
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds) + int(part.ljust(3, "0")) / 1000
