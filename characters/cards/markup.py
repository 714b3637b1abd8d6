"""What front ends write into texts for themselves, taken out before a text is split. Pure.

A story has no thinking, variables, status, tables, code, comments, styles and pictures; what only
dresses words (`<div>`, `<content>`, `<b>`) is unwrapped. Prose is no HTML: a sign that begins no
tag stays (`我<3你`, `a < b`, `《书》`, `<林默>`), which a parser of HTML would swallow up to the
next `>`; so tags are told by their names.
"""

import json
import re
from collections import Counter
from html import unescape
from typing import NamedTuple

from base.messages import N_
from characters.cards.gauges import may_have_gauges, without_gauges

COMMENTS = N_("comments")
CODE = N_("blocks of code")
THINKING = N_("thinking")
VARIABLES = N_("blocks of variables")
STATUS = N_("status and menus")
PLACEHOLDERS = N_("placeholders")
TABLES = N_("tables")
PICTURES = N_("pictures and pages")
FOLDED = N_("folded or hidden parts")
TAGS = N_("tags around words")
"""Why a piece was left out, or what was unwrapped: ids of the report."""

_INLINE = frozenset(
    (
        *("a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em"),
        *("font", "i", "ins", "kbd", "label", "mark", "q", "rb", "ruby", "s"),
        *("samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var"),
        "wbr",
    )
)
_BLOCK = frozenset(
    (
        *("address", "article", "aside", "blockquote", "body", "br", "center", "dd", "div", "dl"),
        *("dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5"),
        *("h6", "header", "hr", "html", "legend", "li", "main", "nav", "ol", "p", "pre", "section"),
        *("tbody", "td", "tfoot", "th", "thead", "tr", "ul"),
    )
)
_DROPPED = {
    **dict.fromkeys(("style", "script", "head", "title", "noscript", "template"), CODE),
    **dict.fromkeys(("link", "meta", "base"), CODE),
    **dict.fromkeys(("img", "svg", "canvas", "iframe", "audio", "video", "source"), PICTURES),
    **dict.fromkeys(("object", "embed", "picture"), PICTURES),
    **dict.fromkeys(("button", "select", "input", "textarea", "option", "progress"), STATUS),
    **dict.fromkeys(("details", "summary", "dialog", "rp", "rt", "rtc"), FOLDED),
    "table": TABLES,
}
_WRAPPERS = frozenset(("content", "text", "正文", "user", "char", "bot", "start", "!"))
"""Tags whose name says nothing of what stands in them."""
_MACROS = frozenset(("user", "char", "bot", "start"))
"""Tags that are macros, or begin a dialogue."""
_BY_WORD: tuple[tuple[str, re.Pattern[str]], ...] = (
    (PLACEHOLDERS, re.compile(r"placeholder|impl$")),
    (
        THINKING,
        re.compile(r"think|thought|reason|^cot$|cot_|_cot$|analysis|planning|思考|思[维維]|推理"),
    ),
    (
        VARIABLES,
        re.compile(
            r"variable|patch|initvar|tableedit|^vars?$|^update|update$|[变變][量數]|表格[编編][辑輯]"
        ),
    ),
    (STATUS, re.compile(r"status|^state$|state_?bar|hud$|[状狀][态態]|面板|[数數][据據][栏欄]")),
    (STATUS, re.compile(r"^options?$|^choices?$|^branch(?:es)?$|[选選][项項]|行[动動]建[议議]")),
    (FOLDED, re.compile(r"^summary$|_summary$|^recap$|disclaimer|摘要|[总總][结結]|吐槽|免[责責]")),
    (PICTURES, re.compile(r"^image|^pic$|^pics$|imgthink|生图|插图")),
)
"""Tags of no standard that hold what is no story, by a word in their name."""
_IN_SETTINGS = frozenset((THINKING, VARIABLES, PLACEHOLDERS, PICTURES, CODE))
"""What is left out of descriptions and books too: who somebody is may stand in a table."""

_TAG = re.compile(
    r"<(/?)([A-Za-z\u3400-\u9fff][\w.:-]{0,60})((?:\s(?:[^<>\"']|\"[^\"<]{0,4000}\"|"
    r"'[^'<]{0,4000}')*+)?)(/?)>|<!--|<[!?][^<>]{0,500}>|<%"
)
_BRACKETED = re.compile(
    r"([【\[])([A-Za-z\u3400-\u9fff]\w{0,20})[】\]]((?:(?!\1\2).){0,20000}?)\1/\2[】\]]", re.DOTALL
)
"""`【思维链】…【/思维链】`: a tag in other brackets."""
_TOKEN = re.compile(r"<[|｜][^<>|｜\n]{1,40}[|｜]>")
"""What a model's template writes between turns: `<|im_end|>`."""
_FENCE = re.compile(r" {0,3}(?:> ?)?(`{3,}|~{3,})\s*([\w+-]*)[^`]*$")
_ONE_LINE_FENCE = re.compile(r"```[^`\n]{1,2000}```")
_WEB = frozenset(("html", "css", "js", "javascript", "jsx", "ts", "vue", "svg", "xml"))
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|(?:^|\s)hidden(?:\s|=|$)", re.I)
_PICTURE = re.compile(r"!\[[^\]\n]{0,300}\]\([^()\s]{0,4000}(?:\s[^()\n]{0,300})?\)")
_LINK = re.compile(r"\[([^\[\]\n]{1,300})\]\(https?://[^()\s]{1,4000}\)")
_STORY = re.compile(
    r"<(?:content|正文|story|text|output|回复)>|\n\s*\n(?=[ \t]*[“「『\"*【])", re.IGNORECASE
)
_ENTITY = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,30}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});")
_SETTER = re.compile(
    r"^\s*_\.(?:set|add|assign|insert|remove|delete|push|unset)\(.*\)\s*;?\s*(?://.*)?$"
)
_ROW = re.compile(r"^\s*\|.*\|\s*$")
_RULE = re.compile(r"^[\s|:+-]*-{2,}[\s|:+-]*$")
_RULES = re.compile(r"^[ \t]*(?:-{3,}|\*{3,}|={3,})[ \t]*$", re.MULTILINE)
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s+(?=\S)")
_QUOTED = re.compile(r"^\s{0,3}(?:>\s)+(?=\S)")
_BLANKS = re.compile(r"\n[ \t\n]*\n")
_SUSPECT = re.compile(r"[<`|&]|[【\[]/")
_SUSPECT_LINE = r"[ \t]*(?:_\.|[\[{]\s*[\[{\"]|#|>|---|===|\*\*\*)"
_SUSPECT_FIRST = re.compile(_SUSPECT_LINE)
_SUSPECT_NEXT = re.compile(rf"\n{_SUSPECT_LINE}")
"""What is looked for in each message; each begins with signs that are soon found."""
MOST_JSON = 64
"""Places of a text at which a JSON value is looked for."""


class _Tag(NamedTuple):
    """A tag of a text; `mate` is where the tag that closes it ends, or -1."""

    start: int
    end: int
    closes: bool
    name: str
    attributes: str
    alone: bool
    mate: int


def story_of(text: str, left_out: Counter[str] | None = None) -> str:
    """What of a message is story: what is said and done. Counts what is left out."""
    return _plain(text, Counter() if left_out is None else left_out, True)


def setting_of(text: str, left_out: Counter[str] | None = None) -> str:
    """What a description or an entry of a book says: code that is no web page, tables and folded
    parts stay, since who somebody is may stand there."""
    return _plain(text, Counter() if left_out is None else left_out, False)


def _plain(text: str, left_out: Counter[str], story: bool) -> str:
    if not _is_suspect(text):
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "```" in text or "~~~" in text:
        text = _without_fences(text, left_out, story)
    if "【/" in text or "[/" in text:
        text = _BRACKETED.sub(r"<\2>\3</\2>", text)
    if "<" in text:
        text, tokens = _TOKEN.subn("", text)
        left_out[PLACEHOLDERS] += tokens
        text = _without_tags(text, left_out, story)
    text, pictures = _PICTURE.subn("", text)
    left_out[PICTURES] += pictures
    text = _LINK.sub(r"\1", text)
    if story:
        text = _without_json(text, left_out)
        text = _without_rows(text, left_out)
        text, status = without_gauges(text)
        if status:
            left_out[STATUS] += status
    else:
        text = _RULES.sub("", text)
    text = _ENTITY.sub(lambda found: unescape(found[0]).replace("\xa0", " "), text)
    return _BLANKS.sub("\n\n", text).strip("\n")


def _is_suspect(text: str) -> bool:
    """Whether anything of what front ends write may stand in a text."""
    return bool(
        _SUSPECT.search(text)
        or "](" in text
        or "~~~" in text
        or _SUSPECT_FIRST.match(text)
        or _SUSPECT_NEXT.search(text)
        or may_have_gauges(text)
    )


def _without_fences(text: str, left_out: Counter[str], story: bool) -> str:
    """Code between fences goes; of a setting only that of web pages, else the fences alone."""
    kept: list[str] = []
    fence, held, web = "", list[str](), False
    for line in text.split("\n"):
        mark = _FENCE.match(line)
        if not fence and mark and not mark[1].startswith("~~~~"):
            fence, held, web = mark[1], [], mark[2].lower() in _WEB
        elif fence and mark and mark[1].startswith(fence) and not mark[2]:
            left_out[CODE] += story or web
            kept += [] if story or web else held
            fence = ""
        elif fence:
            held.append(line)
        else:
            kept.append(line)
    if fence and (not story or not any(map(str.strip, kept))) and not web:
        kept += held  # nobody closed it, and all that there is stands behind it
    elif fence:
        left_out[CODE] += 1
    plain = "\n".join(kept)
    if story:
        plain, inline = _ONE_LINE_FENCE.subn("", plain)
        left_out[CODE] += inline
    return plain


def _without_tags(text: str, left_out: Counter[str], story: bool) -> str:
    text = _without_marks(text, left_out)
    tags = _tags(text)
    parts: list[str] = []
    at, begun = 0, False
    for tag in tags:
        if tag.start < at:
            continue
        reason = _reason(tag, story)
        if reason is None and _stays(tag):
            continue
        parts.append(text[at : tag.start])
        begun = begun or bool(parts[-1].strip())
        at = tag.end
        if reason is None:
            left_out[TAGS] += not tag.closes
            parts.append(_in_place_of(tag, text, story))
        elif tag.closes:
            if reason == THINKING and text[at:].strip():
                parts.clear()  # it began before the text does
                begun = False
                left_out[reason] += 1
        elif tag.mate >= 0:
            at = tag.mate
            left_out[reason] += 1
            parts.append("\n" if reason != PICTURES else "")
        else:
            left_out[reason] += 1
            if begun and _runs_on(tag, reason):
                return "".join(parts)
            if reason == THINKING and not tag.alone:
                at = _behind_thoughts(text, at)
    return "".join([*parts, text[at:]])


def _in_place_of(tag: _Tag, text: str, story: bool) -> str:
    """What stands where a tag was; in a setting, a tag of the author's own is a heading."""
    if tag.name in _BLOCK or (not story and tag.name in _DROPPED):
        return "\n"
    if story or tag.name in _INLINE or tag.name in _WRAPPERS or tag.mate < 0:
        return ""
    return "\n" if tag.closes else f"\n{text[tag.start + 1 : tag.end].split('>')[0].split()[0]}："


def _without_marks(text: str, left_out: Counter[str]) -> str:
    """Text without comments, code of templates, and declarations."""
    parts: list[str] = []
    at = 0
    for opening, closing, reason in (("<!--", "-->", COMMENTS), ("<%", "%>", CODE)):
        if opening not in text:
            continue
        parts, at = [], 0
        while (start := text.find(opening, at)) >= 0:
            end = text.find(closing, start + len(opening))
            parts.append(text[at:start])
            left_out[reason] += 1
            if end < 0:
                rest = text[start + len(opening) :]
                parts.append("" if "".join(parts).strip() else rest)
                at = len(text)
                break
            at = end + len(closing)
        text = "".join([*parts, text[at:]])
    return text


def _tags(text: str) -> list[_Tag]:
    """The tags of a text in their order, each with where it is closed."""
    tags: list[_Tag] = []
    open_: dict[str, list[int]] = {}
    for found in _TAG.finditer(text):
        if found[2] is None:
            tags.append(_Tag(found.start(), found.end(), False, "!", "", True, -1))
            continue
        name, closes = found[2].casefold(), bool(found[1])
        alone = bool(found[4]) or found[3].rstrip().endswith("/")
        mate = -1
        if closes and open_.get(name):
            opened = open_[name].pop()
            tags[opened] = tags[opened]._replace(mate=found.end())
            mate = found.end()
        elif not closes and not alone:
            open_.setdefault(name, []).append(len(tags))
        tags.append(_Tag(found.start(), found.end(), closes, name, found[3], alone, mate))
    return tags


def _stays(tag: _Tag) -> bool:
    """Whether what looks like a tag is a word of the text: nobody knows it, and nothing closes."""
    if tag.name in _MACROS:
        return tag.mate < 0 and not tag.closes
    known = tag.name in _INLINE or tag.name in _BLOCK or tag.name == "!"
    return not known and tag.mate < 0 and not tag.alone


def _reason(tag: _Tag, story: bool) -> str | None:
    """Why a tag and what stands in it goes; `None` where only the tag does."""
    if not tag.closes and tag.attributes and _HIDDEN.search(tag.attributes):
        return FOLDED
    reason = _DROPPED.get(tag.name)
    if reason is None and tag.name not in _INLINE and tag.name not in _BLOCK:
        reason = next((why for why, word in _BY_WORD if word.search(tag.name)), None)
        if reason is None and tag.alone and tag.name not in _MACROS:
            reason = PLACEHOLDERS if tag.name != "!" else CODE
    if not story and reason not in _IN_SETTINGS:
        return None
    return reason


def _runs_on(tag: _Tag, reason: str) -> bool:
    """Whether a tag that nothing closes was cut off: then what follows is a part of it."""
    return (
        not tag.alone
        and reason in (THINKING, VARIABLES, CODE, FOLDED)
        and (tag.name not in ("link", "meta", "base"))
    )


def _behind_thoughts(text: str, start: int) -> int:
    """Where a story begins behind thinking that nothing closes: at a tag around it, or a paragraph
    that begins with words or deeds; else nowhere."""
    found = _STORY.search(text, start)
    return found.start() if found else len(text)


def _without_json(text: str, left_out: Counter[str]) -> str:
    """Text without JSON values on lines of their own, and calls that set variables."""
    lines: list[str] = []
    for line in text.split("\n"):
        if _SETTER.match(line):
            left_out[VARIABLES] += 1
        else:
            lines.append(line)
    text = "\n".join(lines)
    tried, at, parts = 0, 0, list[str]()
    for found in re.finditer(r"^[ \t]*(?=[\[{]\s*[\[{\"])(?!\{\{|\[\[)", text, re.MULTILINE):
        if found.start() < at:
            continue
        tried += 1
        if tried > MOST_JSON:
            break
        try:
            value, end = json.JSONDecoder().raw_decode(text, found.end())
        except (ValueError, RecursionError):
            continue
        line_end = text.find("\n", end)
        line_end = len(text) if line_end < 0 else line_end
        if not text[end:line_end].strip(" \t;,") and value:
            left_out[VARIABLES] += 1
            parts.append(text[at : found.start()])
            at = line_end
    return "".join([*parts, text[at:]])


def _without_rows(text: str, left_out: Counter[str]) -> str:
    """Text without tables, and without what marks headings and quotations."""
    kept: list[str] = []
    rows: list[str] = []
    for line in [*text.split("\n"), ""]:
        if _ROW.match(line):
            rows.append(line)
            continue
        if len(rows) > 1 and any(map(_RULE.match, rows)):
            left_out[TABLES] += 1
        else:
            kept += rows
        rows = []
        kept.append(_QUOTED.sub("", _HEADING.sub("", line)))
    return "\n".join(kept[:-1])
