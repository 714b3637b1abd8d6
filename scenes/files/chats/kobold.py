"""Saves of KoboldAI and Kobold Lite: one running story, cut where a model or the player went on.

A story is told by a narrator; `Name: …` at the beginning of a line speaks, `> …` is what the player
does, and the marks of instructions tell who wrote what. Pure.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from base.messages import N_, _
from base.yaml_reader import kind
from characters.cards.lines import role_name
from scenes.files.chats.chat import Chat, ChatMessage, Json, candidates, objects, text_in
from scenes.files.chats.source import ChatFile
from scenes.files.head import FileHead
from scenes.files.report import ImportReport

KEY = "koboldai"
NARRATOR = "旁白"
PLAYER = "玩家"
REPLY = "角色"
"""Who a story does not name."""

_MARK = re.compile(r"\{\{\[(INPUT|OUTPUT|SYSTEM)(?:_END)?\]\}\}")
_LABEL = re.compile(r"([^\s:：>“\"*【（(][^\n:：“\"*【（(]{0,31}?)[:：]\s*(\S.*)")
_WHOLE = re.compile(r"[.!?。！？…”\"'」』）)\]】*~]\s*$")
_STORY_KEYS = ("prompt", "actions", "actions_metadata")


def detect(head: FileHead) -> float:
    """Sure where a story has actions and one of the keys beside them."""
    if head.has("actions") and head.has_any("prompt", "gamestarted", "savedsettings"):
        return 0.95
    return 0.9 if head.has("gamestarted") else 0


def read(file: ChatFile) -> Chat | None:
    """The chat that a save is; `None` where a file is none."""
    value = file.object
    return chat_of(value, file.path) if value is not None and is_save(value) else None


def is_save(value: Json) -> bool:
    """Whether a JSON object is a save."""
    return isinstance(value.get("actions"), (list, dict)) and any(
        key in value for key in ("prompt", "gamestarted", "savedsettings")
    )


def chat_of(value: Json, path: Path) -> Chat:
    """The chat that the save at `path` is."""
    settings = value.get("savedsettings")
    settings = settings if isinstance(settings, dict) else {}
    player = text_in(settings, "chatname") or PLAYER
    others = [name for name in text_in(settings, "chatopponent").split("||$||") if name.strip()]

    def messages(report: ImportReport) -> Iterator[ChatMessage]:
        for fragment, alternatives in _fragments(value, report):
            pieces = list(_messages(fragment, player, others))
            report.read += len(pieces)
            if len(pieces) == 1 and alternatives:
                swipes, picked = candidates(pieces[0].text, alternatives)
                pieces = [pieces[0]._replace(swipes=swipes, picked=picked)]
            elif alternatives:
                report.notice(
                    _("the alternatives of a passage of several lines stay with its first turn")
                )
            for number, message in enumerate(pieces):
                kept: Json = {"text": fragment, "alternatives": alternatives}
                foreign = kept if number == 0 else {}
                yield message._replace(foreign={k: v for k, v in foreign.items() if v})

    lite = "savedsettings" in value
    rest = {key: one for key, one in value.items() if key not in _STORY_KEYS}
    form = N_("Kobold Lite save") if lite else N_("KoboldAI save")
    summary = text_in(value, "memory")
    told = any(text_in(one, "content") for one in objects(value.get("worldinfo")))
    knowledge = (path.absolute(),) if told else ()
    foreign = {"save": rest}
    about = (player, others, summary, knowledge, foreign)
    return Chat(KEY, form, path.stem, messages, *about, unit="action")


def _fragments(value: Json, report: ImportReport) -> Iterator[tuple[str, list[str]]]:
    """The pieces of the story, joined where one ends inside a sentence, with their alternatives."""
    held, other = text_in(value, "prompt"), list[str]()
    for text, alternatives in _actions(value, report):
        begins = text[:1].isspace() and "\n" in text[: len(text) - len(text.lstrip())]
        apart = begins or text.startswith(">") or held.endswith("\n") or _WHOLE.search(held)
        if held and not (apart or alternatives or other or _MARK.match(text)):
            held += text
            continue
        if held.strip():
            yield held, other
        held, other = text, alternatives
    if held.strip():
        yield held, other


def _actions(value: Json, report: ImportReport) -> Iterator[tuple[str, list[str]]]:
    actions = value.get("actions")
    metadata = value.get("actions_metadata")
    listed = list(actions.values()) if isinstance(actions, dict) else actions
    for number, one in enumerate(listed if isinstance(listed, list) else []):
        text = text_in(one, "Selected Text", "text") if isinstance(one, dict) else one
        if not isinstance(text, str):
            why = _("its text is {value}, expected text in quotes", value=kind(one))
            report.drop(number + 1, why)
            continue
        about = _about(metadata, number)
        yield text, [each for each in map(_alternative, about) if each.strip()]


def _about(metadata: object, number: int) -> list[object]:
    if isinstance(metadata, dict):
        one = metadata.get(str(number))
    else:
        one = metadata[number] if isinstance(metadata, list) and number < len(metadata) else None
    texts = one.get("Alternative Text") if isinstance(one, dict) else None
    return texts if isinstance(texts, list) else []


def _alternative(value: object) -> str:
    if isinstance(value, dict):
        return text_in(value, "Text")
    return value if isinstance(value, str) else ""


def _messages(text: str, player: str, others: list[str]) -> Iterator[ChatMessage]:
    """The messages of one piece, a line each but for instructions, which are whole."""
    opponent = others[0] if others else REPLY
    start, writer = 0, ""
    for mark in [*_MARK.finditer(text), None]:
        part = text[start : mark.start() if mark else len(text)]
        if part.strip() and writer:
            name = {"INPUT": player, "OUTPUT": opponent, "SYSTEM": NARRATOR}[writer]
            words = part.strip()
            yield ChatMessage(name, words, writer == "INPUT", narrator=writer == "SYSTEM")
        elif part.strip():
            yield from _story(part, player, others)
        if mark:
            start, writer = mark.end(), "" if mark[0].endswith("_END]}}") else mark[1]


def _story(text: str, player: str, others: list[str]) -> Iterator[ChatMessage]:
    for line in filter(None, map(str.strip, text.splitlines())):
        label = _LABEL.fullmatch(line)
        if line.startswith(">") and line[1:].strip():
            yield ChatMessage(player, rf"\me {line[1:].strip()}", player=True)
        elif label and _is_name(label[1].strip(), (player, *others)):
            yield ChatMessage(label[1].strip(), label[2], player=label[1].strip() == player)
        else:
            yield ChatMessage(NARRATOR, line, narrator=True)


def _is_name(label: str, known: tuple[str, ...]) -> bool:
    """Whether a label before a colon is a name and no beginning of a sentence."""
    if label in known:
        return True
    words = label.split()
    return role_name(label) == label and len(words) <= 3 and not any(w[0].islower() for w in words)
