"""How the process begins and ends: its signals, its streams, and faults that nobody catches."""

import os
import signal
import sys
import threading
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

ENDING = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
"""The signals that ask a program to end."""
PATIENCE_S = 1.0
"""Seconds that threads have to end by themselves."""


def load() -> None:
    """While modules load there is nothing to save: Ctrl-C ends the process at once."""
    _interrupted_by(signal.SIG_DFL)
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # shut before the program began
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115
    threading.excepthook = _of_thread
    sys.unraisablehook = _unraisable


def work() -> None:
    """From here on Ctrl-C and the signals that end a program unwind it, so that all is kept."""
    _interrupted_by(signal.default_int_handler)
    for number in ENDING:
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _end)


def end(status: int) -> int:
    """Nothing is left to be kept; the exit status, the process ended if a thread would hold it."""
    _interrupted_by(signal.SIG_DFL)
    for number in ENDING:
        if signal.getsignal(number) is _end:
            signal.signal(number, signal.SIG_DFL)
    if _is_held():
        os._exit(status)
    return status


def ended_by(number: int) -> int:
    """The exit status of a program that a signal has ended, as shells tell it."""
    return 128 + number


def _interrupted_by(handler: "signal.Handlers | object") -> None:
    """Settle what Ctrl-C does, unless whoever started the program has switched it off."""
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, handler)  # type: ignore[arg-type]


def _end(number: int, frame: FrameType | None) -> None:
    for each in ENDING:  # what is being kept now is not cut off by a second one
        signal.signal(each, signal.SIG_IGN)
    raise SystemExit(ended_by(number))


def _is_held() -> bool:
    """Whether a thread would keep the process alive, such as a draw that waits for a server."""
    others = [each for each in threading.enumerate() if not each.daemon]
    others.remove(threading.main_thread())
    for each in others:
        each.join(PATIENCE_S / len(others))
    return any(each.is_alive() for each in others)


def _of_thread(failure: threading.ExceptHookArgs) -> None:
    from tui.faults import describe_fault
    from tui.output import word

    if failure.exc_value is not None and not isinstance(failure.exc_value, SystemExit):
        word(f"paotuan: {describe_fault(failure.exc_value)}")


def _unraisable(failure: "UnraisableHookArgs") -> None:
    """What fails where nobody can be told, as in a finalizer, stands in the log."""
    from tui.faults import keep

    if isinstance(failure.exc_value, Exception):
        keep(failure.exc_value)
