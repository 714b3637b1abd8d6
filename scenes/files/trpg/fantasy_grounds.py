"""Fantasy Grounds' `chatlog.html` to messages: a line in a font of a colour each."""

import html
import re
from collections.abc import Iterator

from scenes.files.head import FileHead
from scenes.files.source import TextFile
from scenes.files.trpg.items import Dropped, Item, TableMessage
from scenes.files.trpg.names import is_name
from scenes.files.trpg.page_formats import Names
from scenes.files.trpg.text_formats import FRAME

_FONT = re.compile(
    r"\s*<font color=\"(?P<colour>#?[0-9A-Za-z]{3,10})\">(?P<said>.*?)</font>"
    r"\s*(?P<dice>\[[^\[\]]{1,200}\])?"
    r"\s*(?:<br ?/?>)?\s*"
)
_SESSION = re.compile(r".*<b>Session started at (.*?)</b>.*")
_SPEAKER = re.compile(
    r"(?P<name>[^\[\]:：<>]{1,60}?)\s?(?:\((?P<mode>[^()]{1,30})\))?[:：]\s+(?P<text>.*)"
)
_ABOUT = re.compile(r"\b(?:for Fantasy Grounds|Copyright \d{4}|extension v?[0-9])")
"""What rulesets and extensions say of themselves."""
_SYSTEM = "#660066"
"""The colour of what the program says."""


def detect(head: FileHead) -> float:
    """Lines in a font of a colour each, or the heads of its sessions."""
    fonts = len(re.findall(r"^\s*<font color=\"#?\w{3,10}\">", head.text, re.MULTILINE))
    if "<b>Session started at " in head.text:
        return 0.96 if fonts else 0.4
    return 0.8 if fonts > 2 else 0


def read(file: TextFile) -> Iterator[Item]:
    """The messages of `chatlog.html`."""
    names = Names()
    for number, line in enumerate(file.lines(), 1):
        if not line.strip() or len(line) > 1 << 20:
            continue
        if found := _FONT.fullmatch(line):
            yield _of_font(number, found, names)
        elif session := _SESSION.fullmatch(line):
            yield TableMessage(number, "", html.unescape(session[1]), part="chapter")
        elif not re.fullmatch(r"\s*(?:<br ?/?>|<[^<>]*>)*\s*", line):
            yield Dropped(number, FRAME, line)


def _of_font(number: int, found: re.Match[str], names: Names) -> Item:
    said = " ".join(html.unescape(re.sub(r"<[^<>]{0,200}>", "", found["said"])).split())
    speaker = _SPEAKER.fullmatch(said)
    is_system = found["colour"].lower() == _SYSTEM
    if speaker and is_name(speaker["name"]):
        name = names.met(speaker["name"].strip())
        if found["dice"]:
            text = f"{speaker['text']} {found['dice']}"
            return TableMessage(number, name, text, part="dice")
        if speaker["mode"] and speaker["mode"].lower() in ("ooc", "whisper"):
            return TableMessage(number, name, speaker["text"], part="aside")
        return TableMessage(number, name, speaker["text"])
    if is_system or said.startswith("[") or not said or _ABOUT.search(said):
        return TableMessage(number, "", said, part="system")
    return (
        names.doing(number, said)
        if _begins(said, names)
        else TableMessage(number, "", said, part="narration")
    )


def _begins(text: str, names: Names) -> bool:
    return any(text.startswith(one) for one in names.known)
