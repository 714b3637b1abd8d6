"""A field of one line that takes of a paste what it has room for, and says what it left out."""

from textual import events
from textual.widgets import Input

from base.messages import _
from base.text import UNPRINTABLE

LONGEST = 20_000
"""Characters that a field takes which has no limit of its own."""


class Field(Input):
    """An `Input` into which anything can be pasted."""

    def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        line = event.text.strip("\r\n").partition("\n")[0]
        line = UNPRINTABLE.sub("", line.replace("\t", " "))
        start, end = sorted(self.selection)
        most = self.max_length or LONGEST
        room = max(most - len(self.value) + (end - start), 0)
        if len(line) > room:
            self.notify(
                _(
                    "{count:,} characters pasted, the field takes {most:,}; the rest is left out",
                    count=len(line),
                    most=most,
                ),
                severity="warning",
                markup=False,
            )
        self.replace(line[:room], start, end)
