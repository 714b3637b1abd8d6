"""A session to read: its log, or Markdown. Pure."""

import re
from collections.abc import Iterator

from scenes.log import Entry, write
from scenes.log_marks import whispered
from scenes.table.seeing import log_of
from scenes.table.session import Session

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~])")


def log(session: Session, speaker: str | None, context: int) -> Iterator[str]:
    """The readable log of the current branch."""
    yield write(Entry("chapter", session.scene.title))
    for entry in log_of(session):
        yield write(entry)


def markdown(session: Session, speaker: str | None, context: int) -> Iterator[str]:
    """The current branch as Markdown, a paragraph each."""
    yield f"# {escaped(session.scene.title)}"
    for entry in log_of(session):
        yield ""
        yield _paragraph(entry)


def _paragraph(entry: Entry) -> str:
    text, thought = escaped(entry.text), escaped(entry.thought)
    to = whispered(entry.to, escaped)
    match entry.kind:
        case "narration":
            return f"> {to}{text}"
        case "chapter":
            return f"## {text}"
        case "speech" | "action" | "thought":
            body = {"action": f"*{text}*", "thought": f"（{text}）"}.get(entry.kind, text)
            after = f"（{thought}）" if thought else ""
            emotion = f" 〔{escaped(entry.emotion)}〕" if entry.emotion else ""
            return f"**{escaped(entry.speaker)}**：{to}{body}{after}{emotion}"
        case "comment":
            return rf"\# {text}"
        case _:
            return text


def escaped(text: str) -> str:
    """Text that Markdown shows as it is."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))
