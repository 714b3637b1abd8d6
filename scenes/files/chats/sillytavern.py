"""SillyTavern and TavernAI chats, a JSON object a line: a header, then messages. Pure.

Solo and group chats, both headers and none, rooms (`character_names`, `chid`), and the variant
whose texts are objects with a `message`.
"""

from collections.abc import Iterable, Iterator

from base.errors import KnownError
from base.messages import N_, _
from base.yaml_reader import kind
from scenes.files.chats.chat import Chat, ChatMessage, Json, NoMessage, text_in, texts
from scenes.files.chats.source import BadValue, ChatFile, json_value
from scenes.files.exports.sillytavern import KEY
from scenes.files.exports.stored import ours_in, without_ours
from scenes.files.head import FileHead
from scenes.files.report import ImportReport

HEADERS = N_("another header among the messages")
UNUSED = "unused"
"""What newer headers say in place of names."""

_PROGRAM = "SillyTavern System"
"""In whose name the program itself writes."""
_TEXTS = ("message", "mes", "text", "content", "swipe")
"""Keys under which the text of a message or a swipe stands in an object."""
_DEEPEST = 4
_HEADER = ("user_name", "character_name", "character_names", "chat_metadata")


def detect(head: FileHead) -> float:
    """Sure where messages are seen, or the first line of a chat."""
    for prefix in ("", "[]."):
        if head.has(f"{prefix}mes"):
            return 0.97 if head.has_any(f"{prefix}name", f"{prefix}is_user") else 0.6
    if head.has("chat_metadata") or (head.has("user_name") and head.has_any(*_HEADER[1:])):
        return 0.93
    return 0


def read(file: ChatFile) -> Chat | None:
    """The chat in a file, a value a line, or all of them in a list; `None` where there is none."""
    first = file.first[0] if file.first else None
    if chat := _lines_of(file, first):
        return chat
    try:
        value = file.value
    except (BadValue, KnownError):
        found = (_lines_of(file, one) for one in file.first)
        return next((chat for chat in found if chat), None)
    if isinstance(value, list) and any(map(is_message, value)):
        header = next((one for one in value if is_header(one)), None)
        return chat_of(file, header, value)
    return None


def _lines_of(file: ChatFile, value: object) -> Chat | None:
    """The chat, a value a line, that `value` is one of the first of."""
    if isinstance(value, dict) and is_header(value):
        return chat_of(file, value)
    return chat_of(file, None) if is_message(value) else None


def is_header(value: object) -> bool:
    """Whether a value is the first line of a chat."""
    return isinstance(value, dict) and "mes" not in value and any(key in value for key in _HEADER)


def is_message(value: object) -> bool:
    """Whether a value is a message, be it a broken one."""
    return isinstance(value, dict) and "mes" in value


def chat_of(file: ChatFile, header: Json | None, values: Iterable[object] | None = None) -> Chat:
    """The chat of a file whose first line is `header`; with `values`, those in place of lines."""
    header = header or {}
    rooms = texts(header.get("character_names"))
    metadata = header.get("chat_metadata")
    names = [name for name in (*rooms, text_in(header, "character_name")) if name != UNUSED]
    player = text_in(header, "user_name")

    def messages(report: ImportReport) -> Iterator[ChatMessage]:
        numbered = _parsed(file, report) if values is None else enumerate(values, 1)
        yield from _messages(numbered, rooms, report)

    return Chat(
        KEY,
        N_("TavernAI room") if rooms else N_("SillyTavern chat"),
        file.path.stem,
        messages,
        "" if player == UNUSED else player,
        [name for name in names if name.strip()],
        text_in(metadata, "scenario") if isinstance(metadata, dict) else "",
        foreign={"header": without_ours(header, "chat_metadata")} if header else {},
        ours=ours_in(header, "chat_metadata"),
        unit="line" if values is None else "item",
    )


def _parsed(file: ChatFile, report: ImportReport) -> Iterator[tuple[int, object]]:
    for number, line in file.lines():
        try:
            if line is None:
                raise BadValue(_("the line is too long"))
            if "\ufffd" in line:
                report.notice(_("bytes that are not UTF-8 are kept as �"), number)
            yield number, json_value(line)
        except BadValue as error:
            report.drop(number, error.args[0])


def _messages(
    values: Iterable[tuple[int, object]], rooms: list[str], report: ImportReport
) -> Iterator[ChatMessage]:
    seen_header = False
    for number, value in values:
        if is_header(value):
            if seen_header or report.read:
                report.drop(number, HEADERS)
            seen_header = True
            continue
        report.read += 1
        try:
            yield message_of(value, rooms)
        except NoMessage as error:
            report.drop(number, error.args[0])


def message_of(value: object, rooms: list[str] | None = None) -> ChatMessage:
    """A message of its JSON object. Raises `NoMessage`."""
    if not isinstance(value, dict) or "mes" not in value:
        raise NoMessage(_("not a chat message"))
    text = text_of(value["mes"])
    if text is None:
        raise NoMessage(_("its text is {value}, expected text in quotes", value=kind(value["mes"])))
    extra = value.get("extra")
    extra = extra if isinstance(extra, dict) else {}
    has_choice = "swipes" in value or "swipe_info" in value
    swipes, picked = _swipes(value, text) if has_choice else ((), 0)
    ours = ours_in(value, "extra")
    name = text_in(value, "name", "character_name") or _of_room(value, rooms or [])
    return ChatMessage(
        name,
        text,
        player=value.get("is_user") is True,
        hidden=value.get("is_system") is True or name == _PROGRAM,
        narrator=extra.get("type") == "narrator",
        swipes=swipes,
        picked=picked,
        model=text_in(extra, "model") or (_model_of(value, picked) if has_choice else ""),
        date=value.get("send_date"),
        foreign=value if ours is None else without_ours(value, "extra"),
        ours=ours,
        id=text_in(value, "original_avatar", "force_avatar"),
    )


def text_of(value: object) -> str | None:
    """The text that `mes` or a swipe is, be it in an object; `None` where there is none."""
    if isinstance(value, str):
        return value
    for __ in range(_DEEPEST):
        if not isinstance(value, dict):
            break
        value = next((value[key] for key in _TEXTS if key in value), None)
    return value if isinstance(value, str) else None


def _swipes(value: Json, text: str) -> tuple[tuple[str, ...], int]:
    """The candidates, in their places, and which was picked; none where there is no choice.

    Swipes may be texts, objects with a text, or lists of these; older extensions keep them in
    `swipe_info`.
    """
    swipes = list(_flat(value.get("swipes")))
    if len(swipes) < 2:
        told = [text_of(one) or "" for one in _listed(value.get("swipe_info"))]
        swipes = told if len(told) > 1 and any(told) else swipes
    if len(swipes) < 2:
        return (), 0
    picked = value.get("swipe_id")
    if type(picked) is int and 0 <= picked < len(swipes):
        return tuple(swipes), picked
    if text in swipes:
        return tuple(swipes), swipes.index(text)
    return (*swipes, text), len(swipes)


def _flat(value: object, depth: int = 0) -> Iterator[str]:
    """The texts of swipes, those in lists inside one after another."""
    for one in _listed(value):
        if isinstance(one, list) and depth < _DEEPEST:
            yield from _flat(one, depth + 1)
        else:
            yield text_of(one) or ""


def _listed(value: object) -> list[object]:
    """A list, or the values of an object whose keys are places in one."""
    if isinstance(value, dict) and value and all(key.isdecimal() for key in value):
        return list(value.values())
    return value if isinstance(value, list) else []


def _model_of(value: Json, picked: int) -> str:
    """The model that wrote the swipe that was picked; empty where nothing tells."""
    infos = _listed(value.get("swipe_info"))
    info = infos[picked] if picked < len(infos) else None
    extra = info.get("extra") if isinstance(info, dict) else None
    return text_in(extra, "model") if isinstance(extra, dict) else ""


def _of_room(value: Json, rooms: list[str]) -> str:
    place = value.get("chid")
    return rooms[place] if type(place) is int and 0 <= place < len(rooms) else ""
