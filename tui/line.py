"""Playing line by line: what is typed or piped in is wanted of the table, what happens is printed.

Lines of the log and candidates go to stdout, all other words to stderr.
"""

import re
import sys
from functools import partial

from base.errors import KnownError
from base.messages import _, series
from base.text import is_blank
from models.backend import Backend
from scenes.table.background import CallQueue
from scenes.table.command_words import command_words
from scenes.table.commands import COMMANDS
from scenes.table.controller import Table
from scenes.table.meanings import Doubt
from scenes.table.play import Play
from scenes.table.typed_marks import narrow
from scenes.table.typed_saying import as_it_stands
from tui.candidates import View
from tui.colour import is_dumb, painter
from tui.failures import BadInput
from tui.farewell import tell_saved
from tui.faults import line_of
from tui.line_floor import LineFloor, allow_stranger
from tui.line_keep import LineKeeping
from tui.line_shows import LineShows
from tui.loaded_model import LoadedModel
from tui.model_options import Choice, Loading
from tui.output import word
from tui.preferences import SMALL_MODEL, is_new
from tui.reading import Piped, Plain, Reader
from tui.sheet_lines import value_names

PICK = re.compile(r"\d{1,3}")
EDIT = re.compile(r"[eEｅＥ]\s*(\d{1,3})(?:\s+(.*))?")
LETTERS = re.compile("[erm]")
"""What is done with the candidates on the table, each in a letter."""


def play_by_line(play: Play, choice: Choice, encoding: str = "utf-8") -> int:
    """Play until the lines end; the exit status: 1 where a draw failed. Closes `play`.

    `encoding` is that of lines in a pipe. Of a play in which nothing was done nothing is kept.
    Raises `BadInput` for bytes that are none of the encoding.
    """
    terminal = sys.stdin.isatty()
    allow_stranger(choice, play.scene, terminal)
    table = LineTable(play, Loading(choice, play.scene), terminal, encoding, choice)
    try:
        return table.run()
    finally:
        table.loading.close()


class LineTable(LineShows):
    """Shows a table a line at a time."""

    def __init__(
        self,
        play: Play,
        loading: Loading,
        terminal: bool,
        encoding: str = "utf-8",
        choice: Choice | None = None,
    ) -> None:
        self.play = play
        self.loading = loading
        self.terminal = terminal
        self.status = 0
        self.heard = False
        """Whether a line has come."""
        self.paint = painter()
        self.model = LoadedModel(loading=True, given=True)
        self.calls = CallQueue()
        self.table = Table(play, self.model, self.calls.post, self._happened)
        self.kept = LineKeeping(self.table, terminal)
        self.floor = LineFloor(self, choice or Choice())
        self._view: View | None = None
        self._left = False
        self.reader = self._terminal() if terminal else Piped(encoding)

    def run(self) -> int:
        """Read and obey until the end; what is on the table then is kept, whatever ends it."""
        try:
            self._open()
            self.floor.begin()
            self.floor.play()
            while not self._left:
                self._try(self._line())
        except EOFError:
            pass
        finally:
            self.table.close()
        tell_saved(self.play.journal.path, by_line=True)
        if not (self.heard or self.terminal or self.floor.choice.auto):
            raise BadInput(_("nothing came from stdin; send lines to play, or play on a terminal"))
        return self.status

    def _line(self) -> str:
        """The next line. Raises `EOFError` at the end."""
        while True:
            try:
                self.floor.idle()
                line = self.reader.read(self._prompt()).strip()
                self.heard = True
                return "" if is_blank(line) else line
            except KeyboardInterrupt:
                if not self.terminal:
                    raise
                word(_("/quit or Ctrl-D leaves"))

    def _try(self, line: str) -> None:
        """Do what one line says; what cannot be done is told."""
        try:
            self.floor.before_a_line()
            self.obey(line)
            self._wait()
            self.floor.play()
        except (EOFError, BrokenPipeError):
            raise
        except KeyboardInterrupt:
            if not self.terminal:
                raise
            word(_("/quit or Ctrl-D leaves"))
        except Exception as error:
            mistake = isinstance(error, KnownError) and not isinstance(error.__cause__, OSError)
            self._tell(error, mistake)

    def obey(self, line: str) -> None:
        """Do what one line says. Raises `KnownError`."""
        short = narrow(line).casefold()
        edit, letters = EDIT.fullmatch(line), LETTERS.fullmatch(short)
        if not (letters or edit or PICK.fullmatch(short)):
            self.table.enter(line)
        elif self.table.hand is None:
            self._doubt(line)
        elif edit:
            self.table.pick(int(edit[1]), edit[2] or self._rewritten(int(edit[1])))
        elif letters:
            self._of_the_hand(short)
        else:
            self.table.pick(int(short))

    def _of_the_hand(self, letter: str) -> None:
        match letter:
            case "r":
                self.table.redraw()
            case "m":
                self.table.more()
            case _:
                raise KnownError(_("this is written: e {number} TEXT", number=1))

    def _doubt(self, line: str) -> None:
        """A number or a letter without candidates is neither done nor said in silence."""
        if self.table.hidden:
            raise KnownError(_("the candidates are hidden; an empty line brings them back"))
        if self.table.listening.asks(line) or self.table.offer_called(line):
            self.table.enter(line)
            return
        question = _("There are no candidates; the same again says “{line}” aloud", line=line)
        self.table.ask(line, Doubt(question, as_it_stands(line, self.play.player)))

    def _rewritten(self, number: int) -> str:
        """A candidate as the person rewrites it on the input line."""
        text = self.table.candidate_text(number)
        if not self.reader.prefills:
            raise KnownError(_("this is written: e {number} TEXT", number=number))
        return self.reader.read(f"{number}> ", text)

    def _edit(self, number: int, text: str) -> None:
        """Have a turn rewritten on the input line."""
        if not self.reader.prefills:
            raise COMMANDS["edit"].miswritten()
        self.table.edit(number, self.reader.read(f"{number}> ", text))

    # --- the model ---

    def _wait(self) -> None:
        """Wait until nothing is drawn any more; Ctrl-C on a terminal stops that, and what is
        complete is kept."""
        try:
            while self.table.drawing or self.table.waiting:
                if self.model.loading:
                    self.load()
                self.calls.make()
        except KeyboardInterrupt:
            if not self.terminal:
                raise
            self.table.stop()

    def load(self) -> None:
        """Wait for the model; what is to be said of a small one is said once."""
        try:
            self.model.backend = self.loading.backend()
        except Exception as error:
            self.model.problem = line_of(error)
            self._tell(error)
            self.floor.failed(error)
        else:
            self.floor.opened()
            self._hint(self.model.backend)
        self.floor.settle_memory()
        self.model.loading = False
        self.table.model_changed()

    def _hint(self, backend: Backend) -> None:
        better = self.loading.better
        if better is None or not is_new(SMALL_MODEL):
            return
        word(
            _(
                "The built-in {name} is small: its lines are well formed, but not clever.",
                name=backend.name,
            )
        )
        if better:
            word(_("This machine could also run {models}.", models=series(better[:3])))

    def _prompt(self) -> str:
        return f"{self.play.player.name if self.play.player else '…'}> "

    def _terminal(self) -> Reader:
        if is_dumb():
            return Plain()
        from tui.completing import TableCompleter, Terminal

        values = partial(value_names, self.play.session)
        return Terminal(TableCompleter(self.play.scene, command_words(), values), self._status)
