"""Messages of a table to lines of our log: told apart, split, under the roles asked for."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain, islice

from scenes.imports import Dropped, Item, Message, Notice, Report
from scenes.imports.trpg.kinds import (
    BOT,
    CHAPTER,
    CHECK,
    COMMAND,
    ME,
    ROLL,
    is_aside,
    without_codes,
)
from scenes.imports.trpg.people import People, Table, Who
from scenes.imports.trpg.styles import QUOTES, STYLES, Spoken, split
from scenes.log import Entry, Line, write

SAMPLE = 1000
"""Messages by which the style of a table is told."""
QUOTED = 0.05
"""Share of messages with a quotation, from which on a table is one that quotes what is said."""
ASIDE, ASIDES, ORDER, WATCHED, BABBLE, PICTURE, SYSTEM, DICE = (
    "off-topic",
    "off-topic lines of messages",
    "commands",
    "observers",
    "other words of a dice bot",
    "pictures, faces and empty messages",
    "messages of the system",
    "dice results",
)
_FIRST = frozenset(".。/#第-—")


class Telling:
    """Goes through the items of one file once; what became of them is in `report`."""

    def __init__(self, table: Table, report: Report) -> None:
        self.table = table
        self.report = report
        self.style = STYLES[table.style or "quoted"]
        self._people = People(table)

    def lines(self, items: Iterable[Item]) -> Iterator[str]:
        """The lines of our log, each with its newline."""
        for item in self._with_style(iter(items)):
            if isinstance(item, Message):
                yield from self._message(item)
            elif isinstance(item, Line):
                yield self._entry(item)
            elif isinstance(item, Dropped):
                self.report.drop(item.number, item.reason)
            else:
                self.report.notices.append(item)
        self.report.names.update(self._people.names())

    def _with_style(self, items: Iterator[Item]) -> Iterator[Item]:
        """The same items; the first of them have told the style of the table."""
        if self.table.style is not None:
            return items
        first = list(islice(items, SAMPLE))
        texts = [one.text for one in first if isinstance(one, Message) and self._played(one)]
        if texts:
            opening = tuple(pair[0] for pair in QUOTES)
            quoted = sum(any(sign in text for sign in opening) for text in texts)
            name = "quoted" if quoted >= max(1, QUOTED * len(texts)) else "spoken"
            self.style = STYLES[name]
            told = f"{quoted} of the first {len(texts)} quote what is said; read as --style {name}"
            self.report.notices.append(Notice(0, told))
        return chain(first, items)

    def _played(self, message: Message) -> bool:
        return not (
            message.part != "person"
            or BOT.search(message.name)
            or COMMAND.match(message.text)
            or ROLL.search(message.text)
            or is_aside(message.text)
        )

    # --- one message ------------------------------------------------------------------------

    def _message(self, message: Message) -> Iterable[str]:
        self.report.read += 1
        number, name, text, id, part = message
        who = self._people.meet(name, id)
        text = text.strip()
        if "[" in text or "@" in text or "(met)" in text:
            text = without_codes(text, self._people.called, self.table.ids).strip()
        if not text:
            return self._dropped(number, PICTURE, who, text)
        if part == "person" and not who.observer and not who.bot:
            if text[0] not in _FIRST and not _SENTENCE.search(text):
                who.count += 1
                self.report.kept += 1
                return (self._written(who, None, text),)
            return self._person(number, who, text)
        return self._other(message, who, text)

    def _person(self, number: int, who: Who, text: str) -> Iterable[str]:
        """What a player wrote that is not one plain sentence."""
        if action := ME.match(text):
            if said := text[action.end() :].strip():
                return self._parts(number, who, said, "action")
            return self._dropped(number, PICTURE, who, text)
        if COMMAND.match(text):
            return self._dropped(number, ORDER, who, text)
        if ROLL.search(text):
            return self._dice(number, who, text)
        if self.style.asides and is_aside(text):
            return self._dropped(number, ASIDE, who, text)
        if chapter := CHAPTER.fullmatch(text):
            return (self._chapter(chapter[1] or chapter[2]),)
        return self._parts(number, who, text, None)

    def _other(self, message: Message, who: Who, text: str) -> Iterable[str]:
        """What is no player's, as the format or the name tells."""
        number, part = message.number, message.part
        if part == "chapter":
            return (self._chapter(text),)
        if part == "aside":
            return self._dropped(number, ASIDE, who, text)
        if part == "observer" or who.observer:
            return self._dropped(number, WATCHED, who, text)
        if part == "system":
            chapter = CHAPTER.fullmatch(text)
            if chapter:
                return (self._chapter(chapter[1] or chapter[2]),)
            return self._dropped(number, SYSTEM, who, text)
        if ROLL.search(text) or CHECK.search(text):
            return self._dice(number, who, text)
        return self._dropped(number, BABBLE, who, text)

    def _parts(self, number: int, who: Who, text: str, rest: Spoken | None) -> Iterable[str]:
        """The lines of a message, each split by the style."""
        found = []
        for one in map(str.strip, text.split("\n")):
            if not one:
                continue
            if self.style.asides and is_aside(one):
                found += self._comment(who, one)
                self.report.drop(number, ASIDES)
                continue
            found += [
                self._written(who, kind or rest, part) for kind, part in split(one, self.style)
            ]
        if not found:
            return self._dropped(number, PICTURE, who, text)
        self.report.kept += 1
        who.count += 1
        return found

    def _dice(self, number: int, who: Who, text: str) -> Iterable[str]:
        if not self.table.dice:
            return self._dropped(number, DICE, who, text)
        self.report.kept += 1
        self.report.entries["dice"] += 1
        said = _NAMED.sub(lambda found: self._people.role(found[1]), " ".join(text.split()))
        return (line("narration", "", said if who.bot else f"{who.name}：{said}", True),)

    def _dropped(self, number: int, reason: str, who: Who, text: str) -> Iterable[str]:
        self.report.drop(number, reason)
        return self._comment(who, text) if text else ()

    def _comment(self, who: Who, text: str) -> list[str]:
        if not self.table.comments:
            return []
        return [write(Entry("comment", f"{who.name}：{' '.join(text.split())}")) + "\n"]

    def _chapter(self, title: str) -> str:
        self.report.kept += 1
        self.report.entries["chapter"] += 1
        return write(Entry("chapter", " ".join(title.split()))) + "\n"

    def _written(self, who: Who, kind: Spoken | None, text: str) -> str:
        if kind is None:
            kind = "narration" if who.narrator else self.style.rest
        elif kind == "action" and who.narrator:
            kind = "narration"
        self.report.entries[kind] += 1
        return line(kind, who.name, text, who.plain)

    def _entry(self, item: Line) -> str:
        """An entry of a log of ours, under another name where one was asked for."""
        entry = item.entry
        self.report.read += 1
        self.report.kept += 1
        self.report.entries[entry.kind] += 1
        if entry.speaker:
            entry = replace(entry, speaker=self.table.roles.get(entry.speaker, entry.speaker))
            self.report.names[entry.speaker] += 1
        return write(entry) + "\n"


_NAMED = re.compile(r"<([^<>\s]{1,40})>")
"""How SealDice prints a player's name."""
_SENTENCE = re.compile('[“”"「」『』【】\\[（(*\\\\=➯＞>@\n]')
"""What a text holds that is more than one plain sentence."""


def line(kind: Spoken, name: str, text: str, plain: bool) -> str:
    """What `write` gives for such an entry, with its newline.

    `plain` says that the name needs no escape; then most texts are seen to need none at a glance,
    where `write` reads every line again.
    """
    if plain and text.isprintable() and "\\" not in text:
        if kind == "action":
            return f"{name}：\\me {text}\n"
        if kind == "speech" and text[-1] not in "）)":
            return f"{name}：{text}\n"
        if kind == "narration" and "【" not in text and "】" not in text:
            return f"【{text}】\n"
    return write(Entry(kind, text, "" if kind == "narration" else name)) + "\n"
