"""A session as training data: single replies, conversations, preferences. Pure.

The prompts are those that play gave, as `scenes.data.examples.replies` makes them. Lines of the
opening and comments are never replies.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from base.messages import _
from models.backend import Prompt
from models.train.pairs import PreferencePair
from scenes.data.examples.prompts import Bounds
from scenes.data.examples.replies import SessionPrompts, role_saying
from scenes.files.exports.jsonlines import json_line
from scenes.log import Entry, write
from scenes.prompt import cue_of
from scenes.scene import Role
from scenes.table.lines import body_of
from scenes.table.session import Session, Turn


def seq2seq(session: Session, speaker: str | None, context: int) -> Iterator[str]:
    """`{"prompt", "response"}` for each line that was said after the opening."""
    for turn, prompt in _replies(_prompts(session, context), speaker):
        yield json_line({"prompt": prompt.text, "response": _response(turn.entry)})


def preference(session: Session, speaker: str | None, context: int) -> Iterator[str]:
    """`{"prompt", "chosen", "rejected"}` for each candidate that another one was preferred to."""
    for pair in preferred(session, speaker, context):
        chosen, rejected = pair.chosen.removesuffix("\n"), pair.rejected.removesuffix("\n")
        yield json_line({"prompt": pair.prompt.text, "chosen": chosen, "rejected": rejected})


def preferred(session: Session, speaker: str | None, context: int) -> Iterator[PreferencePair]:
    """What was picked, or what it was edited to, against every other candidate of its draw.

    Each after the very prompt that they were drawn from, the line to the director in it: why one
    was preferred may be that line.
    """
    prompts = _prompts(session, context, steered=True)
    for turn, role, others in _picks(session, speaker):
        prompt, chosen = prompts.before(turn, role), _response(turn.entry)
        for other in others:
            yield PreferencePair(prompt, f"{chosen}\n", f"{_response(other)}\n")


def _picks(session: Session, speaker: str | None) -> Iterator[tuple[Turn, Role, list[Entry]]]:
    """Each line that a person picked, its role, and the other candidates of its draw; not of one
    that continued a line, since those candidates were drawn after more than the prompt."""
    cast = session.scene.cast
    for turn in session.turns.values():
        draw = session.draws.get(turn.draw) if turn.draw is not None else None
        if draw is None or draw.begun or turn.of is not None or turn.unattended:
            continue
        role = role_saying(cast, turn.entry)
        if role is None or draw.speaker not in (role.name, *role.aliases):
            continue
        others = [
            one.entry
            for one in draw.candidates
            if one.entry != turn.entry and role_saying(cast, one.entry) == role
        ]
        if others and speaker in (None, role.name):
            yield turn, role, others


def alpaca(session: Session, speaker: str | None, context: int) -> Iterator[str]:
    """`{"instruction", "input", "output", "system", "history"}` for each line of a role.

    `system` is the scene, `instruction` what was said since the role's last line, `history` the
    exchanges before that: together they are the prompt.
    """
    prompts = _prompts(session, context)
    for role in _repliers(session, speaker):
        for turn, prompt in _replies(prompts, role.name):
            history, instruction = _exchanges(prompts, prompt, turn, role)
            example: dict[str, Any] = {
                "instruction": instruction,
                "input": "",
                "output": _response(turn.entry),
                "system": prompt.stable,
                "history": history,
            }
            yield json_line(example)


def sharegpt(session: Session, speaker: str | None, context: int) -> Iterator[str]:
    """`{"conversations", "system"}` for each role: the others are `human`, the role is `gpt`.

    All that stands before a reply is its prompt. Where the prompt of the next one does not go on
    from there, since its history was cut, another conversation begins.
    """
    prompts = _prompts(session, context)
    for role in _repliers(session, speaker):
        turns: list[dict[str, str]] = []
        so_far, system = "", ""
        for turn, prompt in _replies(prompts, role.name):
            text, reply, system = prompt.history + prompt.cue, _response(turn.entry), prompt.stable
            if turns and not text.startswith(so_far):
                yield json_line({"conversations": turns, "system": system})
                turns, so_far = [], ""
            turns += [
                {"from": "human", "value": text[len(so_far) :]},
                {"from": "gpt", "value": reply},
            ]
            so_far = f"{text}{reply}\n"
        if turns:
            yield json_line({"conversations": turns, "system": system})


Export = Callable[[Session, str | None, int], Iterator[str]]
"""Of a session, for the lines of one role (`None` is all). Where the journal does not say what a
model had read, a prompt has at most so many characters."""

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


def unrecorded(session: Session, speaker: str | None) -> int:
    """Lines of which the journal does not say what the model had read."""
    prompts = _prompts(session, 0)
    return sum(not prompts.is_recorded(turn) for turn, __ in _lines(session, speaker))


def picks(session: Session, speaker: str | None) -> tuple[int, int]:
    """Lines that were picked against others, and those of them as `unrecorded` counts them."""
    prompts = _prompts(session, 0)
    recorded = [prompts.is_recorded(turn) for turn, *__ in _picks(session, speaker)]
    return len(recorded), recorded.count(False)


# --- replies and what came before them -----------------------------------------------------------


def _prompts(session: Session, context: int, steered: bool = False) -> SessionPrompts:
    """The prompts of a session; a token is counted as a character where it must be cut."""
    return SessionPrompts(session, Bounds(context, len), steered=steered)


def _replies(prompts: SessionPrompts, speaker: str | None) -> Iterator[tuple[Turn, Prompt]]:
    """Each line of a role on the current branch, with the prompt that stood before it."""
    for turn, role in _lines(prompts.session, speaker):
        yield turn, prompts.before(turn, role)


def _lines(session: Session, speaker: str | None) -> Iterator[tuple[Turn, Role]]:
    for turn in session.path:
        role = _replier(session, turn)
        if role is not None and speaker in (None, role.name):
            yield turn, role


def _response(entry: Entry) -> str:
    """A line without the cue that it continues."""
    return write(entry).removeprefix("【") if entry.kind == "narration" else body_of(entry)


def _replier(session: Session, turn: Turn) -> Role | None:
    return None if turn.by == "opening" else role_saying(session.scene.cast, turn.entry)


def _repliers(session: Session, speaker: str | None) -> list[Role]:
    names = {role.name for __, role in _lines(session, speaker)}
    return [role for role in session.scene.cast if role.name in names]


def _exchanges(
    prompts: SessionPrompts, prompt: Prompt, turn: Turn, role: Role
) -> tuple[list[list[str]], str]:
    """The history of a prompt as what the others said and `role` replied, and what was said since
    with the cue behind it."""
    exchanges: list[list[str]] = []
    cue, since = cue_of(role), ""
    for line in prompts.lines_of(prompt, turn, role):
        said_by = _replier(prompts.session, line.turn) if line.turn else None
        if said_by == role and line.text.startswith(cue):
            exchanges.append([since + cue, line.text.removeprefix(cue).removesuffix("\n")])
            since = ""
        else:
            since += line.text
    return exchanges, since + cue
