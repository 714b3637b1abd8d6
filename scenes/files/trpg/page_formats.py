"""Logs that are saved as web pages to messages: CCFOLIA, Roll20, MapTool, Discord, Telegram."""

import re
from collections.abc import Callable, Iterator

from base.messages import N_
from scenes.files.head import FileHead
from scenes.files.report import FileNotice
from scenes.files.source import TextFile
from scenes.files.trpg.items import Dropped, Item, Part, TableMessage, part_of
from scenes.files.trpg.names import is_name
from scenes.files.trpg.pages import Block, IsBlock, blocks

OTHER_BLOCKS = N_("parts of the page that are no messages")
SURELY = 0.95


class Names:
    """Who has written so far, for what stands without a name or begins with one."""

    def __init__(self) -> None:
        self.last = ""
        self.known: set[str] = set()

    def met(self, name: str) -> str:
        """The name, or the last one where there is none."""
        if name and len(self.known) < 10_000:
            self.known.add(name)
        self.last = name or self.last
        return self.last

    def doing(self, number: int, text: str) -> TableMessage:
        """What somebody does, told with the name in front; narration where nobody is known."""
        known = [one for one in self.known if text.startswith(one)]
        name = max(known, key=len) if known else ""
        if not name and " " in text and is_name(first := text.split(" ", 1)[0]):
            name = first
        if not name:
            return TableMessage(number, "", text, part="narration")
        return TableMessage(number, name, text.removeprefix(name).strip(), part="action")


Read = Callable[[Block, Names], Item | None]


def _messages(
    file: TextFile, is_block: IsBlock, read: Read, nested: bool = False
) -> Iterator[Item]:
    names = Names()
    for block in blocks(file, is_block, nested):
        if isinstance(block, FileNotice):
            yield block
        elif (item := read(block, names)) is not None:
            yield item


# --- CCFOLIA ---


def detect_ccfolia(head: FileHead) -> float:
    """Paragraphs of a channel, a name, a colon and a text, each in a span."""
    spans = (
        r"<p[^<>]*>\s*<span[^<>]*>\s*\[[^\[\]<>]{1,40}\]\s*</span>"
        r"\s*<span[^<>]*>[^<>]*</span>\s*[:：]"
    )
    return SURELY if re.search(spans, head.text) else 0


def read_ccfolia(file: TextFile) -> Iterator[Item]:
    """The messages of the page that CCFOLIA exports."""
    return _messages(file, lambda tag, classes: tag == "p", _ccfolia)


def _ccfolia(block: Block, names: Names) -> Item | None:
    channel = block.text(lambda one: one.place == 1)
    name = block.text(lambda one: one.place == 2)
    text = block.text(lambda one: one.place > 2)
    if not (channel.startswith("[") and channel.endswith("]")):
        return Dropped(block.number, OTHER_BLOCKS) if block.text() else None
    return TableMessage(block.number, name, text, part=part_of(channel.strip("[] ")))


# --- Roll20 ---

_ROLL20 = re.compile(
    r"<div[^<>]*\bclass=[\"']message\b[^<>]*>|<div[^<>]*data-messageid=[^<>]*class=[\"']message\b"
)
_SMALL_PRINT = ("spacer", "avatar", "tstamp", "by", "userscript", "sheet-hidden")


def detect_roll20(head: FileHead) -> float:
    """Messages with the ids and the small print of Roll20."""
    if not _ROLL20.search(head.text):
        return 0
    return SURELY if "data-messageid" in head.text or "textchatcontainer" in head.text else 0.7


def read_roll20(file: TextFile) -> Iterator[Item]:
    """The messages of Roll20's chat archive, saved as a page or a part of one."""
    return _messages(file, lambda tag, classes: tag == "div" and "message" in classes, _roll20)


def _roll20(block: Block, names: Names) -> Item | None:
    kinds = block.classes
    by = block.of_class("by").rstrip(":： ").strip()
    if {"desc", "description"} & kinds:
        return TableMessage(block.number, "", block.without(*_SMALL_PRINT), part="narration")
    if "emote" in kinds:
        text = block.without(*_SMALL_PRINT)
        return names.doing(block.number, text) if text else None
    if {"system", "error", "api"} & kinds:
        return TableMessage(block.number, by, block.without(*_SMALL_PRINT), part="system")
    if {"private", "whisper"} & kinds or re.fullmatch(r"\((?:To|From) .*\)", by):
        return TableMessage(block.number, by, block.without(*_SMALL_PRINT), part="whisper")
    name = names.met(by)
    if {"rollresult", "gmrollresult"} & kinds:
        return TableMessage(block.number, name, _rolled(block), part="dice")
    text = block.without(*_SMALL_PRINT)
    part: Part = (
        "dice" if any("rolltemplate" in str(one.classes) for one in block.texts) else "person"
    )
    return TableMessage(block.number, name, text, part=part)


def _rolled(block: Block) -> str:
    """`rolling 1d100 = 45`."""
    formulas = [line for line in block.of_class("formula").split("\n") if line]
    rolling = next((line for line in formulas if line.startswith("rolling")), "")
    total = block.of_class("rolled").replace("\n", " ")
    if rolling and total:
        return f"{rolling} = {total}"
    return " ".join(block.without(*_SMALL_PRINT).split())


# --- Discord and Telegram as pages ---


_CHATLOG = re.compile(r"<div[^<>]*\bclass=[\"']?chatlog__message")


def detect_discord(head: FileHead) -> float:
    """The classes of DiscordChatExporter's page."""
    return SURELY if _CHATLOG.search(head.text) else 0


def read_discord(file: TextFile) -> Iterator[Item]:
    """The messages of DiscordChatExporter's page."""
    return _messages(
        file,
        lambda tag, classes: bool({"chatlog__message", "chatlog__message-container"} & classes),
        _discord,
        nested=True,
    )


def _discord(block: Block, names: Names) -> Item | None:
    author = block.of_class(
        "chatlog__author", "chatlog__author-name", "chatlog__system-notification-author"
    )
    text = block.of_class("chatlog__content", "chatlog__markdown", "chatlog__embed-description")
    if block.of_class("chatlog__system-notification-content"):
        return TableMessage(block.number, author, block.text(), part="system")
    if not author and not text:
        return None
    name = names.met(author)
    is_bot = bool(block.of_class("chatlog__author-tag", "chatlog__bot-tag", "chatlog__bot-label"))
    return TableMessage(block.number, name, text, part="bot" if is_bot else "person")


def detect_telegram(head: FileHead) -> float:
    """The classes of Telegram's page."""
    is_page = 'class="message default' in head.text or 'class="message service' in head.text
    return SURELY if is_page and "from_name" in head.text else 0


def read_telegram(file: TextFile) -> Iterator[Item]:
    """The messages of the page that Telegram Desktop exports."""
    return _messages(file, lambda tag, classes: tag == "div" and "message" in classes, _telegram)


def _telegram(block: Block, names: Names) -> Item | None:
    if "service" in block.classes:
        return TableMessage(block.number, "", block.text(), part="system")
    name = names.met(block.of_class("from_name").split("\n")[0].partition(" via @")[0])
    text = block.text(lambda one: "text" in one.classes and "forwarded" not in one.classes)
    return TableMessage(block.number, name, text)


# --- MapTool ---


def detect_maptool(head: FileHead) -> float:
    """Rows of a name with a colon and a text, as MapTool lays out its chat."""
    row = (
        r"<td[^<>]*margin-right: ?5px[^<>]*>\s*(?:<span[^<>]*>\s*)?[^<>]{1,60}:"
        r"\s*(?:&#160;|&nbsp;|\s)*(?:</span>\s*)?</td>"
    )
    if not re.search(row, head.text):
        return 0
    return 0.9


def read_maptool(file: TextFile) -> Iterator[Item]:
    """The messages of MapTool's saved chat."""
    return _messages(file, lambda tag, classes: tag in ("tr", "div", "li"), _maptool, nested=True)


def _maptool(block: Block, names: Names) -> Item | None:
    if block.tag == "tr":
        cells = [block.text(lambda one, at=at: one.place == at) for at in (1, 2, 3)]  # type: ignore[misc]
        cells = [cell for cell in cells if cell]
        if len(cells) > 1 and cells[0].rstrip("\xa0 ").endswith((":", "：")):
            name = cells[0].rstrip("\xa0 :：")
            if is_name(name):
                return _told(block.number, names.met(name), "\n".join(cells[1:]))
    text = block.text()
    if not text:
        return None
    if text.startswith("* "):
        return names.doing(block.number, text[2:].strip())
    return Dropped(block.number, OTHER_BLOCKS, text)


def _told(number: int, name: str, text: str) -> TableMessage:
    is_roll = re.search(r"\d*d\d+.*=\s*\d", text) is not None
    return TableMessage(number, name, text.strip("«» "), part="dice" if is_roll else "person")
