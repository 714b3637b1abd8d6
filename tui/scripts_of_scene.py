"""Which of the embedded models plays a scene: the one cut to the scripts that it is written in."""

from dataclasses import replace
from typing import TYPE_CHECKING

from base.messages import N_, _
from models.catalog import embedded_for
from models.entries import STARTER, WHOLE

if TYPE_CHECKING:
    from models.resolve import ModelSpec
    from scenes.scene import Scene

SCRIPTS = {
    "kana": N_("kana"),
    "hangul": N_("hangul"),
    "cyrillic": N_("Cyrillic"),
    "greek": N_("Greek letters"),
    "arabic": N_("Arabic letters"),
    "hebrew": N_("Hebrew letters"),
    "thai": N_("Thai letters"),
    "devanagari": N_("Devanagari"),
    "other": N_("other letters"),
}
"""Scripts that the starter is not cut to, as a person calls them."""


def in_scripts_of(spec: "ModelSpec", scene: "Scene | None") -> tuple["ModelSpec", list[str]]:
    """The starter cut to what a scene is written in, and what a person should know of it.

    Any other model stays as it is.
    """
    if scene is None or spec.model is not STARTER:
        return spec, []
    model, script = embedded_for(_text(scene))
    if model is not WHOLE:
        return replace(spec, model=model), []
    notice = _(
        "the scene is written in {script} too, so the starter plays with its whole vocabulary, "
        "and takes about twice the time",
        script=_(SCRIPTS[script]),
    )
    return replace(spec, model=model), [notice]


def _text(scene: "Scene") -> str:
    """What a scene says to a model, as far as it stands in its file."""
    roles = (f"{role.name}\n{role.profile}\n{role.voice}" for role in scene.cast)
    return "\n".join((scene.title, scene.summary, scene.aim, scene.opening, *roles))
