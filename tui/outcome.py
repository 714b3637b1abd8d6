"""The outermost ring: however the work ends, it is an exit status and a line for each problem."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass

from tui.failures import FAILED, STOPPED, BadInput, Known, problems_of, status_of
from tui.faults import told, trace, without_secrets
from tui.output import never_raise, short


@dataclass
class Asked:
    """What is asked of the program as a whole."""

    debug: bool = False


def outcome(work: Callable[[], int], asked: Asked) -> int:
    """The exit status of some work: 0 done, 1 failed, 2 wrong usage or bad input, 130 stopped."""
    never_raise()
    try:
        status = _told(work, asked)
        sys.stdout.flush()
        sys.stderr.flush()
        return status
    except BrokenPipeError:
        return _unheard()
    except KeyboardInterrupt:
        return STOPPED
    except OSError as error:  # stdout cannot take what was still to be written
        return _failed(error, asked, _unheard(), *problems_of(error))


def _told(work: Callable[[], int], asked: Asked) -> int:
    try:
        return work()
    except BrokenPipeError:
        raise
    except (BadInput, *Known) as error:
        return _failed(error, asked, status_of(error), *problems_of(error))
    except Exception as error:
        return _failed(error, asked, FAILED, told(error))


def _failed(error: BaseException, asked: Asked, status: int, *problems: str) -> int:
    if asked.debug:
        print(trace(error), end="", file=sys.stderr)
    for problem in problems:
        print(f"paotuan: {short(without_secrets(problem))}", file=sys.stderr)
    return status


def _unheard() -> int:
    """Nobody reads on: no complaint now, and none when Python flushes at its end."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, stream.fileno())
            os.close(null)
    return FAILED
