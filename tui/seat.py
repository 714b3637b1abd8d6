"""Starts the app on the screen, the keyboard settled before Textual is first imported."""

import os
from typing import TYPE_CHECKING

from tui.opening import Choice

if TYPE_CHECKING:
    from scenes.play import Play


def show(table: "Play | None", choice: Choice, kitty_keys: bool = False) -> int:
    """Play on the whole screen, from the start where there is no table yet; the exit status."""
    prepare_keys(kitty_keys)
    from tui.app import PaotuanApp

    app = PaotuanApp(table, choice)
    app.run()
    return app.return_code or 0


def prepare_keys(kitty_keys: bool) -> None:
    """Settle how the terminal tells keys, before Textual is imported for the first time.

    With the kitty protocol an input method sends the words it commits as one sequence, which
    Textual 8.2.8 gives up on beyond 32 bytes; so it is off unless asked for, and then the limit is
    raised.
    """
    if kitty_keys:
        os.environ.pop("TEXTUAL_DISABLE_KITTY_KEY", None)
        from textual import _xterm_parser

        _xterm_parser._MAX_SEQUENCE_SEARCH_THRESHOLD = 512
    else:
        os.environ.setdefault("TEXTUAL_DISABLE_KITTY_KEY", "1")
