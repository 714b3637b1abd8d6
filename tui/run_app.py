"""Starts the app on the screen, the keyboard settled before Textual is first imported."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from base.messages import _
from tui.colour import is_dumb
from tui.failures import BadInput
from tui.farewell import tell_saved
from tui.faults import Fault
from tui.model_options import Choice
from tui.process import ENDING, ended_by
from tui.settings import settings
from tui.terminal_background import ask, told_by

if TYPE_CHECKING:
    from scenes.table.play import Play
    from tui.app import PaotuanApp


FRAMES = "120"
"""Paints a second, at most: a key that comes during one waits no longer than for the next."""


def show(
    table: "Callable[[], Play | None] | None",
    choice: Choice,
    kitty_keys: bool = False,
    name: str | None = None,
) -> int:
    """Play on the whole screen, from the start where there is no table; the exit status.

    `table` is called as soon as something is on the screen, which is `name` until then, and raises
    what it raises. However the screen is left, what lies on the table is kept. Raises `Fault` for
    an error of ours that took it down, `KnownError` where something could not be kept, `BadInput`
    on a terminal that has no screen.
    """
    check_screen()
    prepare_keys(kitty_keys)
    asked = ask() if settings().theme is None else None
    try:
        from tui.app import PaotuanApp
    finally:
        dark, typed = asked.answer() if asked else (None, b"")

    app = PaotuanApp(None, choice)
    app.on_dark, app.typed_early = told_by(os.environ) if dark is None else dark, typed
    app.opening, app.opened_name = table, name or ""
    try:
        _run(app)
    finally:
        app.put_away()
    if app.unopened:
        raise app.unopened
    if app.fault:
        raise Fault from app.fault
    if app.unsaved:
        raise app.unsaved
    if app.last_played is not None and app.return_code in (0, None):
        tell_saved(app.last_played)
    return app.return_code or 0


def check_screen() -> None:
    """Raise `BadInput` where the terminal says that it knows no escapes."""
    if is_dumb():
        raise BadInput(
            _(
                "the screen needs another terminal than this one (TERM={term}); play line by line "
                "with: paotuan play SCENE --line",
                term=os.environ["TERM"],
            )
        )


def _run(app: "PaotuanApp") -> None:
    """Run the app until it is left. A draw that nothing can stop is not waited for."""
    loop = asyncio.new_event_loop()
    threads = ThreadPoolExecutor(thread_name_prefix="paotuan")
    loop.set_default_executor(threads)
    if sys.platform != "win32":
        for number in (signal.SIGINT, *ENDING):
            if signal.getsignal(number) is not signal.SIG_IGN:
                loop.add_signal_handler(number, app.finish, ended_by(number))
    try:
        loop.run_until_complete(app.run_async())
    finally:
        threads.shutdown(wait=False, cancel_futures=True)
        loop.close()


def prepare_keys(kitty_keys: bool) -> None:
    """Settle how the terminal tells keys, before Textual is imported for the first time.

    With the kitty protocol an input method sends the words it commits as one sequence, which
    Textual 8.2.8 gives up on beyond 32 bytes; so it is off unless asked for, and then the limit is
    raised.
    """
    os.environ.setdefault("TEXTUAL_FPS", FRAMES)
    if kitty_keys:
        os.environ.pop("TEXTUAL_DISABLE_KITTY_KEY", None)
        from textual import _xterm_parser

        _xterm_parser._MAX_SEQUENCE_SEARCH_THRESHOLD = 512
    else:
        os.environ.setdefault("TEXTUAL_DISABLE_KITTY_KEY", "1")
