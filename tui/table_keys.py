"""What a key means at the table: a pure law, by what has the keys and what is on the screen."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from base.messages import N_

Mode = Literal["text", "tray", "turns"]
"""What has the keys: what is written, the candidates, or what has been said."""
NAMES = {
    **{"enter": "Enter", "escape": "Esc", "tab": "Tab", "space": "Space", "home": "Home"},
    **{"up": "↑", "down": "↓", "left": "←", "right": "→", "pageup": "PgUp", "pagedown": "PgDn"},
    **{"delete": "Del", "backspace": "Backspace", "end": "End", "slash": "/"},
}
DIGITS = "1234567890"
"""The keys of the first ten candidates."""


@dataclass(frozen=True)
class State:
    """What a key is pressed at. Only what a person can see."""

    mode: Mode = "text"
    empty: bool = True
    """Whether nothing is written, and no feeling is set."""
    editing: bool = False
    """Whether a candidate or a turn is being rewritten."""
    places: int = 0
    """Candidates on the screen; none where they are hidden."""
    hidden: bool = False
    """Whether candidates wait behind Enter."""
    drawing: bool = False
    """Whether candidates are drawn, or a draw waits."""
    turns: int = 0
    """Turns on the screen that can be lit."""
    completes: bool = False
    """Whether the rest of a word is offered."""
    looking: bool = False
    """Whether the candidates on the screen are those of an earlier turn."""
    label: bool = False
    """Whether a feeling is set."""
    dropped: bool = False
    """Whether an edit was dropped at this place, and comes back."""
    undoes: bool = False
    """Whether what was written changed, and changes back."""
    redoes: bool = False


@dataclass(frozen=True)
class Action:
    """What a key does, and what has the keys afterwards."""

    do: str
    value: int = 0
    mode: Mode | None = None
    """`None` leaves them where they are."""


Act = Callable[[State, str], Action | None]
"""What a key does there; `None` where this is not its meaning."""
PASSES = Action("pass")
"""Nobody's key here: the text's own, or one of the screen."""
NOTHING = Action("nothing")
TYPES = Action("type", mode="text")


@dataclass(frozen=True)
class Law:
    """Keys, and what they do while one of `modes` has the keys."""

    id: str
    keys: str
    modes: tuple[Mode, ...]
    words: str
    act: Act
    hint: str = ""
    """A word or two for a border; none where the border has no room for it."""
    shown: str = ""
    """How the keys are written for people, where their names are not it."""

    @property
    def names(self) -> list[str]:
        return [key.strip() for key in self.keys.split(",")]


def _always(do: str, value: int = 0, mode: Mode | None = None) -> Act:
    return lambda state, key: Action(do, value, mode)


def _enter(state: State, key: str) -> Action:
    if not state.empty or state.editing:
        return Action("send")
    if state.places:
        return Action("take")
    return Action("unhide") if state.hidden else Action("go_on")


def _escape(state: State, key: str) -> Action:
    if state.editing:
        return Action("drop")
    if state.drawing:
        return Action("stop")
    return Action("give", mode="tray") if state.empty and state.places else NOTHING


def _hide(state: State, key: str) -> Action:
    if state.drawing:
        return Action("stop")
    return Action("look_back" if state.looking else "hide", mode="text")


def _into_tray(state: State, key: str) -> Action | None:
    writes = not state.empty or state.editing
    return None if writes or not state.places else Action("give", mode="tray")


def _into_turns(state: State, key: str) -> Action | None:
    writes = not state.empty or state.editing
    return None if writes or not state.turns else Action("light", -1, "turns")


def _leave_turns(state: State, key: str) -> Action:
    if key == "tab" and state.places:
        return Action("give", mode="tray")
    return Action("look_back", mode="text")


def _leaf(step: int) -> Act:
    def leaf(state: State, key: str) -> Action | None:
        return Action("leaf", step) if state.empty and state.places else None

    return leaf


def _tab(state: State, key: str) -> Action:
    if state.completes:
        return Action("complete")
    if state.label:
        return Action("label", 1)
    if not state.empty or state.editing:
        return NOTHING
    return Action("give", mode="tray") if state.places else Action("next", 1)


def _back_tab(state: State, key: str) -> Action:
    if state.label:
        return Action("label", -1)
    return Action("next", -1) if state.empty and not state.editing else NOTHING


def _digit(state: State, key: str) -> Action | None:
    number = DIGITS.find(key) + 1
    picks = state.empty and not state.editing and 0 < number <= state.places
    return Action("pick", number, "text") if picks else None


def _undo(state: State, key: str) -> Action:
    if not state.empty or state.editing or state.undoes:
        return PASSES
    return Action("restore", mode="text") if state.dropped else Action("undo", mode="text")


def _redo(state: State, key: str) -> Action:
    passes = not state.empty or state.editing or state.redoes
    return PASSES if passes else Action("redo", mode="text")


def _rewrite(state: State, key: str) -> Action:
    return NOTHING if state.editing else Action("rewrite", mode="text")


ALL: tuple[Mode, ...] = ("text", "tray", "turns")
TEXT: tuple[Mode, ...] = ("text",)
TRAY: tuple[Mode, ...] = ("tray",)
TURNS: tuple[Mode, ...] = ("turns",)

WRITING = (
    Law(
        "composer.send",
        "enter",
        TEXT,
        N_(
            "sends; on nothing takes the lit candidate, brings hidden ones back or lets the next "
            "one speak"
        ),
        _enter,
    ),
    Law(
        "composer.break",
        "ctrl+j,alt+enter,shift+enter",
        ALL,
        N_("breaks the line; a line is a turn"),
        _always("break", mode="text"),
        N_("new line"),
    ),
    Law(
        "composer.complete",
        "tab",
        TEXT,
        N_("completes; on nothing goes to the candidates, or chooses who is next"),
        _tab,
    ),
    Law(
        "composer.before",
        "shift+tab",
        TEXT,
        N_("chooses who is next, backwards"),
        _back_tab,
        N_("who is next, backwards"),
    ),
    Law(
        "composer.feeling",
        "ctrl+g",
        ALL,
        N_("sets a feeling, or takes it away; then Tab is the next one"),
        _always("feel", mode="text"),
        N_("feeling"),
    ),
    Law("composer.tray", "down", TEXT, N_("on nothing: the candidates have the keys"), _into_tray),
    Law("composer.turns", "up", TEXT, N_("on nothing: the turns have the keys"), _into_turns),
    Law(
        "composer.older",
        "left",
        TEXT,
        N_("on nothing: the candidates drawn before these"),
        _leaf(-1),
    ),
    Law(
        "composer.newer",
        "right",
        TEXT,
        N_("on nothing: the candidates drawn after these"),
        _leaf(1),
    ),
    Law(
        "table.stop",
        "escape",
        TEXT,
        N_("drops an edit, stops a draw; on nothing goes to the candidates"),
        _escape,
    ),
)
"""While what is written has the keys."""

CANDIDATES = (
    Law(
        "tray.take",
        "enter",
        TRAY,
        N_("takes the lit candidate"),
        _always("take", mode="text"),
        N_("take"),
    ),
    Law(
        "tray.pick",
        ",".join(DIGITS),
        ("text", "tray"),
        N_("takes that candidate, 0 the tenth; also while nothing is written"),
        _digit,
        N_("pick"),
        "1–9, 0",
    ),
    Law(
        "tray.edit",
        "e",
        TRAY,
        N_("edits the lit one before it is taken"),
        _always("edit", mode="text"),
        N_("edit"),
    ),
    Law("tray.redraw", "r", TRAY, N_("draws all again"), _always("redraw", mode="tray"), N_("redraw")),
    Law("tray.more", "m", TRAY, N_("draws more"), _always("more"), N_("more")),
    Law(
        "tray.continue",
        "c",
        TRAY,
        N_("goes on with one that was cut"),
        _always("continue"),
        N_("continue"),
    ),
    Law("tray.read", "v", TRAY, N_("shows the lit one whole"), _always("read"), N_("whole")),
    Law("tray.copy", "y", TRAY, N_("copies the lit one"), _always("copy"), N_("copy")),
    Law(
        "tray.hide",
        "escape",
        TRAY,
        N_("stops a draw, then hides; Enter brings back"),
        _hide,
        N_("hide"),
    ),
    Law("tray.up", "up", TRAY, N_("lights another"), _always("up")),
    Law("tray.down", "down", TRAY, N_("lights another"), _always("down")),
    Law(
        "tray.left",
        "left",
        TRAY,
        N_("lights another; at the edge, the hand before"),
        _always("left"),
    ),
    Law(
        "tray.right",
        "right",
        TRAY,
        N_("lights another; at the edge, the hand after"),
        _always("right"),
    ),
    Law(
        "tray.leave",
        "tab,shift+tab",
        TRAY,
        N_("gives the keys back to what you write"),
        _always("give", mode="text"),
    ),
)
"""While the candidates have the keys."""

SAID = (
    Law("turn.up", "up", TURNS, N_("lights the turn before"), _always("light", -1)),
    Law(
        "turn.down",
        "down",
        TURNS,
        N_("lights the turn after; after the last, back to writing"),
        _always("light", 1),
    ),
    Law("turn.first", "home", TURNS, N_("lights the first turn"), _always("light_first")),
    Law(
        "turn.older",
        "left",
        TURNS,
        N_("the candidates of that turn, older ones"),
        _always("leaf", -1),
    ),
    Law(
        "turn.newer",
        "right",
        TURNS,
        N_("the candidates of that turn, newer ones"),
        _always("leaf", 1),
    ),
    Law(
        "turn.go",
        "enter",
        TURNS,
        N_("stands there: what is said next begins a branch"),
        _always("stand", mode="text"),
        N_("go there"),
    ),
    Law(
        "turn.edit",
        "e",
        TURNS,
        N_("says the turn differently"),
        _always("edit_turn", mode="text"),
        N_("edit"),
    ),
    Law(
        "turn.redraw",
        "r",
        TURNS,
        N_("draws that turn again"),
        _always("redraw_turn", mode="text"),
        N_("redraw"),
    ),
    Law(
        "turn.delete",
        "d",
        TURNS,
        N_("deletes the turn; Ctrl+Z brings it back"),
        _always("delete", mode="text"),
        N_("delete"),
    ),
    Law(
        "turn.continue",
        "c",
        TURNS,
        N_("goes on with a turn that stopped early"),
        _always("continue_turn", mode="text"),
        N_("continue"),
    ),
    Law(
        "turn.bookmark",
        "b",
        TURNS,
        N_("sets a bookmark, or takes it away"),
        _always("bookmark"),
        N_("bookmark"),
    ),
    Law("turn.copy", "y", TURNS, N_("copies the turn"), _always("copy_turn"), N_("copy")),
    Law(
        "turn.leave",
        "escape,tab,shift+tab",
        TURNS,
        N_("gives the keys back to what you write; Tab to the candidates"),
        _leave_turns,
        N_("back"),
    ),
)
"""While what has been said has the keys."""

ALWAYS = (
    Law(
        "table.undo",
        "ctrl+z",
        ALL,
        N_("a step back: in the text, a dropped edit, or a turn"),
        _undo,
    ),
    Law("table.redo", "ctrl+y", ALL, N_("a step forward again"), _redo),
    Law("table.rewrite", "ctrl+e", ALL, N_("rewrites the last turn"), _rewrite),
    Law("table.up", "pageup", ALL, N_("scrolls what was said up"), _always("page", -1)),
    Law("table.down", "pagedown", ALL, N_("scrolls what was said down"), _always("page", 1)),
)
"""Whatever has the keys."""

LAWS = (*WRITING, *CANDIDATES, *SAID, *ALWAYS)


class Laws:
    """The laws with a person's own keys, by id as in their settings."""

    def __init__(self, keymap: Mapping[str, str] | None = None) -> None:
        self._keymap = dict(keymap or {})
        self._by_key: dict[tuple[Mode, str], list[Law]] = {}
        for law in LAWS:
            for key in self.keys(law):
                for mode in law.modes:
                    self._by_key.setdefault((mode, key), []).append(law)

    def keys(self, law: Law) -> list[str]:
        """The keys of a law, as Textual names them."""
        own = self._keymap.get(law.id)
        return law.names if own is None else [key.strip() for key in own.split(",")]

    def meaning(self, key: str, character: str | None, state: State) -> Action:
        """What a key does. A character that no law takes is text, whatever has the keys."""
        for law in self._by_key.get((state.mode, key), ()):
            action = law.act(state, self._digit_of(law, key))
            if action is not None:
                return action
        return TYPES if writes(key, character) else PASSES

    def hints(self, mode: Mode) -> Iterator[tuple[Law, str]]:
        """The laws of this mode alone that have a word in a border, each with its first key."""
        for law in LAWS:
            if law.modes == (mode,) and law.hint and (keys := self.keys(law)):
                yield law, keys[0]

    def _digit_of(self, law: Law, key: str) -> str:
        """The digit that a key stands for, where a person picks by other keys than digits."""
        keys = self.keys(law)
        return DIGITS[keys.index(key)] if law.id == "tray.pick" and len(keys) <= 10 else key


def writes(key: str, character: str | None) -> bool:
    """Whether a key puts a character into a text."""
    return bool(character) and character is not None and character.isprintable()


def key_name(key: str) -> str:
    """How a key is written for people."""
    *held, last = key.split("+")
    name = NAMES.get(last, last.upper() if held or last[1:].isdigit() else last)
    return "+".join([*(part.capitalize() for part in held), name])


def meaning(key: str, character: str | None, state: State) -> Action:
    """What a key does, with the keys that the program comes with."""
    return STANDARD.meaning(key, character, state)


STANDARD = Laws()
