"""Scripts of 回声工坊 (TRPG Replay Generator) to messages: `[KP.差分]<效果>:台词{音效}`."""

import re
from collections.abc import Iterator

from scenes.imports import Dropped, Item, Message
from scenes.imports.source import Source

LINE = re.compile(r"\[([^\[\]\n]{1,200})\](?:<[^<>\n]*>)?[:：](.*)")
"""Who is on the screen, an effect, what is said."""
SETTING = re.compile(r"<[A-Za-z_][^<>\n]{0,80}>[:：].*")
"""`<background>:`, `<BGM>:`, `<set:…>:` and the like."""
_ROLL = re.compile(r"<(?:dice|hitpoint)[^<>]*>[:：](.*)", re.IGNORECASE)
_SOUND = re.compile(r"\{[^{}\n]*\}\s*")
_EFFECT = re.compile(r"<[A-Za-z_0-9]+(?:=[^<>\n]*)?>")
_ALPHA = re.compile(r"\(\d+\)$")
_RICH = re.compile(r"\[/?[a-z_]+(?::[^\[\]]*)?\]")


def read(source: Source) -> Iterator[Item]:
    """The lines of dialogue; the first of several on the screen is who speaks."""
    for number, line in enumerate(source.lines(), 1):
        line = line.strip()
        if not line:
            continue
        if found := LINE.fullmatch(line):
            name = _ALPHA.sub("", found[1].split(",")[0].split("，")[0].strip()).partition(".")[0]
            yield Message(number, name.strip(), _said(found[2]))
        elif line.startswith("#"):
            yield Dropped(number, "comments of the script", line)
        elif roll := _ROLL.fullmatch(line):
            yield Dropped(number, "rolls and bars of the script", roll[1])
        elif SETTING.fullmatch(line):
            yield Dropped(number, "settings of the stage", line)
        else:
            yield Dropped(number, "lines that are none of the script", line)


def _said(text: str) -> str:
    """What is said, without sounds, effects and rich text; `#` breaks a line."""
    text = _SOUND.sub("", text).strip()
    return _RICH.sub("", text[: _end(text)]).replace("#", "\n").replace("^", "")


def _end(text: str) -> int:
    """Where the effects and stars begin at the end of `text`."""
    end = len(text)
    while end:
        last = text[end - 1]
        if last == ">":
            start = text.rfind("<", 0, end)
            if start < 0 or not _EFFECT.fullmatch(text, start, end):
                return end
            end = start
        elif last == "*" or last.isspace():
            end -= 1
        else:
            return end
    return end
