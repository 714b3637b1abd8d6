"""What a session holds beside its turns, draws and knowledge, as events that say it anew. Pure.

For a chat of another program that a session comes back from: what steers, how the floor is given,
bookmarks, summaries and facts, rolls and changes of sheets. Files are named without where they lie.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from scenes.table.memory_state import MemoryState
from scenes.table.session import Event, Session
from scenes.table.snapshot import to_json
from scenes.table.tuning import TuningState

KINDS = (
    *("steering", "floor", "mark", "roll", "sheet"),
    *("summary", "recall", "fact", "forget"),
)


def settled_events(session: Session) -> list[Event]:
    """The events; none where nothing of all that is there."""
    return [
        *_steering(session.tuning),
        *_floor(session),
        *({"event": "mark", "turn": turn, "name": name} for turn, name in session.marks.items()),
        *({"event": "roll", **to_json(roll)} for roll in session.rolls.values()),
        *_sheets(session),
        *_memory(session.memory),
    ]


def settled_again(events: Any, files: Sequence[Path]) -> Iterator[Event]:
    """The same events where the session's files lie elsewhere. Raises `ValueError` for others."""
    paths = {path.name: str(path) for path in files}
    for event in events:
        if event["event"] not in KINDS:
            raise ValueError(event["event"])
        found = dict(event)
        if "off" in event:
            found["off"] = [paths[name] for name in event["off"] if name in paths]
        if "off_entries" in event:
            entries: Mapping[str, Any] = event["off_entries"]
            found["off_entries"] = {
                paths[name]: off for name, off in entries.items() if name in paths
            }
        yield found


def _steering(tuning: TuningState) -> Iterator[Event]:
    neutral = TuningState()
    said: dict[str, Any] = {
        key.name: to_json(getattr(tuning, key.name))
        for key in fields(tuning)
        if getattr(tuning, key.name) != getattr(neutral, key.name)
    }
    if "off" in said:
        said["off"] = [Path(path).name for path in said["off"]]
    if "off_entries" in said:
        said["off_entries"] = {Path(path).name: off for path, off in said["off_entries"].items()}
    if said:
        yield {"event": "steering", **said}


def _floor(session: Session) -> Iterator[Event]:
    if session.seats.rule is not None or session.seats.muted:
        muted = list(session.seats.muted)
        yield {"event": "floor", "rule": session.seats.rule, "muted": muted}


def _sheets(session: Session) -> Iterator[Event]:
    changes = [one for place in session.sheets.written.written.values() for one in place]
    for change in sorted(changes, key=lambda one: one.since):
        yield {"event": "sheet", **to_json(change)}


def _memory(memory: MemoryState) -> Iterator[Event]:
    for summary in memory.summaries:
        if summary.turns:
            event: Event = {"event": "summary", "id": summary.number, "text": summary.text}
            event |= {"from": summary.turns[0], "to": summary.turns[-1]}
            yield event | {"by": summary.by, "on": summary.on}
    for number in sorted(memory.off):
        yield {"event": "recall", "summary": number, "use": False}
    if memory.all_off:
        yield {"event": "recall", "summary": None, "use": False}
    for fact in memory.facts:
        if fact.text:
            event = {"event": "fact", "id": fact.number, "text": fact.text, "after": fact.after}
            yield event | {"known": list(fact.known)}
    for gone in memory.forgotten:
        yield {"event": "forget", **to_json(gone)}
