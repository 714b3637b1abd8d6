"""Finding: what is typed is looked for at once, in this session or in all; with nothing typed, the
bookmarks of this session."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option
from textual.worker import get_current_worker

from base.messages import _, _n
from scenes.table.find import MOST, Found, Query, Searched, names_of, search, where
from scenes.table.find_all import FoundIn, search_all
from scenes.table.session import Session
from tui.paint import printable, told
from tui.widgets.field import Field

LONGEST_LINE = 400
"""Characters of a line that a row shows."""


@dataclass(frozen=True)
class Place:
    """What was chosen: a turn, of the session that is open or of another one."""

    turn: int | None
    path: Path | None = None
    """The journal of the other session."""
    candidate: int | None = None
    """The number of a candidate in a hand of that turn, or of what was drawn after it."""
    after: bool = False
    """Whether that candidate was drawn after the turn."""

    @classmethod
    def of(cls, found: Found, path: Path | None = None) -> "Place":
        after = found.candidate is not None and not found.picked
        return cls(found.turn, path, found.candidate, after)


class FindScreen(ModalScreen[Place | None]):
    """Gives the place that was chosen, or nothing."""

    CSS_PATH = "find.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Back", id="find.back"),
        Binding("ctrl+f,tab", "widen", "All sessions", id="find.widen", priority=True),
        Binding("down", "move(1)", "Down", id="find.down", show=False, priority=True),
        Binding("up", "move(-1)", "Up", id="find.up", show=False, priority=True),
        Binding("pagedown", "move(10)", "Down", id="find.on", show=False, priority=True),
        Binding("pageup", "move(-10)", "Up", id="find.before", show=False, priority=True),
    ]

    def __init__(self, session: Session | None, words: str = "") -> None:
        """Without a session, all are searched."""
        super().__init__()
        self.session = session
        self.words = words
        self.everywhere = session is None
        self.places: list[Place] = []

    def compose(self) -> ComposeResult:
        with Vertical(id="find"):
            yield Field(self.words, id="words", placeholder=_("Words, or 苏晚：words of one role"))
            yield OptionList(id="hits", compact=True)
            yield Static(id="told")
            yield Static(id="find-keys", classes="keys")

    def on_mount(self) -> None:
        self.query_one(OptionList).can_focus = False
        self._entitle()
        self._look()

    def _entitle(self) -> None:
        title = _("Find in all sessions") if self.everywhere else _("Find in this session")
        self.query_one(Input).border_title = Content(title)
        keys = _("↑↓ choose · Enter goes there · Esc back")
        if self.session is not None:
            other = _("Tab searches this session") if self.everywhere else _("Tab searches all")
            keys = f"{keys} · {other}"
        self.query_one("#find-keys", Static).update(Content(keys))

    # --- looking ---

    @on(Input.Changed)
    def _look(self) -> None:
        text = self.query_one(Input).value
        if self.everywhere:
            self._look_everywhere(text)
        elif self.session is not None:
            self.workers.cancel_group(self, "find")
            self._look_here(self.session, text)

    def _look_here(self, session: Session, text: str) -> None:
        query = Query.of(text, names_of(session.scene))
        if query:
            hits = search(Searched.of(session), query)
            self._show([(Place.of(one), _row(one)) for one in hits], True)
        else:
            self._show(_bookmarks(session), False)

    @work(thread=True, exclusive=True, group="find")
    def _look_everywhere(self, text: str) -> None:
        worker, hits = get_current_worker(), []
        query = Query.of(text)
        for hit in search_all(query):
            if worker.is_cancelled:
                return
            hits.append((Place.of(hit.found, hit.path), _row_in(hit)))
        self.app.call_from_thread(self._show_for, text, hits, bool(query))

    def _show_for(self, text: str, hits: Sequence[tuple[Place, Content]], asked: bool) -> None:
        """Show what was found for `text`, if that still stands there."""
        if self.is_mounted and self.everywhere and self.query_one(Input).value == text:
            self._show(hits, asked)

    def _show(self, hits: Sequence[tuple[Place, Content]], asked: bool) -> None:
        """Rows for what was found, or for the bookmarks where nothing was asked for."""
        self.places = [place for place, __ in hits]
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options([Option(row) for __, row in hits])
        options.highlighted = 0 if hits else None
        self.query_one("#told", Static).update(Content(self._told(len(hits), asked)))

    def _told(self, count: int, asked: bool) -> str:
        if not asked:
            if self.everywhere:
                return _("Type what you remember of a line")
            if count:
                return _n("{n} bookmark", "{n} bookmarks", count)
            return _("Type what you remember of a line; bookmarks will stand here")
        if not count and not self.everywhere:
            return _("Nothing found here")
        if not count:
            return _("Nothing found")
        if count >= MOST:
            return _("The newest {n}; another word narrows it", n=MOST)
        return _n("{n} line", "{n} lines", count)

    # --- choosing ---

    def action_move(self, step: int) -> None:
        options = self.query_one(OptionList)
        if options.option_count:
            at = (options.highlighted or 0) + step
            options.highlighted = min(max(at, 0), options.option_count - 1)

    def action_widen(self) -> None:
        if self.session is not None:
            self.everywhere = not self.everywhere
            self._entitle()
            self._look()

    @on(Input.Submitted)
    def _chosen(self) -> None:
        at = self.query_one(OptionList).highlighted
        if at is not None and at < len(self.places):
            self.dismiss(self.places[at])

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self.places[event.option_index])


def _row(found: Found) -> Content:
    line = told(found.entry)[:LONGEST_LINE]
    number = f"{found.turn or 0:>5}  "
    if words := where(found):
        return Content.assemble((number, "dim"), line, (f"  · {words}", "italic"))
    return Content.assemble((number, "dim"), line)


def _row_in(hit: FoundIn) -> Content:
    title = printable(hit.title)
    return Content.assemble((f"{title}", "bold"), " ", _row(hit.found))


def _bookmarks(session: Session) -> list[tuple[Place, Content]]:
    """The bookmarks of a session, in the order of its turns."""
    rows = []
    for number, name in sorted(session.marks.items()):
        turn = session.turns[number]
        row = Content.assemble((f"★ {printable(name)}  ", "bold"), told(turn.entry)[:LONGEST_LINE])
        rows.append((Place(number), row))
    return rows
