"""A file of another program as pieces of text: encoding told, wrong bytes noted, zips opened."""

import codecs
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO

from base.decoding import UTF8, beginning, encoding_of
from base.errors import KnownError
from base.folders import why_no_file
from base.legacy_encodings import encoding_name, legacy_line
from base.messages import _, series
from base.system_errors import system_reason
from base.text import UNPRINTABLE, shown
from scenes.files.head import HEAD
from scenes.files.report import FileNotice

CHUNK = 1 << 20
_ESCAPED = re.compile("[\udc80-\udcff]")
"""Bytes that are no UTF-8."""
LONGEST_LINE = 1 << 21
LARGEST_MEMBER = 4 << 30
"""Bytes of a file inside a zip."""
DENSEST, SMALL = 200, 32 << 20
"""A member of a zip that is larger than `SMALL` and packed more than this many times is refused."""
_LOGS = (
    *(".txt", ".json", ".jsonl", ".trpglog", ".olivadicelog", ".log", ".rgl", ".md", ".markdown"),
    *(".html", ".htm", ".parquet"),
)
_PREFERRED = ("sealdice-standard-log.json", "raw-log.txt", "sealdice-standard-log.parquet")


class TextFile:
    """One file to be read once; `notices` tells what was seen in its bytes.

    `expected` is what messages say that it should be.
    """

    def __init__(
        self, where: str, name: str, opened: Callable[[], IO[bytes]], expected: str = ""
    ) -> None:
        self.where = where
        """What messages call it."""
        self.name = name
        """The name of the file alone, lower case."""
        self.notices: list[FileNotice] = []
        self.mixed = True
        """Whether another format may begin inside it; not where a person named the format."""
        self._opened = opened
        with self._read_safely(), opened() as raw:
            self.head = raw.read(HEAD)
        if expected or not is_page_or_table(self.head):
            refuse_no_text(self.head, where, expected or _("a log"))

    def opened(self) -> IO[bytes]:
        """The bytes themselves, to be closed."""
        return self._opened()

    def chunks(self) -> Iterator[str]:
        """The text with its line ends as `\\n`, a piece of about a million bytes at a time."""
        with self._read_safely(), self._opened() as raw:
            yield from self._decoded(raw)

    def lines(self) -> Iterator[str]:
        """The lines, each without its end; one of more than `LONGEST_LINE` characters in parts."""
        rest, held = [], 0
        for chunk in self.chunks():
            first, *others = chunk.split("\n")
            rest.append(first)
            held += len(first)
            if others:
                yield "".join(rest)
                yield from others[:-1]
                rest, held = [others[-1]], len(others[-1])
            elif held > LONGEST_LINE:
                self.note(
                    0,
                    _(
                        "a line of more than {most} characters is read in parts",
                        most=f"{LONGEST_LINE:,}",
                    ),
                )
                yield "".join(rest)
                rest, held = [], 0
        if last := "".join(rest):
            yield last

    def note(self, number: int, text: str) -> None:
        """Tell something of the whole file once."""
        if not any(notice.text == text for notice in self.notices):
            self.notices.append(FileNotice(number, text))

    @contextmanager
    def _read_safely(self) -> Iterator[None]:
        try:
            yield
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            raise KnownError(
                _(
                    "{where}: damaged in the zip, or packed in a way not known here ({error})",
                    where=self.where,
                    error=shown(str(error)),
                )
            ) from None
        except RuntimeError as error:
            if "password" not in str(error) and "encrypted" not in str(error):
                raise
            raise KnownError(
                _("{where}: locked with a password; unpack it first", where=self.where)
            ) from None

    def _decoded(self, raw: IO[bytes]) -> Iterator[str]:
        ascii_only = codecs.getincrementaldecoder("ascii")()
        ends = io.IncrementalNewlineDecoder(ascii_only, translate=True)
        encoding, lines = "", 1
        while True:
            piece = raw.read(CHUNK)
            if not encoding and (not piece.isascii() or b"\0" in piece):
                encoding = encoding_of(piece)
                if encoding not in UTF8:
                    self.note(0, _("read as {encoding}", encoding=encoding_name(encoding)))
                errors = "surrogateescape" if encoding in UTF8 else "replace"
                decoder = codecs.getincrementaldecoder(encoding)(errors)
                ends = io.IncrementalNewlineDecoder(decoder, translate=True)
            text = ends.decode(piece, final=not piece)
            if encoding in UTF8 and _has_escaped(text):
                text = self._mended(text, lines)
            if "\ufffd" in text:
                self._note_replaced(text, lines, encoding)
            lines += text.count("\n")
            if text:
                yield text
            if not piece:
                return

    def _mended(self, text: str, lines: int) -> str:
        """UTF-8 with lines of an older encoding between; what is in neither is �."""
        mended = text.split("\n")
        for at, line in enumerate(mended):
            if not _ESCAPED.search(line):
                continue
            raw = line.encode("utf-8", "surrogateescape")
            older = legacy_line(raw[:CHUNK])
            mended[at] = raw.decode(older or "utf-8", "replace")
            if older is not None:
                self.note(
                    lines + at,
                    _("lines from here on are read as {encoding}", encoding=encoding_name(older)),
                )
        return "\n".join(mended)

    def _note_replaced(self, text: str, lines: int, encoding: str) -> None:
        """Say where the first bytes are that are no text."""
        name = encoding_name(encoding.removesuffix("-sig"))
        number = lines + text.count("\n", 0, text.index("\ufffd"))
        self.note(
            number, _("bytes from here on are not {encoding}; each is kept as �", encoding=name)
        )


def text_files(path: Path, expected: str = "") -> list[TextFile]:
    """A file as text, or those inside a zip. Raises `KnownError`."""
    where = UNPRINTABLE.sub("?", str(path))
    if why := why_no_file(path):
        raise KnownError(
            _(
                "{where}: {why}, expected {expected}",
                where=where,
                why=why,
                expected=expected or _("a log"),
            )
        )
    try:
        with path.open("rb") as raw:
            packed = raw.read(4) == b"PK\x03\x04"
        if packed:
            return _members(path, where, expected)
        return [TextFile(where, path.name.lower(), lambda: path.open("rb"), expected)]
    except (OSError, ValueError) as error:
        reason = system_reason(error if isinstance(error, OSError) else str(error))
        raise KnownError(_("{where}: {why}", where=where, why=reason)) from None


def text_file(raw: bytes, name: str) -> TextFile:
    """Bytes at hand as a file."""
    return TextFile(shown(name), name.lower(), lambda: io.BytesIO(raw))


def _has_escaped(text: str) -> bool:
    """Whether a text holds bytes that are no UTF-8; no pattern finds that as fast."""
    try:
        text.encode("utf-32-le")
    except UnicodeEncodeError:
        return True
    return False


def is_page_or_table(head: bytes) -> bool:
    """Whether a file begins as a web page or a Parquet table, which some programs save logs as."""
    return head.startswith(b"PAR1") or is_page(head)


def is_page(head: bytes) -> bool:
    """Whether a file begins as a web page."""
    return beginning(head).lstrip("\ufeff \t\n").lower().startswith(("<!doctype html", "<html"))


def refuse_no_text(head: bytes, where: str, expected: str) -> None:
    """Raise `KnownError` for the beginning of a file that is no text at all."""
    if head.startswith(b"PAR1"):
        raise KnownError(
            _(
                "{where}: a Parquet table, expected {expected}; SealDice packs raw-log.txt beside "
                "it: give that file, or the whole zip",
                where=where,
                expected=expected,
            )
        )
    text = beginning(head)
    start = text.lstrip("\ufeff \t\n")
    if not start and len(head) < HEAD:
        raise KnownError(_("{where}: empty, expected {expected}", where=where, expected=expected))
    if is_page(head):
        raise KnownError(
            _(
                "{where}: an HTML page, expected {expected}; save the text itself, not its page",
                where=where,
                expected=expected,
            )
        )
    sample = text[:4096]
    odd = len(UNPRINTABLE.findall(sample)) + sample.count("\ufffd")
    if "\0" in sample or odd * 10 > len(sample):
        raise KnownError(
            _("{where}: not a text file, expected {expected}", where=where, expected=expected)
        )


# --- zips ----------------------------------------------------------------------------------------


def _members(path: Path, where: str, expected: str) -> list[TextFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise KnownError(
            _("{where}: a damaged zip ({error})", where=where, error=shown(str(error)))
        ) from None
    return [TextFile(*_member(path, where, info), expected) for info in _logs(infos, where)]


def _logs(infos: list[zipfile.ZipInfo], where: str) -> list[zipfile.ZipInfo]:
    """The logs among the members: the best of SealDice's own two, else all that are text."""
    logs = []
    for info in infos:
        inside = PurePosixPath(info.filename.replace("\\", "/"))
        if inside.suffix.lower() not in _LOGS or inside.stem.lower().startswith("readme"):
            continue
        _check_member(info, inside, where)
        logs.append((inside.name.lower(), info))
    for preferred in _PREFERRED:
        if chosen := [info for name, info in logs if name == preferred]:
            return chosen
    if not logs:
        names = series(shown(info.filename) for info in infos[:3])
        raise KnownError(
            _(
                "{where}: no log in this zip (found {names}); expected raw-log.txt",
                where=where,
                names=names or _("nothing"),
            )
        )
    return [info for __, info in logs]


def _check_member(info: zipfile.ZipInfo, inside: PurePosixPath, where: str) -> None:
    member = f"{where}: {shown(info.filename)}"
    if inside.is_absolute() or ".." in inside.parts:
        raise KnownError(
            _("{member} points outside its folder; this zip is not to be trusted", member=member)
        )
    dense = info.file_size > SMALL and info.file_size > DENSEST * max(info.compress_size, 1)
    if dense or info.file_size > LARGEST_MEMBER:
        raise KnownError(
            _(
                "{member} is packed beyond reason ({packed} bytes unpack to {unpacked}); unpack it "
                "yourself",
                member=member,
                packed=f"{info.compress_size:,}",
                unpacked=f"{info.file_size:,}",
            )
        )


def _member(
    path: Path, where: str, info: zipfile.ZipInfo
) -> tuple[str, str, Callable[[], IO[bytes]]]:
    name = PurePosixPath(info.filename.replace("\\", "/")).name
    return (
        f"{where}/{shown(info.filename)}",
        name.lower(),
        lambda: _Member(path, info),
    )


class _Member(io.BufferedReader):
    """An open member; its zip is closed with it."""

    def __init__(self, path: Path, info: zipfile.ZipInfo) -> None:
        self._archive = zipfile.ZipFile(path)
        try:
            member: BinaryIO = self._archive.open(info)  # type: ignore[assignment]
        except BaseException:
            self._archive.close()
            raise
        super().__init__(member)  # type: ignore[arg-type]

    def close(self) -> None:
        super().close()
        self._archive.close()
