"""Chats of Discord and Telegram that were exported as JSON, to messages, an item at a time."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from base.errors import KnownError
from base.messages import _
from scenes.files.head import FileHead
from scenes.files.report import FileNotice
from scenes.files.source import TextFile
from scenes.files.trpg.items import NO_MESSAGE, Dropped, Item, Part, TableMessage
from scenes.files.trpg.json_formats import items_of

_SAID = ("Default", "Reply", "0", "19", "ThreadStarterMessage", "ChatInputCommand")
"""Kinds of messages of Discord that somebody wrote."""
_EMOJI = re.compile(r"<a?:\w{1,40}:\d{5,25}>")
_ELSEWHERE = re.compile(r"<(?:#|@&)\d{5,25}>|<t:\d{1,15}(?::\w)?>")
_CALLED = re.compile(r"<@!?(\d{1,25})>")


def detect_discord(head: FileHead) -> float:
    """Sure where messages have an author and the channel is told."""
    if head.has("messages[].author.isBot", "messages[].content"):
        return 0.98
    return 0.7 if head.has("guild", "channel", "messages") else 0


def detect_telegram(head: FileHead) -> float:
    """Sure where messages tell who they are from; a whole account is told in the reader."""
    if head.has("messages[].from") and head.has_any("messages[].from_id", "messages[].date"):
        return 0.97
    if head.has_any("chats.list[].messages", "chats.list[].type"):
        return 0.9
    is_chat = head.has("type", "messages[].type", "messages[].date")
    return 0.8 if is_chat and head.has_any("messages[].actor", "messages[].actor_id") else 0


def read_discord(file: TextFile) -> Iterator[Item]:
    """The messages of DiscordChatExporter's JSON; who is mentioned is called by name."""
    for number, item in items_of(file, "messages"):
        if isinstance(item, FileNotice):
            yield item
            continue
        author = item.get("author") if isinstance(item, dict) else None
        if not isinstance(author, dict) or not isinstance(item.get("content"), str):
            yield Dropped(number, NO_MESSAGE)
            continue
        name = _first(author, "nickname", "name")
        part: Part = "bot" if author.get("isBot") is True else "person"
        if str(item.get("type", "Default")) not in _SAID:
            part = "system"
        text = _with_names(item["content"], item.get("mentions")) or _embedded(item.get("embeds"))
        yield TableMessage(number, name, text, _id(author.get("id")), part)


def read_telegram(file: TextFile) -> Iterator[Item]:
    """The messages of one chat that Telegram Desktop exports as JSON.

    Raises `KnownError` for the export of a whole account.
    """
    if '"chats"' in file.head.decode("utf-8", "replace")[:4096]:
        raise KnownError(
            _(
                "{where}: all chats of an account; export the chat of the table alone",
                where=file.where,
            )
        )
    for number, item in items_of(file, "messages"):
        if isinstance(item, FileNotice):
            yield item
        elif not isinstance(item, dict):
            yield Dropped(number, NO_MESSAGE)
        elif item.get("type") == "service":
            yield TableMessage(
                number, _first(item, "actor"), str(item.get("action")), part="system"
            )
        else:
            name, text = item.get("from"), _telegram_text(item.get("text"))
            yield TableMessage(
                number, name if isinstance(name, str) else "", text, _id(item.get("from_id"))
            )


def _telegram_text(text: object) -> str:
    """A text, or the texts of pieces, of which the slanted ones are what is done."""
    if isinstance(text, str):
        return text
    pieces: list[str] = []
    for one in text if isinstance(text, list) else ():
        if isinstance(one, str):
            pieces.append(one)
        elif isinstance(one, dict) and isinstance(said := one.get("text"), str):
            inner = said.strip()
            plain = one.get("type") != "italic" or not inner or "\n" in inner or "*" in inner
            pieces.append(said if plain else said.replace(inner, f"*{inner}*"))
    return "".join(pieces)


def _with_names(text: str, mentions: object) -> str:
    """A text of Discord without its own emoji, and with the names of those it mentions."""
    if "<" not in text:
        return text
    names = {
        _id(one.get("id")): _first(one, "nickname", "name")
        for one in (mentions if isinstance(mentions, list) else ())
        if isinstance(one, dict)
    }

    def called(found: re.Match[str]) -> str:
        return f"@{names[found[1]]} " if names.get(found[1]) else found[0]

    return _ELSEWHERE.sub("", _EMOJI.sub("", _CALLED.sub(called, text))).strip()


def _embedded(embeds: object) -> str:
    """What a program shows in a box: dice bots put their results there."""
    said: list[str] = []
    for one in embeds if isinstance(embeds, list) else ():
        if isinstance(one, dict):
            said += [_first(one, "title"), _first(one, "description")]
            fields = one.get("fields")
            for row in fields if isinstance(fields, list) else ():
                if isinstance(row, dict):
                    said.append(f"{_first(row, 'name')} {_first(row, 'value')}".strip())
    return "\n".join(filter(None, said))


def _first(values: Mapping[str, Any], *keys: str) -> str:
    """The first text under some keys that is not empty."""
    return next((v for key in keys if isinstance(v := values.get(key), str) and v.strip()), "")


def _id(value: object) -> str:
    return str(value) if isinstance(value, (str, int)) else ""
