"""What a teacher distils of a passage: its items, as they are asked for, checked, and retold."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from base.messages import _
from base.names import label_problem, name_problem
from scenes.data.teacher.runner import Unfit, shaped
from scenes.log import Entry

UNKNOWN = "unknown"
_NOBODY = {"", "unknown", "未知", "不明", "无", "某人", "none", "null"}
_HAN = re.compile(r"[\u3400-\u9fff]")
_CLAUSE = re.compile(r"[^\w]+")
_BRACKETS = re.compile(r"^[【（(「“\"]+|[】）)」”\"]+$")
LEAST_HAN = 0.3
"""Part of Han signs among letters, from which a text is taken for Chinese."""


class DistilledItem(BaseModel):
    """One thing that happens, in reading order."""

    model_config = ConfigDict(json_schema_extra={"additionalProperties": False})

    kind: Literal["info", "say", "act", "think"]
    speaker: str = ""
    text: str = Field(min_length=1)
    expression: str = ""
    think: str = ""

    @model_validator(mode="before")
    @classmethod
    def _by_kind(cls, value: Any) -> Any:
        """An item that names its kind by its key: {"char": …, "say": …}, as older runs wrote."""
        if not isinstance(value, dict):
            return value
        value = {key: one for key, one in value.items() if one is not None}
        if "kind" in value:
            return value
        kind = next((key for key in ("say", "act", "think", "info") if key in value), None)
        if kind is None:
            return value
        rest = {key: value[key] for key in ("expression", "think") if key in value and key != kind}
        who = value.get("speaker") or value.get("char") or ""
        return {"kind": kind, "text": value[kind], "speaker": who, **rest}


class DistilledItems(BaseModel):
    """The answer for a passage."""

    model_config = ConfigDict(json_schema_extra={"additionalProperties": False})

    items: list[DistilledItem]

    @model_validator(mode="before")
    @classmethod
    def _list(cls, value: Any) -> Any:
        return {"items": value} if isinstance(value, list) else value


def judged(value: Any, source: str) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    """The items of an answer, each with `copied`: whether its words stand in the source.

    Raises `Unfit` for an answer of another form, without items, or in another language.
    """
    items = shaped(DistilledItems, value).items
    if not items:
        raise Unfit(_("the answer has no items"))
    if is_chinese(source) and not is_chinese("".join(item.text for item in items)):
        raise Unfit(_("the answer is not in the language of the text"))
    checked, flags = [], []
    letters = _letters(source)
    for number, item in enumerate(items, 1):
        fields = item.model_dump(exclude_defaults=True)
        fields["text"] = _BRACKETS.sub("", item.text.strip()) or item.text
        if item.kind != "info":
            fields["speaker"] = named(item.speaker)
        if item.kind in ("say", "think") and not copied(item.text, letters):
            fields["copied"] = False
            flags.append(f"item {number}: not in the text")
        checked.append(fields)
    return checked, tuple(flags)


def is_chinese(text: str) -> bool:
    """Whether Han signs are a good part of the letters."""
    letters = sum(map(str.isalpha, text))
    return letters > 0 and len(_HAN.findall(text)) >= LEAST_HAN * letters


def named(speaker: str) -> str:
    """A name that can begin a line of the log, or `unknown`."""
    name = " ".join(speaker.split())
    return UNKNOWN if name.lower() in _NOBODY or name_problem(name) else name


def copied(text: str, source: str) -> bool:
    """Whether every clause of `text` stands in `source`, which holds letters alone."""
    return all(clause in source for clause in _CLAUSE.split(_normal(text)) if clause)


def _normal(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _letters(text: str) -> str:
    return _CLAUSE.sub("", _normal(text))


def entries_of(items: Sequence[dict[str, Any]], labels: dict[str, str]) -> Iterator[Entry]:
    """The items as entries. `labels` are the scene's own for free expressions; others are left out.

    What nobody is known to have said stands as narration.
    """
    for item in items:
        text, who = _flat(item["text"]), item.get("speaker", "")
        if not text:
            continue
        if item["kind"] == "info":
            yield Entry("narration", text)
        elif who == UNKNOWN:
            yield Entry("narration", f"“{text}”" if item["kind"] == "say" else text)
        else:
            mood = labels.get(_flat(item.get("expression", "")), "")
            emotion = "" if label_problem(mood) else mood
            match item["kind"]:
                case "say":
                    yield Entry("speech", text, who, _flat(item.get("think", "")), emotion)
                case "act":
                    yield Entry("action", text, who, emotion=emotion)
                case _:
                    yield Entry("thought", text, who, emotion=emotion)


def _flat(text: str) -> str:
    return " ".join(text.split())
