"""The registry of importers: what files of other programs there are, and which one a file is.

A row names an importer, its kind, and two functions as `module:function`, which are imported when
they are asked. The detector looks at a `FileHead` and gives how sure it is, from 0 to 1; what the
reader takes and gives goes by the kind, as `Kind` says. To add one: a file with both, and a row.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal

from base.errors import KnownError
from base.messages import N_, _, series
from base.names import nearest
from scenes.files.head import FileHead
from scenes.files.log_formats import FORMATS
from scenes.files.report import Unit

Kind = Literal["log", "chat", "card", "book", "novel"]
"""By kind, what the reader is:

log: of a `TextFile`, its `Item`s, one at a time in bounded memory; raises `KnownError` before the
first one where the file is none of its format, while what is wrong further on is an item too.
chat: of a `ChatFile`, the `Chat`; `None` where it is none of its format.
card: of paths, the folder to write to, whether files there are replaced, and names of further
knowledge, the `Import`s that are to be carried out.
book: of a path, the `Lorebook`.
novel: of a path, the command that reads it; nothing is imported.
"""

SURE = 0.5
"""Certainty from which on a file is taken for what it looks like."""
APART = 0.15
"""How far behind the best guess one of another kind must lie for the best to be sure."""


@dataclass(frozen=True)
class Importer:
    """One row of the registry."""

    name: str
    kind: Kind
    title: str
    """What such a file is, as a person calls it."""
    detector: str
    reader: str
    """Functions, by their place in this package."""
    unit: Unit = "line"
    """What the places of its report count."""

    def certainty(self, head: FileHead) -> float:
        """How sure it is that a file which begins so is one of its own."""
        certainty: float = _load(self.detector)(head)
        return certainty

    @property
    def read(self) -> Callable[..., Any]:
        """The reader, imported."""
        function: Callable[..., Any] = _load(self.reader)
        return function


@dataclass(frozen=True)
class Guess:
    """What a file may be, and how surely."""

    importer: Importer
    certainty: float


IMPORTERS: tuple[Importer, ...] = (
    *(
        Importer(name, "log", title, f"trpg.{detector}", f"trpg.{reader}", unit)
        for name, title, detector, reader, unit in FORMATS
    ),
    Importer(
        "sillytavern",
        "chat",
        N_("SillyTavern chat"),
        "chats.sillytavern:detect",
        "chats.sillytavern:read",
    ),
    Importer(
        "koboldai",
        "chat",
        N_("KoboldAI save"),
        "chats.kobold:detect",
        "chats.kobold:read",
        "action",
    ),
    Importer(
        "risu",
        "chat",
        N_("RisuAI chat"),
        "chats.dialogues:detect_risu",
        "chats.dialogues:read_risu",
        "message",
    ),
    Importer(
        "agnai",
        "chat",
        N_("Agnai chat"),
        "chats.dialogues:detect_agnai",
        "chats.dialogues:read_agnai",
        "message",
    ),
    Importer(
        "webui",
        "chat",
        N_("text-generation-webui chat"),
        "chats.dialogues:detect_webui",
        "chats.dialogues:read_webui",
        "message",
    ),
    Importer(
        "card-png", "card", N_("character card in a picture"), "cards:detect_png", "cards:read"
    ),
    Importer(
        "card-webp", "card", N_("character card in a WebP"), "cards:detect_webp", "cards:read"
    ),
    Importer("card-json", "card", N_("character card in JSON"), "cards:detect_json", "cards:read"),
    Importer(
        "charx", "card", N_("character card in an archive"), "cards:detect_charx", "cards:read"
    ),
    Importer(
        "characterglm",
        "card",
        N_("CharacterGLM characters"),
        "cards:detect_characterglm",
        "cards:read",
    ),
    Importer(
        "webui-character",
        "card",
        N_("text-generation-webui character"),
        "cards:detect_webui",
        "cards:read",
    ),
    Importer(
        "foundry-actor", "card", N_("Foundry VTT actor"), "cards:detect_foundry", "cards:read"
    ),
    Importer(
        "ccfolia-character",
        "card",
        N_("CCFOLIA character"),
        "cards:detect_ccfolia",
        "cards:read",
    ),
    Importer("chatharuhi", "card", N_("ChatHaruhi role"), "cards:detect_chatharuhi", "cards:read"),
    Importer("lorebook", "book", N_("lorebook"), "books:detect", "books:read"),
    Importer("risu-lorebook", "book", N_("RisuAI lorebook"), "books:detect_risu", "books:read"),
    Importer("novel", "novel", N_("novel"), "novels:detect", "novels:read"),
)


def of_kind(*kinds: Kind) -> list[Importer]:
    """The importers of some kinds, in their order."""
    return [one for one in IMPORTERS if one.kind in kinds]


def importer_named(name: str, among: Iterable[Importer] = IMPORTERS) -> Importer:
    """The importer of a name. Raises `KnownError` with the nearest one, or with all."""
    named = {one.name: one for one in among}
    if name not in named:
        hint = nearest(name, named)
        if hint:
            raise KnownError(_("there is no format {name}{hint}", name=name, hint=hint))
        raise KnownError(
            _("there is no format {name}; the formats are {names}", name=name, names=series(named))
        )
    return named[name]


def guesses(head: FileHead, among: Iterable[Importer] = IMPORTERS) -> list[Guess]:
    """What a file may be, the most certain first; nothing where nothing fits."""
    ranked = [Guess(one, one.certainty(head)) for one in among]
    return sorted((one for one in ranked if one.certainty > 0), key=lambda one: -one.certainty)


def is_sure(ranked: list[Guess]) -> bool:
    """Whether the best of several guesses needs no person to confirm it."""
    if not ranked or ranked[0].certainty < SURE:
        return False
    best = ranked[0]
    others = [one for one in ranked if one.importer.kind != best.importer.kind]
    return all(one.certainty <= best.certainty - APART for one in others)


def _load(spec: str) -> Any:
    module, _colon, name = spec.partition(":")
    return getattr(import_module(f"scenes.files.{module}"), name)
