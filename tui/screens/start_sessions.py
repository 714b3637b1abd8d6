"""The sessions at the start: by scenes, the latest first; the archive and the bin behind them."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from textual.content import Content

from base.folders import sessions_folder
from base.messages import _, _n, series
from base.text import one_line
from scenes.table.session_list import ARCHIVE, BIN, Saved, saved_sessions, session_count
from tui.paint import printable
from tui.screens.start_rows import Hint, Row, Section, Told
from tui.widgets.preview import BLANK, Part, Words

PLACE = "place:"
"""Begins the id of a row that opens the archive or the bin."""
LAST = 200
"""Characters of a last line that a row takes."""


class Sessions(Section):
    """The sessions that were saved, of one place: among the others, in the archive, in the bin."""

    def __init__(self) -> None:
        super().__init__("sessions")
        self.place = ""
        self.saved: list[Saved] = []
        self.put_away: dict[str, int] = {}
        self.is_read = False

    @property
    def title(self) -> str:
        return {ARCHIVE: _("Archive"), BIN: _("Bin")}.get(self.place, _("Sessions"))

    @property
    def hints(self) -> Sequence[Hint]:
        if self.place == BIN:
            return (
                ("Enter", _("restore")),
                ("Del", _("empty the bin")),
                ("/", _("search")),
                ("Esc", _("back")),
                ("F1", _("help")),
            )
        archive = _("out of the archive") if self.place else _("archive")
        return (
            ("Enter", _("go on")),
            ("F2", _("rename")),
            ("d", _("duplicate")),
            ("a", archive),
            ("Del", _("bin")),
            ("v", _("voice")),
            ("Esc", _("back")) if self.place else ("/", _("search")),
        )

    @property
    def nothing(self) -> str:
        if self.place:
            return _("Nothing is here.")
        return _("No saved session yet.")

    def glimpse(self) -> None:
        if not self.is_read:
            self.many = session_count()

    def read(self) -> tuple[str, list[Saved], dict[str, int]]:
        folder = sessions_folder()
        away = {place: session_count(folder / place) for place in (ARCHIVE, BIN)}
        return self.place, saved_sessions(folder / self.place), away

    def take(self, read: object) -> None:
        assert isinstance(read, tuple)
        place, saved, away = read
        if place == self.place:
            self.saved, self.put_away, self.is_read = saved, away, True
            self.many = len(saved)

    def rows(self, query: str) -> list[Row]:
        if query.strip():
            from scenes.pinyin import ranked

            found = ranked(query, self.saved, _known_by)
            return [self._row(saved, with_title=True) for saved in found]
        rows = list(self._grouped())
        for place, words in ((ARCHIVE, _("Archive")), (BIN, _("Bin"))):
            if not self.place and (many := self.put_away.get(place)):
                rows.append(Row(f"{PLACE}{place}", Content(f"▸ {words} ({many})")))
        return rows

    def _grouped(self) -> Iterator[Row]:
        """The sessions below their scenes, that of the latest session first."""
        order = {key: at for at, key in reversed(list(enumerate(map(_scene_of, self.saved))))}
        by_scene = sorted(self.saved, key=lambda saved: order[_scene_of(saved)])
        for (__, title), sessions in groupby(by_scene, _scene_of):
            group = list(sessions)
            heading = f"{one_line(title)} ({len(group)})"
            yield Row("", Content.assemble((heading, "bold $text-primary")))
            for saved in group:
                yield self._row(saved)

    def _row(self, saved: Saved, with_title: bool = False) -> Row:
        if not saved.readable:
            words = Content.assemble(
                (f"  {printable(saved.id)} ", "dim"), (_("cannot be read"), "$text-error")
            )
            return Row(saved.id, words)
        who = printable(saved.role) if saved.role else _("watching")
        turns = "" if saved.turns is None else "  " + _n("{n} turn", "{n} turns", saved.turns)
        own = saved.title if with_title or saved.title != saved.scene_title else ""
        return Row(
            saved.id,
            Content.assemble(
                (f"  {saved.saved:%m-%d %H:%M}  ", "dim"),
                (f"{one_line(own)}  " if own else "", "bold"),
                f"{who}{turns}  ",
                (one_line(saved.last, LAST), "dim"),
            ),
        )

    def session(self, id: str) -> Saved | None:
        """The session of a row."""
        return next((saved for saved in self.saved if saved.id == id), None)

    def told(self, id: str) -> Told:
        if id.startswith(PLACE):
            bin = id == f"{PLACE}{BIN}"
            what = (
                _("What was deleted; it can be taken out again until the bin is emptied.")
                if bin
                else _("What is kept out of sight; it can be played as before.")
            )
            return Told([Words(what)])
        saved = self.session(id)
        if saved is None:
            return Told()
        if not saved.readable:
            return Told(
                [
                    Words(saved.id, "title"),
                    Words(saved.last, "wrong"),
                    Words(str(saved.path), "quiet"),
                ]
            )
        return Told(list(_parts(saved)), (saved.role,) if saved.role else (), keeps_end=True)


def _parts(saved: Saved) -> Iterator[Part]:
    from scenes.table.recap import ago, recap

    seen = recap(saved.path)
    yield Words(saved.title, "title")
    facts = [saved.scene_title] if saved.title != saved.scene_title else []
    facts.append(_("you: {role}", role=saved.role) if saved.role else _("watching"))
    if saved.turns is not None:
        facts.append(_n("{n} turn", "{n} turns", saved.turns))
    facts.append(ago(saved.saved))
    facts.append(saved.id)
    if seen.branches > 1:
        facts.append(_n("{n} branch", "{n} branches", seen.branches))
    yield Words("  ·  ".join(map(one_line, facts)), "quiet")
    if seen.marks:
        yield Words(_("bookmarks: {names}", names=series(seen.marks)), "quiet")
    yield BLANK
    yield from seen.entries
    if not seen.entries:
        yield Words(saved.last, "quiet")


def _scene_of(saved: Saved) -> tuple[str, str]:
    return (saved.scene, saved.scene_title) if saved.readable else ("", _("Cannot be read"))


def _known_by(saved: Saved) -> Sequence[str]:
    return saved.title, saved.scene_title, saved.scene, saved.role or "", saved.id, saved.last
