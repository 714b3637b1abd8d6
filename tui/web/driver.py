"""What shows the app in a browser: Textual's own, which also ends with the server."""

import contextlib
import os
from functools import partial

from textual.drivers.web_driver import WebDriver

from tui.terminal_events import TerminalGone


class BrowserDriver(WebDriver):
    """Speaks to the server over pipes; when they break, the app is left as if its terminal had
    gone, with everything kept."""

    def run_input_thread(self) -> None:
        super().run_input_thread()
        if not self.exit_event.is_set():
            self._app.post_message(TerminalGone())

    def start_application_mode(self) -> None:
        self._write = partial(self._send)
        super().start_application_mode()

    def _send(self, packet: bytes) -> int:
        """Write a whole packet; to nobody, once the server has gone."""
        left = memoryview(packet)
        while left:
            try:
                left = left[os.write(self.fileno, left) :]
            except OSError:
                break
        return len(packet)

    def stop_application_mode(self) -> None:
        with contextlib.suppress(OSError):
            super().stop_application_mode()
