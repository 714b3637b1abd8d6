"""The model at the table: being loaded, ready, or not to be had."""

from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from tui.model_options import Choice, model_name, named_by

if TYPE_CHECKING:
    from models.backend import Backend
    from scenes.scene import Scene

FIRST_AGAIN_S, LAST_AGAIN_S = 5.0, 60.0
"""Seconds until a server that was away is asked again, doubled each time up to the last."""


@dataclass
class LoadedModel:
    """Shared by the screens; changed by the app alone."""

    backend: "Backend | None" = None
    asked: str = ""
    """What was last asked for, so that it is not loaded twice."""
    given: bool = False
    """Whether it was handed over ready, and so is never exchanged."""
    loading: bool = False
    problem: str = ""
    """Why there is none, in one line."""
    passing: bool = False
    """Whether that may pass by itself: a server is away."""
    again_in: float = 0.0
    """Seconds from its failure until such a server is asked again."""
    old: "Backend | None" = None
    """What played before the one that is being loaded, and stays should that fail."""
    busy: Lock = field(default_factory=Lock)
    """Held while a draw runs: a backend serves one thread at a time."""
    opening: Lock = field(default_factory=Lock)
    """Held while a model is opened: one after another."""


def wanted(choice: Choice, scene: "Scene | None") -> str:
    """What is to be loaded, so that the same is not loaded again."""
    says = scene.model if scene else None
    name = model_name(choice, scene)
    context = choice.context or (says and says.context)
    adapters = sorted(named_by(scene))
    lesson = scene.name if scene and scene.lesson else ""
    quantization = choice.quantization or (says and says.quantization)
    return repr((name, context, quantization, adapters, lesson))
