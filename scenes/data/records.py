"""JSON Lines of other programs, a record a line, in bounded memory; what is none is told."""

import json
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
BLANK = b" \t\r\n\xef\xbb\xbf"


def read_records(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each record with its `file:line`; blank lines are skipped.

    Raises `KnownError` for what is no JSON object in UTF-8, and what cannot be read.
    """
    if why := why_no_file(path):
        raise KnownError(
            _("{path}: {why}, expected JSON Lines; check the path", path=path, why=why)
        )
    try:
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
                    yield f"{path}:{number}", _object(raw, f"{path}:{number}")
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


def _object(raw: bytes, where: str) -> dict[str, Any]:
    try:
        value = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise KnownError(
            _(
                "{where}: not UTF-8 (byte 0x{byte:02x}); convert it with: iconv -f GB18030 "
                "-t UTF-8 OLD > NEW",
                where=where,
                byte=raw[error.start],
            )
        ) from None
    except (ValueError, RecursionError) as error:
        reason = _(error.msg) if isinstance(error, json.JSONDecodeError) else too_deep()
        raise KnownError(
            _(
                "{where}: not JSON ({reason}); expected one object on each line",
                where=where,
                reason=reason,
            )
        ) from None
    if not isinstance(value, dict):
        raise KnownError(
            _(
                "{where}: found {value}, expected one JSON object on each line",
                where=where,
                value=kind(value),
            )
        )
    return value
