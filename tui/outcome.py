"""The outermost ring: however the work ends, it is an exit status and a line for each problem."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass

from tui.failures import FAILED, STOPPED, BadInput, Known, problems_of, status_of
from tui.faults import describe_fault, trace, without_secrets
from tui.output import never_raise, short


@dataclass
class ProgramOptions:
    """What is options of the program as a whole."""

    debug: bool = False


def outcome(work: Callable[[], int], options: ProgramOptions) -> int:
    """The exit status of some work: 0 done, 1 failed, 2 wrong usage or bad input, 130 stopped."""
    never_raise()
    try:
        status = _status_of(work, options)
        sys.stdout.flush()
        sys.stderr.flush()
        return status
    except BrokenPipeError:
        return _unheard()
    except KeyboardInterrupt:
        return STOPPED
    except OSError as error:  # stdout cannot take what was still to be written
        return _failed(error, options, _unheard(), *problems_of(error))


def _status_of(work: Callable[[], int], options: ProgramOptions) -> int:
    try:
        return work()
    except BrokenPipeError:
        raise
    except (BadInput, *Known) as error:
        return _failed(error, options, status_of(error), *problems_of(error))
    except Exception as error:
        return _failed(error, options, FAILED, describe_fault(error))


def _failed(error: BaseException, options: ProgramOptions, status: int, *problems: str) -> int:
    if options.debug:
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
