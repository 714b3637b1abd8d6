"""Records of other programs: JSON Lines, or an array of objects; what is none is told."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from base.errors import KnownError
from base.folders import why_no_file
from base.json_bounds import too_deep
from base.messages import _
from base.system_errors import system_reason
from base.yaml_reader import kind

LONGEST_LINE = 1 << 22
"""Bytes of a record that are still read; a question and its answers have far fewer."""
LARGEST = 1 << 28
"""Bytes of a file that is one value, such as an array, which is read whole."""
BLANK = b" \t\r\n\xef\xbb\xbf"
LISTS = ("conversations", "conversation", "messages", "history", "generated", "instances")
"""Keys whose list is part of a record; a list under any other key may be the records of a file."""
_SPACE = re.compile(r"[ \t\r\n]*")


def read_records(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each record with its `file:line`; blank lines are skipped.

    Records stand one on each line, in an array, or in the array of an object such as
    `{"data": […]}`. Raises `KnownError` for what is no JSON object in UTF-8, and what cannot be
    read.
    """
    if why := why_no_file(path):
        raise KnownError(
            _("{path}: {why}, expected JSON Lines; check the path", path=path, why=why)
        )
    try:
        if _is_one_value(path):
            yield from _of_values(path)
        else:
            yield from _of_lines(path)
    except OSError as error:
        raise KnownError(
            _("{path}: {why}; check the path", path=path, why=system_reason(error))
        ) from error


def text_of(record: Mapping[str, Any], key: str, where: str) -> str:
    """The text under `key`. Raises `KnownError` where there is none."""
    value = record.get(key)
    if value is None:
        raise KnownError(_("{where}: {key} is missing, expected text", where=where, key=key))
    if not isinstance(value, str):
        raise KnownError(
            _(
                "{where}: {key}: found {value}, expected text",
                where=where,
                key=key,
                value=kind(value),
            )
        )
    return value


def _is_one_value(path: Path) -> bool:
    """Whether a file is one value over several lines, rather than a record on each line."""
    with path.open("rb") as file:
        while line := file.readline(LONGEST_LINE + 1):
            if not (start := line.lstrip(BLANK)):
                continue
            if not start.startswith(b"{"):
                return start.startswith(b"[")
            try:
                first = json.loads(start)
            except RecursionError:
                return False
            except ValueError:
                # a line that is cut off, or the first line of an object on several
                return start.rstrip(BLANK) == b"{" or _ends_open(start)
            return isinstance(first, dict) and not file.read(1) and _wrapped(first) is not None
    return False


def _ends_open(line: bytes) -> bool:
    """Whether a line ends where an object may go on in the next one."""
    return line.rstrip(BLANK).endswith((b",", b"{", b"[")) and len(line) <= LONGEST_LINE


def _of_lines(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    with path.open("rb") as file:
        number = 0
        while raw := file.readline(LONGEST_LINE + 1):
            number += 1
            if len(raw) > LONGEST_LINE:
                raise KnownError(
                    _(
                        "{path}:{number}: a line of more than {longest:,} bytes; expected one "
                        "JSON object on each line",
                        path=path,
                        number=number,
                        longest=LONGEST_LINE,
                    )
                )
            if raw.strip(BLANK):
                where = f"{path}:{number}"
                yield where, _object(_decoded(raw, where), where)


def _of_values(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The objects of an array, or the values of a file one after another."""
    with path.open("rb") as file:
        raw = file.read(LARGEST + 1)
    if len(raw) > LARGEST:
        raise KnownError(
            _(
                "{path}: one value of more than {largest:,} bytes; write one JSON object on each "
                "line",
                path=path,
                largest=LARGEST,
            )
        )
    text = _decoded(raw, str(path))
    for where, value in _values(text, path):
        items = _wrapped(value) if isinstance(value, dict) else None
        for item in [value] if items is None else items:
            if not isinstance(item, dict):
                raise _no_object(item, where)
            yield where, item


def _values(text: str, path: Path) -> Iterator[tuple[str, Any]]:
    """The items of an array, or values without one around them, each with its line."""
    decoder, number, counted = json.JSONDecoder(), 1, 0
    at = _after_space(text, 0)
    is_array = text[at : at + 1] == "["
    at = _after_space(text, at + is_array)
    while at < len(text) and not (is_array and text[at] == "]"):
        number, counted = number + text.count("\n", counted, at), at
        where = f"{path}:{number}"
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            raise _no_json(error, where) from None
        yield where, value
        at = _after_space(text, at)
        if is_array and text[at : at + 1] == ",":
            at = _after_space(text, at + 1)
        elif is_array and text[at : at + 1] != "]":
            break
    if is_array and text[at : at + 1] != "]":
        raise KnownError(
            _(
                "{path}:{number}: the array does not end; the file is cut off or damaged there, "
                "fetch it again",
                path=path,
                number=1 + text.count("\n", 0, min(at, len(text))),
            )
        )


def _after_space(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    return space.end() if space else at


def _wrapped(value: Mapping[str, Any]) -> list[Any] | None:
    """The records of a file that is one object, such as `{"data": [{…}, …]}`."""
    lists = [
        one
        for key, one in value.items()
        if key.casefold() not in LISTS
        and isinstance(one, list)
        and one
        and isinstance(one[0], dict)
    ]
    texts = sum(isinstance(one, str) for one in value.values())
    return lists[0] if len(lists) == 1 and texts < 2 else None


def _decoded(raw: bytes, where: str) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise KnownError(
            _(
                "{where}: not UTF-8 (byte 0x{byte:02x}); convert it with: iconv -f GB18030 "
                "-t UTF-8 OLD > NEW",
                where=where,
                byte=raw[error.start],
            )
        ) from None


def _object(text: str, where: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _no_json(error, where) from None
    if not isinstance(value, dict):
        raise _no_object(value, where)
    return value


def _no_json(error: Exception, where: str) -> KnownError:
    reason = _(error.msg) if isinstance(error, json.JSONDecodeError) else too_deep()
    return KnownError(
        _(
            "{where}: not JSON ({reason}); expected one object on each line, or an array of them",
            where=where,
            reason=reason,
        )
    )


def _no_object(value: object, where: str) -> KnownError:
    return KnownError(
        _(
            "{where}: found {value}, expected a JSON object on each line, or an array of them",
            where=where,
            value=kind(value),
        )
    )
