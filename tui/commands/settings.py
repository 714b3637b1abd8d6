"""`paotuan settings`: what holds, where each value comes from, and changing one."""

import os
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from base.messages import _, language, matched
from base.ranges import SAMPLING
from tui.commands.group import one_of
from tui.commands.options import Json
from tui.commands.options import Model as ModelOption
from tui.failures import BadInput, given
from tui.output import as_json, columns, data, word
from tui.preferences import problems, remember, template
from tui.settings import (
    INSIDE,
    MEMORY,
    SINGLE,
    UserSettings,
    read_settings,
    settings_file,
    write_settings,
)
from tui.settings import settings as read

if TYPE_CHECKING:
    from scenes.scene import Scene


class SettingRow(NamedTuple):
    """A value that holds, and what says so."""

    key: str
    value: Any
    origin: str


def settings(
    key: Annotated[
        str | None,
        typer.Argument(
            metavar="[KEY]",
            help="A key to change, such as theme or sampling.n.",
            autocompletion=lambda: sorted([*SINGLE, *(f"sampling.{name}" for name in SAMPLING)]),
        ),
    ] = None,
    value: Annotated[str | None, typer.Argument(metavar="[VALUE]", help="The new value.")] = None,
    scene: Annotated[
        str | None,
        typer.Option("--scene", metavar="SCENE", help="Show the settings that hold in this scene."),
    ] = None,
    model: ModelOption = None,
    path: Annotated[bool, typer.Option("--path", help="Print where the file is.")] = False,
    init: Annotated[
        bool, typer.Option("--init", help="Write a file that explains every key and sets none.")
    ] = False,
    as_data: Json = False,
) -> None:
    """Show the settings and where each value comes from; with KEY and VALUE, change one."""
    file = settings_file()
    if path:
        data(str(file))
    elif init:
        _init(file)
    elif key is not None:
        _change(key, value)
    else:
        _show(scene, model, as_data)


def _init(file: Path) -> None:
    if file.exists():
        raise BadInput(_("{path}: is there already, and stays as it is", path=file))
    write_settings(template(), file)
    data(str(file))


def _change(key: str, value: str | None) -> None:
    """Set a key to what is typed: a number where it is one, a list for notices."""
    table, dot, __ = key.partition(".")
    known = [*SINGLE, *(f"sampling.{name}" for name in SAMPLING)]
    known += [f"memory.{name}" for name in MEMORY]
    if table not in ("models", "keys", "hosts") or not dot:
        one_of(key, known, "setting")
    if value is None:
        raise BadInput(_("{key}: its value is missing", key=key))
    if key == "theme":
        one_of(value, _themes(), "theme")
    if table == "keys":
        one_of(key.removeprefix("keys."), _key_ids(), "key")
    check = INSIDE[table] if dot else SINGLE[key]
    typed = value.split(",") if key == "notices" else _typed(value, key)
    if expected := check(key, typed):
        raise BadInput(
            _("{key}: {value} is not {expected}", key=key, value=value, expected=expected)
        )
    if problem := remember(key, typed):
        raise BadInput(problem)
    mine = read_settings(settings_file())
    data(f"{key} = {value}  ({mine.origin(key)})")


def _typed(value: str, key: str) -> str | int | float:
    if key.partition(".")[0] in ("models", "keys") or key == "memory.model":
        return value
    if key.startswith("hosts.") and value in ("true", "false"):
        return value == "true"
    for kind in (int, float):
        try:
            return kind(value)
        except ValueError:
            continue
    return value


def _show(name: str | None, model: str | None, as_data: bool) -> None:
    from scenes.scene_loader import load_scene
    from tui.keymap import screen_problems

    scene = None
    if name is not None:
        with given():
            scene = load_scene(name)
    mine = read()
    rows = [*_rows(mine, scene, model)]
    if as_data:
        as_json([row._asdict() for row in rows], 2)
    else:
        columns([(row.key, _shown(row.value), row.origin) for row in rows])
    for problem in (*problems(), *screen_problems(mine, _themes())):
        word(problem)


def _key_ids() -> list[str]:
    from tui.keymap import known_keys

    return sorted(known_keys())


def _themes() -> list[str]:
    from tui.themes import theme_names

    return theme_names()


def _shown(value: Any) -> str:
    if isinstance(value, (tuple, list)):
        return ", ".join(map(str, value)) or "-"
    return "-" if value is None else str(value)


def _rows(mine: UserSettings, scene: "Scene | None", model: str | None) -> Iterator[SettingRow]:
    from tui.keymap import known_keys

    default = _("default")
    yield SettingRow("language", language(), _language_origin(mine))
    yield _own(mine, "theme", None)
    yield _model(mine, scene, model)
    yield _own(mine, "columns", None)
    for name, address in mine.models.items():
        yield SettingRow(f"models.{name}", address, mine.origin(f"models.{name}"))
    for host, allowed in mine.hosts.items():
        yield SettingRow(f"hosts.{host}", allowed, mine.origin(f"hosts.{host}"))
    yield from _sampling(mine, scene)
    yield from _memory(mine, scene)
    for id, binding in known_keys().items():
        own = mine.keys.get(id)
        origin = default if own is None else mine.origin(f"keys.{id}")
        yield SettingRow(f"keys.{id}", own or binding.key, origin)
    yield _own(mine, "notices", ())


def _own(mine: UserSettings, key: str, otherwise: Any) -> SettingRow:
    """A key that only the settings can say."""
    value = getattr(mine, key)
    return (
        SettingRow(key, value, mine.origin(key))
        if value
        else SettingRow(key, otherwise, _("default"))
    )


def _language_origin(mine: UserSettings) -> str:
    """What has decided the language, in the order in which it is asked."""
    from base import messages

    if messages._asked:
        return "--lang"
    if matched(os.environ.get("PAOTUAN_LANG", "")):
        return "PAOTUAN_LANG"
    if mine.language:
        return mine.origin("language")
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    return next((name for name in names if matched(os.environ.get(name, ""))), _("default"))


def _model(mine: UserSettings, scene: "Scene | None", model: str | None) -> SettingRow:
    if model:
        return SettingRow("model", model, "--model")
    if name := os.environ.get("PAOTUAN_MODEL"):
        return SettingRow("model", name, "PAOTUAN_MODEL")
    if scene and scene.model.use:
        return SettingRow("model", scene.model.use, str(scene.path))
    return _own(mine, "model", "starter")


def _memory(mine: UserSettings, scene: "Scene | None") -> Iterator[SettingRow]:
    from scenes.scene import MemoryChoice

    usual = MemoryChoice()
    for name in MEMORY:
        key, default = f"memory.{name}", getattr(usual, name)
        said = getattr(scene.memory, name) if scene else default
        if scene and said != default:
            yield SettingRow(key, said, str(scene.path))
        elif name in mine.memory:
            yield SettingRow(key, mine.memory[name], mine.origin(key))
        else:
            yield SettingRow(key, default, _("default"))


def _sampling(mine: UserSettings, scene: "Scene | None") -> Iterator[SettingRow]:
    from models.backend import Sampling

    defaults = {one.name: one.default for one in fields(Sampling)}
    for name in SAMPLING:
        key = f"sampling.{name}"
        if scene and name in scene.sampling:
            yield SettingRow(key, scene.sampling[name], str(scene.path))
        elif name in mine.sampling:
            yield SettingRow(key, mine.sampling[name], mine.origin(key))
        else:
            yield SettingRow(key, defaults[name], _("default"))
