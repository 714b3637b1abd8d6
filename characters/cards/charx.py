"""CHARX: the card of a zip archive read and replaced, within bounds; nothing goes to disk."""

import lzma
import os
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from base.errors import KnownError
from base.messages import _
from base.text import shown
from characters.cards.jsontext import MAX_BYTES

CARD = "card.json"
MAX_MEMBERS = 10_000
MAX_DIRECTORY = 8 * 1024 * 1024
MAX_UNPACKED = 1 << 30
MAX_RATIO = 200
"""How many times smaller a member of more than a megabyte may be packed."""

_END = b"PK\x05\x06"
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError),
    *(NotImplementedError, RuntimeError, ValueError, OverflowError, IndexError, KeyError),
)


def has_archive(file: BinaryIO) -> bool:
    """Whether a file is a zip archive, or an image with one behind it."""
    return _ending(file) is not None


def read(file: BinaryIO, where: str) -> bytes:
    """The bytes of `card.json`. Raises `KnownError`."""
    try:
        with _opened(file, where) as archive:
            return _member(archive, archive.getinfo(CARD), where)
    except _BROKEN as error:
        raise _broken(error, where) from None


def asset(file: BinaryIO, name: str, where: str) -> bytes | None:
    """The bytes of a member, or `None` where there is none. Raises as `read` does."""
    try:
        with _opened(file, where) as archive:
            member = archive.NameToInfo.get(name)
            return _member(archive, member, where) if member else None
    except _BROKEN as error:
        raise _broken(error, where) from None


def write(
    source: BinaryIO | None, target: BinaryIO, card: bytes, added: Mapping[str, Path], where: str
) -> None:
    """An archive with this card, files `added` by name, and what else `source` holds.

    Raises `KnownError` where `source` cannot be read.
    """
    try:
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
            made.writestr(zipfile.ZipInfo(CARD, (1980, 1, 1, 0, 0, 0)), card, zipfile.ZIP_DEFLATED)
            for name, path in added.items():
                made.write(path, name, zipfile.ZIP_STORED)
            if source is not None:
                with _opened(source, where) as archive:
                    for member in archive.infolist():
                        if member.filename not in (CARD, *added) and not member.is_dir():
                            _copy(archive, member, made)
    except OSError as error:
        if error.errno is not None:  # of the disk; bz2 says `Invalid data stream` without a number
            raise
        raise _broken(error, where) from None
    except _BROKEN as error:
        raise _broken(error, where) from None


def members(file: BinaryIO, where: str) -> list[str]:
    """The names of what an archive holds besides its card. Raises as `read` does."""
    try:
        with _opened(file, where) as archive:
            return [name for name in archive.namelist() if name != CARD and name[-1:] != "/"]
    except _BROKEN as error:
        raise _broken(error, where) from None


def _opened(file: BinaryIO, where: str) -> zipfile.ZipFile:
    ending = _ending(file)
    if ending is None:
        raise KnownError(_("{where}: not a zip archive, or cut off before its end", where=where))
    count, directory = ending
    if count > MAX_MEMBERS or directory > MAX_DIRECTORY:
        raise KnownError(
            _(
                "{where}: an archive of more than {most} files; is it a card?",
                where=where,
                most=f"{MAX_MEMBERS:,}",
            )
        )
    archive = zipfile.ZipFile(file)
    try:
        _inspect(archive, where)
    except KnownError:
        archive.close()
        raise
    return archive


def _ending(file: BinaryIO) -> tuple[int, int] | None:
    """Members and bytes of the directory, as the end of the archive says."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 65_557))
    tail = file.read(65_557)
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < 22:
        return None
    count, directory = struct.unpack("<10xHI6x", tail[at : at + 22])
    return count, directory


def _inspect(archive: zipfile.ZipFile, where: str) -> None:
    total = 0
    names: set[str] = set()
    for member in archive.infolist():
        name = shown(member.filename)
        path = PurePosixPath(member.filename)
        odd = "\\" in member.filename or ":" in member.filename[:2]
        if odd or path.is_absolute() or ".." in path.parts:
            raise KnownError(
                _(
                    "{where}: the file {name} in it leads out of the archive; not read",
                    where=where,
                    name=name,
                )
            )
        if member.filename in names:
            raise KnownError(
                _("{where}: the file {name} is in it twice; not read", where=where, name=name)
            )
        names.add(member.filename)
        total += member.file_size
        much = member.file_size > 1 << 20 and member.file_size > MAX_RATIO * member.compress_size
        if much or total > MAX_UNPACKED:
            raise KnownError(
                _(
                    "{where}: the file {name} in it unpacks from {packed} to {unpacked} bytes (a "
                    "zip bomb?); not read",
                    where=where,
                    name=name,
                    packed=f"{member.compress_size:,}",
                    unpacked=f"{member.file_size:,}",
                )
            )
    if CARD not in names:
        raise KnownError(
            _("{where}: an archive without {card}, expected one at its top", where=where, card=CARD)
        )


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, where: str) -> bytes:
    with archive.open(member) as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise KnownError(
            _(
                "{where}: the file {name} in it is larger than {most} MiB",
                where=where,
                name=shown(member.filename),
                most=MAX_BYTES >> 20,
            )
        )
    return data


def _copy(archive: zipfile.ZipFile, member: zipfile.ZipInfo, made: zipfile.ZipFile) -> None:
    copied = zipfile.ZipInfo(member.filename, member.date_time)
    copied.compress_type = member.compress_type
    copied.external_attr, copied.comment = member.external_attr, member.comment
    with archive.open(member) as source, made.open(copied, "w", force_zip64=False) as target:
        left = member.file_size
        while block := source.read(1 << 20):
            left -= len(block)
            if left < 0:
                raise zipfile.BadZipFile(f"{member.filename} is longer than it says")
            target.write(block)


def _broken(error: Exception, where: str) -> KnownError:
    if "encrypted" in str(error):
        return KnownError(_("{where}: the archive is encrypted", where=where))
    words = shown(str(error)) or type(error).__name__
    return KnownError(_("{where}: the archive cannot be read: {words}", where=where, words=words))
