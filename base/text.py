"""Bytes of a file to text, or a plain word about what is not UTF-8, not text, not printable."""

import re

from base.errors import KnownError
from base.messages import _

_CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029"
_FORMATS = (
    "\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff"
)
_PRIVATE = "\ue000-\uf8ff\U000f0000-\U0010ffff"
_NO_CHARACTERS = "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff" + "".join(
    f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(1, 15)
)

UNPRINTABLE = re.compile(f"[{_CONTROLS}{_FORMATS}{_PRIVATE}{_NO_CHARACTERS}]")
"""What has no look of its own: controls, bidi overrides, tags and other invisible characters,
private use, and what is no character. It may drive a terminal or disguise a text.

Joiners and variation selectors are none of these: emoji and several scripts are written with them.
"""

_UNSEEN = re.compile(
    rf"{UNPRINTABLE.pattern}|[\s\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200c\u200d\u2800\u3164"
    "\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_FORMAT = re.compile(f"[{_FORMATS}]")
_CONTROL = re.compile(f"[{_CONTROLS}]")
_BINARY = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")

_JOINERS = "\u200c\u200d"

SHOWN = 40
"""Characters of a person's value that a message quotes."""

REPLACED = "\ufffd"
"""What stands for bytes that were not UTF-8."""

ESCAPES = re.compile(
    "(?:\x1b\\[|\x9b)[0-?]{0,99}[ -/]{0,9}[@-~]"  # colours, the cursor
    "|(?:\x1b\\]|\x9d)[^\x07\x1b\x9c\n]{0,999}(?:\x07|\x1b\\\\|\x9c)"  # titles, links
)
"""Sequences that drive a terminal, from their first character to their last."""

MARKS = {
    b"\xff\xfe\x00\x00": "utf-32",
    b"\x00\x00\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}


def decode(raw: bytes, where: str) -> str:
    """UTF-8 text, with or without a byte order mark, its line ends as `\\n`.

    Raises `KnownError` that names the encoding found, and how to convert it.
    """
    for mark, encoding in MARKS.items():
        if raw.startswith(mark):
            raise _encoded(where, encoding)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not_utf8(raw, where, error) from None
    if "\0" in text:
        wide = _reads_as(raw, "utf-16-le") or _reads_as(raw, "utf-16-be")
        raise _encoded(where, "utf-16") if wide else _binary(where, raw.index(0))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def unprintable(text: str) -> str | None:
    """The first character in `text` without a look of its own, as `control character U+001B`."""
    found = UNPRINTABLE.search(text)
    if found is None:
        return None
    kinds = {"control": _CONTROL, "invisible": _FORMAT}
    kind = next((kind for kind, some in kinds.items() if some.match(found[0])), "unprintable")
    return f"{kind} character U+{ord(found[0]):04X}"


def is_blank(text: str) -> bool:
    """Whether there is nothing to be seen in `text`."""
    return not _UNSEEN.sub("", text)


def printable(text: str) -> str:
    """`text` without what drives a terminal and what is invisible; others of `UNPRINTABLE`, which
    may stand between words, are blanks."""
    if text.replace("\n", "").isprintable():
        return text
    return UNPRINTABLE.sub(" ", _FORMAT.sub("", ESCAPES.sub("", text)))


def one_line(text: str, most: int | None = None) -> str:
    """`text` with single blanks for its breaks, without what drives a terminal, cut to `most`."""
    line = " ".join(printable(text if most is None else text[: 8 * most]).split())
    return line if most is None or len(line) <= most else f"{line[: most - 1]}…"


def shown(text: str) -> str:
    """One line of `text` that is safe to print, cut to a length that fits in a message."""
    safe = "".join(
        c if c.isprintable() or c in _JOINERS else f"\\u{ord(c):04x}" for c in text[:SHOWN]
    )
    return safe if len(text) <= SHOWN else f"{safe}…"


def _reads_as(raw: bytes, encoding: str) -> bool:
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        return False
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
    for encoding in ("gb18030", "utf-16-le", "utf-16-be"):
        if _reads_as(raw, encoding):
            return _encoded(where, "gb18030" if encoding == "gb18030" else "utf-16")
    if b"\0" in raw or _BINARY.search(raw[:start].decode("utf-8", "ignore")) or start == 0:
        return _binary(where, start)
    return KnownError(
        _(
            "{where}:{line}: not UTF-8 (byte 0x{raw:02x}); save it as UTF-8",
            where=where,
            line=line,
            raw=raw[start],
        )
    )


def _encoded(where: str, encoding: str) -> KnownError:
    name = encoding.upper()
    return KnownError(
        _(
            "{where}: the text is {name}, expected UTF-8; convert it with: iconv -f "
            "{name} -t UTF-8 OLD > NEW",
            where=where,
            name=name,
        )
    )


def _binary(where: str, offset: int) -> KnownError:
    return KnownError(
        _(
            "{where}: not a text file (found at byte {offset}); expected YAML in UTF-8",
            where=where,
            offset=offset,
        )
    )
