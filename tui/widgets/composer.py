"""Where the person writes. With nothing written, keys are commands to the table."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import TextArea

from base.messages import _

IME_GUARD_S = 0.05
"""Enter this soon after a wide character is the input method's own, and sends nothing."""
LONGEST = 20_000
"""Characters of what is written, at most: each key wraps them anew."""
COMMANDS = {
    **{str(digit): f"pick {digit}" for digit in range(1, 10)},
    **{"e": "edit", "r": "redraw", "m": "more"},
    **{"up": "up", "down": "down"},
}
"""With nothing written and candidates on the table."""
FORMS = ("emoji ", "me ")
"""What may follow a backslash."""
ALWAYS = {"ctrl+z": "undo", "ctrl+y": "redo"}
"""With nothing written, candidates or none."""


class Composer(TextArea):
    """A few lines of text; Enter sends, Ctrl+J and Alt+Enter break the line."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+j,alt+enter", "break_line", "New line", show=False, id="composer.break"),
    ]

    @dataclass
    class Sent(Message):
        """The person has said something; empty to let the next one go on."""

        text: str

    @dataclass
    class Asked(Message):
        """A key was pressed that is a command while nothing is written."""

        command: str

    def __init__(
        self,
        emotions: Sequence[str] = (),
        commands: Sequence[str] = (),
        names: Sequence[str] = (),
        id: str | None = None,
    ) -> None:
        """`commands` are those that begin with `/`, `names` what may follow `/next`."""
        super().__init__(
            soft_wrap=True, tab_behavior="focus", compact=True, highlight_cursor_line=False, id=id
        )
        self.emotions = list(emotions)
        self.commands = [f"{name} " for name in commands]
        self.names = list(names)
        self.candidates = False
        """Whether there are candidates to choose from."""
        self.asking = False
        """Whether the next key says which candidate to edit."""
        self._wide_at = 0.0

    async def _on_key(self, event: events.Key) -> None:
        command = self._command(event)
        if command is not None:
            event.stop()
            event.prevent_default()
            if command:
                self.post_message(self.Asked(command))
        elif event.key == "enter":
            event.stop()
            event.prevent_default()
            self._send()
        elif event.key == "tab":
            event.stop()
            event.prevent_default()
            if not self._complete():
                self.post_message(self.Asked("next"))
        elif event.key == "shift+tab":
            event.stop()
            event.prevent_default()
            self.post_message(self.Asked("previous"))
        else:
            if event.character and ord(event.character) > 0x2E7F:
                self._wide_at = time.monotonic()
            await super()._on_key(event)

    async def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        text = event.text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
        if len(self.text) + len(text) > LONGEST:
            self.notify(
                _(
                    "{count:,} characters pasted, {most:,} at most; left out. A whole log: "
                    "Ctrl+L, then i imports it",
                    count=len(text),
                    most=LONGEST,
                ),
                severity="error",
                markup=False,
            )
            return
        await super()._on_paste(events.Paste(text))

    def action_break_line(self) -> None:
        self.insert("\n")

    def update_suggestion(self) -> None:
        """Offer the rest of a label after `\\emoji`."""
        labels = self._labels()
        self.suggestion = labels[0][1] if labels and self.text else ""

    def _command(self, event: events.Key) -> str | None:
        """The command that a key is here; `None` for a key that writes."""
        if self.text:
            return None
        if self.asking:
            return f"which {event.character or event.key}"
        if event.key in ALWAYS:
            return ALWAYS[event.key]
        return COMMANDS.get(event.key) if self.candidates else None

    def _send(self) -> None:
        if time.monotonic() - self._wide_at < IME_GUARD_S:
            return
        self.post_message(self.Sent(self.text))

    def _labels(self) -> list[tuple[str, str]]:
        """The labels that the text before the cursor begins, each with what is still missing."""
        row, column = self.cursor_location
        before = self.document.get_line(row)[:column]
        if self.cursor_location != self.document.end:
            return []
        if row == 0 and before.startswith("/"):
            beginning = "/next " if before.startswith("/next ") else "/"
            begun = before.removeprefix(beginning)
            known = self.names if beginning == "/next " else self.commands
            return [(each, each[len(begun) :]) for each in known if each.startswith(begun)]
        for mark, words in ((r"\emoji ", self.emotions), ("\\", FORMS)):
            at = before.rfind(mark)
            begun = before[at + len(mark) :]
            if at >= 0 and " " not in begun:
                return [(word, word[len(begun) :]) for word in words if word.startswith(begun)]
        return []

    def _complete(self) -> bool:
        """Write what is suggested, or the label after the one that is written."""
        if self.suggestion:
            self.insert(self.suggestion)
            return True
        row, column = self.cursor_location
        before = self.document.get_line(row)[:column]
        head, mark, label = before.rpartition(r"\emoji ")
        if not mark or label not in self.emotions:
            return bool(mark)
        following = self.emotions[(self.emotions.index(label) + 1) % len(self.emotions)]
        self.replace(following, (row, len(head) + len(mark)), (row, column))
        return True
