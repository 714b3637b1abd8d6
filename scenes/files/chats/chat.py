"""A chat of another program as messages, and what became of them. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from scenes.files.report import ImportReport, Unit

Json = dict[str, Any]
_NOTHING: Mapping[str, Any] = MappingProxyType({})


class NoMessage(ValueError):
    """Why a part of a file is no message."""


PLAYER, REPLY, NARRATOR = "玩家", "角色", "旁白"
"""Who is not named in a file."""


class ChatMessage(NamedTuple):
    """What one participant wrote at one time."""

    name: str
    text: str
    player: bool = False
    hidden: bool = False
    """Whether it is kept out of what a model reads."""
    narrator: bool = False
    swipes: tuple[str, ...] = ()
    """The candidates that it was picked from, itself among them; none where it was the only one."""
    picked: int = 0
    model: str = ""
    date: object = None
    """When it was sent, in whatever style that is written; `sent_at` reads it."""
    foreign: Mapping[str, Any] = _NOTHING
    """The message as the other program wrote it."""
    ours: Mapping[str, Any] | None = None
    """What we had written into it."""
    id: str = ""
    """What tells who wrote it beside the name, as the picture of a group's member; often empty."""


@dataclass(frozen=True)
class Chat:
    """A chat whose messages can be gone through more than once, so that none need be held."""

    key: str
    """Under which name what is foreign is kept with a turn."""
    form: str
    """What it is, as a person calls it."""
    title: str
    messages: Callable[[ImportReport], Iterator[ChatMessage]]
    player: str = ""
    """The player's name where the file gives one."""
    cast: Sequence[str] = ()
    """Names that the file gives beside those who speak."""
    summary: str = ""
    knowledge: Sequence[Path] = ()
    """Files with a lorebook, which may be the chat's own."""
    foreign: Mapping[str, Any] = field(default_factory=dict)
    """What the file says beside its messages; kept with the first turn."""
    ours: Json | None = None
    """The session of ours that it was."""
    unit: Unit = "line"
    """What the places of its messages count."""


def text_in(value: Json, *keys: str) -> str:
    """The first of `keys` that holds a text which is not blank; else an empty text."""
    for key in keys:
        value_there = value.get(key)
        if isinstance(value_there, str) and value_there.strip():
            return value_there
    return ""


def objects(value: object) -> list[Json]:
    """The objects of a list; none where it is no list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def texts(value: object) -> list[str]:
    """The texts of a list; none where it is no list."""
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def candidates(text: str, others: Sequence[str]) -> tuple[tuple[str, ...], int]:
    """`text` and what else could have stood there, each once, and which of them it is."""
    texts = tuple(dict.fromkeys([*(each for each in others if each.strip()), text]))
    return (texts, texts.index(text)) if len(texts) > 1 else ((), 0)
