"""Bytes of a chat file to lines or one JSON value, in bounded memory; says what is no chat."""

import codecs
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from base.decoding import SAMPLE, UTF8, encoding_of, marked_encoding
from base.errors import KnownError
from base.folders import why_no_file
from base.json_bounds import MAX_DEPTH, MAX_VALUES, json_mistake, too_deep, too_many, why_unkept
from base.legacy_encodings import LEGACY
from base.messages import _
from base.system_errors import system_reason
from base.text import shown

FIRST_LINES = 20
"""Lines among which a chat must begin."""
LEAST_FOREIGN = 20
"""Bytes of Big5 or Shift_JIS below which a text is UTF-8 that was damaged."""
MAX_BYTES = 32 << 20
"""Bytes of a file that is one JSON value, and of a line of one that is a value a line."""

_HTML = re.compile(rb"\s*<(?:!doctype|html|head|body|\?xml)", re.IGNORECASE)
_BOM = b"\xef\xbb\xbf"
_decode = msgspec.json.Decoder().decode


class BadValue(ValueError):
    """Why a text is no JSON value that can be kept."""


@dataclass(frozen=True)
class ChatFile:
    """The file of a chat, its encoding known, to be gone through more than once."""

    path: Path
    encoding: str
    size: int
    part: int = 0
    """Which of the chats in the file it is, counted from 1; 0 where it is the only one."""
    given: Mapping[str, Any] | None = None
    """The value of that chat."""

    @property
    def where(self) -> str:
        name = shown(self.path.name)
        return f"{name} ({self.part})" if self.part else name

    def lines(self) -> Iterator[tuple[int, str | None]]:
        """The lines that are not blank, numbered from 1; `None` for one that is too long."""
        with self.path.open("rb") as file:
            for number, raw in enumerate(_raw_lines(file), 1):
                if raw is None:
                    yield number, None
                elif raw.strip():
                    yield number, self._decoded(raw).strip("\ufeff \t\r\n")

    def whole(self) -> str:
        """The text of the file. Raises `KnownError` where it is too large for one value."""
        if self.size > MAX_BYTES:
            raise KnownError(
                _(
                    "{where}: one JSON value of {size} MiB; at most {most} MiB are read; "
                    "is it a chat?",
                    where=self.where,
                    size=self.size >> 20,
                    most=MAX_BYTES >> 20,
                )
            )
        return self._decoded(self.path.read_bytes()).lstrip("\ufeff")

    @cached_property
    def first(self) -> list[object]:
        """The values of the first lines; `None` for a line that is none."""
        values: list[object] = []
        if self.given is not None:
            return [self.given]
        for __, line in islice(self.lines(), FIRST_LINES):
            try:
                values.append(json_value(line) if line is not None else None)
            except BadValue:
                values.append(None)
        return values

    @cached_property
    def value(self) -> object:
        """The first line where that is an object, else the JSON value that the whole file is.

        Raises `BadValue` or `KnownError` where it is none.
        """
        first = self.first[0] if self.first else None
        return first if isinstance(first, dict) else json_value(self.whole())

    @property
    def object(self) -> dict[str, Any] | None:
        """`value` where it is an object."""
        try:
            value = self.value
        except (BadValue, KnownError):
            return None
        return value if isinstance(value, dict) else None

    def _decoded(self, raw: bytes) -> str:
        return raw.decode(self.encoding, "replace")


def open_chat(path: Path) -> ChatFile:
    """The file at `path`. Raises `KnownError` for what is no text or a web page."""
    where = shown(path.name)
    if why := why_no_file(path):
        raise KnownError(_("{where}: {why}, expected a chat", where=where, why=why))
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(4096)
            file.seek(0)
            _refuse(start, where)
            encoding = _encoding(file)
    except OSError as error:
        raise KnownError(_("{where}: {why}", where=where, why=system_reason(error))) from None
    return ChatFile(path, encoding, size)


def _refuse(start: bytes, where: str) -> None:
    if not start.strip():
        raise KnownError(_("{where}: empty, expected a chat", where=where))
    if _HTML.match(start.removeprefix(_BOM)):
        raise KnownError(
            _("{where}: a web page (HTML), expected a chat; download the chat itself", where=where)
        )
    marked = marked_encoding(start)
    if marked is not None and marked not in UTF8:
        raise KnownError(
            _(
                "{where}: the text is {encoding}, expected UTF-8; convert it with: {command}",
                where=where,
                encoding=marked.upper(),
                command=f"iconv -f {marked.upper()} -t UTF-8 OLD > NEW",
            )
        )
    if b"\0" in start:
        raise KnownError(
            _(
                "{where}: not a text file (a zero byte at {offset})",
                where=where,
                offset=start.index(0),
            )
        )


def _encoding(file: BinaryIO) -> str:
    """GB18030, Big5 or Shift_JIS where the first text that is not ASCII is that; else UTF-8, with
    marks for what is not. What is wide is refused before."""
    for raw in _raw_lines(file):
        if raw is not None and not raw.isascii():
            piece = raw + file.read(SAMPLE)
            if _is_utf8(piece):
                return "utf-8"
            encoding = encoding_of(piece)
            least = 0 if encoding == "gb18030" else LEAST_FOREIGN
            foreign = sum(byte > 127 for byte in piece)
            return encoding if encoding in LEGACY and foreign >= least else "utf-8"
    return "utf-8"


def _is_utf8(piece: bytes) -> bool:
    """Whether bytes are UTF-8, but for a sign that is cut off at their end."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(piece)
    except UnicodeDecodeError:
        return False
    return True


def _raw_lines(file: BinaryIO) -> Iterator[bytes | None]:
    while raw := file.readline(MAX_BYTES + 1):
        if len(raw) <= MAX_BYTES:
            yield raw
            continue
        while raw and not raw.endswith(b"\n"):
            raw = file.readline(MAX_BYTES)
        yield None


def json_value(text: str) -> object:
    """The value of a JSON text, bounded in count and depth. Raises `BadValue`."""
    if len(text) > MAX_VALUES and sum(map(text.count, ",[{")) > MAX_VALUES:
        raise BadValue(too_many())
    try:
        value = _decode(text)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        value = _examined(text)
    if text.count("[") + text.count("{") > MAX_DEPTH:
        return _kept(value)
    return value


def _examined(text: str) -> object:
    """The value of a text that is not JSON, or JSON of a rare sort; says what is wrong."""
    try:
        value = json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated"):
            raise BadValue(_("cut off before its end")) from None
        raise BadValue(_("not valid JSON: {mistake}", mistake=json_mistake(error))) from None
    except RecursionError:
        raise BadValue(too_deep()) from None
    except ValueError as error:
        raise BadValue(_("not valid JSON: {mistake}", mistake=shown(str(error)))) from None
    return _kept(value)


def _kept(value: object) -> object:
    if (wrong := why_unkept(value)) is not None:
        raise BadValue(wrong)
    return value


def _no_number(name: str) -> object:
    raise ValueError(_("{name} is not a number in JSON", name=name))
