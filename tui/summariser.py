"""Who sums up a long story at a table: the model that is named for it, else the one that plays."""

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from base.errors import KnownError
from tui.model_options import Choice, find_model, model_name, open_model
from tui.preferences import memory_under

if TYPE_CHECKING:
    from models.backend import Backend
    from scenes.scene import Scene
    from scenes.table.play import Play

NOBODY = "none"


def settle_memory(play: "Play", choice: Choice) -> None:
    """Have a play's story summed up as the scene and the settings say.

    Unless they name a model for it, the embedded one does not by itself, nor one that recites.
    """
    scene, memory = play.scene, memory_under(play.scene)
    play.session.scene = replace(scene, memory=replace(scene.memory, share=memory.share))
    play.open_summariser, play.sums_up = None, False
    if memory.model == NOBODY or scene.lesson:
        return
    if memory.model is None:
        with suppress(KnownError):  # whoever opens the model tells it
            spec = find_model(choice, scene)
            embedded = spec.model is not None and spec.model.embedded
            play.sums_up = not embedded and spec.backend != "scripted"
        return
    play.sums_up = True
    if memory.model != model_name(choice, scene):
        play.open_summariser = lambda: _opened(memory.model or NOBODY, scene, choice)


def _opened(name: str, scene: "Scene", choice: Choice) -> "Backend":
    """The model of that name. Raises `KnownError`, also for a server that only the scene names."""
    from tui.strangers import check_summariser

    if scene.memory.model is not None:
        check_summariser(scene.memory.model, scene)
    return open_model(Choice(model=name, threads=choice.threads))
