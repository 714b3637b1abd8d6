"""One repository on the hub, or on a mirror: its list of files, and their bytes.

Nothing that the other side says is believed before it was checked, and no more is taken than it
announced. It knows no folders.
"""

import json
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Self
from unicodedata import normalize
from urllib.parse import quote

import httpx

from base.errors import KnownError, PassingError
from base.messages import _, _n
from models.hub.names import is_safe

OFFICIAL = "https://huggingface.co"
COMMIT = re.compile(r"[0-9a-f]{40,64}")
SHA256 = re.compile(r"[0-9a-f]{64}")
LISTING, LISTING_SECONDS = 8 << 20, 60.0
"""Bytes of a list of files, and seconds that it may take."""
MOST_FILES = 1000
"""Files of one model."""
LARGEST = 1 << 40
"""Bytes of one file."""
UNANNOUNCED = 16 << 20
"""Bytes of a file whose size nobody announced."""
SLOWEST, WINDOW = 16 << 10, 60.0
"""Bytes that must come in so many seconds; a connection below that is given up."""
TIMEOUT = httpx.Timeout(30.0, connect=10.0)

Choice = Callable[[Sequence[str]], Sequence[str]]
"""Which of the names of a repository are wanted."""


@dataclass(frozen=True)
class RemoteFile:
    """A file as the hub lists it."""

    name: str
    size: int | None
    sha256: str | None
    """Where the hub keeps one: of large files."""


class ImplausibleAnswer(KnownError):
    """The other side says or sends what cannot be true."""


class TransferBroken(Exception):
    """The connection ended before the file did, or brought next to nothing."""


def endpoint() -> str:
    """The hub's address, or that of the mirror in HF_ENDPOINT. Raises `KnownError`."""
    address = os.environ.get("HF_ENDPOINT", "").strip().rstrip("/") or OFFICIAL
    try:
        url = httpx.URL(address)
    except (httpx.InvalidURL, ValueError):
        url = httpx.URL("")
    if url.scheme not in ("http", "https") or not url.host:
        raise KnownError(_("HF_ENDPOINT: not an address; it looks like https://hf-mirror.com"))
    return address


def shown(address: str) -> str:
    """An address without user and password."""
    return str(httpx.URL(address).copy_with(userinfo=b"")).rstrip("/")


class Hub:
    """One repository behind one address. It knows no folders."""

    def __init__(self, repo: str, client: httpx.Client, base: str, withheld: bool) -> None:
        self.repo = repo
        self.shown = shown(base)
        self.commit = "main"
        self._client, self._base, self._withheld = client, base, withheld

    @classmethod
    @contextmanager
    def open(cls, repo: str, send_token: bool) -> Iterator[Self]:
        from huggingface_hub import get_token

        base, token = endpoint(), get_token()
        sent = bool(token) and (base == OFFICIAL or send_token)
        headers = {"Accept-Encoding": "identity", "User-Agent": "paotuan"}
        if sent:
            headers["Authorization"] = f"Bearer {token}"
        try:
            client = httpx.Client(headers=headers, timeout=TIMEOUT, follow_redirects=True)
        except (ImportError, ValueError) as error:  # a proxy in the environment
            raise KnownError(
                _("{repo}: the proxy of the environment: {error}", repo=repo, error=error)
            ) from error
        with client:
            yield cls(repo, client, base, bool(token) and not sent)

    def files(self, wanted: Choice) -> list[RemoteFile]:
        """The wanted files, in the version that `bytes_of` reads afterwards. Raises `KnownError`
        where there are none, and where a name could lead out of a folder."""
        listing = self._json(f"{self._base}/api/models/{self.repo}?blobs=true")
        commit = listing.get("sha")
        if commit is not None:
            if not (isinstance(commit, str) and COMMIT.fullmatch(commit)):
                raise self._implausible(_("it names a version that is not a commit"))
            self.commit = commit
        listed = {
            str(one.get("rfilename")): one for one in listing["siblings"] if isinstance(one, dict)
        }
        names = wanted(list(listed))
        if not names:
            raise KnownError(
                _("{repo}: {hub} lists no files of this model", repo=self.repo, hub=self.shown)
            )
        if len(names) > MOST_FILES:
            raise self._implausible(
                _n(
                    "it lists {n:,} file of this model",
                    "it lists {n:,} files of this model",
                    len(names),
                )
            )
        files = [self._remote(name, listed[name]) for name in names]
        if len({normalize("NFC", name).casefold() for name in names}) < len(names):
            raise self._implausible(_("it lists two files whose names differ in nothing but case"))
        return files

    def bytes_of(self, file: RemoteFile, had: int) -> Iterator[tuple[int, bytes]]:
        """The bytes of a file behind the first `had`, or from its beginning, each piece with where
        it belongs. Raises `TransferBroken` where they end early, `KnownError` where they are too
        many.
        """
        url = f"{self._base}/{self.repo}/resolve/{self.commit}/{quote(file.name)}"
        headers = {"Range": f"bytes={had}-"} if had else {}
        with self._client.stream("GET", url, headers=headers) as response:
            if had and response.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                yield from self.bytes_of(file, 0)
                return
            self._refuse(response)
            if response.status_code != HTTPStatus.PARTIAL_CONTENT or not response.headers.get(
                "content-range", ""
            ).startswith(f"bytes {had}-"):
                had = 0
            size = self._announced(file, response, had)
            pace = _Pace()
            for piece in response.iter_raw():
                if had + len(piece) > size:
                    raise self._implausible(
                        _n(
                            "it sends more of {file} than the {n:,} byte announced",
                            "it sends more of {file} than the {n:,} bytes announced",
                            size,
                            file=file.name,
                        )
                    )
                yield had, piece
                had += len(piece)
                pace.came(len(piece))
        if file.size is not None and had < file.size:
            raise TransferBroken

    def _announced(self, file: RemoteFile, response: httpx.Response, had: int) -> int:
        length = response.headers.get("content-length", "")
        size = had + int(length) if length.isascii() and length.isdigit() else None
        if file.size is not None and size is not None and size != file.size:
            raise self._implausible(
                _n(
                    "it announces {n:,} byte of {file}, where it listed {size:,}",
                    "it announces {n:,} bytes of {file}, where it listed {size:,}",
                    size,
                    file=file.name,
                    size=file.size,
                )
            )
        return file.size if file.size is not None else min(size or UNANNOUNCED, LARGEST)

    def _json(self, url: str) -> dict[str, Any]:
        ends, body = time.monotonic() + LISTING_SECONDS, bytearray()
        with self._client.stream("GET", url) as response:
            self._refuse(response)
            for piece in response.iter_raw():
                body += piece
                if len(body) > LISTING or time.monotonic() > ends:
                    raise self._implausible(
                        _(
                            "its list of files has more than {size} MiB, or takes more than "
                            "{seconds:.0f} s",
                            size=LISTING >> 20,
                            seconds=LISTING_SECONDS,
                        )
                    )
        try:
            value = json.loads(body)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict) or not isinstance(value.get("siblings"), list):
            raise self._implausible(_("it answers with no list of files; is it a hub?"))
        return value

    def _remote(self, name: str, told: Mapping[str, Any]) -> RemoteFile:
        size, large = told.get("size"), told.get("lfs")
        if not is_safe(name):
            raise self._implausible(
                _("it lists a file named {name!r}, which could lead elsewhere", name=name[:60])
            )
        if size is not None and not (type(size) is int and 0 <= size <= LARGEST):
            raise self._implausible(_("it lists {file} with an impossible size", file=name))
        sha = large.get("sha256") if isinstance(large, dict) else None
        if sha is not None and not (isinstance(sha, str) and SHA256.fullmatch(sha)):
            raise self._implausible(
                _("it lists {file} with a checksum that is not a SHA-256", file=name)
            )
        return RemoteFile(name, size, sha)

    def _refuse(self, response: httpx.Response) -> None:
        """Raise for an answer that is not what was asked for."""
        status, code = response.status_code, response.headers.get("x-error-code", "")
        if status in (200, 206):
            if response.headers.get("content-encoding", "identity") != "identity":
                raise self._implausible(_("it compresses its answer, which was not asked for"))
            return
        given = {"repo": self.repo, "hub": self.shown}
        kind: type[KnownError] = KnownError
        if code == "GatedRepo":
            problem = _(
                "{repo}: its makers ask you to accept their terms at {hub}/{repo} first; then set "
                "HF_TOKEN",
                **given,
            )
        elif status == HTTPStatus.NOT_FOUND or code in ("RepoNotFound", "EntryNotFound"):
            problem = _("{repo}: {hub} has no such model or file", **given)
        else:
            kind = PassingError
            problem = _("{repo}: {hub} answered {status}; try again later", **given, status=status)
        if self._withheld and status in (401, 403):
            problem = _(
                "{problem}; your token is sent to a mirror only with --send-token", problem=problem
            )
        raise kind(problem)

    def _implausible(self, problem: str) -> ImplausibleAnswer:
        return ImplausibleAnswer(
            _(
                "{repo}, from {hub}: {problem}; nothing of it is kept",
                repo=self.repo,
                hub=self.shown,
                problem=problem,
            )
        )


class _Pace:
    """Raises `TransferBroken` where bytes come too slowly for the file ever to be here."""

    def __init__(self) -> None:
        self._since, self._bytes = time.monotonic(), 0

    def came(self, count: int) -> None:
        self._bytes += count
        if self._bytes >= SLOWEST:
            self._since, self._bytes = time.monotonic(), 0
        elif time.monotonic() - self._since > WINDOW:
            raise TransferBroken
