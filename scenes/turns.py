"""Who speaks next, by the scene's rule. Pure: the same turns give the same answer."""

import random
from collections.abc import Sequence

from scenes.log import SPOKEN
from scenes.scene import Role, Scene
from scenes.session import Turn


def next_speaker(scene: Scene, path: Sequence[Turn], player: str | None) -> Role | None:
    """The role whose line comes next; `None` leaves the choice to the person.

    - `natural`: who is named in the last line; else one drawn by talkativeness among those who
      did not just speak; after a model's line it may be the player.
    - `list`: round the cast in its order.
    - `pooled`: one of those who have not spoken since the player did; then the player.
    - `manual`: always the person's choice.
    """
    last = path[-1] if path else None
    said = last.entry.speaker if last and last.entry.kind in SPOKEN else None
    match scene.turns:
        case "natural":
            return _named(scene, last, said) or _talkative(scene, path, said, player)
        case "list":
            return _after(scene, _speakers(scene, path)[-1:])
        case "pooled":
            return _pooled(scene, path, player)
        case _:
            return None


def candidates_to_speak(scene: Scene, player: str | None) -> list[Role]:
    """The roles that a model may play, in the order of the cast."""
    return [role for role in scene.cast if role.name != player]


def _named(scene: Scene, last: Turn | None, said: str | None) -> Role | None:
    """The role that the last line names first. Plain substrings: Chinese has no word ends."""
    if last is None:
        return None
    text = f"{last.entry.text} {last.entry.thought}"
    places = [
        (at, -len(name), role)
        for role in scene.cast
        if role.name != said and not role.narrator
        for name in (role.name, *role.aliases)
        if (at := text.find(name)) >= 0
    ]
    return min(places, key=lambda place: place[:2])[2] if places else None


def _talkative(
    scene: Scene, path: Sequence[Turn], said: str | None, player: str | None
) -> Role | None:
    if path and path[-1].by == "model" and player is not None and said != player:
        recent = [turn.by for turn in path[-3:]]
        if recent.count("model") >= 2 or len(scene.cast) <= 2:
            return scene.role(player)
    others = [role for role in candidates_to_speak(scene, player) if role.name != said]
    others = others or candidates_to_speak(scene, player)
    if not others:
        return None
    weights = [role.talkativeness for role in others]
    if not any(weights):
        weights = [1.0] * len(others)
    return _dice(path).choices(others, weights)[0]


def _pooled(scene: Scene, path: Sequence[Turn], player: str | None) -> Role | None:
    since = []
    for turn in reversed(path):
        if turn.by == "player":
            break
        since.append(_name_of(scene, turn))
    waiting = [role for role in candidates_to_speak(scene, player) if role.name not in since]
    if waiting:
        return _dice(path).choice(waiting)
    return scene.role(player) if player else _dice(path).choice(list(scene.cast))


def _after(scene: Scene, last: Sequence[str]) -> Role:
    names = [role.name for role in scene.cast]
    return scene.cast[(names.index(last[0]) + 1) % len(names) if last else 0]


def _speakers(scene: Scene, path: Sequence[Turn]) -> list[str]:
    names = {role.name for role in scene.cast}
    return [name for turn in path if (name := _name_of(scene, turn)) in names]


def _name_of(scene: Scene, turn: Turn) -> str:
    """Whose line a turn is: narration is the narrator's, an alias is its role's."""
    entry = turn.entry
    for role in scene.cast:
        if entry.speaker in (role.name, *role.aliases) and entry.kind in SPOKEN:
            return role.name
        if entry.kind == "narration" and role.narrator and turn.by != "opening":
            return role.name
    return entry.speaker


def _dice(path: Sequence[Turn]) -> random.Random:
    return random.Random(path[-1].id if path else 0)
