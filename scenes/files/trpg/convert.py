"""Messages of a table to lines of our log: told apart, split, under the roles asked for."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain, islice

from base.messages import N_
from scenes.dice.log_form import line_of, write_roll
from scenes.files.report import ImportReport
from scenes.files.trpg.beside import Beside, SheetOrder
from scenes.files.trpg.classify import (
    CHECK,
    COMMAND,
    EXPRESSION,
    ME,
    WORDLESS,
    chapter_of,
    is_aside,
    is_marked_aside,
    is_roll,
    without_order,
)
from scenes.files.trpg.codes import (
    CODED,
    LONG_NUMBER,
    is_said_by_program,
    without_codes,
    without_numbers,
)
from scenes.files.trpg.entry_text import comment, line
from scenes.files.trpg.habits import SAMPLE, SAMPLED, table_habits
from scenes.files.trpg.items import Dropped, Item, Part, TableMessage
from scenes.files.trpg.people import Participant, Participants, TableRules
from scenes.files.trpg.quotations import evened
from scenes.files.trpg.rolls import Heard, Read, foreign_rolls, sheet_told
from scenes.files.trpg.styles import BEHIND, STYLES, Spoken, Style, split
from scenes.log import Entry, Line, write

ASIDE = N_("off-topic")
ASIDES = N_("off-topic lines of messages")
ORDER = N_("commands")
ORDERS = N_("commands in （…） at the end of messages")
WATCHED = N_("observers")
BABBLE = N_("other lines of a dice bot")
PICTURE = N_("pictures, faces and empty messages")
PICTURES = N_("pictures and faces in messages")
SYSTEM = N_("system messages")
WHISPER = N_("whispers")
DICE = N_("dice results")
AROUND = N_("what a dice bot says around its dice")
CHANGED = N_("changes of sheets")
UNREAD = N_("dice in other words")
PARTS = frozenset({ASIDES, ORDERS, PICTURES, AROUND})
"""What is left out of messages that are kept."""
_FIRST = frozenset(".。/#\\第=-—!！")
"""What an order, an action or a chapter begins with."""
_CALLED_FIRST = re.compile(r"(?:@\S+\s+)+(?=[“「『\"])")
_ONLY_CALLED = re.compile(r"(?:@\S+\s*)+")
"""What only says to whom, in a chat program."""
_NAMED = re.compile(r"<([^<>\s]{1,40})>")
"""How SealDice prints a player's name."""
_BRACKETS = '“”"＂「」『』【】\\[（(*\\\\=➯＞>→@&\n'
_MAY_BE_CODED = re.compile(r"[\[@&「(<>]")
"""What a code of a chat program begins with."""
_TOLD = "0-9撤收群拍戳捏禁转聊招持"
"""What is in every number of an account, and in all that a program says in Chinese."""
_PLAIN = re.compile(
    f"[^{_BRACKETS}{_TOLD}'）)<.。/#第=—…？?！!~～dDrRsScC-][^{_BRACKETS}{_TOLD}）)<]*"
)
"""A text that is one entry, whatever the style."""
_QUOTED = re.compile(f"“([^{_BRACKETS}{_TOLD}）)]+)”([^{_BRACKETS}{_TOLD}）)]*)")
"""A quotation that is said, and plain text behind it."""


class LogConverter:
    """Goes through the items of one file once; what became of them is in `report`, and what they
    tell beside their lines in `beside`, where that is wanted."""

    def __init__(
        self,
        table: TableRules,
        report: ImportReport,
        beside: Beside | None = None,
        labelled: bool = False,
    ) -> None:
        """`labelled` is whether a name and a colon stand before each message, as before speech."""
        self.table = table
        self.report = report
        self.beside = beside
        self._labelled = labelled
        self._ordered = ("", "")
        """Who gave a dice bot the last order, and what it was."""
        self.style = STYLES["quoted"]
        self._people = Participants(table)
        self._entries: dict[tuple[str, str], int] = {}
        """Entries of a log of ours, by kind and speaker."""

    def lines(self, items: Iterable[Item]) -> Iterator[str]:
        """The lines of our log, those of one item together, each with its newline."""
        message, entry = self._message, self._entry
        for item in self._sampled(iter(items)):
            if isinstance(item, TableMessage):
                if written := message(item):
                    yield written
            elif isinstance(item, Line):
                yield entry(item)
            elif isinstance(item, Dropped):
                self.report.drop(item.number, item.reason)
            else:
                self.report.notices.append(item)
        for who in self._people.known.values():
            self.report.kept += who.sentences
            if who.sentences:
                self.report.became[who.kind] += who.sentences
        for (kind, speaker), count in self._entries.items():
            self.report.became[kind] += count
            if speaker:
                self.report.names[speaker] += count
        self.report.names.update(self._people.names())

    def _sampled(self, items: Iterator[Item]) -> Iterator[Item]:
        """The same items; the first of them have told the dice bots and the style of the table."""
        first: list[Item] = []
        held = 0
        for item in islice(items, SAMPLE):
            first.append(item)
            held += len(item.text) if isinstance(item, TableMessage) else 0
            if held > SAMPLED:
                break
        messages = [one for one in first if isinstance(one, TableMessage)]
        habits = table_habits(messages, self.table, self._labelled)
        self.style = STYLES[habits.style]
        self.report.notices += habits.notices
        self._people.bots = habits.bots
        self._people.narrators = habits.narrators
        self._people.rest = self.style.rest
        for one in messages:
            if one.id:  # so that numbers are known before their owner writes
                self._people.meet(one.name, one.id)
        return chain(first, items)

    def _message(self, message: TableMessage) -> str:
        self.report.read += 1
        number, name, text, id, part = message
        who = self._people.known.get((name, id)) or self._people.meet(name, id)
        text = text.strip()
        if part == "bot":
            part = "dice" if who.bot else "person"
        if part == "person" and who.opening:
            if _PLAIN.fullmatch(text) and text.isprintable() and "essage" not in text:
                who.sentences += 1
                return f"{who.opening}{text}{who.closing}"
            if text[:1] == "“" and (written := self._quoted(who, text)):
                return written
        if (_MAY_BE_CODED.search(text) and CODED.search(text)) or LONG_NUMBER.search(text):
            text, left_out = self._cleaned(text)
            if left_out and text:
                self.report.drop(number, PICTURES)
        if not text:
            return self._dropped(number, PICTURE, who, text)
        if "“" in text or "”" in text or "\n" in text or "＂" in text or "''" in text:
            text = evened(text)
        if part != "person" or who.observer or who.bot or who.system or is_said_by_program(text):
            bot = who.bot or (part == "dice" and bool(id))
            return self._other(number, part, who, text, bot)
        if text[0] in _FIRST:
            return self._marked(number, who, text)
        return self._person(number, who, text)

    def _cleaned(self, text: str) -> tuple[str, bool]:
        """A text without what the chat program put into it, and whether that was seen in it."""
        called, ids = self._people.called, self.table.ids
        text, left_out = without_codes(text, called, ids)
        if not ids and LONG_NUMBER.search(text):
            text = without_numbers(text, called, called.keys())
        return text.strip(), left_out

    def _quoted(self, who: Participant, text: str) -> str:
        """A quotation and what is done behind it; nothing where it has to be looked at."""
        quotation = _QUOTED.fullmatch(text)
        if quotation is None or not text.isprintable():
            return ""
        if who.narrator:
            who.count += 1
            self.report.kept += 1
            self.report.became["narration"] += 1
            return f"【{text}】\n"
        if self.style.rest != "action":
            return ""
        speech, rest = quotation[1].strip(), quotation[2].strip().lstrip(BEHIND)
        if not speech or rest != rest.strip():
            return ""
        who.count += 1
        self.report.kept += 1
        self.report.became["speech"] += 1
        if not rest:
            return f"{who.name}：{speech}\n"
        self.report.became[who.kind] += 1
        return f"{who.name}：{speech}\n{who.opening}{rest}{who.closing}"

    def _marked(self, number: int, who: Participant, text: str) -> str:
        """What a player wrote that may be more than words, as its first sign says."""
        if action := ME.match(text):
            return self._parts(number, who, text[action.end() :].strip(), "action")
        if COMMAND.match(text):
            self._ordered = who.name, text
            if self.beside is not None:
                self.beside.hear_order(who.name, text)
            return self._dropped(number, ORDER, who, text)
        if chapter := chapter_of(text):
            return self._chapter(chapter)
        return self._person(number, who, text)

    def _person(self, number: int, who: Participant, text: str) -> str:
        """What a player wrote that is not one plain sentence."""
        if is_roll(text):
            return self._dice(number, who, text, who.bot)
        if self._is_aside(text):
            return self._dropped(number, ASIDE, who, text)
        if EXPRESSION.fullmatch(text):
            self._ordered = who.name, text
            return self._dropped(number, ORDER, who, text)
        if WORDLESS.fullmatch(text) and not who.narrator:
            return self._parts(number, who, text, "speech")
        if (sentence := without_order(text)) != text:
            self.report.drop(number, ORDERS)
        return self._parts(number, who, sentence, None)

    def _is_aside(self, text: str) -> bool:
        return is_aside(text) if self.style.asides else is_marked_aside(text)

    def _other(self, number: int, part: Part, who: Participant, text: str, bot: bool) -> str:
        """What is no player's, as the format, the name or the text tells."""
        if part == "chapter":
            return self._chapter(text)
        if part == "narration":
            return self._narrated(text)
        if part in ("aside", "whisper"):
            return self._dropped(number, WHISPER if part == "whisper" else ASIDE, who, text)
        if part == "observer" or who.observer:
            return self._dropped(number, WATCHED, who, text)
        if part == "system" or who.system or (part == "person" and is_said_by_program(text)):
            if chapter := chapter_of(text):
                return self._chapter(chapter)
            return self._dropped(number, SYSTEM, who, text)
        if part == "action" and not who.bot:
            return self._parts(number, who, text, "action")
        if is_roll(text) or CHECK.search(text):
            return self._dice(number, who, text, bot)
        if self._hears_sheet(" ".join(text.split()), self._heard(who, bot)):
            return self._dropped(number, CHANGED, who, text)
        return self._dropped(number, BABBLE, who, text)

    def _narrated(self, text: str) -> str:
        """What a format tells in nobody's name."""
        self.report.kept += 1
        lines = [one for one in map(str.strip, text.split("\n")) if one]
        self.report.became["narration"] += len(lines)
        return "".join(line("narration", "", one, True) for one in lines)

    def _parts(self, number: int, who: Participant, text: str, rest: Spoken | None) -> str:
        """The lines of a message, each split by the style."""
        found: list[str] = []
        has_text = False
        lines = text.split("\n")
        style = self.style.of(text)
        for one in map(str.strip, lines):
            if not one:
                continue
            if len(lines) > 1 and self._is_aside(one):
                found.append(self._comment(who, one))
                self.report.drop(number, ASIDES)
                continue
            for kind, part in self._split(who, one, style):
                if part[0] == "@" and _ONLY_CALLED.fullmatch(part):
                    continue
                found.append(self._written(who, kind or rest or style.rest, part))
                has_text = True
        if not has_text:
            return self._dropped(number, PICTURE, who, text)
        self.report.kept += 1
        who.count += 1
        return "".join(found)

    def _split(
        self, who: Participant, text: str, style: Style
    ) -> Iterable[tuple[Spoken | None, str]]:
        """The parts of a line; what a narrator writes is whole, whoever is quoted in it."""
        if not who.narrator:
            return split(_CALLED_FIRST.sub("", text) if text[0] == "@" else text, style)
        inner = text[1:-1].strip() if text[0] == "【" and text.find("】") == len(text) - 1 else text
        return (("narration", inner),) if inner else ()

    def _dice(self, number: int, who: Participant, text: str, bot: bool) -> str:
        if not self.table.dice:
            return self._dropped(number, DICE, who, text)
        said, heard = " ".join(text.split()), self._heard(who, bot)
        if (read := foreign_rolls(said, heard)).rolls:
            return self._rolled(number, who, read, bot)
        if self._hears_sheet(said, heard):
            return self._dropped(number, CHANGED, who, text)
        self.report.kept += 1
        self.report.became[UNREAD] += 1
        said = _NAMED.sub(lambda found: self._people.called_by(found[1]), said)
        return line("narration", "", said if bot else f"{who.name}：{said}", True)

    def _rolled(self, number: int, who: Participant, read: Read, bot: bool) -> str:
        """The lines of rolls; before them, what somebody who is no bot says beside."""
        around = ""
        if read.more and bot:
            self.report.drop(number, AROUND)
        elif read.more:
            around = self._parts(number, who, read.more.strip(), None)
        self.report.kept += not around
        self.report.became["dice"] += len(read.rolls)
        if self.beside is not None:
            self.beside.rolls += read.rolls
        return around + "".join(
            line("narration", "", write_roll(line_of(roll)), True) for roll in read.rolls
        )

    def _heard(self, who: Participant, bot: bool) -> Heard:
        return Heard(who.name, bot, self._people.called_by, *self._ordered)

    def _hears_sheet(self, said: str, heard: Heard) -> bool:
        """Whether a dice bot says of a sheet that it was changed, and that was taken beside."""
        if self.beside is None or not heard.is_bot or not (told := sheet_told(said, heard)):
            return False
        role, key, value = told
        self.beside.orders.append(SheetOrder(role, key, f"={value}"))
        return True

    def _dropped(self, number: int, reason: str, who: Participant, text: str) -> str:
        self.report.drop(number, reason)
        return self._comment(who, text) if text else ""

    def _comment(self, who: Participant, text: str) -> str:
        return comment(who.name, text) if self.table.comments else ""

    def _chapter(self, title: str) -> str:
        self.report.kept += 1
        self.report.became["chapter"] += 1
        return write(Entry("chapter", " ".join(title.split()))) + "\n"

    def _written(self, who: Participant, kind: Spoken, text: str) -> str:
        kind = "narration" if who.narrator else kind
        self.report.became[kind] += 1
        return line(kind, who.name, text, who.plain)

    def _entry(self, item: Line) -> str:
        """An entry of a log of ours, under another name or read otherwise where that was asked."""
        report, entry, table = self.report, item.entry, self.table
        report.read += 1
        if speaker := entry.speaker:
            if speaker in table.observers:
                report.drop(item.number, WATCHED)
                return ""
            if entry.kind == "speech" and (table.style or speaker in table.bots):
                report.read -= 1
                return self._message(TableMessage(item.number, speaker, entry.text))
            if speaker in table.narrators:
                entry, speaker = Entry("narration", entry.text), ""
            elif role := table.roles.get(speaker):
                entry, speaker = replace(entry, speaker=role), role
        report.kept += 1
        sort = entry.kind, speaker
        self._entries[sort] = self._entries.get(sort, 0) + 1
        return f"{entry.line}\n"
