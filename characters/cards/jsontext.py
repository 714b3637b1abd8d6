"""JSON of other people's files to plain values and back, bounded in size, depth and count."""

import json
import re

from base.decoding import UTF8, decoded, read_as
from base.errors import KnownError
from base.json_bounds import MAX_VALUES, json_mistake, too_deep, too_many, why_unkept
from base.messages import Message, _
from base.text import shown
from base.yaml_tree import located

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
        most = MAX_BYTES >> 20
        raise KnownError(
            _("{where}: larger than {most} MiB; is it a card?", where=where, most=most)
        )
    if not raw.strip():
        raise KnownError(_("{where}: empty, expected a card", where=where))
    if (text := decoded(raw)) is None:
        raise _no_text(raw, where)
    return text[0], None if text[1] in UTF8 else read_as(where, text[1])


def _no_text(raw: bytes, where: str) -> KnownError:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        byte = f"0x{raw[error.start]:02x}"
        return KnownError(
            _(
                "{where}: neither UTF-8 nor GB18030 text (byte {byte} at {place})",
                where=where,
                byte=byte,
                place=error.start,
            )
        )
    return KnownError(
        _("{where}: not a text (a zero byte at {place})", where=where, place=raw.find(0))
    )


def parse(text: str, where: str) -> object:
    """The value of a JSON text. Raises `KnownError` with the line of the first mistake."""
    if text.count(",") + text.count("[") + text.count("{") > MAX_VALUES:
        raise KnownError(_("{where}: {why}; is it a card?", where=where, why=too_many()))
    try:
        value = json.loads(text, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        problem = _("not valid JSON: {mistake}", mistake=json_mistake(error))
        raise KnownError(located(where, error.lineno, (), problem)) from None
    except RecursionError:
        raise KnownError(_("{where}: {why}", where=where, why=too_deep())) from None
    except ValueError as error:
        problem = error.args[0] if isinstance(error.args[0], Message) else shown(str(error))
        raise KnownError(
            _("{where}: not valid JSON: {mistake}", where=where, mistake=problem)
        ) from None
    if (why := why_unkept(value)) is not None:
        raise KnownError(_("{where}: {why}", where=where, why=why))
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
    raise ValueError(_("{name} is not a number in JSON", name=name))
