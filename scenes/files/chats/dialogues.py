"""Chats that are one JSON value with a list of messages: text-generation-webui, Agnai, Risu. Pure.

What they do not name is 玩家 and 角色; an import may name the player.
"""

import html
import re
from collections.abc import Callable, Iterator

from base.messages import N_, _
from scenes.files.chats.chat import (
    NARRATOR,
    PLAYER,
    REPLY,
    Chat,
    ChatMessage,
    Json,
    NoMessage,
    candidates,
    objects,
    text_in,
    texts,
)
from scenes.files.chats.source import ChatFile
from scenes.files.head import FileHead
from scenes.files.report import ImportReport

_RISU = ("risuChat", "risuAllChats")
_RISU_FILE = re.compile(r"(.{1,80}?)_\d{4}-\d\d-\d\dT[\dZ]{4,12}_chat.*")
"""The name of a file that RisuAI writes: the character's, and when."""
_BEGIN = "<|BEGIN-VISIBLE-CHAT|>"
"""What text-generation-webui writes for the player before a greeting."""

Reader = Callable[[object], Iterator[ChatMessage]]


def detect_webui(head: FileHead) -> float:
    """Sure where a history is a list under the names that the program gives it."""
    keys = ("internal", "visible", "data_visible")
    found = any(head.outline.get(key) == "[" for key in keys)
    return 0.93 if found or (head.outline.get("data") == "[" and not head.has("type")) else 0


def detect_agnai(head: FileHead) -> float:
    """Sure where messages have a `msg`."""
    return 0.95 if head.has("messages[].msg") else 0


def detect_risu(head: FileHead) -> float:
    """Sure where a file says that it is a chat of RisuAI."""
    return 0.98 if head.outline.get("type") in _RISU else 0


def read_webui(file: ChatFile) -> Chat | None:
    """The chat of text-generation-webui in a file; `None` where there is none."""
    return webui(file.object, file.path.stem) if file.object is not None else None


def read_agnai(file: ChatFile) -> Chat | None:
    """The chat of Agnai in a file; `None` where there is none."""
    return agnai(file.object, file.path.stem) if file.object is not None else None


def read_risu(file: ChatFile) -> Chat | None:
    """The chat of RisuAI in a file; `None` where there is none."""
    return risu(file.object, file.path.stem) if file.object is not None else None


def risu_chats(value: Json) -> list[Json]:
    """The chats in a file of all of them, each as RisuAI writes it by itself, without empty ones.

    Source: `exportAllChats` of RisuAI, whose `data` is a list of what `exportChat` writes.
    """
    if value.get("type") != "risuAllChats":
        return []
    chats = [one for one in objects(value.get("data")) if objects(one.get("message"))]
    return [{"type": "risuChat", "ver": value.get("ver"), "data": one} for one in chats]


def webui(value: Json, title: str) -> Chat | None:
    """A history of text-generation-webui, old or new; `None` where it is none."""
    rows = value.get("internal", value.get("data"))
    visible = value.get("visible", value.get("data_visible"))
    rows = rows if isinstance(rows, list) else visible
    if not isinstance(rows, list):
        return None
    told = visible if isinstance(visible, list) else []
    metadata = value.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}

    def read(place: object) -> Iterator[ChatMessage]:
        number = place if isinstance(place, int) else 0
        return _exchange(
            rows[number], told[number] if number < len(told) else None, number, metadata
        )

    known = ("internal", "visible", "data", "data_visible", "metadata")
    rest = {key: one for key, one in value.items() if key not in known}
    return _chat(
        "webui", N_("text-generation-webui chat"), title, list(range(len(rows))), read, rest
    )


def _exchange(row: object, visible: object, number: int, metadata: Json) -> Iterator[ChatMessage]:
    """What the player wrote and what the model answered."""
    if not isinstance(row, list) or len(row) != 2 or not all(isinstance(x, str) for x in row):
        raise NoMessage(_("not a pair of two texts"))
    shown = [html.unescape(one) for one in texts(visible)] + ["", ""]
    for side, name in enumerate((PLAYER, REPLY)):
        text = shown[side] if row[side] in ("", _BEGIN) else row[side]
        about = metadata.get(f"{('user', 'assistant')[side]}_{number}")
        about = about if isinstance(about, dict) else {}
        versions = [
            text_in(one, "content", "visible_content") for one in objects(about.get("versions"))
        ]
        if not text.strip():
            continue
        swipes, picked = candidates(text, versions)
        foreign: Json = (
            {"row": row, "visible": visible} if side == 0 or row[0] in ("", _BEGIN) else {}
        )
        if about:
            foreign["metadata"] = about
        date = about.get("timestamp")
        yield ChatMessage(name, text, side == 0, False, False, swipes, picked, "", date, foreign)


def agnai(value: Json, title: str) -> Chat | None:
    """An export of Agnai; `None` where it is none."""
    messages = value.get("messages")
    if not isinstance(messages, list) or not any("msg" in one for one in objects(messages)):
        return None
    rest = {key: one for key, one in value.items() if key != "messages"}
    chat = _chat("agnai", N_("Agnai chat"), text_in(value, "name") or title, messages, _agnai, rest)
    return chat


def _agnai(value: object) -> Iterator[ChatMessage]:
    text = value.get("msg") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(text, str):
        raise NoMessage(_("a message without text in `msg`"))
    player = bool(text_in(value, "userId"))
    swipes, picked = candidates(text, [text, *texts(value.get("retries"))])
    id = text_in(value, "characterId", "userId")
    event = value.get("event")
    hidden = value.get("ooc") is True or event in ("hidden", "ooc")
    narrator = event == "world" or (value.get("system") is True and not hidden)
    nobody = NARRATOR if narrator else PLAYER if player else REPLY
    name = text_in(value, "handle", "name") or ("" if id else nobody)
    date = value.get("createdAt")
    about = (player, hidden, narrator, swipes, picked, "", date, value)
    yield ChatMessage(name, text, *about, id=id)


def risu(value: Json, title: str) -> Chat | None:
    """A chat that RisuAI wrote, or the first in a file of all; `None` where it is none."""
    data = value.get("data")
    if value.get("type") == "risuAllChats":
        data = next((one["data"] for one in risu_chats(value)), None)
    if value.get("type") not in _RISU or not isinstance(data, dict):
        return None
    exported = _RISU_FILE.fullmatch(title)
    character = exported[1] if exported else REPLY
    messages = data.get("message")
    rest = value | {"data": {key: one for key, one in data.items() if key != "message"}}
    listed = messages if isinstance(messages, list) else []
    cut = max((at for at, one in enumerate(listed) if _begins_anew(one)), default=-1)

    def read(numbered: object) -> Iterator[ChatMessage]:
        number, message = numbered if isinstance(numbered, tuple) else (0, None)
        yield from _risu(message, number <= cut, character)

    parts: list[object] = list(enumerate(listed))
    return _chat("risu", N_("RisuAI chat"), text_in(data, "name") or title, parts, read, rest)


def _begins_anew(value: object) -> bool:
    """Whether a message and all before it are kept out of what a model reads."""
    return isinstance(value, dict) and value.get("disabled") == "allBefore"


def _risu(value: object, cut: bool, character: str) -> Iterator[ChatMessage]:
    text = value.get("data") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(text, str):
        raise NoMessage(_("a message without text in `data`"))
    player = value.get("role") == "user"
    swipes, picked = candidates(text, texts(value.get("swipes")))
    id = text_in(value, "saying")
    name = text_in(value, "name") or (PLAYER if player else "" if id else character)
    hidden = cut or value.get("disabled") is True or value.get("isComment") is True
    date = value.get("time")
    yield ChatMessage(name, text, player, hidden, False, swipes, picked, "", date, value, id=id)


def _chat(key: str, form: str, title: str, parts: list[object], read: Reader, rest: Json) -> Chat:
    def messages(report: ImportReport) -> Iterator[ChatMessage]:
        for number, part in enumerate(parts, 1):
            try:
                for message in read(part):
                    report.read += 1
                    yield message
            except NoMessage as error:
                report.read += 1
                report.drop(number, error.args[0])

    return Chat(key, form, title, messages, foreign={"chat": rest}, unit="message")
