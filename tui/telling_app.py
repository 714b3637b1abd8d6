"""An app that shows no toasts: what is notified stands on a line, and all of it is kept."""

import time
from collections import deque

from textual import events
from textual.app import App
from textual.timer import Timer

from base.text import one_line
from tui.told import KEPT, READ_S, SECONDS, Severity, Told
from tui.widgets.message_line import MessageLine


class TellingApp(App[None]):
    """An app whose messages stand on a line of the screen, and are kept in `messages`."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: deque[Told] = deque(maxlen=KEPT)
        """All that was told, the newest last."""
        self.message: Told | None = None
        """What stands on the line now."""
        self._message_ends: Timer | None = None

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: Severity = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """Put a message on the line, from any thread. It is never read as markup."""
        text = one_line(f"{title} {message}" if title else message)
        told = Told(text, severity, max(timeout or 0, SECONDS[severity]))
        self.messages.append(told)
        self.call_later(self._tell, told)

    def _tell(self, told: Told | None) -> None:
        if self._message_ends is not None:
            self._message_ends.stop()
            self._message_ends = None
        self.message = told
        if told is not None:
            self._message_ends = self.set_timer(told.seconds, lambda: self._tell(None))
        self._show_message()

    def _show_message(self) -> None:
        for screen in self.screen_stack:
            for line in screen.query(MessageLine):
                line.show(self.message)
        if self.message is not None and not self.screen.query(MessageLine):
            self.screen.mount(MessageLine(classes="above"))

    def untell(self, message: str) -> None:
        """Take a message from the line, if it stands there: it holds no longer. It stays kept."""
        if self.message is not None and self.message.message == one_line(message):
            self._tell(None)

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key | events.Paste):
            self._heard_key()
        await super().on_event(event)

    def _heard_key(self) -> None:
        """A key takes away a message that there was time to read."""
        told = self.message
        if told is not None and time.monotonic() - told.since > READ_S[told.severity]:
            self._tell(None)
