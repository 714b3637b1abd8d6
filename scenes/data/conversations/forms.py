"""The forms of records that people train on, and which one a file is in. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from base.messages import N_, _, series
from base.text import shown

MOST_KEYS = 6
"""Keys of a record that an error names."""


@dataclass(frozen=True)
class RecordForm:
    """One form: how it is called, and the keys by which it is told."""

    name: str
    title: str
    """Its keys, or what a person calls it."""
    keys: tuple[frozenset[str], ...]
    """Of each group one key is there, in lower case."""
    remedy: str = ""
    """Where it is nothing to make examples of: what it is for."""

    def fits(self, keys: frozenset[str]) -> bool:
        return all(group & keys for group in self.keys)


def _form(name: str, title: str, *groups: str, remedy: str = "") -> RecordForm:
    return RecordForm(name, title, tuple(frozenset(group.split()) for group in groups), remedy)


FORMS = (
    _form(
        "examples",
        N_("examples (stable, history, cue, reply)"),
        "cue",
        "reply",
        "history",
        remedy=N_("they are made already; train with: paotuan train RECIPE examples=FILE"),
    ),
    _form(
        "pairs",
        N_("preference pairs (prompt, chosen, rejected)"),
        "chosen",
        "rejected",
        remedy=N_("they need no examples; train with: paotuan train RECIPE pairs=FILE"),
    ),
    _form("rolebench", "role, question, generated", "role", "question", "generated"),
    _form("interview", "respondent, ask, answer", "respondent", "ask", "answer"),
    _form("distilled", "info | char, say | act | think", "info char", "info say act think"),
    _form("conversations", "conversations", "conversations conversation messages"),
    _form(
        "templates",
        N_("question templates (instruction, instances)"),
        "instruction",
        "instances",
        remedy=N_("answer them first: paotuan corpus questions NAME --templates FILE"),
    ),
    _form("instruct", "instruction, input, output", "instruction", "output"),
    _form("quotes", "context, chat", "context", "chat"),
    _form("summaries", "content, summary", "content", "summary"),
    _form(
        "prompts",
        "prompt, response",
        "prompt query question",
        "response answer completion output",
    ),
)
"""All of them, the more particular first."""

KINDS = "instruction/output, prompt/response, content/summary, context/chat, conversations, …"


def form_of(record: Mapping[str, Any]) -> RecordForm | None:
    """The form of a record, by its keys in any case."""
    keys = frozenset(key.strip().casefold() for key in record)
    return next((form for form in FORMS if form.fits(keys)), None)


def folded(record: Mapping[str, Any]) -> dict[str, Any]:
    """The record with its keys in lower case, and its texts without halves of characters; of keys
    that are then the same, the first."""
    values: dict[str, Any] = {}
    for key, value in record.items():
        values.setdefault(key.strip().casefold(), _whole(value))
    return values


def _whole(value: Any) -> Any:
    """A value whose texts can be written as UTF-8; JSON may escape halves of characters."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_whole(one) for one in value]
    if isinstance(value, dict):
        return {_whole(key): _whole(one) for key, one in value.items()}
    return value


def no_form(record: Mapping[str, Any], where: str) -> str:
    """What to say of a record in none of the forms."""
    keys = series(shown(key) for key in list(record)[:MOST_KEYS]) or _("no keys")
    return _(
        "{where}: an object with {keys}, in none of the forms that can be learned from ({forms}); "
        "docs/corpus.md lists them",
        where=where,
        keys=keys,
        forms=KINDS,
    )
