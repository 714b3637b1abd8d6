"""A session as a log of SealDice, which log painters read: its JSON, or its text. Pure.

Rolls are an order and what the dice bot answers, sheets the orders that fill them in. What would
not read back as it was said is written in the form of our own log.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from characters.sheets.values import NO_SHEET, Sheet, Value, amount
from scenes.dice.log_form import read_roll
from scenes.dice.roll import Roll
from scenes.files.exports.jsonlines import json_line
from scenes.files.rolls_of_logs import roll_of_line
from scenes.files.trpg.classify import COMMAND, EXPRESSION, NARRATOR, WORDLESS, is_aside, is_roll
from scenes.files.trpg.roll_saying import said_by
from scenes.log import Entry, write
from scenes.log_marks import whispered
from scenes.table.session import Session, Turn

BOT = "骰娘"
NARRATING = "旁白"
"""Under which name is narrated where the narrator's own does not tell that."""
_QUOTES = '“”「」『』"*【】'
_INNER = str.maketrans({"“": "『", "”": "』", '"': "＂"})
"""Quotation marks inside a quotation."""
_WORDS = {"check": ".ra", "sanity": ".sc", "growth": ".en", "roll": ".r"}


class Message(NamedTuple):
    """A message of a group."""

    name: str
    text: str
    time: str = ""
    is_dice: bool = False


def json(session: Session, speaker: str | None, context: int) -> Iterator[str]:
    """The current branch as `sealdice-standard-log.json`, a message a line."""
    ids: dict[str, int] = {}
    yield '{"version":101,"items":['
    comma = ""
    for number, message in enumerate(messages_of(session), 1):
        yield comma + json_line(_item(number, message, ids), compact=True)
        comma = ","
    yield "]}"


def text(session: Session, speaker: str | None, context: int) -> Iterator[str]:
    """The current branch as SealDice's `raw-log.txt`."""
    ids: dict[str, int] = {}
    for message in messages_of(session):
        moment = datetime.fromtimestamp(_seconds(message.time)).strftime("%Y-%m-%d %H:%M:%S")
        yield f"{message.name}({_id(message, ids)}) {moment}"
        yield from message.text.split("\n")
        yield ""


def _item(number: int, message: Message, ids: dict[str, int]) -> dict[str, Any]:
    account = f"QQ:{_id(message, ids)}"
    return {
        "id": number,
        "nickname": message.name,
        "IMUserId": account,
        "time": _seconds(message.time),
        "message": message.text,
        "isDice": message.is_dice,
        "commandId": 0,
        "commandInfo": None,
        "rawMsgId": str(number),
        "uniformId": account,
        "channel": "",
    }


def _id(message: Message, ids: dict[str, int]) -> int:
    """A number of one's own for each who writes, since every account has one there."""
    return ids.setdefault(message.name, 1001 + len(ids))


def _seconds(time: str) -> int:
    try:
        return int(datetime.fromisoformat(time).timestamp()) if time else 0
    except (ValueError, OverflowError):
        return 0


# --- messages ------------------------------------------------------------------------------------


def messages_of(session: Session) -> Iterator[Message]:
    """What is said on the current branch, as a group with a dice bot would have it."""
    names = [role.name for role in session.scene.cast]
    for role in session.scene.cast:
        yield from _sheet(role.name, role.sheet)
    before: int | None = None
    for turn in session.path:
        time = session.times.get(turn.id, "")
        for message in _changes(session, before, turn.id):
            yield message._replace(time=time)
        roll = _roll_of(session, turn, names)
        said = _rolled(roll) if roll is not None else ()
        for message in said or _said(session, turn.entry):
            yield message._replace(time=time)
        before = turn.id
    yield from _changes(session, before, None)


def _roll_of(session: Session, turn: Turn, names: list[str]) -> Roll | None:
    roll = session.roll_of(turn)
    if roll is None and turn.entry.kind == "narration":
        line = read_roll(turn.entry.text, names)
        roll = roll_of_line(line) if line is not None else None
    return roll


def _rolled(roll: Roll) -> tuple[Message, ...]:
    """The order, and what the bot says; nothing where it could not say that."""
    answer = said_by("sealdice", roll)
    if not answer:
        return ()
    what = roll.expression if roll.kind == "roll" else ""
    value = str(roll.value) if roll.kind == "check" and roll.value is not None else ""
    reason = roll.reason if roll.kind in ("roll", "check") else ""
    parts = [_WORDS[roll.kind], what, reason, value]
    if roll.kind == "growth":
        parts = [_WORDS[roll.kind], roll.skill]
    order = ".rh" if roll.hidden else " ".join(filter(None, parts))
    return Message(roll.who, order), Message(BOT, answer, is_dice=True)


def _sheet(name: str, sheet: Sheet) -> Iterator[Message]:
    told = [f"{key}{value}" for key, value in sheet.items() if amount(value) is not None]
    if told:
        yield Message(name, f".st {' '.join(told)}")


def _changes(session: Session, place: int | None, then: int | None) -> Iterator[Message]:
    """What was changed in sheets by hand after a turn, as orders."""
    for change in session.sheets.written.here(session.turns, place, then):
        if change.roll is None:
            now: dict[str, Value] = {
                one.key: one.after for one in change.changes if one.after is not None
            }
            yield from _sheet(change.role, now or NO_SHEET)


def _said(session: Session, entry: Entry) -> Iterator[Message]:
    """A line that is no roll."""
    body = " ".join(entry.text.split())
    to = whispered(entry.to, str)
    thought = f"\n（{' '.join(entry.thought.split())}）" if entry.thought else ""
    match entry.kind:
        case "speech":
            inner = body.translate(_INNER)
            yield Message(entry.speaker, f"“{to}{inner}”{thought}")
        case "action":
            plain = _is_plain(body)
            yield Message(
                entry.speaker, f"{to}{body}{thought}" if plain else f"#{to}{body}{thought}"
            )
        case "thought":
            yield Message(entry.speaker, f"（{body}）")
        case "chapter":
            yield Message(_narrator(session), f"==== {body} ====")
        case "narration":
            plain = _is_plain(body) and not to
            yield Message(_narrator(session), body if plain else write(entry))
        case "context" | "unrecognised":
            yield Message(_narrator(session), body)


def _is_plain(text: str) -> bool:
    """Whether a text is read as it stands: no order, no dice, nothing in quotes or brackets."""
    special = text[:1] in "#.。/\\" or any(sign in text for sign in _QUOTES)
    return not (
        special
        or COMMAND.match(text)
        or EXPRESSION.fullmatch(text)
        or WORDLESS.fullmatch(text)
        or is_aside(text)
        or is_roll(text)
    )


def _narrator(session: Session) -> str:
    name = next((role.name for role in session.scene.cast if role.narrator), NARRATING)
    return name if NARRATOR.fullmatch(name) else NARRATING
