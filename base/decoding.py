"""Bytes whose encoding nobody said, to text: UTF-8, UTF-16, UTF-32, GB18030, Big5, Shift_JIS."""

import codecs
import re

from base.errors import KnownError
from base.legacy_encodings import LATIN, encoding_name, is_latin, legacy_encoding
from base.messages import _
from base.text import UNPRINTABLE

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""The bytes with which a text tells its encoding."""
UTF8 = ("utf-8", "utf-8-sig")
WIDE = ("utf-16-le", "utf-16-be")
SAMPLE = 1 << 18
"""Bytes by which an encoding is told."""
_BINARY = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def encoding_of(piece: bytes) -> str:
    """The Python name of the encoding that `piece`, the beginning of a text, is most likely in.

    A text in UTF-8 with a few wrong bytes is UTF-8; what a cut end leaves of a character is none.
    """
    if marked := marked_encoding(piece):
        return marked
    sample = piece[:SAMPLE]
    if b"\0" in sample[:4096]:
        return "utf-16-le" if sample[1:4096:2].count(0) >= sample[:4096:2].count(0) else "utf-16-be"
    if not (wrong := _wrong(sample, "utf-8")):
        return "utf-8"
    right = [sign for sign in sample.decode("utf-8", "ignore") if sign > "\x7f"]
    asian = sum("\u3000" <= sign <= "\uffef" for sign in right)  # three bytes, rarely by chance
    if wrong * 10 <= len(right) or wrong < asian:
        return "utf-8"
    if wrong < len(_LATIN_PART.findall(sample.decode("utf-8", "ignore"))):
        return "utf-8"
    if is_latin(sample):
        return LATIN
    legacy = legacy_encoding(sample)
    return legacy if _wrong(sample, legacy) * 2 <= wrong else "utf-8"


_LATIN_PART = re.compile(r"(?<=[A-Za-z])[\xa0-\u024f]|[\xa0-\u024f](?=[A-Za-z])")
"""A letter with an accent in a word of others."""


def marked_encoding(piece: bytes) -> str | None:
    """The encoding that a byte order mark names."""
    return next((encoding for mark, encoding in MARKS if piece.startswith(mark)), None)


def beginning(head: bytes) -> str:
    """What the beginning of a file says, wrong bytes replaced."""
    decoder = codecs.getincrementaldecoder(encoding_of(head))("replace")
    return decoder.decode(head).replace("\r\n", "\n").replace("\r", "\n")


def decoded(raw: bytes) -> tuple[str, str] | None:
    """A whole text and the encoding that every byte of it is in; `None` where it is in none.

    Without a mark it is UTF-8, or else GB18030, Big5 or Shift_JIS.
    """
    marked = marked_encoding(raw)
    for encoding in (marked or "utf-8", legacy_encoding(raw), "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text, encoding
    return None


def read_as(where: str, encoding: str) -> str:
    """What to say of a text that is not UTF-8 and was read all the same."""
    return _(
        "{where}: read as {encoding}, not UTF-8", where=where, encoding=encoding_name(encoding)
    )


def reads_as(raw: bytes, encoding: str) -> bool:
    """Whether every byte is of an encoding."""
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def decode_utf8(raw: bytes, where: str) -> str:
    """UTF-8 text, with or without a byte order mark, its line ends as `\\n`.

    Raises `KnownError` that names the encoding found, and how to convert it.
    """
    marked = marked_encoding(raw)
    if marked is not None and marked not in UTF8:
        raise _other_encoding(where, marked)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not_utf8(raw, where, error) from None
    if "\0" in text:
        wide = any(_is_text(raw, encoding) for encoding in WIDE)
        raise _other_encoding(where, "utf-16") if wide else _no_text(where, raw.index(0))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _wrong(sample: bytes, encoding: str) -> int:
    """How many places of a sample are none of an encoding; its cut end is none."""
    return codecs.getincrementaldecoder(encoding)("replace").decode(sample).count("\ufffd")


def _is_text(raw: bytes, encoding: str) -> bool:
    """Whether bytes are of an encoding, and look like what a person wrote."""
    if not reads_as(raw, encoding):
        return False
    text = raw.decode(encoding)
    return not UNPRINTABLE.search(text) and ("\n" in text or ":" in text)


def _not_utf8(raw: bytes, where: str, error: UnicodeDecodeError) -> KnownError:
    start = error.start
    line = raw.count(b"\n", 0, start) + 1
    if start and error.reason == "unexpected end of data":
        return KnownError(
            _(
                "{where}:{line}: cut off inside a character; is the file complete?",
                where=where,
                line=line,
            )
        )
    for encoding in (legacy_encoding(raw), *WIDE):
        if _is_text(raw, encoding):
            return _other_encoding(where, "utf-16" if encoding in WIDE else encoding)
    if b"\0" in raw or _BINARY.search(raw[:start].decode("utf-8", "ignore")) or start == 0:
        return _no_text(where, start)
    return KnownError(
        _(
            "{where}:{line}: not UTF-8 (byte {byte}); save it as UTF-8",
            where=where,
            line=line,
            byte=f"0x{raw[start]:02x}",
        )
    )


def _other_encoding(where: str, encoding: str) -> KnownError:
    return KnownError(
        _(
            "{where}: the text is {encoding}, expected UTF-8; convert it with: {command}",
            where=where,
            encoding=encoding_name(encoding),
            command=f"iconv -f {encoding_name(encoding)} -t UTF-8 OLD > NEW",
        )
    )


def _no_text(where: str, offset: int) -> KnownError:
    return KnownError(
        _(
            "{where}: not a text file (see byte {offset}); expected YAML in UTF-8",
            where=where,
            offset=offset,
        )
    )
