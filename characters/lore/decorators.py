"""Decorators of Character Card V3: `@@name value` lines at the head of an entry. Pure.

Source: SPEC_V3 “Decorators”, with those that SillyTavern and RisuAI add.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

_LINE = re.compile(r"(@{2,3})([A-Za-z_]+)(?:[ \t]+(.*))?")
MAX_NUMBER = 1_000_000

Fields = dict[str, Any]


def split_decorators(content: str) -> tuple[Fields, str]:
    """What the decorators say, as fields of `LoreEntry`, and the content without them.

    A fallback `@@@…` counts only where none of the lines before it was understood. What is not
    known, or has a value that cannot be, is left out.
    """
    fields: Fields = {}
    lines = content.split("\n")
    at, understood = 0, True
    for line in lines:
        decorator = _LINE.fullmatch(line.strip())
        if decorator is None:
            break
        at += 1
        is_fallback = decorator[1] == "@@@"
        if is_fallback and understood:
            continue
        read = READERS.get(decorator[2].lower())
        said = read(decorator[3] or "") if read else None
        understood = said is not None
        for name, value in (said or {}).items():
            fields[name] = fields.get(name, ()) + value if isinstance(value, tuple) else value
    if fields.get("always") is False and "activate" in fields:
        fields["always"] = True
    fields.pop("activate", None)
    return fields, "\n".join(lines[at:])


def _number(name: str) -> Callable[[str], Fields | None]:
    def read(value: str) -> Fields | None:
        try:
            number = int(value.strip())
        except ValueError:
            return None
        return {name: number} if 0 <= number <= MAX_NUMBER else None

    return read


def _flag(**fields: object) -> Callable[[str], Fields | None]:
    return lambda value: None if value.strip().lower() == "false" else dict(fields)


def _words(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())


def _role(value: str) -> Fields | None:
    role = value.strip().lower()
    return {"role": role} if role in ("system", "user", "assistant") else None


def _position(value: str) -> Fields | None:
    position = value.strip().lower()
    places = ("before_desc", "after_desc", "personality", "scenario")
    return {"position": position} if position in places else None


def _every(value: str) -> Fields | None:
    fields = _number("every_replies")(value)
    return fields if fields and fields["every_replies"] > 0 else None


def _percent(value: str) -> Fields | None:
    fields = _number("probability")(value)
    return {"probability": float(fields["probability"])} if fields else None


READERS: Mapping[str, Callable[[str], Fields | None]] = {
    "activate": _flag(always=True, activate=True),
    "dont_activate": _flag(always=False),
    "constant": _flag(constant=True),
    "activate_only_after": _number("after_replies"),
    "activate_only_every": _every,
    "keep_activate_after_match": _flag(once=False),
    "dont_activate_after_match": _flag(once=True),
    "depth": _number("depth"),
    "role": _role,
    "position": _position,
    "scan_depth": _number("scan_depth"),
    "is_greeting": _number("greeting"),
    "ignore_on_max_context": _flag(last_resort=True),
    "additional_keys": lambda value: {"required": (words,)} if (words := _words(value)) else None,
    "exclude_keys": lambda value: {"excluded": words} if (words := _words(value)) else None,
    "probability": _percent,
    "priority": _number("priority"),
    "match_full_word": _flag(whole_words=True),
    "match_partial_word": _flag(whole_words=False),
    "unrecursive": _flag(prevent_recursion=True),
    "recursive": _flag(prevent_recursion=False),
    "no_recursive_search": _flag(exclude_recursion=True),
}
"""Decorators by name. The others tell where a prompt of another shape would put an entry, or
belong to programs that are not chats."""
