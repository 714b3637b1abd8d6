"""What the composer offers for a word that is begun: labels, commands, names. Pure."""

import re
from collections.abc import Callable, Sequence

from scenes.table.command_words import takes_value, values_of, words_behind

FORMS = ("emoji ", "me ")
"""What may follow a backslash."""
MARKS = ("/", "／", "、")
"""What begins a command; the last is what a Chinese input method makes of `/`."""
NAMING = re.compile(r"[/／、.。](\w+) ")
WHISPER = re.compile(r"(?:[@＠][^\s@＠]+)*[@＠](?=[^\s@＠]*\Z)")
LABEL = re.compile(r"[ \t]*\\emoji[ \t]+(\S+)[ \t]*\Z")


class Suggestions:
    """The words that can be completed at one table."""

    def __init__(
        self, emotions: Sequence[str], commands: Sequence[str], names: Sequence[str]
    ) -> None:
        self.emotions = tuple(emotions)
        self.commands = tuple(f"{name} " for name in commands)
        self.names = tuple(names)
        self.files: tuple[str, ...] = ()
        """The files of knowledge that may follow `/lore`."""
        self.values: Callable[[], Sequence[str]] = tuple
        """The values of sheets, as `/set` calls them."""

    def rest(self, before: str, first_line: bool) -> str:
        """What is still missing of the first word that fits what stands before the cursor."""
        for beginning, words in self._kinds(before, first_line):
            begun = before[len(beginning) :]
            for word in words:
                if word.startswith(begun) and word != begun:
                    return word[len(begun) :]
        return ""

    def _kinds(self, before: str, first_line: bool) -> list[tuple[str, Sequence[str]]]:
        """What stands before the word that is begun, and the words that may follow."""
        naming = NAMING.match(before) if first_line else None
        if naming and takes_value(naming[1]):
            return [(naming[0], [*self.values(), *self.names])]
        if naming and (words := words_behind(naming[1], self.names)):
            return [(naming[0], words)]
        if first_line and naming and (values := values_of(naming[1], self.files)):
            return [(before[: before.rfind(" ") + 1], values)]
        if first_line and (whisper := WHISPER.match(before)):
            return [(before[: whisper.end()], [f"{name} " for name in self.names])]
        if first_line and before.startswith(MARKS):
            return [(before[0], self.commands)]
        for mark, words in ((r"\emoji ", self.emotions), ("\\", FORMS)):
            at = before.rfind(mark)
            if at >= 0 and " " not in before[at + len(mark) :]:
                return [(before[: at + len(mark)], words)]
        return []


def label_at_end(text: str) -> tuple[str, str]:
    """A text without the label that ends it, and that label; an empty one where there is none."""
    found = LABEL.search(text)
    return (text[: found.start()], found[1]) if found else (text, "")


def next_label(emotions: Sequence[str], label: str, step: int) -> str:
    """The label of the list after (or before) one; beyond the ends of the list stands none."""
    row = ("", *emotions)
    at = row.index(label) if label in row else 0
    return row[(at + step) % len(row)]
