"""What is drawn as one line of the log in its canonical form, or as none. Pure."""

import re
from collections.abc import Sequence

from base.text import UNPRINTABLE
from scenes.log import Entry, parse
from scenes.log_marks import split_whisper
from scenes.prompt import cue_of
from scenes.scene import Role

MARKS = ("\\me", "\\emoji", "【", "】")
"""What has no place among the words of a line."""
_HALF = str.maketrans(",!?:;()", "，！？：；（）")
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
_MARKS = re.compile(r"(?:[,!?:;()，。！？：；（）、…—“”‘’《》]|\.{3,})+")
_DOTS = re.compile(r"\.{3,}")
_HALF_PAIR = re.compile(r"（([^（）()]*)\)|\(([^（）()]*)）")
_HALF_A_LABEL = re.compile(r"\s*\\(?:e?|em|emo|emoj|emoji\s*([^\s\\]*))$")
_INVISIBLE = re.compile(rf"{UNPRINTABLE.pattern}|[\t\n\r]")


def read_line(speaker: Role, text: str) -> Entry | None:
    """The entry that `text` after the cue of `speaker` is, in canonical form, if it is one."""
    text = full_width(text.strip())
    closing_bracket = "】" if speaker.narrator else ""
    entries = parse(f"{cue_of(speaker)}{text.removesuffix('】')}{closing_bracket}")
    if len(entries) != 1 or "\ufffd" in text:
        return None
    entry = entries[0]
    kinds = {"narration"} if speaker.narrator else {"speech", "action", "thought"}
    if entry.kind not in kinds or any(mark in _words_of(entry, text) for mark in MARKS):
        return None
    return None if _INVISIBLE.search(entry.text + entry.thought + entry.emotion) else entry


def _words_of(entry: Entry, text: str) -> str:
    """What was written of an entry without the marks that make it one; an escaped mark is none."""
    words = split_whisper(text.removesuffix("】"))[1]
    if entry.kind == "action":
        words = words.removeprefix("\\me")
    return words.rpartition("\\emoji")[0] if entry.emotion else words


def mended(text: str, labels: Sequence[str]) -> str:
    """A text that ran out of tokens, without half a label at its end, its parenthesis closed."""
    text = _HALF_A_LABEL.sub(lambda found: found[0] if found[1] in labels else "", text)
    opened = sum((c in "（(") - (c in "）)") for c in text)
    return text + "）" * (opened == 1)


def full_width(text: str) -> str:
    """Half-width punctuation beside Chinese as full-width, as some tokenizers cannot write it."""
    return _HALF_PAIR.sub(lambda pair: f"（{pair[1] or pair[2] or ''}）", _MARKS.sub(_wide, text))


def _wide(marks: re.Match[str]) -> str:
    """A run of marks, full-width where Chinese stands before or after it."""
    beside = marks.string[max(0, marks.start() - 1) : marks.end() + 1]
    return _DOTS.sub("……", marks[0]).translate(_HALF) if _HAN.search(beside) else marks[0]
