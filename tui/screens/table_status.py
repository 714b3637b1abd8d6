"""What the table says of itself: its line of status, and what Enter does in the composer now."""

from collections.abc import Iterator

from rich.cells import cell_len

from base.messages import _
from scenes.table.controller import Table
from scenes.table.play import Play
from scenes.table.session import Turn
from tui.table_keys import Laws
from tui.table_state import Mode, State, key_name
from tui.tray_words import Picks


def status_of(table: Table, loading: bool, reading: tuple[int, int] | None) -> Iterator[str]:
    """The parts of the status line, the most important first; empty ones are nothing.

    `reading` is how much of a prompt has been read, and how much there is.
    """
    play, model = table.play, table.model
    role = play.session.role
    yield _("you: {role}", role=role) if role else _("watching")
    yield _coming(play)
    if loading:
        yield _("loading the model…")
    elif model.backend is None:
        yield _("no model") if model.problem else ""
    else:
        yield model.backend.name
    if reading is not None:
        done, total = reading
        yield _("reading {done:,} of {total:,} tokens", done=done, total=total)
    cost = table.hand.cost if table.hand else None
    if model.backend is not None and cost is not None:
        used, context = cost.prompt_tokens, model.backend.context
        yield _("{used}/{context} tokens", used=used, context=context)
        if cost.total_s:
            yield _("{rate:.0f} tokens/s", rate=cost.tokens / cost.total_s)


def invitation(state: State, table: Table, lit: int, turn: Turn | None = None) -> str:
    """What Enter does now, while nothing is written. `lit` is the lit candidate, from 0; `turn` is
    the turn that is lit."""
    if state.mode == "turns" and turn is not None:
        return _("Turn {number}: Enter goes there. Typing writes", number=turn.id)
    if state.label:
        return _("Write what goes with this feeling, Enter sends; Ctrl+G takes it away")
    if state.undoes:
        return _("Ctrl+Z brings back what was written. {enter}", enter=_enter(state, table, lit))
    if state.editing:
        return _("Write it anew, Enter sends; Esc drops")
    if state.dropped:
        return _("Ctrl+Z brings the edit back. {enter}", enter=_enter(state, table, lit))
    return _enter(state, table, lit)


def direction_of(play: Play) -> str:
    """The line to the director that waits for the next draw."""
    if not play.direction:
        return ""
    return _("Director, for the next draw: {line} · Esc takes it back", line=play.direction)


def heading_of(laws: Laws, mode: Mode, width: int) -> str:
    """The keys of the turn that is lit, as many as a border of so many cells has room for."""
    if mode != "turns":
        return ""
    text = _("↑↓ turns")
    back_first = sorted(laws.hints(mode), key=lambda hint: hint[0].id != "turn.leave")
    for law, key in back_first:
        longer = f"{text} · {key_name(key)} {_(law.hint)}"
        if cell_len(longer) > width - 2:
            break
        text = longer
    return text


def _enter(state: State, table: Table, lit: int) -> str:
    if state.editing:
        return _("Write it anew, Enter sends; Esc drops")
    if state.places and table.hand is not None:
        return _lit(state, table, lit)
    if state.hidden:
        return _("Enter brings the candidates back; or say something")
    if table.listening.offering:
        return _("Enter rolls; or say something")
    if table.waiting:
        return _("The draw begins as soon as the model is there; Esc calls it off")
    return _next(table.play)


def _lit(state: State, table: Table, lit: int) -> str:
    """What Enter does with the lit candidate."""
    assert table.hand is not None
    number, places = lit + 1, table.hand.places
    if lit >= len(places) or places[lit].candidate is None:
        if state.drawing:
            return _("Candidate {number} is being drawn; Esc stops", number=number)
        return _("Candidate {number} came to nothing; light another", number=number)
    if state.looking:
        return _("Enter takes candidate {number}: a branch; Esc goes back", number=number)
    if state.mode == "tray":
        return _("Enter takes candidate {number}; typing writes", number=number)
    return _("Enter takes candidate {number}; or say something", number=number)


def _next(play: Play) -> str:
    if play.next is None:
        return _("Say something, Enter sends; Tab chooses who speaks next")
    if play.model_is_next:
        return _("Enter lets {name} speak; or say something", name=play.next.name)
    return _("\\me acts, 【…】 narrates, （…） thinks; Enter alone lets another speak")


def _coming(play: Play) -> str:
    if play.next is None:
        return _("Tab: who speaks next")
    return _("next: {name}", name=play.next.name) if play.model_is_next else _("your turn")


def picks_of(state: State) -> Picks:
    """Which keys pick a candidate now."""
    if not state.empty or state.editing:
        return "none"
    if state.mode == "turns":
        return "digits" if state.looking else "none"
    return "all"
