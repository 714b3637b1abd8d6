"""Who may come in: a token out of an address, then a cookie; and from which pages. Pure."""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

LOCAL = ("localhost", "127.0.0.1", "::1")
HTTP, HTTPS = 80, 443


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server that listens there."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _secret() -> str:
    return secrets.token_urlsafe(32)


@dataclass(frozen=True)
class Access:
    """What a server asks of those who come."""

    host: str
    port: int
    asks: bool
    """Whether a token is asked for."""
    secure: bool = False
    """Whether it speaks TLS."""
    token: str = field(default_factory=_secret, repr=False)
    pass_: str = field(default_factory=_secret, repr=False)
    """What the cookie of those who have shown the token holds."""

    @property
    def cookie(self) -> str:
        """Its name; cookies do not tell ports apart."""
        return f"paotuan-{self.port}"

    @property
    def address(self) -> str:
        """The address to open on this machine, with the token where one is asked for."""
        host = "localhost" if self.host in ("0.0.0.0", "::") else self.host
        host = f"[{host}]" if ":" in host else host
        place = f"{'https' if self.secure else 'http'}://{host}:{self.port}/"
        return f"{place}?token={self.token}" if self.asks else place

    def admits(self, token: str) -> bool:
        """Whether that is the token."""
        return _same(token, self.token)

    def knows(self, cookies: Mapping[str, str]) -> bool:
        """Whether somebody may come in."""
        return not self.asks or _same(cookies.get(self.cookie, ""), self.pass_)

    def is_ours(self, host: str) -> bool:
        """Whether a request was meant for this server: without a token, another name that leads
        here, as one that a page has made to lead here, is none of ours."""
        name, port = _split(f"//{host}", self.secure)
        if name is None:
            return False
        return self.asks or (name in (*LOCAL, self.host) and port == self.port)

    def is_from_us(self, origin: str, host: str) -> bool:
        """Whether a page that opens a connection came from this server itself."""
        if not origin.startswith(("http://", "https://")):
            return False
        name, port = _split(origin, origin.startswith("https://"))
        return name is not None and (name, port) == _split(
            f"//{host}", origin.startswith("https://")
        )


def _same(given: str, known: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), known.encode())


def _split(address: str, secure: bool) -> tuple[str | None, int | None]:
    """The name and the port of an address; no name where it is none."""
    try:
        parts = urlsplit(address)
        port = parts.port or (HTTPS if secure else HTTP)
    except ValueError:
        return None, None
    if parts.username is not None or parts.path not in ("", "/") or parts.query or parts.fragment:
        return None, None
    return parts.hostname, port
