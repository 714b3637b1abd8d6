"""What each event of a journal does to a session. Pure."""

from collections.abc import Callable
from dataclasses import replace

from base.errors import KnownError
from base.messages import _
from base.text import shown
from scenes.dice.roll import Roll
from scenes.scene import Scene
from scenes.table.draws import Draw
from scenes.table.events import Event
from scenes.table.presence import newcomer_of, presence_of
from scenes.table.session_state import Notes, SessionState
from scenes.table.sheets import change_of
from scenes.table.snapshot import from_json

VERSION = 1


def apply(state: SessionState, event: Event) -> None:
    """Apply an event. Raises `KnownError`, `ValueError`, `TypeError` or `KeyError`."""
    effect = EFFECTS.get(event["event"])
    if effect is None:
        other = shown(repr(event["event"]))
        raise KnownError(_("unknown event {other}: made by a newer paotuan?", other=other))
    effect(state, event)


def _open(state: SessionState, event: Event) -> None:
    version = event["version"]
    if type(version) is not int or version < 1:
        raise ValueError(_("{version!r} is not a version", version=version))
    if version > VERSION:
        raise KnownError(_("made by a newer paotuan; update to open it"))
    state.id = str(event["session"])
    state.scene = from_json(Scene, event["scene"])
    if not state.scene.cast:
        raise ValueError(_("a scene without a cast"))
    _seat(state, event)
    state.add(event["turns"], event.get("time"))


def _said(state: SessionState, event: Event) -> None:
    before = state.head
    state.add(event["turns"], event.get("time"))
    state.take_move(before, "said")


def _went(state: SessionState, event: Event) -> None:
    before = state.head
    state.stand(event["head"])
    state.take_move(before, event.get("by"))


def _mark(state: SessionState, event: Event) -> None:
    turn, name = event["turn"], event.get("name")
    if turn is None or not state.is_place(turn) or not isinstance(name, str | None):
        raise ValueError(_("there is no turn {turn!r}", turn=turn))
    state.marks.pop(turn, None)
    if name is not None:
        state.marks[turn] = name


def _seat(state: SessionState, event: Event) -> None:
    role = event["role"]
    if role is not None and role not in [each.name for each in state.scene.cast]:
        raise ValueError(_("role {role!r} is not in the cast", role=role))
    state.role = role


def _place(state: SessionState, event: Event) -> None:
    presence = presence_of(event)
    if not state.is_place(presence.after):
        raise ValueError(_("there is no turn {turn!r}", turn=presence.after))
    state.seats.place(presence)


def _change(state: SessionState, event: Event) -> None:
    change = change_of(event)
    if not state.is_place(change.after):
        raise ValueError(_("there is no turn {turn!r}", turn=change.after))
    if change.role not in [each.name for each in state.scene.cast]:
        raise ValueError(_("role {role!r} is not in the cast", role=change.role))
    state.take_change(change)


def _join(state: SessionState, event: Event) -> None:
    newcomer = newcomer_of(event, state.scene.cast)
    state.scene = replace(state.scene, cast=(*state.scene.cast, newcomer))


def _lay(state: SessionState, event: Event) -> None:
    line = event.get("line")
    draw = line if isinstance(line, bytes) else from_json(Draw, event)
    if event["id"] != len(state.draws) + 1 or not state.is_place(event["parent"]):
        raise ValueError(
            _("draw {number} does not follow what stands before it", number=event["id"])
        )
    state.draws.add(draw, event["parent"])


def _roll(state: SessionState, event: Event) -> None:
    roll = from_json(Roll, event)
    if roll.id < 1 or roll.id in state.rolls or not state.is_place(roll.after):
        raise ValueError(_("roll {number} does not follow what stands before it", number=roll.id))
    state.rolls[roll.id] = roll


def _tell(state: SessionState, event: Event) -> None:
    knowledge = from_json(Notes, event)
    if not state.is_place(knowledge.after):
        raise ValueError(
            _("there is no turn {turn!r} for knowledge to follow", turn=knowledge.after)
        )
    state.notes.setdefault(knowledge.after, []).append(knowledge)


EFFECTS: dict[str, Callable[[SessionState, Event], None]] = {
    "open": _open,
    "turns": _said,
    "draw": _lay,
    "roll": _roll,
    "knowledge": _tell,
    "head": _went,
    "role": _seat,
    "mark": _mark,
    "floor": lambda state, event: state.seats.give(event),
    "steering": lambda state, event: state.tuning.give(event),
    "presence": _place,
    "cast": _join,
    "summary": lambda state, event: state.memory.sum_up(event, state.turns),
    "recall": lambda state, event: state.memory.recall(event),
    "fact": lambda state, event: state.memory.pin(event, state.turns),
    "forget": lambda state, event: state.memory.forget(event, state.turns),
    "sheet": _change,
}
"""What each event does, by its name."""
