"""What the program tells a person: a message, how grave it is, how long it stands. Values only."""

import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from base.messages import _

Severity = Literal["information", "warning", "error"]

SECONDS: dict[Severity, float] = {"information": 8, "warning": 20, "error": 40}
"""How long a message stands, unless it says so itself or a key takes it away."""
READ_S: dict[Severity, float] = {"information": 0.8, "warning": 2, "error": 3}
"""How long it stands at least, whatever is typed meanwhile."""
KEPT = 1000
"""Messages that are kept, the newest."""


@dataclass(frozen=True)
class Told:
    """One message, and when it was told."""

    message: str
    severity: Severity = "information"
    seconds: float = SECONDS["information"]
    at: datetime = field(default_factory=datetime.now)
    since: float = field(default_factory=time.monotonic)

    @property
    def word(self) -> str:
        """What it is, in a word; nothing where it is but something to know."""
        return {"warning": _("Note"), "error": _("Error")}.get(self.severity, "")
