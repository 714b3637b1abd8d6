"""What a person is asked about a chat at a terminal: whether a name before a colon speaks."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from base.messages import _, series
from base.text import printable
from tui.commands.import_asking import can_ask
from tui.failures import BadInput, given

if TYPE_CHECKING:
    from scenes.files.chats.people import ChatPeople, ChatRules
    from scenes.files.chats.source import ChatFile
    from scenes.files.importers import Importer
    from scenes.files.trpg.people import TableRules

NAMED = 8
"""Names that are told where nobody can be asked."""


def chat_rules(table: "TableRules", player: str | None) -> "ChatRules":
    """What options that are the same for a log and a chat say of a chat."""
    from scenes.files.chats.people import ChatRules

    return ChatRules(table.style, table.roles, table.narrators, table.observers, player)


def chats_at(path: Path, importer: "Importer | None", problems: list[str]) -> "list[ChatFile]":
    """The chats in a file; none where it cannot be read, and then `problems` gets the reason."""
    from scenes.files.chats import open_chats

    try:
        with given():
            return open_chats(path, importer)
    except BadInput as error:
        problems += error.problems
        return []


def settled_chat(file: "ChatFile", importer: "Importer | None", rules: "ChatRules") -> "ChatRules":
    """`rules` with what a person says of names of which it is not sure that they speak.

    Raises `BadInput` with these names where nobody can be asked, `KnownError` for what is no chat.
    """
    from scenes.files.chats import people_of

    people = people_of(file, rules, importer)
    if people is None or not people.doubtful:
        return rules
    if not can_ask():
        raise BadInput(_doubts(people, file))
    roles = _asked(people)
    return replace(rules, roles={**rules.roles, **roles})


def _asked(people: "ChatPeople") -> Mapping[str, str]:
    roles: dict[str, str] = {}
    for name in people.doubtful:
        question = _(
            "“{name}: {text}”: does {name} speak?",
            name=printable(name),
            text=printable(people.said(name)),
        )
        roles[name] = name if typer.confirm(question, default=True, err=True) else ""
    return roles


def _doubts(people: "ChatPeople", file: "ChatFile") -> str:
    names = [printable(name) for name in people.doubtful]
    shown = series([*names[:NAMED], *(["…"] if len(names) > NAMED else [])])
    return _(
        "{where}: it is not sure whether these names before colons speak: {names}; for each say "
        "--map NAME=ROLE, or --map NAME= where it is nobody",
        where=printable(str(file.path)),
        names=shown,
    )
