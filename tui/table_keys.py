"""What a key means at the table: a pure law, by what has the keys and what is on the screen."""

from collections.abc import Iterator, Mapping

from base.messages import N_
from tui.table_acts import (
    always,
    back_tab,
    digit,
    digit_of_turn,
    enter,
    escape,
    hide,
    into_tray,
    into_turns,
    leaf,
    leave_turns,
    redo,
    rewrite,
    tab,
    undo,
)
from tui.table_state import DIGITS, PASSES, TYPES, Action, Law, Mode, State, writes

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
        enter,
    ),
    Law(
        "composer.break",
        "ctrl+j,alt+enter,shift+enter",
        ALL,
        N_("breaks the line; a line is a turn"),
        always("break", mode="text"),
        N_("new line"),
    ),
    Law(
        "composer.complete",
        "tab",
        TEXT,
        N_("completes; on nothing goes to the candidates, or chooses who is next"),
        tab,
    ),
    Law(
        "composer.before",
        "shift+tab",
        TEXT,
        N_("chooses who is next, backwards"),
        back_tab,
        N_("who is next, backwards"),
    ),
    Law(
        "composer.feeling",
        "ctrl+g",
        ALL,
        N_("sets a feeling, or takes it away; then Tab is the next one"),
        always("feel", mode="text"),
        N_("feeling"),
    ),
    Law("composer.tray", "down", TEXT, N_("on nothing: the candidates have the keys"), into_tray),
    Law("composer.turns", "up", TEXT, N_("on nothing: the turns have the keys"), into_turns),
    Law(
        "composer.older",
        "left",
        TEXT,
        N_("on nothing: the candidates drawn before these"),
        leaf(-1),
    ),
    Law(
        "composer.newer",
        "right",
        TEXT,
        N_("on nothing: the candidates drawn after these"),
        leaf(1),
    ),
    Law(
        "table.stop",
        "escape",
        TEXT,
        N_("drops an edit, stops a draw, takes back ~; on nothing goes to the candidates"),
        escape,
    ),
)
"""While what is written has the keys."""

CANDIDATES = (
    Law(
        "tray.take",
        "enter",
        TRAY,
        N_("takes the lit candidate"),
        always("take", mode="text"),
        N_("take"),
    ),
    Law(
        "tray.pick",
        ",".join(DIGITS),
        ("text", "tray"),
        N_("takes that candidate, 0 the tenth; also while nothing is written"),
        digit,
        N_("pick"),
        "1–9, 0",
    ),
    Law(
        "tray.edit",
        "e",
        TRAY,
        N_("edits the lit one before it is taken"),
        always("edit", mode="text"),
        N_("edit"),
    ),
    Law(
        "tray.redraw", "r", TRAY, N_("draws all again"), always("redraw", mode="tray"), N_("redraw")
    ),
    Law("tray.more", "m", TRAY, N_("draws more"), always("more"), N_("more")),
    Law(
        "tray.continue",
        "c",
        TRAY,
        N_("goes on with one that was cut"),
        always("continue"),
        N_("continue"),
    ),
    Law("tray.read", "v", TRAY, N_("shows the lit one whole"), always("read"), N_("whole")),
    Law("tray.copy", "y", TRAY, N_("copies the lit one"), always("copy"), N_("copy")),
    Law(
        "tray.hide",
        "escape",
        TRAY,
        N_("stops a draw, then hides; Enter brings back"),
        hide,
        N_("hide"),
    ),
    Law("tray.up", "up", TRAY, N_("lights another"), always("up")),
    Law("tray.down", "down", TRAY, N_("lights another"), always("down")),
    Law(
        "tray.left",
        "left",
        TRAY,
        N_("lights another; at the edge, the hand before"),
        always("left"),
    ),
    Law(
        "tray.right",
        "right",
        TRAY,
        N_("lights another; at the edge, the hand after"),
        always("right"),
    ),
    Law(
        "tray.leave",
        "tab,shift+tab",
        TRAY,
        N_("gives the keys back to what you write"),
        always("give", mode="text"),
    ),
)
"""While the candidates have the keys."""

SAID = (
    Law("turn.up", "up", TURNS, N_("lights the turn before"), always("light", -1)),
    Law(
        "turn.down",
        "down",
        TURNS,
        N_("lights the turn after; after the last, back to writing"),
        always("light", 1),
    ),
    Law("turn.first", "home", TURNS, N_("lights the first turn"), always("light_first")),
    Law(
        "turn.older",
        "left",
        TURNS,
        N_("the candidates of that turn, older ones"),
        always("leaf", -1),
    ),
    Law(
        "turn.newer",
        "right",
        TURNS,
        N_("the candidates of that turn, newer ones"),
        always("leaf", 1),
    ),
    Law(
        "turn.go",
        "enter",
        TURNS,
        N_("stands there: what is said next begins a branch"),
        always("stand", mode="text"),
        N_("go there"),
    ),
    Law(
        "turn.edit",
        "e",
        TURNS,
        N_("says the turn differently"),
        always("edit_turn", mode="text"),
        N_("edit"),
    ),
    Law(
        "turn.redraw",
        "r",
        TURNS,
        N_("draws that turn again"),
        always("redraw_turn", mode="text"),
        N_("redraw"),
    ),
    Law(
        "turn.delete",
        "d",
        TURNS,
        N_("deletes the turn; Ctrl+Z brings it back"),
        always("delete", mode="text"),
        N_("delete"),
    ),
    Law(
        "turn.continue",
        "c",
        TURNS,
        N_("goes on with a turn that stopped early"),
        always("continue_turn", mode="text"),
        N_("continue"),
    ),
    Law(
        "turn.bookmark",
        "b",
        TURNS,
        N_("sets a bookmark, or takes it away"),
        always("bookmark"),
        N_("bookmark"),
    ),
    Law(
        "turn.pick",
        ",".join(DIGITS),
        TURNS,
        N_("takes that candidate of the turn instead: a branch"),
        digit_of_turn,
        shown="1–9, 0",
    ),
    Law("turn.copy", "y", TURNS, N_("copies the turn"), always("copy_turn"), N_("copy")),
    Law(
        "turn.leave",
        "escape,tab,shift+tab",
        TURNS,
        N_("gives the keys back to what you write; Tab to the candidates"),
        leave_turns,
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
        undo,
    ),
    Law("table.redo", "ctrl+y", ALL, N_("a step forward again"), redo),
    Law("table.rewrite", "ctrl+e", ALL, N_("rewrites the last turn"), rewrite),
    Law("table.up", "pageup", ALL, N_("scrolls what was said up"), always("page", -1)),
    Law("table.down", "pagedown", ALL, N_("scrolls what was said down"), always("page", 1)),
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
        picks = law.id in ("tray.pick", "turn.pick")
        return DIGITS[keys.index(key)] if picks and len(keys) <= 10 else key


def meaning(key: str, character: str | None, state: State) -> Action:
    """What a key does, with the keys that the program comes with."""
    return STANDARD.meaning(key, character, state)


STANDARD = Laws()
