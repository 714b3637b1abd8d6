"""What line mode tells of how lines are drawn, and of what the model reads."""

from pathlib import Path

from base.errors import KnownError
from base.messages import _
from base.text import printable
from scenes.table import controller_events as happened
from scenes.table.controller import Table
from scenes.table.directing import presets_told
from scenes.table.inspect_words import NAMES, summary
from scenes.table.sampling_words import SLIDERS, number
from tui.output import word


def show_steering(table: Table, asked: happened.ViewAsked) -> None:
    """Print what a command asks to see. Raises `KnownError`."""
    match asked.view:
        case "sampling":
            _sampling(table)
        case "lore":
            _entries(table, Path(asked.text)) if asked.text else _lore(table)
        case "prompt":
            _prompt(table, asked.text)


def tell_direction(line: str | None) -> None:
    """Say what is to happen in the next line that is drawn, or that nothing is any more."""
    if line:
        word(_("director, for the next draw: {line}", line=line))
    elif line is None:
        word(_("the line to the director is taken back"))
    else:
        word(_("drawn once more, these lines are without their line to the director"))


def _sampling(table: Table) -> None:
    play = table.play
    sampling = play.sampling_of(play.next or play.scene.cast[0])
    word(_("drawn with: {values}", values=table.sampling_told()))
    for slider in SLIDERS:
        value = number(getattr(sampling, slider.name))
        neutral = ""
        if slider.neutral is not None:
            neutral = f" ({_('neutral {n}', n=number(slider.neutral))})"
        word(f"  {slider.name} {value}{neutral}")
    for name, about in presets_told():
        word(f"  {name}: {about}")


def _lore(table: Table) -> None:
    files = table.play.knowledge_paths()
    if not files:
        raise KnownError(_("this scene and its roles have no knowledge"))
    for number_, (path, owner) in enumerate(files, 1):
        state = _("off") if table.play.is_off(path) else _("on")
        word(f"  {number_}  {printable(path.name)}  {owner or _('the scene')}  {state}")


def _entries(table: Table, path: Path) -> None:
    """The entries of a file, with their numbers."""
    for number_, row in enumerate(table.lore_entries(path), 1):
        state = _("off") if table.play.is_entry_off(path, row.id) else _("on")
        word(f"  #{number_}  {printable(row.name)}  {state}")


def _prompt(table: Table, name: str) -> None:
    one = table.inspect(name)
    word(_("What {name} reads", name=one.role))
    for line in summary(one):
        word(f"  {line}")
    for kind, text, tokens in one.parts:
        word(f"— {_(NAMES[kind])} {tokens:,}")
        for line in text.removesuffix("\n").split("\n"):
            word(printable(line))
