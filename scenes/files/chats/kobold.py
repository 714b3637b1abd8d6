"""Saves of KoboldAI and Kobold Lite: one running story, cut where a model or the player went on.

A story is told by a narrator; `Name: …` at the beginning of a line speaks, `> …` is what the player
does, and the marks of instructions tell who wrote what. Pure.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from base.messages import _
from characters.cards.lines import role_name
from scenes.files.chats.chat import Chat, Json, Message, Report, candidates, objects, text_in

KEY = "koboldai"
NARRATOR = "旁白"
PLAYER = "玩家"
REPLY = "角色"
"""Who a story does not name."""

_MARK = re.compile(r"\{\{\[(INPUT|OUTPUT|SYSTEM)(?:_END)?\]\}\}")
_LABEL = re.compile(r"([^\s:：>“\"*【（(][^\n:：“\"*【（(]{0,31}?)[:：]\s*(\S.*)")
_WHOLE = re.compile(r"[.!?。！？…”\"'」』）)\]】*~]\s*$")
_STORY_KEYS = ("prompt", "actions", "actions_metadata")


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

    def messages(report: Report) -> Iterator[Message]:
        for fragment, alternatives in _fragments(value, report):
            found = list(_messages(fragment, player, others))
            report.read += len(found)
            if len(found) == 1 and alternatives:
                swipes, picked = candidates(found[0].text, alternatives)
                found = [found[0]._replace(swipes=swipes, picked=picked)]
            elif alternatives:
                report.notice(_("alternatives of a piece of several lines stay in its first turn"))
            for number, message in enumerate(found):
                kept: Json = {"text": fragment, "alternatives": alternatives}
                foreign = kept if number == 0 else {}
                yield message._replace(foreign={k: v for k, v in foreign.items() if v})

    lite = "savedsettings" in value
    rest = {key: one for key, one in value.items() if key not in _STORY_KEYS}
    form = "Kobold Lite save" if lite else "KoboldAI save"
    summary = text_in(value, "memory")
    told = any(text_in(one, "content") for one in objects(value.get("worldinfo")))
    knowledge = (path.absolute(),) if told else ()
    foreign = {"save": rest}
    return Chat(KEY, form, path.stem, messages, player, others, summary, knowledge, foreign)


def _fragments(value: Json, report: Report) -> Iterator[tuple[str, list[str]]]:
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


def _actions(value: Json, report: Report) -> Iterator[tuple[str, list[str]]]:
    actions = value.get("actions")
    metadata = value.get("actions_metadata")
    listed = list(actions.values()) if isinstance(actions, dict) else actions
    for number, one in enumerate(listed if isinstance(listed, list) else []):
        text = text_in(one, "Selected Text", "text") if isinstance(one, dict) else one
        if not isinstance(text, str):
            report.drop(f"action {number + 1}", f"it is {type(one).__name__}, expected a string")
            continue
        about = _about(metadata, number)
        yield text, [each for each in map(_alternative, about) if each.strip()]


def _about(metadata: object, number: int) -> list[object]:
    if isinstance(metadata, dict):
        one = metadata.get(str(number))
    else:
        one = metadata[number] if isinstance(metadata, list) and number < len(metadata) else None
    found = one.get("Alternative Text") if isinstance(one, dict) else None
    return found if isinstance(found, list) else []


def _alternative(value: object) -> str:
    if isinstance(value, dict):
        return text_in(value, "Text")
    return value if isinstance(value, str) else ""


def _messages(text: str, player: str, others: list[str]) -> Iterator[Message]:
    """The messages of one piece, a line each but for instructions, which are whole."""
    opponent = others[0] if others else REPLY
    start, writer = 0, ""
    for mark in [*_MARK.finditer(text), None]:
        part = text[start : mark.start() if mark else len(text)]
        if part.strip() and writer:
            name = {"INPUT": player, "OUTPUT": opponent, "SYSTEM": NARRATOR}[writer]
            told = part.strip()
            yield Message(name, told, writer == "INPUT", narrator=writer == "SYSTEM")
        elif part.strip():
            yield from _story(part, player, others)
        if mark:
            start, writer = mark.end(), "" if mark[0].endswith("_END]}}") else mark[1]


def _story(text: str, player: str, others: list[str]) -> Iterator[Message]:
    for line in filter(None, map(str.strip, text.splitlines())):
        label = _LABEL.fullmatch(line)
        if line.startswith(">") and line[1:].strip():
            yield Message(player, rf"\me {line[1:].strip()}", player=True)
        elif label and _is_name(label[1].strip(), (player, *others)):
            yield Message(label[1].strip(), label[2], player=label[1].strip() == player)
        else:
            yield Message(NARRATOR, line, narrator=True)


def _is_name(label: str, known: tuple[str, ...]) -> bool:
    """Whether a label before a colon is a name and no beginning of a sentence."""
    if label in known:
        return True
    words = label.split()
    return role_name(label) == label and len(words) <= 3 and not any(w[0].islower() for w in words)
