"""The input line of a terminal: history, editing, and completion of names, emotions, commands."""

import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.output import create_output

from base.folders import data_folder
from base.messages import _
from base.text import REPLACED, UNPRINTABLE
from scenes.log import cue
from scenes.scene import Scene
from scenes.table.command_words import takes_value, values_of, words_behind
from tui.output import escaped_line, word

EMOTION = re.compile(r"\\emoji\s*(\S*)$")
WHISPER = re.compile(r"(?:[@＠]\S+)*[@＠]([^\s@＠]*)$")
MARK = re.compile(r"[\\＼](\w*)$")
COMMAND = re.compile(r"[/／、.。](\w*)$")
NAMING = re.compile(r"[/／、.。](\w+)\s+(\S*)$")
VALUES = re.compile(r"[/／、.。](\w+)\s+(?:.*\s)?(\S*)$")
NOT_UTF8 = re.compile(f"[\ud800-\udfff{REPLACED}]")
"""What bytes become that are not UTF-8."""


class TableCompleter(Completer):
    """Completes what a line at the table may hold."""

    def __init__(
        self, scene: Scene, commands: Sequence[str], values: Callable[[], Sequence[str]] = tuple
    ) -> None:
        """`values` are those of sheets, as `/set` calls them."""
        self.values = values
        self.names = [role.name for role in scene.cast]
        own = [label for role in scene.cast for label in role.emotions]
        self.emotions = list(dict.fromkeys((*scene.emotions, *own)))
        self.commands = list(commands)
        own_files = [path for role in scene.cast for path in role.knowledge]
        self.files = [path.name for path in dict.fromkeys((*scene.knowledge, *own_files))]

    def get_completions(self, document: Document, event: CompleteEvent) -> Iterator[Completion]:
        typed, words = self._expected(document.text_before_cursor)
        for each in words:
            if each.startswith(typed) and each != typed:
                yield Completion(each, -len(typed), display=escaped_line(each))

    def _expected(self, before: str) -> tuple[str, Sequence[str]]:
        """What was typed of a word, and the words that may stand there."""
        if match := WHISPER.match(before):
            return match[1], [f"{name} " for name in self.names]
        if match := EMOTION.search(before):
            blank = " " if before.endswith("\\emoji") else ""
            return match[1], [f"{blank}{label}" for label in self.emotions]
        if match := MARK.search(before):
            return match[1], ["me ", "emoji "]
        match = NAMING.match(before)
        if match and takes_value(match[1]):
            return match[2], [*self.values(), *self.names]
        if match and (words := words_behind(match[1], self.names)):
            return match[2], words
        if (match := VALUES.match(before)) and (values := values_of(match[1], self.files)):
            return match[2], values
        if match := COMMAND.match(before):
            return match[1], self.commands
        return (before, [cue(name) for name in self.names]) if before else ("", [])


class Terminal:
    """Reads lines from the person at the terminal."""

    prefills = True

    def __init__(self, completer: Completer, status: Callable[[], str]) -> None:
        self._status = status
        self._session: PromptSession[str] = PromptSession(
            history=_history(),
            completer=completer,
            bottom_toolbar=lambda: FormattedText([("", escaped_line(status()))]),
            erase_when_done=True,
            enable_suspend=True,
            output=create_output(sys.stdout, always_prefer_tty=True),
        )
        self._session.app.renderer.cpr_not_supported_callback = None  # it would warn in English

    def read(self, prompt: str, prefill: str = "") -> str:
        """A line. Raises `EOFError` at Ctrl-D and `KeyboardInterrupt` at Ctrl-C.

        One with bytes that are not UTF-8 is told, and given back without them to be mended.
        """
        shown = FormattedText([("bold", escaped_line(prompt))])
        while True:
            try:
                line = self._session.prompt(shown, default=prefill)
            finally:  # a signal may come where the prompt does not take back what it has begun
                self._session.app.output.disable_bracketed_paste()
                self._session.app.output.flush()
            if not NOT_UTF8.search(line):
                return UNPRINTABLE.sub("", line)
            prefill = NOT_UTF8.sub("", line)
            word(
                _(
                    "Not sent: it holds characters that could not be read (�); correct them, and "
                    "set the terminal to UTF-8"
                )
            )


def _history() -> History:
    """What was typed before, kept where that can be written."""
    folder = data_folder()
    file = folder / "line-history"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600))
        file.chmod(0o600)
    except OSError:
        return InMemoryHistory()
    return FileHistory(str(file))
