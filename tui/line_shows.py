"""What is printed of a table line by line: lines of the log and candidates to stdout, all other
words to stderr."""

from collections.abc import Iterable

from base.messages import _, _n, series
from scenes.log import Entry
from scenes.table import controller_events as happened
from scenes.table.controller import Table
from scenes.table.hand import Hand
from scenes.table.lines import body_of
from scenes.table.memory_rows import CHANGED
from scenes.table.play import Play
from scenes.table.reading import told
from scenes.table.seeing import aside
from scenes.table.session import Turn
from scenes.table.where import where
from tui.candidates import View, print_hand, view
from tui.colour import Paint
from tui.failures import FAILED
from tui.faults import line_of
from tui.line_floor import LineFloor
from tui.line_help import print_help
from tui.line_keep import LineKeeping
from tui.line_steering import show_steering, tell_direction
from tui.line_turns import print_branches, show_hand
from tui.model_options import Loading
from tui.output import data, escaped_line, word
from tui.sheet_lines import sheet_lines

LATELY = 12
"""Turns that are shown of a play that is gone on with."""


class LineShows:
    """Prints what happens at a table."""

    play: Play
    table: Table
    loading: Loading
    floor: LineFloor
    kept: LineKeeping
    paint: Paint
    terminal: bool
    status: int
    _view: View | None
    _left: bool
    _read_from = 0
    """Where the reading began when that was last told."""

    def _edit(self, number: int, text: str) -> None:
        """Have a turn rewritten."""
        raise NotImplementedError

    def _happened(self, event: happened.TableEvent) -> None:
        self.floor.heard(event)
        match event:
            case happened.TurnsSaid(turns):
                self._print(*(turn.entry for turn in turns))
            case happened.TurnEdited(turn):
                self._print(turn.entry)
            case happened.PlaceChanged():
                self._numbered("", self.play.session.path[-1:])
            case happened.HandOpened() | happened.HandChanged() | happened.HandShown() if (
                self.floor.watched
            ):
                pass  # the line that is taken is printed
            case happened.HandOpened(hand):
                word(self._head_of(hand))
                self._view = view()
                if not self.table.drawing and hand.complete:
                    print_hand(hand)
            case happened.HandChanged(hand):
                self._view = self._view or view()
                self._view.changed(hand)
            case happened.HandShown():
                show_hand(self.table)
            case happened.HandUnfolded(hand):
                print_hand(hand)
            case happened.HandHidden():
                word(_("The candidates are hidden; an empty line brings them back"))
            case happened.TurnDeleted(turn):
                word(_("Turn #{number} is left out; /undo brings it back", number=turn.id))
            case happened.Marked(number, name):
                self._tell_mark(number, name)
            case happened.DrawEnded():
                self._draw_ended(event)
            case happened.DrawWaits("model") if not self.loading.done:
                word(_("loading the model…"))
            case happened.NextChanged() if self.floor.watched:
                pass
            case happened.NextChanged(role) if role and role == self.play.player:
                word(_("it is your turn"))
            case happened.KnowledgeOpened(error) if error is not None:
                self._tell(error)
            case happened.MemoryChanged(what):
                word(_(CHANGED[what]))
            case happened.Notice(text):
                word(f"paotuan: {text}")
            case happened.SheetChanged(words=words):
                word(words)
            case happened.Doubted(question):
                word(question)
            case happened.EditAsked(turn):
                self._edit(turn.id, body_of(turn.entry))
            case happened.ViewAsked("find" | "marks" | "copy" | "export" | "memory" as asked, text):
                self.kept.do(asked, text)
            case happened.ViewAsked("sampling" | "lore" | "prompt"):
                show_steering(self.table, event)
            case happened.Directed(line):
                tell_direction(line)
            case happened.ViewAsked("help", sought):
                print_help(sought)
            case happened.ViewAsked("sheet", role):
                self._print_sheets(role)
            case happened.ViewAsked(asked):
                self._show(asked)

    def _draw_ended(self, event: happened.DrawEnded) -> None:
        shown, self._view = self._view, None
        if event.hand is not None and shown is not None:
            shown.done(event.hand)
        if event.error is not None and self.floor.watched:
            self.status = FAILED  # and what plays by itself says why it has ended
        elif event.error is not None:
            self._tell(event.error)
        self._tell_reading()

    def _tell_reading(self) -> None:
        """Say where the model begins to read, when that has moved."""
        read = self.table.reading
        words = told(read) if read is not None else None
        if read is None or words is None or read.place == self._read_from:
            return
        self._read_from = read.place
        where = f"#{read.turn.id}  " if read.turn is not None else ""
        word(f"── {where}{words}")

    def _head_of(self, hand: Hand) -> str:
        at, of = self.table.hand_at, len(self.table.hands)
        return f"-- {hand.speaker.name}{f' {at}/{of}' if of > 1 else ''}"

    def _tell_mark(self, number: int, name: str | None) -> None:
        if name is None:
            word(_("No bookmark at turn #{number} any more", number=number))
        else:
            word(_("Bookmark at turn #{number} {name}", number=number, name=name))

    def _show(self, asked: happened.View) -> None:
        match asked:
            case "where":
                for line in where(self.table):
                    word(line)
            case "log":
                self._print_log()
                self._numbered("", self.play.session.path)
            case "rolls":
                for line in self.table.rolls_told() or [_("nothing was rolled here")]:
                    word(line)
            case "branches":
                self._print_branches()
            case "quit":
                self._left = True

    def _open(self) -> None:
        play, scene = self.play, self.play.scene
        self._print(Entry("chapter", scene.title))
        if scene.aim:
            word(_("Aim: {aim}", aim=scene.aim))
        player = play.player
        word(_("You play: {role}", role=player.name) if player else _("You are watching"))
        opening = [turn for turn in play.session.path if turn.by == "opening"]
        begun = len(opening) < len(play.session.path)
        shown = play.session.path[-LATELY:] if begun else opening
        self._print(*(turn.entry for turn in shown))
        word(_("Type to speak; an empty line lets the next one speak; /help"))
        self.table.tell_notices()
        show_hand(self.table)

    def _print_branches(self) -> None:
        """The tree on a terminal; in a pipe the last turn of each branch, in a form that stays."""
        session = self.play.session
        if self.terminal:
            print_branches(session)
            return
        for leaf in session.leaves():
            self._numbered("* " if leaf.id == session.head else "  ", [leaf])

    def _print_sheets(self, role: str) -> None:
        """The sheets where the play stands, a value a line; only that of a role where one is
        named."""
        lines = list(sheet_lines(self.play.session, role))
        for line in lines:
            data(line)
        if not lines:
            word(_("no sheet has a value yet; /st 力量50 侦查60 or /set HP 11 begins one"))

    def _print_log(self) -> None:
        """All turns of the branch, with who was not there for one."""
        session = self.play.session
        for turn in session.path:
            apart = aside(session, turn)
            behind = f"  {escaped_line(apart)}" if apart else ""
            print(f"#{turn.id}  {self.paint(turn.entry)}{behind}", flush=True)

    def _print(self, *entries: Entry) -> None:
        for entry in entries:
            print(self.paint(entry), flush=True)

    def _numbered(self, mark: str, turns: Iterable[Turn]) -> None:
        for turn in turns:
            print(f"{mark}#{turn.id}  {self.paint(turn.entry)}", flush=True)

    def _tell(self, error: Exception, mistake: bool = False) -> None:
        """Say what failed; the exit status tells it too, but for a mistake in what was typed."""
        self.status = self.status if mistake else FAILED
        word(f"paotuan: {line_of(error)}")

    def _status(self) -> str:
        """What a terminal shows below the input line."""
        hand, role = self.table.hand, self.play.next
        if hand is not None:
            name, n = hand.speaker.name, hand.in_view
            return _n("{n} line for {name}", "{n} lines for {name}", n, name=name)
        if role is None:
            names = series(role.name for role in self.table.others)
            return _("who speaks next? Choose with /next NAME: {names}", names=names)
        if self.play.direction:
            return _("director, for the next draw: {line}", line=self.play.direction)
        return _("next: {name}", name=role.name) if self.play.model_is_next else _("your turn")
