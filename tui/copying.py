"""Copying: by a tool of the desktop where the program runs on it, else by asking the terminal (OSC
52), which a browser and most terminals obey, over SSH and in tmux too."""

import asyncio
import base64
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from base.errors import KnownError
from base.messages import N_, _
from base.text import printable
from base.writing import UTF8
from scenes.log import dump, write
from scenes.table.controller import Table
from scenes.table.seeing import log_of

PATIENCE_S = 2.0
"""Seconds that a tool has."""
LONGEST = 74_994
"""Characters of base64 that every terminal which knows OSC 52 takes."""
WHOLE_LOG = ("log", "all", "记录", "全部", "日志")
Way = Literal["tool", "terminal"]

DEAF = {
    "linux": N_("the console of Linux"),
    "Apple_Terminal": "Terminal.app",
    "gnome": N_("this terminal"),
}
"""Terminals that do not know OSC 52, by `TERM` or `TERM_PROGRAM`."""


@dataclass(frozen=True)
class Surroundings:
    """What tells how something can be copied."""

    desktop: bool
    """Whether the desktop, if any, is that of the person: not over SSH, not in a browser."""
    tmux: bool = False
    screen: bool = False
    deaf: str = ""
    """A terminal that is known not to take what is copied."""

    @classmethod
    def of(cls, environment: Mapping[str, str], platform: str, browser: bool) -> "Surroundings":
        if browser:
            return cls(desktop=False)
        remote = bool(environment.get("SSH_CONNECTION") or environment.get("SSH_TTY"))
        shown = any(map(environment.get, ("DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME")))
        desktop = not remote and (platform in ("darwin", "win32") or shown)
        return cls(
            desktop, bool(environment.get("TMUX")), bool(environment.get("STY")), _deaf(environment)
        )


def _deaf(environment: Mapping[str, str]) -> str:
    for name in (environment.get("TERM", ""), environment.get("TERM_PROGRAM", "")):
        if name in DEAF:
            return DEAF[name]
    version = environment.get("VTE_VERSION", "")
    return DEAF["gnome"] if version.isdecimal() and int(version) < 7600 else ""


def here(browser: bool) -> Surroundings:
    return Surroundings.of(os.environ, sys.platform, browser)


def safe(text: str) -> str:
    """What is copied: nothing in it drives the terminal into which it is pasted."""
    return "\n".join(printable(line) for line in text.splitlines())


def sequences(text: str, around: Surroundings) -> str:
    """What asks the terminal to copy; through tmux and screen to the one outside."""
    encoded = base64.b64encode(text.encode(*UTF8)).decode("ascii")
    plain = f"\x1b]52;c;{encoded}\x07"
    if around.tmux:
        return plain + "\x1bPtmux;" + plain.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    if around.screen:
        pieces = (plain[at : at + 250] for at in range(0, len(plain), 250))
        return "".join(f"\x1bP{piece}\x1b\\" for piece in pieces)
    return plain


async def copied(text: str, around: Surroundings, write: Callable[[str], object]) -> Way:
    """Copy `text`, which is `safe`; how it went. `write` sends to the terminal."""
    if around.desktop:
        try:
            await asyncio.wait_for(asyncio.to_thread(by_tool, text), PATIENCE_S)
            return "tool"
        except Exception:
            pass  # there is no tool, or it fails: the terminal is asked
    write(sequences(text, around))
    return "terminal"


def by_tool(text: str) -> None:
    """Copy by the system's clipboard. Raises what `pyperclip` does where there is no tool."""
    import pyperclip  # type: ignore[import-untyped]

    pyperclip.copy(text)


def told(way: Way, what: str, text: str, around: Surroundings) -> tuple[str, bool]:
    """What the person is told, and whether it is a warning."""
    if way == "tool":
        return _("Copied: {what}", what=what), False
    if around.deaf:
        return (
            _(
                "Not copied: {terminal} takes no copies from programs; select with the mouse, "
                "holding Shift, or install xclip or wl-clipboard",
                terminal=_(around.deaf),
            ),
            True,
        )
    if len(text.encode(*UTF8)) * 4 // 3 > LONGEST:
        return (
            _(
                "Copied, if the terminal takes so much: {what}. /export log writes it to a file",
                what=what,
            ),
            True,
        )
    if around.tmux:
        words = _(
            "Copied: {what}. If nothing arrives, tmux needs: set -g set-clipboard on", what=what
        )
        return words, False
    return _("Copied by the terminal: {what}", what=what), False


# --- what is copied ------------------------------------------------------------------------------


def to_copy(table: Table, text: str, lit: int) -> tuple[str, str]:
    """What `/copy [N]` means, and what that is called. Raises `KnownError`."""
    word = text.strip().casefold()
    if word in WHOLE_LOG:
        return whole_log(table)
    if word:
        if not (word.isdecimal() and word.isascii() and len(word) < 10):
            raise KnownError(_("this command is written {form}", form=_("/copy [N]")))
        return candidate(table, int(word))
    return candidate(table, lit) if table.hand is not None else last_line(table)


def candidate(table: Table, number: int) -> tuple[str, str]:
    return table.candidate_text(number), _("candidate {number}", number=number)


def last_line(table: Table) -> tuple[str, str]:
    path = table.play.session.path
    if not path:
        raise KnownError(_("nothing has been said yet"))
    return write(path[-1].entry), _("the last line")


def whole_log(table: Table) -> tuple[str, str]:
    return dump(log_of(table.play.session)), _("the log of this branch")
