"""The table in a browser: a server that gives each person a process of their own."""

import os

DRIVER = "tui.web.driver:BrowserDriver"
"""What shows the app in a browser, as Textual finds it in `TEXTUAL_DRIVER`."""
GUEST = "PAOTUAN_GUEST"
"""Set where a person came over the network."""


def in_browser() -> bool:
    """Whether this process is shown in a browser."""
    return os.environ.get("TEXTUAL_DRIVER") == DRIVER


def is_guest() -> bool:
    """Whether the person came over the network, and this machine's files are not theirs."""
    return bool(os.environ.get(GUEST))
