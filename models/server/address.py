"""Reads the address of a server as people write it."""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urldefrag, urlsplit, urlunsplit

from base.errors import KnownError
from base.messages import _
from base.text import one_line

EXAMPLE = "http://localhost:8000/v1"
_BARE = re.compile(
    r"(?:localhost|\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*)(?::\d{1,5})?(?:[/?#].*)?"
)
VERSION = re.compile(r"v\d+(?:beta\d*|alpha\d*)?")
OURS = ("mode", "dialect", "context")
"""What of an address's query is meant for this program; the rest is sent to the server."""


@dataclass(frozen=True)
class Named:
    """What an address says: where, which model, and what cannot be found out there."""

    url: str
    model: str | None = None
    mode: str | None = None
    dialect: str | None = None
    context: int | None = None

    @property
    def title(self) -> str:
        parts = urlsplit(self.url)
        host = parts.hostname or ""
        return self.model or (f"{host}:{parts.port}" if parts.port else host)


def is_address(spec: str) -> bool:
    """Whether `spec` can only be meant as a server's address, with or without `http://`."""
    if spec.startswith(("http://", "https://")):
        return True
    if _BARE.fullmatch(spec) is None:
        return False
    host, __, rest = re.split(r"[/?#]", spec, maxsplit=1)[0].rpartition(":")
    if rest.isdigit() and host:
        return True
    parts = re.split(r"[/?#]", spec)
    return ("." in parts[0] or parts[0] == "localhost") and any(map(VERSION.fullmatch, parts[1:]))


def read_address(spec: str) -> Named:
    """`http://host:port/v1?mode=chat&dialect=vllm&context=8192#model`, the last parts as needed.

    Raises `KnownError`.
    """
    if "://" not in spec:
        spec = f"{_scheme(spec)}://{spec}"
    url, model = urldefrag(spec)
    try:
        parts = urlsplit(url)
        assert parts.port != -1  # reading it raises where it is no number
    except ValueError:
        raise KnownError(not_an_address(spec)) from None
    query = parse_qsl(parts.query, keep_blank_values=True)
    ours = {name: value for name, value in query if name in OURS}
    rest = "&".join(
        pair for pair in parts.query.split("&") if pair and pair.partition("=")[0] not in OURS
    )
    return Named(
        urlunsplit(parts._replace(query=rest)),
        unquote(model) or None,
        ours.get("mode"),
        ours.get("dialect"),
        _context(ours.get("context"), parts.netloc.rpartition("@")[2]),
    )


def not_an_address(spec: str) -> str:
    """What is said of an address that is none."""
    return _(
        "{address}: not an address; it looks like {example}",
        address=without_credentials(spec),
        example=EXAMPLE,
    )


def _scheme(spec: str) -> str:
    """`http` for this machine and its network, and wherever a port is given; else `https`."""
    host = re.split(r"[/?#]", spec, maxsplit=1)[0]
    return "http" if re.search(r":\d+\Z", host) or host == "localhost" or is_near(host) else "https"


def _context(said: str | None, where: str) -> int | None:
    if said is None:
        return None
    if not said.isdecimal() or not 1 <= int(said[:12]) < 1 << 31:
        raise KnownError(
            _(
                "{address}: context={value}: expected a number of tokens, at least 1",
                address=where,
                value=said[:20],
            )
        )
    return int(said)


def is_near(host: str) -> bool:
    """Whether a host is this machine or one of its own network."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_private
    except ValueError:
        return host == "localhost"


def without_credentials(url: str) -> str:
    """The address as it may be shown, on one line."""
    return one_line(re.sub(r"//[^/?#]*@", "//", url.strip()), 80)
