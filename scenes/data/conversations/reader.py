"""Reads a file of records, in whichever form it is, as dialogues: who asked what, who answered."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Any

from base.errors import KnownError
from base.messages import _, _n
from base.names import name_problem
from scenes.data.conversations.forms import RecordForm, folded, form_of, no_form
from scenes.data.conversations.spoken import (
    line_by,
    lines_before,
    one_line,
    persona,
    who_answers,
)
from scenes.data.records import read_records, text_of
from scenes.data.teacher.distilled import UNKNOWN, DistilledItem, entries_of, named
from scenes.log import Entry, parse
from scenes.scene import EMOTIONS

ASKER, OTHER_ASKER, REPORTER = "来客", "访客", "记者"
"""Who asks; another one where the first is who answers; who asks in an interview."""
ASKED = frozenset({"human", "user", "prompter", "question"})
ANSWERED = frozenset({"gpt", "assistant", "chatgpt", "bot", "model", "bing", "answer"})
SILENT = frozenset({"tool", "function", "observation", "function_call", "tool_call"})
NEIGHBOURS = 20
"""Records out of one text that are held out together, so that few stand in others' prompts."""

Located = tuple[str, dict[str, Any]]
"""A record, its keys in lower case, and where it stands."""


@dataclass(frozen=True)
class Dialogue:
    """Lines that belong together, apart from those of every other dialogue."""

    entries: tuple[Entry, ...]
    known: int = 0
    """How many of the first are read but not learned."""
    group: str = ""
    """Dialogues of one group are held out together, such as answers to one question."""
    weight: float = 1.0


@dataclass
class Conversations:
    """The dialogues of a file, and what is to be said of the rest."""

    form: RecordForm
    dialogues: list[Dialogue] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    @property
    def goes_on(self) -> bool:
        """Whether its lines are one log, rather than dialogues that have nothing to do with each
        other."""
        return self.form.name == "distilled"


@dataclass(frozen=True)
class _Table:
    """Who is asked for, and what a file is taken for."""

    names: tuple[str, ...]
    form: RecordForm

    def answerer(self, told: str, where: str) -> str:
        """Who answers: as the record tells, or the one who is asked for."""
        if told:
            return told
        if len(self.names) != 1:
            raise KnownError(who_answers(where, _(self.form.title)))
        return self.names[0]

    def asked(self, text: str, answerer: str = "") -> tuple[list[Entry], str]:
        """What is asked as lines, and who is up, where the text tells."""
        if (before := lines_before(text, self.names)) is not None:
            return before
        asker = OTHER_ASKER if answerer == ASKER or ASKER in self.names else ASKER
        return ([Entry("speech", one_line(text), asker)] if text.strip() else []), ""


def read_conversations(path: Path, names: Sequence[str] = ()) -> Conversations:
    """The dialogues of a file of records; `names` are whom they are read for.

    Raises `KnownError` with what the file was taken for where it cannot be learned from, or does
    not say who answers and not one name alone is given.
    """
    records = read_records(path)
    first = next(records, None)
    if first is None:
        raise KnownError(_("{path}: no record in it", path=path))
    form = form_of(first[1])
    if form is None:
        raise KnownError(no_form(first[1], first[0]))
    if form.remedy:
        raise KnownError(
            _("{path}: {form}; {remedy}", path=path, form=_(form.title), remedy=_(form.remedy))
        )
    told = Conversations(form)
    table = _Table(tuple(names), form)
    located = _of_form(chain([first], records), form)
    if form.name in _WHOLE:
        _WHOLE[form.name](located, table, told)
    else:
        read = _ONE_BY_ONE[form.name]
        empty = 0
        for number, (where, record) in enumerate(located):
            place = str(number // NEIGHBOURS)
            found = list(read(record, where, table))
            told.dialogues += [replace(one, group=one.group or place) for one in found]
            empty += not found
        if empty:
            told.notices.append(
                _n(
                    "{path}: {n} record without an answer is left out",
                    "{path}: {n} records without an answer are left out",
                    empty,
                    path=path,
                )
            )
    if not told.dialogues:
        raise KnownError(
            _("{path}: taken for {form}; no answer in it", path=path, form=_(form.title))
        )
    return told


def _of_form(records: Iterable[Located], form: RecordForm) -> Iterator[Located]:
    """The records with keys in lower case. Raises `KnownError` for one of another form."""
    for where, record in records:
        keys = folded(record)
        if not form.fits(frozenset(keys)) and form.name != "distilled":
            raise KnownError(
                _(
                    "{where}: not {form}, as the records before it; leave it out, or put it into a "
                    "file of its own",
                    where=where,
                    form=_(form.title),
                )
            )
        yield where, keys


# --- forms whose records are dialogues ---


def _instruct(record: Mapping[str, Any], where: str, table: _Table) -> Iterator[Dialogue]:
    instruction, more = _text(record, "instruction", where), _maybe(record, "input", where)
    if (name := persona(instruction)) and more.strip():
        question = more
    else:
        question = f"{instruction}\n{more}" if more.strip() else instruction
    yield from _one(record, question, _text(record, "output", where), name, where, table)


def _prompts(record: Mapping[str, Any], where: str, table: _Table) -> Iterator[Dialogue]:
    question = _first(record, ("prompt", "query", "question"), where)
    answer = _first(record, ("response", "answer", "completion", "output"), where)
    yield from _one(record, question, answer, "", where, table)


def _summaries(record: Mapping[str, Any], where: str, table: _Table) -> Iterator[Dialogue]:
    content, summary = _text(record, "content", where), _text(record, "summary", where)
    yield from _one(record, content, summary, "", where, table)


def _interview(record: Mapping[str, Any], where: str, table: _Table) -> Iterator[Dialogue]:
    who, question = _name(record, "respondent", where), _text(record, "ask", where)
    answer = _text(record, "answer", where)
    if answer.strip() and named(who) != UNKNOWN:
        asker = REPORTER if who != REPORTER else ASKER
        entries = (Entry("speech", one_line(question), asker), line_by(who, answer))
        yield Dialogue(entries, 1, one_line(question))


def _rolebench(record: Mapping[str, Any], where: str, table: _Table) -> Iterator[Dialogue]:
    role, question = _name(record, "role", where), _text(record, "question", where)
    given = record["generated"]
    answers = [one for one in (given if isinstance(given, list) else [given]) if one]
    if not all(isinstance(one, str) for one in answers):
        raise KnownError(
            _("{where}: generated is not a list of texts, expected the answers", where=where)
        )
    asked, __ = table.asked(question, role)
    for answer in answers:
        if answer.strip():
            entries = (*asked, line_by(role, answer))
            yield Dialogue(entries, len(asked), one_line(question), round(1 / len(answers), 4))


def _conversation(record: Mapping[str, Any], where: str, table: _Table) -> Iterator[Dialogue]:
    key = next(key for key in ("conversations", "conversation", "messages") if key in record)
    turns = _turns(record[key], where)
    system = _maybe(record, "system", where)
    system = system or next((text for who, text in turns if who == "system"), "")
    front = _front(system)
    told = _told(record) or persona(system, of_system=True)
    entries, answers = list(front), list[int]()
    for who, text in turns:
        if who == "system" or who in SILENT or not text.strip():
            continue
        if who in ASKED:
            asked, up = table.asked(text, told)
            entries, told = entries + asked, up or told
            continue
        is_part = who in ANSWERED or name_problem(who)
        answers.append(len(entries))
        entries.append(line_by(table.answerer(told, where) if is_part else who, text))
    if answers:
        yield Dialogue(tuple(entries), answers[0], entries[len(front)].text)


def _turns(given: object, where: str) -> list[tuple[str, str]]:
    """Who says what, in lower case where it is a part that programs name."""
    if not isinstance(given, list):
        raise KnownError(_("{where}: conversations is not a list of turns", where=where))
    turns = []
    for one in given:
        keys = folded(one) if isinstance(one, dict) else {}
        who = keys.get("from", keys.get("role", keys.get("speaker")))
        text = keys.get("value", keys.get("content", keys.get("text")))
        if not isinstance(who, str) or not isinstance(text, str | None):
            raise KnownError(
                _(
                    "{where}: a turn without its role and text; expected from and value, or role "
                    "and content",
                    where=where,
                )
            )
        part = who.strip().casefold()
        turns.append(
            (part if part in ASKED | ANSWERED | SILENT | {"system"} else who.strip(), text or "")
        )
    return turns


def _one(
    record: Mapping[str, Any], question: str, answer: str, told: str, where: str, table: _Table
) -> Iterator[Dialogue]:
    """A question and its answer, behind the exchanges of its history."""
    if not answer.strip():
        return
    system = _maybe(record, "system", where)
    told = told or _told(record) or persona(system, of_system=True)
    entries = _front(system)
    for before, reply in _history(record, where):
        asked, up = table.asked(before, told)
        told = up or told
        entries += [*asked, line_by(table.answerer(told, where), reply)]
    asked, up = table.asked(question, told)
    name = table.answerer(up or told, where)
    entries += asked
    # what stands in a log stands in the prompts behind it too, and so is told by its place
    group = "" if up else one_line(question)
    yield Dialogue((*entries, line_by(name, answer)), len(entries), group)


def _front(system: str) -> list[Entry]:
    """A system text as lines: as they stand where it is of a log, as our exports write it."""
    if not system.strip():
        return []
    entries = parse(system.strip())
    if len(entries) > 1 and not any(entry.kind == "unrecognised" for entry in entries):
        return [entry for entry in entries if entry.kind != "comment"]
    return [Entry("context", one_line(system))]


def _history(record: Mapping[str, Any], where: str) -> list[tuple[str, str]]:
    history = record.get("history") or []
    pairs = (
        [one for one in history if isinstance(one, list | tuple) and len(one) == 2]
        if isinstance(history, list)
        else None
    )
    if (
        pairs is None
        or len(pairs) < len(history)
        or not all(isinstance(t, str) for p in pairs for t in p)
    ):
        raise KnownError(
            _(
                "{where}: history is no list of [question, answer]; expected pairs of texts",
                where=where,
            )
        )
    return [(question, answer) for question, answer in pairs if answer.strip()]


def _told(record: Mapping[str, Any]) -> str:
    """Who answers, where a key of the record says so."""
    for key in ("char", "role", "speaker", "bot_name", "character"):
        name = record.get(key)
        if isinstance(name, str) and not name_problem(name.strip()):
            return name.strip()
    return ""


# --- forms that are read as a whole ---


def _distilled(records: Iterable[Located], table: _Table, told: Conversations) -> None:
    """Items as a log; who is not known is narrated, as `corpus distill` does it."""
    items = []
    strange = 0
    for where, record in records:
        try:
            item = DistilledItem.model_validate(record)
        except ValueError:
            raise KnownError(
                _(
                    "{where}: no {form}; expected one of info, say, act and think, a text",
                    where=where,
                    form=told.form.title,
                )
            ) from None
        fields = item.model_dump(exclude_defaults=True)
        if item.kind != "info":
            fields["speaker"] = named(item.speaker)
            strange += bool(item.expression) and item.expression not in EMOTIONS
        items.append(fields)
    if strange:
        told.notices.append(
            _n(
                "{n} expression is none of the usual labels and is left out",
                "{n} expressions are none of the usual labels and are left out",
                strange,
            )
        )
    told.dialogues = [Dialogue(tuple(entries_of(items, {one: one for one in EMOTIONS})))]


def _quotes(records: Iterable[Located], table: _Table, told: Conversations) -> None:
    from scenes.data.conversations.quoted import speakers_of

    pairs = [(_text(one, "context", w), _text(one, "chat", w), w) for w, one in records]
    found = speakers_of([(context, chat) for context, chat, __ in pairs], table.names)
    alone = not any(quote.speaker for quote in found)
    unnamed = 0
    for number, (quote, (__, chat, where)) in enumerate(zip(found, pairs, strict=True)):
        name = quote.speaker or (table.answerer("", where) if alone else "")
        if not name or not chat.strip():
            unnamed += 1
            continue
        entries = [Entry("narration", quote.before)] if quote.before else []
        line = line_by(name, quote.said)
        told.dialogues.append(Dialogue((*entries, line), len(entries), str(number // NEIGHBOURS)))
    if unnamed:
        told.notices.append(
            _n(
                "{n} quotation is left out: its context does not tell who speaks",
                "{n} quotations are left out: their contexts do not tell who speaks",
                unnamed,
            )
        )


_ONE_BY_ONE: dict[str, Callable[[Mapping[str, Any], str, _Table], Iterator[Dialogue]]] = {
    "instruct": _instruct,
    "prompts": _prompts,
    "summaries": _summaries,
    "interview": _interview,
    "rolebench": _rolebench,
    "conversations": _conversation,
}
_WHOLE: dict[str, Callable[[Iterable[Located], _Table, Conversations], None]] = {
    "distilled": _distilled,
    "quotes": _quotes,
}


def _text(record: Mapping[str, Any], key: str, where: str) -> str:
    return text_of(record, key, where)


def _maybe(record: Mapping[str, Any], key: str, where: str) -> str:
    return text_of(record, key, where) if record.get(key) is not None else ""


def _first(record: Mapping[str, Any], keys: Sequence[str], where: str) -> str:
    return text_of(record, next(key for key in keys if key in record), where)


def _name(record: Mapping[str, Any], key: str, where: str) -> str:
    name = " ".join(_text(record, key, where).split())
    if problem := name_problem(name):
        raise KnownError(_("{where}: {key}: {problem}", where=where, key=key, problem=problem))
    return name
