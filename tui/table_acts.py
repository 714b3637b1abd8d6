"""What a key does at the table, by what is on the screen when it is pressed. Pure."""

from tui.table_state import DIGITS, NOTHING, PASSES, Act, Action, Mode, State


def always(do: str, value: int = 0, mode: Mode | None = None) -> Act:
    return lambda state, key: Action(do, value, mode)


def enter(state: State, key: str) -> Action:
    if not state.empty or state.editing:
        return Action("send")
    if state.places:
        return Action("take")
    return Action("unhide") if state.hidden else Action("go_on")


def escape(state: State, key: str) -> Action:
    if state.editing:
        return Action("drop")
    if state.drawing:
        return Action("stop")
    if state.directed and state.empty:
        return Action("undirect")
    return Action("give", mode="tray") if state.empty and state.places else NOTHING


def hide(state: State, key: str) -> Action:
    if state.drawing:
        return Action("stop")
    return Action("look_back" if state.looking else "hide", mode="text")


def into_tray(state: State, key: str) -> Action | None:
    writes = not state.empty or state.editing
    return None if writes or not state.places else Action("give", mode="tray")


def into_turns(state: State, key: str) -> Action | None:
    writes = not state.empty or state.editing
    return None if writes or not state.turns else Action("light", -1, "turns")


def leave_turns(state: State, key: str) -> Action:
    if key == "tab" and state.places:
        return Action("give", mode="tray")
    return Action("look_back", mode="text")


def leaf(step: int) -> Act:
    return lambda state, key: Action("leaf", step) if state.empty and state.places else None


def tab(state: State, key: str) -> Action:
    if state.completes:
        return Action("complete")
    if state.label:
        return Action("label", 1)
    if not state.empty or state.editing:
        return NOTHING
    return Action("give", mode="tray") if state.places else Action("next", 1)


def back_tab(state: State, key: str) -> Action:
    if state.label:
        return Action("label", -1)
    return Action("next", -1) if state.empty and not state.editing else NOTHING


def digit(state: State, key: str) -> Action | None:
    number = DIGITS.find(key) + 1
    picks = state.empty and not state.editing and 0 < number <= state.places
    return Action("pick", number, "text") if picks else None


def digit_of_turn(state: State, key: str) -> Action | None:
    """A digit among the turns: it picks where the candidates on the screen are those of a turn."""
    return digit(state, key) if state.looking else None


def undo(state: State, key: str) -> Action:
    if not state.empty or state.editing or state.undoes:
        return PASSES
    return Action("restore", mode="text") if state.dropped else Action("undo", mode="text")


def redo(state: State, key: str) -> Action:
    passes = not state.empty or state.editing or state.redoes
    return PASSES if passes else Action("redo", mode="text")


def rewrite(state: State, key: str) -> Action:
    return NOTHING if state.editing else Action("rewrite", mode="text")
