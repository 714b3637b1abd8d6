"""Who speaks next, by the scene's rule. Pure: the same turns give the same answer."""

import random
import re
from collections.abc import Sequence
from functools import cache
from typing import Protocol

from scenes.log import Entry
from scenes.scene import Role, Scene


class PlayedTurn(Protocol):
    """What is asked of a turn: a number of its own, what it says, and who chose it."""

    @property
    def id(self) -> int: ...

    @property
    def entry(self) -> Entry: ...

    @property
    def by(self) -> str:
        """`player`, `model`, or another who put it there."""
        ...


def next_speaker(scene: Scene, path: Sequence[PlayedTurn], player: str | None) -> Role | None:
    """The role whose line comes next; `None` leaves the choice to the person.

    - `natural`: who is named in the last line; else one drawn by talkativeness among those who
      did not just speak; after a model's line it may be the player.
    - `list`: round the cast in its order.
    - `pooled`: one of those who have not spoken since the player did; then the player, or
      whoever did not just speak where nobody plays.
    - `manual`: always the person's choice.
    """
    last = path[-1] if path else None
    last_speaker = _name_of(scene, last, player) if last else ""
    match scene.turns:
        case "natural":
            return _named(scene, last, last_speaker) or _talkative(
                scene, path, last_speaker, player
            )
        case "list":
            return _after(scene, path, player)
        case "pooled":
            return _pooled(scene, path, last_speaker, player)
        case _:
            return None


def candidates_to_speak(scene: Scene, player: str | None) -> list[Role]:
    """The roles that a model may play, in the order of the cast."""
    return [role for role in scene.cast if role.name != player]


def _named(scene: Scene, last: PlayedTurn | None, said: str) -> Role | None:
    """The role that the last line names first."""
    if last is None:
        return None
    text = f"{last.entry.text} {last.entry.thought}"
    places = [
        (found.start(), -len(name), role)
        for role in scene.cast
        if role.name != said and not role.narrator
        for name in (role.name, *role.aliases)
        if (found := _mention(name).search(text))
    ]
    return min(places, key=lambda place: place[:2])[2] if places else None


@cache
def _mention(name: str) -> re.Pattern[str]:
    """A name as a whole word where it ends in Latin letters; Chinese has no word ends."""
    before = r"(?<![A-Za-z0-9])" if name[:1].isascii() else ""
    after = r"(?![A-Za-z0-9])" if name[-1:].isascii() else ""
    return re.compile(before + re.escape(name) + after)


def _talkative(
    scene: Scene, path: Sequence[PlayedTurn], said: str, player: str | None
) -> Role | None:
    if path and path[-1].by == "model" and player is not None and said != player:
        recent = [turn.by for turn in path[-3:]]
        if recent.count("model") >= 2 or len(scene.cast) <= 2:
            return scene.role(player)
    others = _others(scene, said, player)
    weights = [max(0.0, min(1.0, role.talkativeness)) for role in others]
    if not any(weights):
        weights = [1.0] * len(others)
    return _dice(path).choices(others, weights)[0]


def _pooled(scene: Scene, path: Sequence[PlayedTurn], said: str, player: str | None) -> Role | None:
    since = [said]
    for turn in reversed(path):
        if turn.by == "player":
            break
        since.append(_name_of(scene, turn, player))
    waiting = [role for role in candidates_to_speak(scene, player) if role.name not in since]
    if not waiting and player:
        return scene.role(player)
    return _dice(path).choice(waiting or _others(scene, said, player))


def _others(scene: Scene, said: str, player: str | None) -> list[Role]:
    """The roles of models but for who just spoke; the player, or who is alone, where none is."""
    roles = candidates_to_speak(scene, player)
    others = [role for role in roles if role.name != said]
    return others or ([scene.role(player)] if player else roles)


def _after(scene: Scene, path: Sequence[PlayedTurn], player: str | None) -> Role:
    places = {role.name: place for place, role in enumerate(scene.cast, 1)}
    speakers = (_name_of(scene, turn, player) for turn in reversed(path))
    last = next((places[name] for name in speakers if name in places), 0)
    return scene.cast[last % len(scene.cast)]


def _name_of(scene: Scene, turn: PlayedTurn, player: str | None) -> str:
    """Whose line a turn is: an alias is its role's; narration is the narrator's, but in the
    opening, and where a player who does not narrate describes something in passing."""
    entry = turn.entry
    for role in scene.cast:
        if entry.speaker in (role.name, *role.aliases):
            return role.name
        if entry.kind == "narration" and role.narrator:
            narrates = turn.by == "model" or (turn.by == "player" and role.name == player)
            return role.name if narrates else ""
    return entry.speaker


def _dice(path: Sequence[PlayedTurn]) -> random.Random:
    return random.Random(path[-1].id if path else 0)
