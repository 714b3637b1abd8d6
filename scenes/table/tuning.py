"""What a session has settled of how is drawn: note, bans, knowledge, sampling. Pure.

All of it holds for the session, on every branch, until it is settled otherwise. What a draw was
made with, the draw itself says.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from base.messages import _
from base.ranges import SAMPLING, WHOLE, is_inside
from scenes.scene import AuthorNote
from scenes.table.events import Event
from scenes.table.snapshot import from_json


@dataclass
class TuningState:
    """What the events `steering` have said so far; `None` is what the scene says."""

    note: AuthorNote | None = None
    banned: tuple[str, ...] | None = None
    off: tuple[str, ...] = ()
    """The files of knowledge that are switched off, by their paths."""
    off_entries: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The entries of lorebooks that are switched off, by the paths of their files."""
    sampling: Mapping[str, float] = field(default_factory=dict)
    """What was settled at the table of `models.backend.Sampling`, by its names."""

    def give(self, event: Event) -> None:
        """Take an event `steering`, which says anew what it names. Raises `ValueError` or
        `TypeError`."""
        note, banned = event.get("note"), event.get("banned")
        taken: dict[str, Callable[[], Any]] = {
            "note": lambda: None if note is None else from_json(AuthorNote, note),
            "banned": lambda: None if banned is None else _texts(banned),
            "off": lambda: _texts(event["off"]),
            "off_entries": lambda: _texts_by_file(event["off_entries"]),
            "sampling": lambda: _sampling(event["sampling"]),
        }
        new = {key.name: taken[key.name]() for key in fields(self) if key.name in event}
        for name, value in new.items():
            setattr(self, name, value)


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, (list, tuple)) or not all(isinstance(one, str) for one in value):
        raise TypeError(_("expected a list of texts, found {value!r}", value=value))
    return tuple(dict.fromkeys(value))


def _texts_by_file(value: Any) -> Mapping[str, tuple[str, ...]]:
    if not isinstance(value, Mapping) or not all(isinstance(path, str) for path in value):
        raise TypeError(_("expected keys and values, found {value!r}", value=value))
    return {path: found for path, each in value.items() if (found := _texts(each))}


def _sampling(value: Any) -> Mapping[str, float]:
    """Settings that are known and inside their bounds; those of a newer program are passed over."""
    if not isinstance(value, Mapping):
        raise TypeError(_("expected keys and values, found {value!r}", value=value))
    for name, number in value.items():
        if name in SAMPLING and not (_is_number(name, number) and is_inside(name, number)):
            raise ValueError(_("{name} cannot be {value!r}", name=name, value=number))
    return {name: number for name, number in value.items() if name in SAMPLING}


def _is_number(name: str, value: object) -> bool:
    return type(value) in ((int,) if name in WHOLE else (int, float))
