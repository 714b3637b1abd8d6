"""Keys by the id of what they do: which ids there are, and what is wrong with a person's own."""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from itertools import combinations

from textual.binding import Binding
from textual.dom import DOMNode

import tui.screens
import tui.widgets
from base.messages import _
from base.names import nearest
from base.text import shown
from tui.settings import UserSettings

EVERYWHERE = "app"
"""The beginning of the ids of what can be done on every screen."""
TABLE = "table"
"""The same of what can be done at the table, whatever has the keys there."""
AT_TABLE = {TABLE, "composer", "tray", "turn"}


def known_keys() -> dict[str, Binding]:
    """Every binding of the app that has an id, by that id."""
    ours = {binding.id: binding for binding in _bindings("tui.") if binding.id}
    return dict(sorted(ours.items()))


def descriptions() -> Iterator[str]:
    """What every key does, in English: of our screens, and of the widgets that they are made of."""
    for binding in _bindings(""):
        yield from filter(None, (binding.description, binding.tooltip))


def _bindings(rooms: str) -> Iterator[Binding]:
    """The bindings of all classes of such modules, once every screen has been imported."""
    for package in (tui.screens, tui.widgets):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    importlib.import_module("tui.app")
    for node in sorted(set(_below(DOMNode)), key=lambda node: node.__qualname__):
        if node.__module__.startswith(rooms):
            declared = vars(node).get("BINDINGS", ())
            yield from (binding for binding in declared if isinstance(binding, Binding))


def _below(node: type[DOMNode]) -> Iterator[type[DOMNode]]:
    for one in node.__subclasses__():
        yield one
        yield from _below(one)


def screen_problems(settings: UserSettings, themes: list[str]) -> list[str]:
    """What the screen cannot do of the settings: an unknown theme, ids that name nothing."""
    problems = []
    if settings.theme is not None and settings.theme not in themes:
        problems.append(
            _(
                "{origin}: there is no theme {name}{hint}",
                origin=settings.origin("theme"),
                name=shown(settings.theme),
                hint=nearest(settings.theme, themes),
            )
        )
    known = known_keys() if settings.keys else {}
    problems += [
        _(
            "{origin}: nothing has the id {name}{hint}",
            origin=settings.origin(f"keys.{name}"),
            name=shown(name),
            hint=nearest(name, list(known)),
        )
        for name in settings.keys
        if name not in known
    ]
    return [*problems, *_conflicts(settings, known)]


def _conflicts(settings: UserSettings, known: Mapping[str, Binding]) -> Iterator[str]:
    """A line for each key that the settings give to two things that can be meant at once."""

    def keys(name: str) -> set[str]:
        return {key.strip() for key in settings.keys.get(name, known[name].key).split(",")}

    for one, other in combinations(known, 2):
        scopes = {name.partition(".")[0] for name in (one, other)}
        mine = [name for name in (one, other) if name in settings.keys]
        together = TABLE in scopes and scopes <= AT_TABLE
        if mine and (len(scopes) == 1 or EVERYWHERE in scopes or together):
            for key in sorted(keys(one) & keys(other)):
                yield _(
                    "{origin}: {key} is the key of both {one} and {other}; it does only one",
                    origin=settings.origin(f"keys.{mine[0]}"),
                    key=key,
                    one=one,
                    other=other,
                )
