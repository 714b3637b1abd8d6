"""Of which kinds drawn lines are, and what feelings stand beside them. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from base.text import UNPRINTABLE, is_blank
from scenes.log import Entry
from scenes.prompt import NARRATION_CUE
from scenes.scene import Role
from scenes.table.draw import read_line


@dataclass(frozen=True)
class KindShares:
    """Shares of 1 of the well-formed lines that roles speak, narrators apart."""

    action: float
    thought: float
    """Lines that are a thought and nothing else."""
    speech_with_thought: float
    emotion: float
    """Lines with an emotion."""
    commonest_emotion: float
    """How many of these have the one that is most frequent."""


def kind_shares(lines: Sequence[tuple[str, str, str]]) -> KindShares | None:
    """The shares among lines, each with its speaker and cue; None where no role speaks."""
    entries = [entry for speaker, cue, text in lines if (entry := _entry(speaker, cue, text))]
    if not entries:
        return None
    emotions = Counter(entry.emotion for entry in entries if entry.emotion)
    felt = emotions.total()
    return KindShares(
        action=sum(entry.kind == "action" for entry in entries) / len(entries),
        thought=sum(entry.kind == "thought" for entry in entries) / len(entries),
        speech_with_thought=sum(bool(entry.thought) for entry in entries) / len(entries),
        emotion=felt / len(entries),
        commonest_emotion=max(emotions.values()) / felt if felt else 0.0,
    )


def _entry(speaker: str, cue: str, text: str) -> Entry | None:
    if cue == NARRATION_CUE or UNPRINTABLE.search(text):
        return None
    entry = read_line(Role(speaker or "旁白"), text)
    return None if entry is None or is_blank(f"{entry.text}{entry.thought}") else entry
