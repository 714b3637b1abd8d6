"""The keys and the log's forms, on one page."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from base.messages import N_, _

PAGE = N_(
    r"""Saying
  plain text     Elsa: Let us go in first.
  \me does       \me pushes the door open
  （thinks）      （Something is wrong.）   may follow a speech
  【tells】       【The lamp goes out.】
  \emoji label   Fine. \emoji smile       Tab completes and cycles
  Name: …        speaks for another role
  Ctrl+J or Alt+Enter breaks the line; a line is a turn

With nothing written
  Enter          lets the next one go on; takes the lit candidate
  1–9            takes that candidate     Up Down  light another
  e              edits before taking      r        draws all again
  m              draws more               Esc      stops
  Tab            chooses who is next      Shift+Tab  backwards
  Ctrl+Z         goes back a turn         Ctrl+Y   forward again
  To begin a line with e, r, m or a digit, press Space first.

At any time
  Ctrl+E         rewrites the last turn   Ctrl+B   turns, branches
  Ctrl+P         commands                 Ctrl+L   scenes
  PgUp PgDn      scroll                   Ctrl+Q   quit
  A turn is saved when it is said; quits and crashes lose nothing.
"""
)


class HelpScreen(ModalScreen[None]):
    """A page that any of its keys closes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1,q,enter", "dismiss(None)", "Back", id="help.back")
    ]

    def compose(self) -> ComposeResult:
        lines = _(PAGE).splitlines(keepends=True)
        text = [line if line.startswith(" ") else (line, "bold") for line in lines]
        page = VerticalScroll(Static(Content.assemble(*text), id="keys-page"), id="page")
        page.border_title = _("Help")
        yield page
