"""A session in other forms, a line at a time: a log, Markdown, training examples, preferences."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from tui.output import json_text

if TYPE_CHECKING:
    from scenes.log import Entry
    from scenes.scene import Role
    from scenes.session import Session, Turn

Export = Callable[["Session", str | None, int], Iterator[str]]

MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~])")


def log(session: "Session", speaker: str | None, context: int) -> Iterator[str]:
    """The readable log of the current branch."""
    from scenes.log import Entry, write

    yield write(Entry("chapter", session.scene.title))
    for entry in session.entries:
        yield write(entry)


def markdown(session: "Session", speaker: str | None, context: int) -> Iterator[str]:
    """The current branch as Markdown, a paragraph each."""
    yield f"# {_plain(session.scene.title)}"
    for entry in session.entries:
        yield ""
        yield _paragraph(entry)


def seq2seq(session: "Session", speaker: str | None, context: int) -> Iterator[str]:
    """`{"prompt", "response"}` for each line that was said after the opening."""
    for turn in session.path:
        role = _speaker_of(session, turn.entry)
        if turn.by == "opening" or role is None or speaker not in (None, role.name):
            continue
        example = {
            "prompt": _prompt(session, turn, role, context),
            "response": _response(turn.entry),
        }
        yield json_text(example)


def preference(session: "Session", speaker: str | None, context: int) -> Iterator[str]:
    """`{"prompt", "chosen", "rejected"}` for each candidate that another one was preferred to.

    What a candidate was edited to is preferred to the candidate as well.
    """
    for turn in session.turns.values():
        if turn.draw is None or turn.of is not None:
            continue
        draw = session.draws[turn.draw]
        if speaker not in (None, draw.speaker):
            continue
        role = session.scene.role(draw.speaker)
        prompt = _prompt(session, turn, role, context)
        for candidate in draw.candidates:
            if candidate.entry != turn.entry:
                pair = {"chosen": _response(turn.entry), "rejected": _response(candidate.entry)}
                yield json_text({"prompt": prompt, **pair})


FORMS: Mapping[str, Export] = {
    "log": log,
    "markdown": markdown,
    "seq2seq": seq2seq,
    "preference": preference,
}


def _prompt(session: "Session", turn: "Turn", role: "Role", context: int) -> str:
    """What a model was given for a turn of `role`, a token counted as a character."""
    from scenes.prompt import build_prompt

    history = session.history_before(turn.id)
    return build_prompt(session.scene, history, role, context, 0, len).text


def _response(entry: "Entry") -> str:
    """A line without the cue that it continues."""
    from scenes.log import write
    from scenes.play import body_of

    return write(entry).removeprefix("【") if entry.kind == "narration" else body_of(entry)


def _speaker_of(session: "Session", entry: "Entry") -> "Role | None":
    for role in session.scene.cast:
        named = entry.speaker in (role.name, *role.aliases)
        if named or (entry.kind == "narration" and role.narrator):
            return role
    return None


def _paragraph(entry: "Entry") -> str:
    text, thought = _plain(entry.text), _plain(entry.thought)
    match entry.kind:
        case "narration":
            return f"> {text}"
        case "chapter":
            return f"## {text}"
        case "speech" | "action" | "thought":
            body = {"action": f"*{text}*", "thought": f"（{text}）"}.get(entry.kind, text)
            after = f"（{thought}）" if thought else ""
            emotion = f" 〔{_plain(entry.emotion)}〕" if entry.emotion else ""
            return f"**{_plain(entry.speaker)}**：{body}{after}{emotion}"
        case _:
            return text


def _plain(text: str) -> str:
    """Text that Markdown shows as it is."""
    return MARKUP.sub(r"\\\1", " ".join(text.split()))
