"""A session as training data: single replies, conversations, preferences. Pure.

Prompts are those that play gave. Lines of the opening and comments are never replies.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from base.messages import _
from scenes.files.exports.jsonlines import json_line
from scenes.log import Entry, write
from scenes.prompt import build_prompt, cue_of, stable_part
from scenes.scene import Role
from scenes.table.play import body_of
from scenes.table.session import Session, Turn

Exchange = tuple[str, str]
"""What was said before a reply, with the cue at its end, and the reply."""


def seq2seq(session: Session, speaker: str | None, context: int) -> Iterator[str]:
    """`{"prompt", "response"}` for each line that was said after the opening."""
    for turn in session.path:
        role = _replier(session, turn)
        if role is not None and speaker in (None, role.name):
            prompt = _prompt(session, turn, role, context)
            yield json_line({"prompt": prompt, "response": _response(turn.entry)})


def preference(session: Session, speaker: str | None, context: int) -> Iterator[str]:
    """`{"prompt", "chosen", "rejected"}` for each candidate that another one was preferred to.

    What a candidate was edited to is preferred to the candidate as well.
    """
    for turn in session.turns.values():
        draw = session.draws.get(turn.draw) if turn.draw is not None else None
        if draw is None or turn.of is not None or speaker not in (None, draw.speaker):
            continue
        role = _role(session, turn.entry)
        if role is None or role.name != _named(session, draw.speaker):
            continue
        prompt = _prompt(session, turn, role, context)
        for candidate in draw.candidates:
            if candidate.entry != turn.entry and _role(session, candidate.entry) == role:
                pair = {"chosen": _response(turn.entry), "rejected": _response(candidate.entry)}
                yield json_line({"prompt": prompt, **pair})


def alpaca(session: Session, speaker: str | None, context: int) -> Iterator[str]:
    """`{"instruction", "input", "output", "system", "history"}` for each line of a role.

    `system` is the scene, `instruction` what was said since the role's last line, `history` the
    exchanges before that, as many as fit into `context` characters.
    """
    system = stable_part(session.scene)
    for role in _repliers(session, speaker):
        exchanges = list(_exchanges(session, role))
        for number, (instruction, output) in enumerate(exchanges):
            room = context - len(system) - len(instruction)
            example: dict[str, Any] = {
                "instruction": instruction,
                "input": "",
                "output": output,
                "system": system,
                "history": [list(one) for one in _last(exchanges[:number], room)],
            }
            yield json_line(example)


def sharegpt(session: Session, speaker: str | None, context: int) -> Iterator[str]:
    """`{"conversations", "system"}` for each role: the others are `human`, the role is `gpt`.

    A conversation longer than `context` characters goes on in another one.
    """
    system = stable_part(session.scene)
    for role in _repliers(session, speaker):
        turns: list[dict[str, str]] = []
        size = len(system)
        for asked, reply in _exchanges(session, role):
            if turns and size + len(asked) + len(reply) > context:
                yield json_line({"conversations": turns, "system": system})
                turns, size = [], len(system)
            size += len(asked) + len(reply)
            turns += [{"from": "human", "value": asked}, {"from": "gpt", "value": reply}]
        if turns:
            yield json_line({"conversations": turns, "system": system})


Export = Callable[[Session, str | None, int], Iterator[str]]
"""Of a session, for the lines of one role (`None` is all), with prompts of at most so many
characters."""

FORMS: Mapping[str, Export] = {
    "seq2seq": seq2seq,
    "alpaca": alpaca,
    "sharegpt": sharegpt,
    "preference": preference,
}
"""What `paotuan sessions export --to` calls each."""

COLUMNS: dict[str, dict[str, Any]] = {
    "seq2seq": {"columns": {"prompt": "prompt", "response": "response"}},
    "alpaca": {
        "columns": {
            "prompt": "instruction",
            "query": "input",
            "response": "output",
            "system": "system",
            "history": "history",
        }
    },
    "sharegpt": {
        "formatting": "sharegpt",
        "columns": {"messages": "conversations", "system": "system"},
    },
    "preference": {
        "ranking": True,
        "columns": {"prompt": "prompt", "chosen": "chosen", "rejected": "rejected"},
    },
}
"""How LLaMA-Factory reads each form, by its `dataset_info.json`."""


def dataset_info(form: str, file_name: str, name: str, known: str = "") -> str:
    """LLaMA-Factory's `dataset_info.json` with an entry for a file; the entries of `known` stay.

    Raises `ValueError` where `known` is no JSON object.
    """
    entries = json.loads(known) if known.strip() else {}
    if not isinstance(entries, dict):
        raise ValueError(_("not a JSON object"))
    entries[name] = {"file_name": file_name, **COLUMNS[form]}
    return json.dumps(entries, ensure_ascii=False, indent=2) + "\n"


# --- replies and what came before them -----------------------------------------------------------


def _prompt(session: Session, turn: Turn, role: Role, context: int) -> str:
    """What a model was given for a turn of `role`, a token counted as a character."""
    history = session.history_before(turn.id)
    return build_prompt(session.scene, history, role, context, 0, len).text


def _response(entry: Entry) -> str:
    """A line without the cue that it continues."""
    return write(entry).removeprefix("【") if entry.kind == "narration" else body_of(entry)


def _role(session: Session, entry: Entry) -> Role | None:
    for role in session.scene.cast:
        named = entry.speaker in (role.name, *role.aliases)
        if named or (entry.kind == "narration" and role.narrator):
            return role
    return None


def _named(session: Session, name: str) -> str:
    """The role of a name or alias; the name itself where it is nobody's."""
    roles = session.scene.cast
    return next((role.name for role in roles if name in (role.name, *role.aliases)), name)


def _replier(session: Session, turn: Turn) -> Role | None:
    return None if turn.by == "opening" else _role(session, turn.entry)


def _repliers(session: Session, speaker: str | None) -> list[Role]:
    found = [role.name for turn in session.path if (role := _replier(session, turn))]
    return [
        role for role in session.scene.cast if role.name in found and speaker in (None, role.name)
    ]


def _exchanges(session: Session, role: Role) -> Iterator[Exchange]:
    """What the others said and what `role` replied, in turn."""
    said: list[Entry] = []
    read = 0
    for turn in session.path:
        if _replier(session, turn) == role:
            said = [one for one in session.history_before(turn.id) if one.kind != "comment"]
            lines = "".join(f"{write(one)}\n" for one in said[read:])
            yield lines + cue_of(role), _response(turn.entry)
            read = len(said) + 1


def _last(exchanges: Sequence[Exchange], room: int) -> Sequence[Exchange]:
    """The last exchanges that fit into `room` characters."""
    first = len(exchanges)
    while first and (room := room - sum(map(len, exchanges[first - 1]))) >= 0:
        first -= 1
    return exchanges[first:]
