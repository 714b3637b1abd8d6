"""Saves of KoboldAI and Kobold Lite: one running story, cut where a model or the player went on.

A story is told by a narrator; a name that the save gives speaks at the beginning of a line, `> …`
is what the player does, and the marks of instructions tell who wrote what. Pure.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from base.messages import N_, _
from base.yaml_reader import kind
from scenes.files.chats.chat import (
    NARRATOR,
    PLAYER,
    REPLY,
    Chat,
    ChatMessage,
    Json,
    candidates,
    objects,
    text_in,
)
from scenes.files.chats.labels import key_of, label_of
from scenes.files.chats.source import ChatFile
from scenes.files.head import FileHead
from scenes.files.report import ImportReport

KEY = "koboldai"
CHAT_MODE, INSTRUCT_MODE = 3, 4
"""Modes of Kobold Lite: all stands under a name, or between the tags of instructions."""

_MARK = re.compile(r"\{\{\[(INPUT|OUTPUT|SYSTEM)(?:_END)?\]\}\}")
_TAGS = {"INPUT": "instruct_starttag", "OUTPUT": "instruct_endtag", "SYSTEM": "instruct_systag"}
"""The settings that say how the parts of instructions begin, each with `_end` how it ends."""
_ALPACA = {"INPUT": "### Instruction:", "OUTPUT": "### Response:"}
_CHARACTER = re.compile(r"\[\s*[Cc]haracter\s*[:：(]\s*\"?([^\[\];；\"()+]{1,32})")
"""Whom a memory describes: `[Character: 阿诺; Traits: …]`."""
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
    player = text_in(settings, "chatname").strip() or PLAYER
    others = [name.strip() for name in text_in(settings, "chatopponent").split("||$||")]
    others = [name for name in others if name]
    described = _CHARACTER.findall(text_in(value, "memory")[:100_000])
    names = tuple(dict.fromkeys((*others, *(name.strip() for name in described if name.strip()))))
    is_chat = str(settings.get("opmode")) == str(CHAT_MODE)
    tags = _tags(settings)

    def messages(report: ImportReport) -> Iterator[ChatMessage]:
        writer = ""
        for fragment, alternatives in _fragments(value, report):
            marked = tags.sub(_marked, fragment)
            pieces = list(_messages(marked, player, names, is_chat, writer))
            writer = _writing(marked, writer)
            pieces = pieces or [ChatMessage(NARRATOR, fragment.strip(), narrator=True)]
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
    about = (player, names, summary, knowledge, foreign)
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


def _tags(settings: Json) -> re.Pattern[str]:
    """What begins and ends the parts of instructions in this save, beside the usual marks."""
    signs = {mark: [tag] for mark, tag in _ALPACA.items()}
    ends: set[str] = set()
    own = _TAGS if str(settings.get("opmode")) == str(INSTRUCT_MODE) else {}
    for mark, key in own.items():
        begin, end = (
            text_in(settings, name).replace("\\n", "\n").strip()[:200]
            for name in (key, f"{key}_end")
        )
        signs.setdefault(mark, [])
        signs[mark] += [begin] if begin and not _MARK.fullmatch(begin) else []
        ends |= {end} if end and not _MARK.fullmatch(end) else set()
    signs["END"] = list(ends)
    return re.compile(
        "|".join(
            f"(?P<{mark}>{'|'.join(map(re.escape, sorted(tags, key=len, reverse=True)))})"
            for mark, tags in signs.items()
            if tags
        )
    )


def _marked(found: re.Match[str]) -> str:
    """The usual mark in place of one of the save's own."""
    return "{{[INPUT_END]}}" if found.lastgroup == "END" else f"{{{{[{found.lastgroup}]}}}}"


def _writing(text: str, writer: str) -> str:
    """Who writes on behind a piece that `writer` began; empty where no mark says."""
    *_others, last = [None, *_MARK.finditer(text)]
    return writer if last is None else _begun(last)


def _begun(mark: re.Match[str]) -> str:
    return "" if mark[0].endswith("_END]}}") else mark[1]


def _messages(
    text: str, player: str, names: tuple[str, ...], is_chat: bool, writer: str
) -> Iterator[ChatMessage]:
    """The messages of one piece: a line each, but for instructions, which are whole.

    `writer` is whose instruction goes on where it begins.
    """
    opponent = names[0] if names else REPLY
    start = 0
    for mark in [*_MARK.finditer(text), None]:
        part = text[start : mark.start() if mark else len(text)]
        if part.strip() and writer:
            name = {"INPUT": player, "OUTPUT": opponent, "SYSTEM": NARRATOR}[writer]
            words = part.strip()
            yield ChatMessage(name, words, writer == "INPUT", narrator=writer == "SYSTEM")
        elif part.strip():
            yield from _story(part, player, names, is_chat)
        if mark:
            start, writer = mark.end(), _begun(mark)


def _story(text: str, player: str, names: tuple[str, ...], is_chat: bool) -> Iterator[ChatMessage]:
    """The messages of a story, a line each; in a chat a line without a name goes on the last."""
    called = {key_of(name): name for name in (*names, player)}
    held: ChatMessage | None = None
    for line in filter(None, map(str.strip, text.splitlines())):
        label = label_of(line)
        name = called.get(key_of(label.name)) if label else None
        goes_on = held is not None and (is_chat or not held.text) and name is None
        if held is not None and goes_on and not line.startswith(">"):
            held = held._replace(text=f"{held.text}\n{line}".strip())
            continue
        if held is not None and held.text:
            yield held
        held = None
        if line.startswith(">") and line[1:].strip():
            yield ChatMessage(player, rf"\me {line[1:].strip()}", player=True)
        elif label and name:
            held = ChatMessage(name, label.text, player=name == player)
        else:
            yield ChatMessage(NARRATOR, line, narrator=True)
    if held is not None and held.text:
        yield held
