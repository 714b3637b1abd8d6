"""What is to be said of the lorebooks of a scene or a character before a model is there."""

from collections.abc import Sequence
from pathlib import Path

from characters.character import Character
from scenes.constants import (
    USUAL_CONTEXT,
    constants_of,
    guessed,
    left_out,
    left_out_of,
    without_any,
)
from scenes.prompt import stable_part
from scenes.scene import Scene


def without_room(scene: Scene) -> list[str]:
    """Books that cannot be read, and those of which some constant entry has no room."""
    paths = [*scene.knowledge, *(path for role in scene.cast for path in role.knowledge)]
    return [*_unreadable(paths), *left_out_of(scene, stable_part(without_any(scene)))]


def without_room_of(character: Character) -> list[str]:
    """The same of one character alone."""
    problems: list[str] = []
    constants = constants_of(character.knowledge, character.name, "{{user}}", problems)
    others = guessed(f"{character.profile}\n{character.voice}")
    return [*problems, *left_out(constants, USUAL_CONTEXT, guessed, others)]


def _unreadable(paths: Sequence[Path]) -> list[str]:
    problems: list[str] = []
    constants_of(paths, "", "", problems)
    return problems
