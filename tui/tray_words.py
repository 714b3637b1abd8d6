"""What the tray says: its title with its keys, what is waited for, what came to nothing."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from rich.cells import cell_len

from base.messages import _, _n
from scenes.table.hand import Hand
from tui.paint import printable
from tui.wrapping import fitted

Picks = Literal["all", "digits", "none"]
"""Which keys pick a candidate: digits and Enter, digits alone, or none."""
DIRECTOR = 24
"""Cells of the line to the director that a title shows."""
SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"


@dataclass(frozen=True)
class Going:
    """What goes on until the first candidate begins, and since when."""

    until: str | None = None
    """What a draw waits for: `model`, `knowledge`; `None` where it has begun."""
    done: int = 0
    total: int = 0
    """Tokens of the prompt that have been read, and that there are."""
    since: float = field(default_factory=time.monotonic)

    def reading(self, done: int, total: int) -> "Going":
        return replace(self, done=done, total=total)

    def words(self) -> str:
        """One line: a spinner, what is done, for how long, and how to stop it."""
        seconds = time.monotonic() - self.since
        match self.until:
            case "model":
                what = _("waiting for the model")
            case "knowledge":
                what = _("waiting for the knowledge base")
            case _ if 0 < self.done < self.total:
                what = _(
                    "reading the prompt: {done:,} of {total:,} tokens",
                    done=self.done,
                    total=self.total,
                )
            case _:
                what = _("the model is thinking of the first words")
        spin = SPINNER[int(seconds * 10) % len(SPINNER)]
        return f"{spin} " + _("{what} · {seconds} s · Esc stops", what=what, seconds=int(seconds))


def title_of(hand: Hand, at: int, of: int, width: int, has_keys: bool, picks: Picks = "all") -> str:
    """Whose lines they are, which hand of how many, and the keys that work now, as many as fit."""
    keys = _keys(hand, at, of, has_keys) if picks == "all" else _digits_alone(hand, picks)
    return _fitting([*_names(hand, at, of), *keys], width)


def folded_title(hand: Hand, width: int, picks: Picks = "all") -> str:
    """What the one line says that stands for a hand out of sight."""
    count = len(hand.complete)
    if picks != "all":
        name = printable(hand.speaker.name)
        words = _n(
            "{n} line for {name} out of sight",
            "{n} lines for {name} out of sight",
            count,
            name=name,
        )
        return fitted(words, width - 4)
    words = _n(
        "{n} line for {name} out of sight · Enter brings it back",
        "{n} lines for {name} out of sight · Enter brings them back",
        count,
        name=printable(hand.speaker.name),
    )
    return fitted(words, width - 4)


def lost_places(hand: Hand, has_keys: bool = True, picks: Picks = "all") -> str:
    """One line about what stands behind the best, and about the places at which no line came about,
    with the keys for them; empty where there is neither."""
    if more := hand.behind:
        return _behind(hand, more, has_keys, picks)
    lost = [place for place in hand.places if place.over and not place.candidate]
    whys = dict.fromkeys(place.why for place in lost if place.why)
    if not lost:
        return ""
    n, why = len(lost), ", ".join(whys)
    if picks != "all":
        return _n("{n} came to nothing ({why})", "{n} came to nothing ({why})", n, why=why)
    return _n(
        "{n} came to nothing; {keys} draws again ({why})",
        "{n} came to nothing; {keys} draws again ({why})",
        n,
        keys="r" if has_keys else "↓ r",
        why=why,
    )


def _behind(hand: Hand, more: int, has_keys: bool, picks: Picks) -> str:
    """How many lines stand behind the best, and how many there were that came to nothing."""
    if picks != "all":
        words = _n("{n} more", "{n} more", more)
    else:
        key = "m" if has_keys else "↓ m"
        words = _n("{key} shows {n} more", "{key} shows {n} more", more, key=key)
    lost = [place for place in hand.places if place.over and not place.candidate]
    if not lost:
        return words
    n, reasons = len(lost), ", ".join(dict.fromkeys(place.why for place in lost if place.why))
    nothing = _n("{n} came to nothing ({why})", "{n} came to nothing ({why})", n, why=reasons)
    return f"{words}; {nothing}"


def _names(hand: Hand, at: int, of: int) -> list[str]:
    count = hand.in_view
    name = printable(hand.speaker.name)
    whose = _n("{n} line for {name}", "{n} lines for {name}", count, name=name)
    taken = ", ".join(str(place + 1) for place in sorted(hand.picked))
    names = [f"{whose} {at}/{of}" if of > 1 else whose]
    if director := hand.steering.director:
        names.append(_("director: {line}", line=fitted(printable(director), DIRECTOR)))
    return [*names, _("taken: {numbers}", numbers=taken)] if taken else names


def _digits(hand: Hand) -> str:
    count = hand.in_view
    return {1: "1"}.get(count, f"1–{min(count, 9)}") + (", 0" if count > 9 else "")


def _digits_alone(hand: Hand, picks: Picks) -> Sequence[str]:
    return [_("{digits} pick", digits=_digits(hand))] if picks == "digits" else []


def _keys(hand: Hand, at: int, of: int, has_keys: bool) -> Sequence[str]:
    digits = _digits(hand)
    leaf = [_("←→ hands")] if of > 1 else []
    if not hand.complete:
        return leaf
    if has_keys:
        return [
            _("{digits} or Enter pick", digits=digits),
            *(_("e edit"), _("r redraw"), _("m more"), _("v whole"), *leaf),
            *(_("c continue"), _("y copy"), _("Esc hide")),
        ]
    return [_("{digits} or Enter pick", digits=digits), *leaf, _("↓ more keys")]


def _fitting(parts: list[str], width: int) -> str:
    """As many of the parts as fit, the first ones first."""
    text = ""
    for part in parts:
        longer = f"{text} · {part}" if text else part
        if text and cell_len(longer) > width - 4:
            break
        text = longer
    return text
