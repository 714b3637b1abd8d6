"""Playing line by line: what is typed or piped in is done at the table, and what is said printed.

Lines of the log and candidates go to stdout, all other words to stderr.
"""

import re
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace

from base.errors import KnownError
from base.messages import _
from base.text import is_blank
from models.backend import Backend
from scenes.log import Entry
from scenes.scene import Role
from scenes.table.hand import Hand
from scenes.table.lines import body_of
from scenes.table.play import Play
from scenes.table.session import Turn
from scenes.turns import candidates_to_speak
from tui.candidates import numbered, print_hand, view
from tui.colour import is_dumb, painter
from tui.failures import FAILED, BadInput
from tui.faults import line_of
from tui.model_options import Choice, Loading
from tui.output import one_line, word
from tui.reading import Piped, Plain, Reader
from tui.words import language, say

LATELY = 12
"""Turns that are shown of a play that is gone on with."""
SEED_STEP = 15485863
"""What a redraw adds to a seed that was asked for, so that it is another draw."""

PICK = re.compile(r"\d{1,3}")
EDIT = re.compile(r"[eE]\s*(\d{1,3})(?:\s+(.*))?")
NUMBER = re.compile(r"(\d+)(?:\s+(.*))?", re.DOTALL)

HELP = (
    """\
文字          说一句（\\me 动作，【旁白】，（内心），\\emoji 表情，名字：替人说）
空行          让下一位接话；已有候选时再列一遍
1、2、…       选一句候选
e 2 文字      改了再用（在终端里 e 2 把原句放进输入行）
r  m          重抽 / 再多抽几句
/next 名字    让这个角色接话
/undo /redo   退一轮 / 进一轮
/edit 轮 文字 改写说过的一轮    /log 看每一轮和它的号
/branches     看所有分支        /go 轮 回到那里
/quit         离开，什么都不会丢""",
    """\
text           say it (\\me acts, 【…】 narrates, （…）thinks, \\emoji feels, 名字：for another)
empty line     let the next one go on; with candidates on the table, list them again
1, 2, …        take a candidate
e 2 text       take it as edited (on a terminal, e 2 puts the line where you type)
r  m           draw again / draw more
/next NAME     let this role go on
/undo /redo    a turn back / forward
/edit N text   say turn N differently      /log: the turns with their numbers
/branches      all branches                /go N: stand at turn N
/quit          leave; nothing is lost""",
)
WORDS = {
    "none": ("桌上没有候选；空行让下一位接话", "no candidates yet; an empty line draws some"),
    "range": ("候选是 1 到 {0}", "there are candidates 1 to {0}"),
    "edit": ("写成 e {0} 文字", "write it as: e {0} text"),
    "number": ("写成 /{0} 轮 …；/log 列出轮号", "write it as: /{0} N …; /log lists the turns"),
    "who": ("谁接话？/next 名字（{0}）", "who goes on? /next NAME ({0})"),
    "nobody": ("没有可以接话的角色", "nobody is left for a model to play"),
    "unknown": ("没有 /{0} 这个命令{1}；/help", "no command /{0}{1}; /help"),
    "opened": ("打字说话，空行让下一位接话，/help 帮助", "type to speak; an empty line; /help"),
    "leave": ("/quit 或 Ctrl-D 离开", "/quit or Ctrl-D leaves"),
    "no_line": ("没抽到一句成形的", "no candidate was a line in form"),
}


def play_by_line(play: Play, choice: Choice, encoding: str = "utf-8", begun: bool = False) -> int:
    """Play until the lines end; the exit status: 1 where a draw failed. Closes `play`.

    `encoding` is that of lines in a pipe. Of a play that was `begun` just now nothing is kept where
    no line came. Raises `BadInput` for bytes that are none of the encoding.
    """
    loading = Loading(choice, play.scene)
    table = LineTable(play, loading, sys.stdin.isatty(), encoding)
    try:
        return table.run()
    finally:
        loading.close()
        if begun and not table.heard:
            play.discard()
        else:
            play.close()


class LineTable:
    """The table, a line at a time."""

    def __init__(
        self, play: Play, loading: Loading, terminal: bool, encoding: str = "utf-8"
    ) -> None:
        self.play = play
        self.loading = loading
        self.terminal = terminal
        self.hand: Hand | None = None
        self.status = 0
        self.heard = False
        """Whether a line has come."""
        self.paint = painter()
        self._told = False
        self._redraws = 0
        self._asking_model = False
        self._commands: Mapping[str, Callable[[str], object]] = {
            "next": self._next,
            "undo": lambda __: self._moved(play.undo, "nothing_back"),
            "redo": lambda __: self._moved(play.redo, "nothing_forward"),
            "edit": self._edit_turn,
            "branches": lambda __: self._branches(),
            "go": self._go,
            "log": lambda __: self._log(),
            "help": lambda __: word(HELP[language()]),
            "quit": lambda __: None,
        }
        self.reader = self._terminal() if terminal else Piped(encoding)

    def run(self) -> int:
        """Read and obey until the end; what is on the table then is kept, whatever ends it."""
        try:
            self._open()
            while (line := self._line()) != "/quit":
                self._try(line)
        except EOFError:
            pass
        finally:
            self._set_aside()
        self._tell_notices()
        if not self.heard and not self.terminal:
            raise BadInput(_("nothing came from stdin; send lines to play, or play on a terminal"))
        return self.status

    def _line(self) -> str:
        """The next line. Raises `EOFError` at the end."""
        while True:
            self._tell_notices()
            try:
                line = self.reader.read(self._prompt()).strip()
                self.heard = True
                return "" if is_blank(line) else line
            except KeyboardInterrupt:
                if not self.terminal:
                    raise
                word(_("/quit or Ctrl-D leaves"))

    def _try(self, line: str) -> None:
        """Do what one line says; what cannot be done is told."""
        self._asking_model = False
        try:
            self.obey(line)
        except (EOFError, BrokenPipeError):
            raise
        except KeyboardInterrupt:
            if not self.terminal:
                raise
            word(_("/quit or Ctrl-D leaves"))
        except Exception as error:
            mistake = isinstance(error, KnownError) and not self._asking_model
            mistake = mistake and not isinstance(error.__cause__, OSError)
            self.status = self.status if mistake else FAILED
            word(_("paotuan: {line_of}", line_of=line_of(error)))

    def obey(self, line: str) -> None:
        """Do what one line says. Raises `KnownError` and `KnownError`."""
        edit = EDIT.fullmatch(line)
        if not line:
            self._go_on()
        elif line.startswith("/"):
            self._command(line)
        elif PICK.fullmatch(line):
            self._pick(int(line))
        elif edit and self.hand:
            self._pick(int(edit[1]), edit[2] or self._rewritten(int(edit[1])))
        elif line in ("r", "R"):
            self._redraw()
        elif line in ("m", "M"):
            self._draw(more=True)
        else:
            self._say(line)

    # --- speaking and drawing ---

    def _say(self, line: str) -> None:
        self.play.entry(line, self.play.player)
        self.play.notices.clear()
        self._set_aside()
        self._print(self.play.say(line))
        if self.play.model_is_next:
            self._draw()

    def _go_on(self) -> None:
        if self.hand:
            print_hand(self.hand)
            return
        if self.play.next is None:
            raise KnownError(
                _("who goes on? /next NAME ({0})", ", ".join(role.name for role in self._others()))
            )
        if not self.play.model_is_next:
            self._pass()
        self._draw()

    def _pass(self) -> None:
        """The player lets another role go on: not who just spoke, where there is a choice."""
        last = self.play.session.path[-1].entry.speaker if self.play.session.path else ""
        waiting = [role for role in self._others() if role.name != last] or self._others()
        if not waiting:
            raise KnownError(_("nobody is left for a model to play"))
        self.play.next = waiting[0]

    def _redraw(self) -> None:
        self._set_aside()
        self._redraws += 1
        self._draw()

    def _draw(self, more: bool = False) -> None:
        speaker = self.play.next
        if speaker is None or not self.play.model_is_next:
            raise KnownError(
                _("who goes on? /next NAME ({0})", ", ".join(role.name for role in self._others()))
            )
        self._asking_model = True
        backend = self._backend()
        hand = self.hand if more else None
        if hand is None:
            self._set_aside()
            hand = self.play.hand(backend, speaker)
            if hand.sampling.seed is not None and self._redraws:
                seed = (hand.sampling.seed + SEED_STEP * self._redraws) % 2**32
                hand.sampling = replace(hand.sampling, seed=seed)
        word(f"-- {speaker.name}")
        self.hand = hand
        self._asking_model = True
        try:
            self._deal(backend, hand)
        finally:
            if not hand.complete:
                self.hand = None
        self._asking_model = False
        if self.hand is None:
            why = next((place.why for place in hand.places if place.why), "")
            raise KnownError(
                f"{_('no candidate was a line in form')} ({why})"
                if why
                else _("no candidate was a line in form")
            )

    def _deal(self, backend: Backend, hand: Hand) -> None:
        """Fill a hand; Ctrl-C on a terminal stops that and keeps what is complete."""
        shown = view()
        offset, updates = self.play.deal(backend, hand)
        try:
            with closing(updates):
                for update in updates:
                    hand.update(update, offset)
                    shown.changed(hand)
        except KeyboardInterrupt:
            if not self.terminal:
                raise
        finally:
            hand.stop()
            shown.done(hand)

    def _pick(self, number: int, text: str | None = None) -> None:
        at = self._place(number)
        assert self.hand is not None
        turn = self.play.pick(self.hand, at, text)
        self.hand, self._redraws = None, 0
        self._print([turn])

    def _place(self, number: int) -> int:
        if self.hand is None:
            raise KnownError(_("no candidates yet; an empty line draws some"))
        places = numbered(self.hand)
        if not 1 <= number <= len(places):
            raise KnownError(_("there are candidates 1 to {0}", len(places)))
        return places[number - 1]

    def _rewritten(self, number: int) -> str:
        """A candidate as the person rewrites it on the input line."""
        place = self._place(number)
        if not self.reader.prefills:
            raise KnownError(_("write it as: e {0} text", number))
        assert self.hand is not None
        candidate = self.hand.places[place].candidate
        assert candidate is not None
        return self.reader.read(f"{number}> ", body_of(candidate.entry))

    def _set_aside(self) -> None:
        """Remember the candidates from which nothing was picked."""
        if self.hand:
            self.play.keep(self.hand)
            self.hand = None

    # --- commands ---

    def _command(self, line: str) -> None:
        from base.names import nearest

        name, __, rest = line[1:].partition(" ")
        command = self._commands.get(name)
        if command is None:
            raise KnownError(
                _("no command /{0}{1}; /help", one_line(name), nearest(name, self._commands))
            )
        command(rest.strip())

    def _next(self, name: str) -> None:
        if not name:
            raise KnownError(
                _("who goes on? /next NAME ({0})", ", ".join(role.name for role in self._others()))
            )
        role = self.play.scene.role(name)
        self._set_aside()
        self.play.next = role
        if self.play.model_is_next:
            self._draw()
        else:
            word(_("your turn"))

    def _moved(self, move: Callable[[], bool], why_not: str) -> None:
        self._set_aside()
        if not move():
            raise KnownError(say(why_not))
        self._stand()

    def _go(self, rest: str) -> None:
        number = self._number("go", rest)[0]
        self._set_aside()
        self.play.go(number)
        self._stand()

    def _edit_turn(self, rest: str) -> None:
        number, text = self._number("edit", rest)
        turn = next((turn for turn in self.play.session.path if turn.id == number), None)
        if turn is None:
            raise KnownError(_("write it as: /{0} N …; /log lists the turns", "edit"))
        if not text and self.reader.prefills:
            text = self.reader.read(f"{number}> ", body_of(turn.entry))
        if not text:
            raise KnownError(_("write it as: /{0} N …; /log lists the turns", "edit"))
        self._set_aside()
        self._print([self.play.edit(turn, text)])

    def _number(self, command: str, rest: str) -> tuple[int, str]:
        found = NUMBER.fullmatch(rest)
        if found is None:
            raise KnownError(_("write it as: /{0} N …; /log lists the turns", command))
        return int(found[1]), found[2] or ""

    def _log(self) -> None:
        for turn in self.play.session.path:
            print(f"#{turn.id}  {self.paint(turn.entry)}")

    def _branches(self) -> None:
        for leaf in self.play.session.leaves():
            here = "*" if leaf.id == self.play.session.head else " "
            print(f"{here} #{leaf.id}  {self.paint(leaf.entry)}")

    # --- showing ---

    def _open(self) -> None:
        play, scene = self.play, self.play.scene
        print(self.paint(Entry("chapter", scene.title)))
        if scene.aim:
            word(_("Aim: {0}", scene.aim))
        word(_("You play: {0}", play.player.name) if play.player else _("watching"))
        opening = [turn for turn in play.session.path if turn.by == "opening"]
        begun = len(opening) < len(play.session.path)
        self._print(play.session.path[-LATELY:] if begun else opening)
        word(_("type to speak; an empty line; /help"))

    def _stand(self) -> None:
        """Show where the play stands."""
        path = self.play.session.path
        if path:
            print(f"#{path[-1].id}  {self.paint(path[-1].entry)}", flush=True)

    def _print(self, turns: list[Turn]) -> None:
        for turn in turns:
            print(self.paint(turn.entry), flush=True)

    def _tell_notices(self) -> None:
        for notice in self.play.notices:
            word(_("paotuan: {notice}", notice=notice))
        self.play.notices.clear()

    def _prompt(self) -> str:
        return f"{self.play.player.name if self.play.player else '…'}> "

    def _status(self) -> str:
        role = self.play.next
        if self.hand:
            count = len(numbered(self.hand))
            return _(
                "{1} lines for {0} · 1–{1} pick · ↑↓ Enter · e edit · r redraw · m more · Esc stop",
                self.hand.speaker.name,
                count,
            ).split(" · ↑")[0]
        if role is None:
            return _(
                "who goes on? /next NAME ({0})", ", ".join(role.name for role in self._others())
            )
        return _("next: {0}", role.name) if self.play.model_is_next else _("your turn")

    def _backend(self) -> Backend:
        """The model, waited for; what is to say of a small one is said once."""
        if not self.loading.done:
            word(_("loading the model…"))
        backend = self.loading.backend()
        if not self._told and self.loading.better is not None:
            better = self.loading.better
            more = _("This machine could also run {0}.", ", ".join(better[:3])) if better else ""
            word(
                _(
                    "The embedded {0} is small: its lines are in form, not clever. {1}",
                    backend.name,
                    more,
                )
            )
        self._told = True
        return backend

    def _others(self) -> list[Role]:
        return candidates_to_speak(self.play.scene, self.play.session.role)

    def _terminal(self) -> Reader:
        if is_dumb():
            return Plain()
        from tui.completing import TableCompleter, Terminal

        return Terminal(TableCompleter(self.play.scene, list(self._commands)), self._status)


def _say(key: str, *values: object) -> str:
    return WORDS[key][language()].format(*values)
