"""Logs kept as JSON to messages, an item at a time."""

import json
from collections.abc import Iterator
from typing import Any

from base.errors import KnownError
from base.messages import N_, _
from scenes.files.head import FileHead
from scenes.files.report import FileNotice
from scenes.files.source import TextFile
from scenes.files.trpg.items import NO_MESSAGE, Dropped, Item, Part, TableMessage, part_of
from scenes.files.trpg.json_window import BrokenJson, elements

DELETED = N_("recalled messages")
NO_JSON = N_("lines that are not JSON")
SURELY = 0.98


def detect_sealdice(head: FileHead) -> float:
    """Sure where messages tell whether they are of dice, less so where only the frame is seen."""
    if {"isDice", "message"} <= head.keys:
        return SURELY
    return 0.9 if head.has("version", "items") and "mes" not in head.keys else 0


def detect_olivadice(head: FileHead) -> float:
    """Sure where messages have a sender and a type."""
    return 0.97 if {"sender", "message", "type"} <= head.keys else 0


def detect_ccfolia(head: FileHead) -> float:
    """Sure where there are logs with channels or chapters."""
    is_room = {"logs", "text"} <= head.keys and head.keys & {"channel", "isChapter"}
    return 0.96 if is_room else 0


def read_sealdice(file: TextFile) -> Iterator[Item]:
    """The messages of SealDice's `sealdice-standard-log.json`."""
    for number, item in items_of(file, "items"):
        if not isinstance(item, dict):
            yield item if isinstance(item, FileNotice) else Dropped(number, NO_MESSAGE)
            continue
        name, text = item.get("nickname"), item.get("message")
        if not isinstance(name, str) or not isinstance(text, str):
            yield Dropped(number, NO_MESSAGE)
            continue
        part: Part = "dice" if item.get("isDice") is True else "person"
        yield TableMessage(number, name, text, _id(item.get("IMUserId")), part)


def read_ccfolia(file: TextFile) -> Iterator[Item]:
    """The messages of a CCFOLIA room as `{"logs": […]}`."""
    for number, item in items_of(file, "logs"):
        if not isinstance(item, dict):
            yield item if isinstance(item, FileNotice) else Dropped(number, NO_MESSAGE)
            continue
        name, text, dice = item.get("name"), item.get("text"), item.get("dice")
        if not isinstance(name, str) or not isinstance(text, str):
            yield Dropped(number, NO_MESSAGE)
        elif item.get("isChapter") is True:
            yield TableMessage(number, name, text.strip("=- "), part="chapter")
        elif isinstance(dice, str) and dice:
            yield TableMessage(number, name, f"{text} {dice}", part="dice")
        else:
            yield TableMessage(number, name, text, part=part_of(item.get("channel")))


def read_olivadice(file: TextFile) -> Iterator[Item]:
    """The messages of OlivaDice's `.olivadicelog`, an object a line."""
    for number, line in enumerate(file.lines(), 1):
        if not line.strip():
            continue
        try:
            item = json.loads(line)
        except (ValueError, RecursionError):
            yield Dropped(number, NO_JSON)
            continue
        yield from _oliva(number, item)


def _oliva(number: int, item: Any) -> Iterator[Item]:
    if isinstance(item, dict) and item.get("type") == "log_total_duration":
        return
    sender = item.get("sender") if isinstance(item, dict) else None
    text = item.get("message") if isinstance(item, dict) else None
    if not isinstance(sender, dict) or not isinstance(text, str):
        yield Dropped(number, NO_MESSAGE)
    elif item.get("deleted") is True:
        yield Dropped(number, DELETED)
    else:
        name = sender.get("name")
        part: Part = "dice" if item.get("type") == "send" else "person"
        yield TableMessage(
            number, name if isinstance(name, str) else "", text, _id(sender.get("id")), part
        )


def items_of(file: TextFile, key: str) -> Iterator[tuple[int, Any]]:
    """The items under `key` with their places; a `FileNotice` as the last where it breaks."""
    number = 0
    try:
        for item in elements(file.chunks(), key):
            number += 1
            yield number, item
    except BrokenJson as error:
        if not number:
            raise KnownError(
                _(
                    "{where}:{line}: {why}; expected JSON with {key}",
                    where=file.where,
                    line=error.line,
                    why=error.why,
                    key=key,
                )
            ) from None
        text = _(
            "the last item that can be read; line {line}: {why}", line=error.line, why=error.why
        )
        yield number, FileNotice(number, text)


def _id(value: object) -> str:
    return str(value).removeprefix("QQ:") if isinstance(value, (str, int)) else ""
