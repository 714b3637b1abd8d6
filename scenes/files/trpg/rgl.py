"""Scripts of 回声工坊 (TRPG Replay Generator) to messages: `[KP.差分]<效果>:台词{音效}`."""

import re
from collections.abc import Iterator

from base.messages import N_
from scenes.files.head import FileHead
from scenes.files.source import TextFile
from scenes.files.trpg.items import Dropped, Item, TableMessage

LINE = re.compile(r"\[([^\[\]\n]{1,200})\](?:<[^<>\n]*>)?[:：](.*)")
"""Who is on the screen, an effect, what is said."""
SETTING = re.compile(r"<[A-Za-z_][^<>\n]{0,80}>[:：].*")
"""`<background>:`, `<BGM>:`, `<set:…>:` and the like."""
_BUILT_IN = re.compile(r"<(dice|hitpoint)[^<>]*>[:：](.*)", re.IGNORECASE)
_VALUES = re.compile(
    r"\(([^(),，]{1,80})[,，]\s*([0-9]{1,9})\s*[,，]\s*([0-9]{1,9}|[^(),，]{0,9})\s*[,，]\s*([0-9]{1,9})\)"
)
"""What is tried or who is hurt; the most; what is needed or was; what is thrown or left."""
DICE = "骰子"
COMMENTS = N_("script comments")
SETTINGS = N_("stage settings")
ROLLS = N_("dice and health bars of the script")
OTHERS = N_("lines outside the script")
_SOUND = re.compile(r"\{[^{}\n]*\}\s*")
_EFFECT = re.compile(r"<[A-Za-z_0-9]+(?:=[^<>\n]*)?>")
_ALPHA = re.compile(r"\(\d+\)$")
_RICH = re.compile(r"\[/?[a-z_]+(?::[^\[\]]*)?\]")


def detect(head: FileHead) -> float:
    """Up to 0.69, where most lines are of a script and one speaks."""
    if not any(map(LINE.fullmatch, head.lines)):
        return 0
    share = sum(map(_is_script, head.lines)) / len(head.lines)
    return 0.65 + 0.04 * share if share > 0.5 else 0


def _is_script(line: str) -> bool:
    return bool(LINE.fullmatch(line) or SETTING.fullmatch(line)) or line.startswith("#")


def read(file: TextFile) -> Iterator[Item]:
    """The lines of dialogue; the first of several on the screen is who speaks."""
    for number, line in enumerate(file.lines(), 1):
        line = line.strip()
        if not line:
            continue
        if match := LINE.fullmatch(line):
            name = _ALPHA.sub("", match[1].split(",")[0].split("，")[0].strip()).partition(".")[0]
            yield TableMessage(number, name.strip(), _said(match[2]))
        elif line.startswith("#"):
            yield Dropped(number, COMMENTS, line)
        elif match := _BUILT_IN.fullmatch(line):
            yield _rolled(number, match[1].lower(), match[2])
        elif SETTING.fullmatch(line):
            yield Dropped(number, SETTINGS, line)
        else:
            yield Dropped(number, OTHERS, line)


def _rolled(number: int, kind: str, values: str) -> Item:
    """`<dice>:(侦查,100,50,36),…` or `<hitpoint>:(林默,10,7,4)` as dice bots say it."""
    values_read = _VALUES.findall(values)
    if not values_read:
        return Dropped(number, ROLLS, values)
    if kind == "hitpoint":
        told = (f"{what.strip()}：{before} ➯ {after}" for what, _, before, after in values_read)
    else:
        told = (
            f"{what.strip()}：D{sides}={thrown}{f'/{needed}' if needed.isdecimal() else ''}"
            for what, sides, needed, thrown in values_read
        )
    return TableMessage(number, DICE, "；".join(told), part="dice")


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
