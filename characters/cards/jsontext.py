"""JSON of other people's files to plain values and back, bounded in size, depth and count."""

import json
import re

from base.decoding import UTF8, decoded, read_as
from base.errors import KnownError
from base.json_bounds import MAX_VALUES, TOO_DEEP, TOO_MANY, why_unkept
from base.messages import _
from base.text import shown

MAX_BYTES = 32 * 1024 * 1024

Json = dict[str, object]

_HTML = re.compile(rb"\s*<(?:!doctype\s+html|html|head|body|\?xml)", re.IGNORECASE)


def decode(raw: bytes, where: str) -> tuple[str, str | None]:
    """The text of a file and, where it is not UTF-8, a warning that names its encoding.

    Reads UTF-8 with or without a byte order mark, UTF-16 with one, and GB18030. Raises
    `KnownError` for a web page and for what is no text.
    """
    if _HTML.match(raw[:512].removeprefix(b"\xef\xbb\xbf")):
        raise KnownError(
            _("{where}: a web page (HTML), expected a card; download the card itself", where=where)
        )
    if len(raw) > MAX_BYTES:
        raise KnownError(
            _(
                "{where}: larger than {MAX_BYTES} MiB; is it a card?",
                where=where,
                MAX_BYTES=MAX_BYTES >> 20,
            )
        )
    if not raw.strip():
        raise KnownError(_("{where}: empty, expected a card", where=where))
    if (found := decoded(raw)) is not None:
        text, encoding = found
        return text, None if encoding in UTF8 else read_as(where, encoding)
    raise KnownError(
        _(
            "{where}: neither UTF-8 nor GB18030 text{first_bad}",
            where=where,
            first_bad=_first_bad(raw),
        )
    )


def _first_bad(raw: bytes) -> str:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        return f" (byte 0x{raw[error.start]:02x} at {error.start})"
    return f" (a zero byte at {raw.find(0)})" if 0 in raw else ""


def parse(text: str, where: str) -> object:
    """The value of a JSON text. Raises `KnownError` with the line of the first mistake."""
    if text.count(",") + text.count("[") + text.count("{") > MAX_VALUES:
        raise KnownError(_("{where}: {TOO_MANY}; is it a card?", where=where, TOO_MANY=TOO_MANY))
    try:
        value = json.loads(text, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        place = f"{where}:{error.lineno}"
        raise KnownError(
            _(
                "{place}: not valid JSON: {msg} (column {colno})",
                place=place,
                msg=error.msg,
                colno=error.colno,
            )
        ) from None
    except RecursionError:
        raise KnownError(f"{where}: {TOO_DEEP}") from None
    except ValueError as error:
        raise KnownError(
            _("{where}: not valid JSON: {error}", where=where, error=shown(str(error)))
        ) from None
    if (wrong := why_unkept(value)) is not None:
        raise KnownError(f"{where}: {wrong}")
    return value


def dump(value: object, indent: int | None = 2) -> str:
    """A value as JSON text that UTF-8 can hold."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, indent=indent)
    return text


def _refuse(name: str) -> object:
    raise ValueError(_("{name} is no number of JSON", name=name))
