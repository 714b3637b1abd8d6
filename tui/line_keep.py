"""What line mode does to find what was said, and to take it along."""

import asyncio
import sys

from base.folders import shown_path
from base.messages import _, _n
from base.text import printable
from scenes.log import write
from scenes.table.controller import Table
from scenes.table.find import MOST, Found, Query, Searched, names_of, search, where
from scenes.table.memory_rows import memory_rows
from scenes.table.reading import told
from tui import copying
from tui.exporting import FORMATS, read_order, target_of, write_export
from tui.output import data, word


class LineKeeping:
    """Obeys what is typed to find, to copy and to export."""

    def __init__(self, table: Table, terminal: bool) -> None:
        self.table = table
        self.terminal = terminal

    def do(self, what: str, text: str) -> None:
        """Raises `KnownError` and `OSError`."""
        match what:
            case "find" if text.strip():
                self._find(text)
            case "find" | "marks":
                self._marks()
            case "copy":
                self._copy(text)
            case "export":
                self._export(text)
            case "memory":
                self._memory()

    def _find(self, words: str) -> None:
        session = self.table.play.session
        hits = search(Searched.of(session), Query.of(words, names_of(session.scene)))
        for hit in reversed(hits):
            data(line_of(hit))
        word(
            _("nothing found")
            if not hits
            else _("the newest {n}; another word narrows it", n=MOST)
            if len(hits) >= MOST
            else _n("{n} line", "{n} lines", len(hits))
        )

    def _marks(self) -> None:
        session = self.table.play.session
        for number, name in sorted(session.marks.items()):
            data(f"#{number}  ★ {printable(name)}  {write(session.turns[number].entry)}")
        if not session.marks:
            word(_("no bookmark yet"))

    def _memory(self) -> None:
        """Print what is remembered on this branch, and where the reading begins."""
        for row in memory_rows(self.table):
            data(row)
        if not self.table.summaries and not self.table.facts:
            word(_("nothing is remembered yet; /summary TEXT, /remember TEXT"))
        read = self.table.reading
        if read is not None and (words := told(read)):
            where = f"#{read.turn.id}  " if read.turn is not None else ""
            word(f"{where}{words}")

    def _copy(self, text: str) -> None:
        what, name = copying.to_copy(self.table, text, 1)
        around, what = copying.here(browser=False), copying.safe(what)
        if not self.terminal and not around.desktop:
            data(what)
            return
        way = asyncio.run(copying.copied(what, around, _send))
        word(copying.told(way, name, what, around)[0])

    def _export(self, text: str) -> None:
        form, place = read_order(text)
        if form is None:
            for one in FORMATS.values():
                word(f"  {one.name:<12} {_(one.help)}")
            return
        target = target_of(self.table.play.session, form, place)
        write_export(self.table.play.journal.path, form, target)
        word(_("Written: {path}", path=shown_path(target)))


def line_of(hit: Found) -> str:
    """A line that was found: its turn, what was said, and where that is."""
    told = where(hit)
    return f"#{hit.turn or 0}  {write(hit.entry)}{f'  · {told}' if told else ''}"


def _send(sequence: str) -> None:
    """Send what is no text to the terminal."""
    sys.stdout.write(sequence)
    sys.stdout.flush()
