"""Finds models among those that are known by name, and those that a machine can play."""

from rapidfuzz import process

from base.errors import KnownError
from base.messages import _, series
from base.text import one_line
from models.entries import LATIN, WHOLE
from models.entries import MODELS as MODELS
from models.entries import STARTER as STARTER
from models.entries import CatalogModel as CatalogModel
from models.scripts import letters_by_script

SHARE = 0.7
"""Part of a machine's memory that a model may take, the rest being for the cache and the system."""
OTHERS = 0.02
"""The share of letters that are neither Han nor Latin from which on the whole model plays."""
ALL_LATIN = 0.98
"""The share of Latin letters from which on the model without Han plays."""
NAMED = 60
"""Characters of what a person wrote that a message repeats."""


def find(name: str) -> CatalogModel:
    """The model called `name`. Raises `KnownError` with the nearest names."""
    try:
        return MODELS[name]
    except KeyError:
        raise KnownError(
            _(
                "no model is named {name!r}; nearest: {names}",
                name=one_line(name, NAMED),
                names=nearest_models(name),
            )
        ) from None


def known(spec: str) -> CatalogModel | None:
    """The model of that name, or whose packed weights came from that hub id."""
    packed = (model for model in MODELS.values() if model.origin == spec != "")
    return MODELS.get(spec) or next(packed, None)


def published(model: CatalogModel) -> str:
    """What others call the weights: the hub id that an adapter names as its base."""
    return model.origin or model.hub


def embedded_for(text: str) -> tuple[CatalogModel, str]:
    """Which of the embedded models has the scripts of a text, and the script that decided it."""
    letters = letters_by_script(text)
    shares = {script: count / letters.total() for script, count in letters.items()}
    others = {script: share for script, share in shares.items() if script not in ("han", "latin")}
    if sum(others.values()) >= OTHERS:
        return WHOLE, max(others, key=others.__getitem__)
    if shares.get("latin", 0.0) >= ALL_LATIN:
        return LATIN, "latin"
    return STARTER, "han"


def nearest_models(name: str) -> str:
    """The names most like a mistyped one."""
    return series(match[0] for match in process.extract(name, [*MODELS, "scripted"], limit=3))


def fits(model: CatalogModel, main: int, gpu: int) -> bool:
    """Whether a machine with so many bytes of memory can play a model.

    A GPU takes any that its memory holds; without one, only those in GGUF are read aloud in time.
    """
    there = max(main, gpu) if model.backend == "llamacpp" else gpu
    return model.memory[model.smallest] <= SHARE * there


def better_models(main: int, gpu: int) -> list[CatalogModel]:
    """Models larger than the starter that a machine can play, the largest first."""
    fitting = [model for model in MODELS.values() if not model.embedded and fits(model, main, gpu)]
    return sorted(fitting, key=lambda model: -model.parameters)
