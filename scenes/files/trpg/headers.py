"""How the first line of a message looks in each format that is made of lines: a table of grammars.

A pattern names its groups: `name`, and where there are any, `id`, `text` and `channel`.
"""

import re
from dataclasses import dataclass, field

from scenes.files.trpg.clocks import CLOCK, DATE, DATED, EXACT, JOINT, WHEN
from scenes.files.trpg.items import Part

_TIME, _DAY = r"[0-9]{1,2}:[0-9]{2}:[0-9]{2}", r"[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}"
_ID = r"[(（<](?P<id>[^()（）<>]{1,80})[)）>]"
_TITLE = r"(?:【[^】]{0,40}】)?"
_COLON = r"[:：]"

LONGEST = 240
"""Characters of a line that is tried as a header where the text does not stand in it too."""
FIRST, LAST = "[<【0123456789", "0123456789 \tMm.午Z"
"""Headers of most formats begin with one of the first signs or end with one of the last."""


@dataclass(frozen=True)
class LineForm:
    """A line of another kind, and what the format says of it; tried before the header itself."""

    pattern: re.Pattern[str]
    part: Part


@dataclass(frozen=True)
class LineHeader:
    """How a message begins."""

    pattern: re.Pattern[str]
    inline: bool = False
    """Whether the text stands on the line of the name."""
    forms: tuple[LineForm, ...] = ()
    frame: re.Pattern[str] | None = None
    """Lines between messages that the program writes itself."""
    tail: re.Pattern[str] | None = None
    """The line from which on nothing of a message is text."""
    often: re.Pattern[str] | None = None
    """A part of `pattern` that most headers are in, and that is faster."""
    anywhere: bool = False
    """Whether headers may begin and end with other signs than `FIRST` and `LAST`."""
    groups: tuple[int, int, int, int] = field(init=False)
    """Places of name, id, text and channel; 0 is none."""

    def __post_init__(self) -> None:
        at = self.pattern.groupindex
        places = tuple(at.get(one, 0) for one in ("name", "id", "text", "channel"))
        object.__setattr__(self, "groups", places)

    @property
    def usual(self) -> re.Pattern[str]:
        """The pattern to try first."""
        return self.often or self.pattern


def _inline(pattern: str) -> LineHeader:
    return LineHeader(re.compile(pattern), inline=True)


NAMED = LineHeader(
    re.compile(rf"(?P<name>\S.{{0,119}}?)\s?{_ID}\s{{1,8}}(?:{DATED}|{EXACT})(?: #\d+)?\s*"),
    often=re.compile(
        rf"(?P<name>[^(（<]{{1,80}})\((?P<id>[^()（）<>]{{1,80}})\) (?:{_DAY} )?{_TIME}"
    ),
)
"""`林默(100002) 2026-03-21 19:05:40`: SealDice, its editor, Dice!, OlivaDice."""
CHANNEL = LineHeader(
    re.compile(
        rf"{_TITLE}(?P<name>(?!\d{{1,4}}[-/年:])[^：:，。！？“”\n]{{1,80}}?)(?:\s[—–])?{_COLON}?\s{{1,4}}"
        rf"(?:{DATED}|{EXACT})\s*"
    ),
    frame=re.compile(rf"[—\-]{{2,}}\s*{DATE}\s*[—\-]{{2,}}|{DATED}|The chat history of .*|Dear:"),
)
"""`林默 2023-06-20 15:50:30`, `林默 昨天 20:01`: channels, and what is copied from a chat."""
MINUTES = LineHeader(
    re.compile(rf"(?P<name>(?!\d{{1,4}}[-/年:])[^：:，。！？“”\n]{{1,40}}?)\s{{1,4}}{CLOCK}\s*"),
    frame=CHANNEL.frame,
    anywhere=True,
)
"""The same with minutes alone, as WeChat mails a chat: `林默  20:01`."""
DATED_NAME = LineHeader(
    re.compile(
        rf"{DATE}{JOINT}{CLOCK}\s{{1,4}}(?P<name>[^：:，。！？“”<>\[\]()（）\s]{{1,30}})\s*"
    ),
)
"""`2026-03-21 19:05:40 林默`, as tools write a WeChat chat."""
QQ = LineHeader(
    re.compile(rf"{_DAY} {CLOCK}\s+{_TITLE}(?P<name>(?![AaPp][Mm]\b)[^\t\n]{{0,80}}?){_ID}\s*"),
    frame=re.compile(r"={20,}|消息(?:分组|对象|記錄|分組|對象)[:：].*|消息(?:记录|記錄).*"),
)
SINANYA = _inline(
    rf"<{_DAY} {_TIME}(?:\.\d+)?>\s+\[?(?P<name>[^\]\n:：]{{1,80}})\]?{_COLON}\s*(?P<text>.*)"
)
_ANGLED = r"<(?P<name>[^<>\n]{1,80}?)(?:\((?P<id>[^()<>]{1,80})\))?>"
RENDERED = _inline(rf"(?:(?:{_DAY}\s+)?{_TIME}\s?)?{_ANGLED}{_COLON}?(?P<text>.*)")
TIMED = _inline(rf"(?:{_DAY}\s+)?{_TIME}\s?{_ANGLED}{_COLON}(?P<text>.*)")
"""A rendered line that can be nothing else."""
PAINTED = LineHeader(
    re.compile(rf"[<\[](?P<name>[^<>\[\]\n]{{1,80}})[>\]]{_COLON}?(?P<text>.*)"),
    inline=True,
    forms=(LineForm(re.compile(r"\*\s(?P<name>[^\s*]{1,40})\s(?P<text>.*)"), "action"),),
)
BLACK = _inline(rf"【(?P<name>[^【】，。！？…“”\n]{{1,20}})】{_COLON}?\s*(?P<text>[^\s【].*)")
"""`【林默】…`."""
FVTT = LineHeader(
    re.compile(
        r"\[\d+/\d+/\d+, \d+:\d+:\d+\s?[AP]M\] (?P<name>(?:(?!: ).){1,200}?)"
        r"(?:\s+/\s+(?P<text>.*))?\s*"
    ),
    inline=True,
    frame=re.compile(r"-{10,}"),
)
"""The name stands alone, or before ` / ` and the text."""

# --- IRC ---

_STAMP = rf"(?:\[\s?{WHEN}\s?\]|\({WHEN}\)|{WHEN})"
_NICK = r"[@+%&~!]?(?P<name>[^<>\s*@+%&~!-][^<>\n\t]{0,60}?)"
_WENT = (
    r"has (?:joined|left|quit|changed)|(?:is|are) now known as|sets? mode|changes? (?:the )?topic"
    r"|was kicked|Joins:|Parts:|Quits:"
)
_TOLD = r"Now talking|Topic is|Set by|Disconnected|Rejoined|Attempting|You (?:are|were|have) "

IRC = LineHeader(
    re.compile(rf"{_STAMP}\s*<\s?{_NICK}\s?>\s(?P<text>.*)"),
    inline=True,
    forms=(
        LineForm(
            re.compile(
                rf"{_STAMP}(?:\s*(?:-!-|\*{{3}}|-->|<--|--|===|->|⇐|→|←)(?:\s.*)?"
                rf"|\s*\*\s+(?:(?:{_TOLD}).*|\S{{1,60}}\s.{{0,80}}?(?:{_WENT}).*)"
                r"|\s*-[^\s\d-]\S{0,60}-\s.*|\t(?:-->|<--|--|=!=)\t.*)"
            ),
            "system",
        ),
        LineForm(re.compile(rf"{_STAMP}\s*\*\s+(?P<name>[^\s*]{{1,60}})\s(?P<text>.*)"), "action"),
    ),
    frame=re.compile(
        r"Session (?:Start|Close|Ident|Time)\b.*|--- (?:Log (?:opened|closed)|Day changed)\b.*"
        r"|\*{4} (?:BEGIN|ENDING) LOGGING\b.*"
    ),
    anywhere=True,
)
"""mIRC, irssi, ZNC, HexChat: `[20:01] <林默> …`, `20:01  * 林默 推门`, `20:01 -!- … has joined`."""
TABBED = LineHeader(
    re.compile(rf"{WHEN}\t[@+%&~]?(?P<name>[^\t]{{1,60}})\t(?P<text>.*)"),
    inline=True,
    forms=(
        LineForm(re.compile(rf"{WHEN}\t\s?(?:-->|<--|--|=!=)\s?\t.*"), "system"),
        LineForm(re.compile(rf"{WHEN}\t\s?\*\s?\t(?P<name>[^\s]{{1,60}})\s(?P<text>.*)"), "action"),
        LineForm(re.compile(rf"{WHEN}\t(?P<text>[^\t]*)"), "system"),
    ),
    frame=re.compile(rf"{DATE}(?:[(（].{{1,8}}[)）])?|\[LINE\].*|(?:保存日時|儲存日期|Saved on).*"),
    anywhere=True,
)
"""Columns with tabs between: WeeChat, LINE."""

# --- others of one line ---

_LABEL = r"(?P<name>[^：:\[\]【】<>\n]{1,40}?)"
STAMPED = LineHeader(
    re.compile(
        rf"[\[【(（]?{WHEN}[\]】)）]?[\s　]*(?:-\s)?[\s　]*"
        rf"(?:[\[【](?P<channel>[^\[\]【】\n]{{1,20}})[\]】]\s*)?{_LABEL}\s?{_COLON}\s*(?P<text>.*)"
    ),
    inline=True,
    anywhere=True,
)
"""`20:01　[主频道] 林默：…`, `[2026-03-21 20:01] 林默: …`, `21/03/2026, 20:01 - 林默: …`."""
CHANNELLED = LineHeader(
    re.compile(
        rf"\s*[\[【](?P<channel>[^\[\]【】\n]{{1,20}})[\]】]\s*{_LABEL}\s*{_COLON}\s*(?P<text>.*)"
    ),
    inline=True,
    anywhere=True,
)
"""`[main] 林默 : …`: CCFOLIA, copied from its window."""

# --- Discord ---

DISCORD = LineHeader(
    re.compile(
        r"\[(?![0-9/]+, )(?:[^\[\]\n]{0,30}[0-9]{1,2}[:.][0-9]{2}(?:[:.][0-9]{2})?"
        r"(?:\s?[^\[\]\n0-9]{1,8})?)\] (?P<name>[^\[\]<>：:]{1,80}?)(?:#[0-9]{4})?"
        r"(?: \(pinned\))?\s*"
    ),
    frame=re.compile(
        r"={20,}|(?:Guild|Channel|Topic|After|Before): .*|Exported [0-9,.  ]+ message\(s\)"
        r"|\{Embed\}|https?://\S+"
    ),
    tail=re.compile(r"\{(?:Attachments|Reactions|Stickers)\}"),
    anywhere=True,
)
"""DiscordChatExporter's text: `[01-May-24 08:00 PM] KP`."""
HKTRPG = LineHeader(
    re.compile(rf"(?P<name>[^\t]{{1,80}})\t(?:{_DAY} {_TIME})?\s*"),
    anywhere=True,
)
"""`.discord txt` of HKTRPG: `林默<tab>2026-03-21 19:05:40`; bots begin with `(🤖)`."""

STRICT = {"qq": QQ, "sinanya": SINANYA, "rendered": TIMED, "fvtt": FVTT, "sealdice": NAMED}
"""What can be told inside a file of another format."""
