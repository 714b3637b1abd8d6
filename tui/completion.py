"""What the shell completes: scenes, roles, sessions, models, characters, and words out of a few."""

import re
from collections.abc import Callable, Iterable, Mapping

from typer._click.core import Context, Parameter

from base.errors import KnownError
from base.folders import find, folders, listed
from base.messages import LANGUAGES

_FEW = re.compile(r"[a-z0-9_-]+(\|[a-z0-9_-]+)+")
"""What stands for a value that is one of a few words."""


def scenes(context: Context) -> Iterable[str]:
    """The names of scenes."""
    return sorted(listed(folders("scenes")))


def characters(context: Context) -> Iterable[str]:
    """The names of characters."""
    return sorted(listed(folders("characters")))


def sessions(context: Context) -> Iterable[str]:
    """The names of saved sessions, the newest first."""
    from base.folders import sessions_folder

    files = sessions_folder().glob("*.jsonl")
    return [file.stem for file in sorted(files, key=lambda file: -file.stat().st_mtime)]


def models(context: Context) -> Iterable[str]:
    """The names of models: of the settings, of the catalog, and the one without weights."""
    from models.catalog import MODELS
    from tui.settings import settings

    return [*settings().models, *MODELS, "scripted"]


def roles(context: Context) -> Iterable[str]:
    """The cast of the scene that is named before, read no further than that."""
    from base.yaml_reader import read_file

    name = context.params.get("scene") or next(iter(context.args), None)
    path = find(name, folders("scenes")) if isinstance(name, str) else None
    if path is None:
        return ()
    try:
        cast = read_file(path).data.get("cast")
    except KnownError:
        return ()
    return [str(role) for role in cast] if isinstance(cast, dict) else ()


def languages(context: Context) -> Iterable[str]:
    """The codes of the languages that are spoken."""
    return LANGUAGES


SOURCES: Mapping[str, Callable[[Context], Iterable[str]]] = {
    "SCENE": scenes,
    "CHARACTER": characters,
    "ID": sessions,
    "SESSION": sessions,
    "MODEL": models,
    "LANGUAGE": languages,
}
"""What there is to choose from, by the word that stands for a value."""


def complete(parameter: Parameter) -> None:
    """Let a parameter that has no completion of its own be completed by what stands for it."""
    name = (parameter.metavar or parameter.name or "").strip("[].…").upper()
    source = SOURCES.get(name)
    if source is None and name == "NAME" and {"--as", "--for"} & set(parameter.opts):
        source = roles
    words = (parameter.metavar or "").split("|") if _FEW.fullmatch(parameter.metavar or "") else []
    if parameter._custom_shell_complete is not None or not (source or words):
        return

    def completed(context: Context, parameter: Parameter, incomplete: str) -> list[str]:
        return [
            word for word in (source(context) if source else words) if word.startswith(incomplete)
        ]

    parameter._custom_shell_complete = completed
