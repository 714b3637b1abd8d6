"""Which of the scenes that ship teaches the table, by the language that is spoken."""

from base.messages import language

TUTORIALS = {"zh": "入门", "en": "tutorial"}
"""The names of the scenes that teach, by language."""


def tutorial_name() -> str:
    """The name of the scene that teaches in the person's language."""
    return TUTORIALS["en" if language() == "en" else "zh"]
