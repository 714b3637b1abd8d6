"""How the first line of a message looks in each format that is made of lines."""

import re
from dataclasses import dataclass

_TIME = r"[0-9]{1,2}:[0-9]{2}:[0-9]{2}"
_DATE = r"[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}"
_ID = r"[(（<]([^()（）<>]{1,80})[)）>]"
_NAME, _BRACKETED = r"[^(（<]", r"[(（<][^()（）<>]{0,40}[)）>]"
_TITLE = r"(?:【[^】]{0,40}】)?"

LONGEST = 240
"""Characters of a line that is tried as a header where the text does not stand in it too."""
FIRST, LAST = "[<【0123456789", "0123456789 \t"
"""Every header begins with one of the first signs or ends with one of the last."""


@dataclass(frozen=True)
class LineHeader:
    """A pattern whose groups are the name, the id, and, where `inline`, the text."""

    pattern: re.Pattern[str]
    inline: bool = False
    frame: re.Pattern[str] | None = None
    """Lines between messages that the program writes itself."""
    often: re.Pattern[str] | None = None
    """A part of `pattern` with the same groups that most headers are in, and that is faster."""

    @property
    def usual(self) -> re.Pattern[str]:
        """The pattern to try first."""
        return self.often or self.pattern


def _inline(pattern: str) -> LineHeader:
    return LineHeader(re.compile(pattern), inline=True)


_NAMED = (
    rf"({_NAME}{{0,80}}(?:{_BRACKETED}{_NAME}{{0,80}}){{0,3}}?){_ID}"
    rf"\s+(?:{_DATE}\s+)?{_TIME}(?: #\d+)?\s*"
)

NAMED = LineHeader(
    re.compile(_NAMED),
    often=re.compile(rf"([^(（<]{{1,80}})\(([^()（）<>]{{1,80}})\) (?:{_DATE} )?{_TIME}"),
)
"""`林默(100002) 2026-03-21 19:05:40`: SealDice, its editor, Dice!, OlivaDice."""
CHANNEL = LineHeader(
    re.compile(rf"{_TITLE}([^：:，。！？“”]{{1,80}}?)()\s+(?:{_DATE}\s+)?{_TIME}\s*")
)
"""`林默 2023-06-20 15:50:30`: QQ channels, and what is copied from a chat."""
QQ = LineHeader(
    re.compile(rf"{_DATE} {_TIME}\s+{_TITLE}(.{{0,80}}?){_ID}\s*"),
    frame=re.compile(r"={20,}|消息(?:分组|对象)[:：].*|消息记录.*"),
)
SINANYA = _inline(rf"<{_DATE} {_TIME}(?:\.\d+)?>\s+\[?([^\]\n:：]{{1,80}})\]?()[:：]\s*(.*)")
RENDERED = _inline(
    rf"(?:(?:{_DATE}\s+)?{_TIME}\s?)?<([^<>\n]{{1,80}}?)(?:\(([^()<>]{{1,80}})\))?>[:：]?(.*)"
)
TIMED = _inline(
    rf"(?:{_DATE}\s+)?{_TIME}\s?<([^<>\n]{{1,80}}?)(?:\(([^()<>]{{1,80}})\))?>[:：](.*)"
)
"""A rendered line that can be nothing else."""
PAINTED = _inline(r"[<\[]([^<>\[\]\n]{1,80})[>\]]()[:：]?(.*)")
FVTT = LineHeader(
    re.compile(r"\[\d+/\d+/\d+, \d+:\d+:\d+\s?[AP]M\] (.{1,200}?)()(?:\s+/\s+(.*))?\s*"),
    inline=True,
    frame=re.compile(r"-{10,}"),
)
"""The name stands alone, or before ` / ` and the text."""

STRICT = {"qq": QQ, "sinanya": SINANYA, "rendered": TIMED, "fvtt": FVTT, "sealdice": NAMED}
"""What can be told inside a file of another format."""
