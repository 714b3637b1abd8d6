"""Scenes of a kind to begin with: an adventure with numbered actions, an assistant with notes."""

from pathlib import Path
from typing import Literal

from base.messages import N_, _
from base.yaml_writer import yaml_text
from scenes.dice.words import is_chinese

Kind = Literal["adventure", "assistant"]
TITLES: dict[Kind, str] = {"adventure": N_("An adventure"), "assistant": N_("An assistant")}
_FOLDER = Path(__file__).parent / "kinds"


def title_of(kind: Kind) -> str:
    """What a scene of a kind is called where nobody has said it."""
    return _(TITLES[kind])


def text_of(kind: Kind, title: str, language: str, knowledge: str = "") -> str:
    """The commented scene file of a kind, in Chinese or in English; `knowledge` is the file of its
    notes."""
    spoken = "zh" if is_chinese(language) else "en"
    template = (_FOLDER / f"{kind}-{spoken}.yaml").read_text("utf-8")
    files = yaml_text({"knowledge": [knowledge]}).strip() if knowledge else ""
    named = yaml_text({"title": title}).strip()
    return template.replace("{knowledge}", files, 1).replace("{title}", named, 1)
