"""Finds where an API may lie, given the address of a server."""

import ipaddress

import httpx

from base.errors import KnownError
from models.server.address import VERSION, not_an_address

_ENDPOINTS = ("/chat/completions", "/completions", "/models")


def parse_base(url: str) -> httpx.URL:
    """The address of an API, without its endpoint. Raises `KnownError`."""
    try:
        parsed = httpx.URL(url.strip())
    except (httpx.InvalidURL, TypeError, UnicodeError) as error:
        raise KnownError(not_an_address(url)) from error
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise KnownError(not_an_address(url))
    path = parsed.path.rstrip("/")
    for end in _ENDPOINTS:
        path = path.removesuffix(end)
    return parsed.copy_with(path=path or "/", query=None, fragment=None)


def possible_bases(given: httpx.URL) -> list[httpx.URL]:
    """Where the API may lie, the likeliest first: `/v1` of a bare host, else what was given."""
    path = given.path.rstrip("/")
    last = path.rpartition("/")[2]
    if VERSION.fullmatch(last) or "deployments" in path.split("/"):
        return [given]
    below = given.copy_with(path=f"{path}/v1")
    return [given, below] if path else [below, given]


def deployment(base: httpx.URL) -> str | None:
    """The model that Azure's addresses name: `/openai/deployments/NAME`."""
    __, found, name = base.path.rpartition("/deployments/")
    return name.split("/")[0] if found and name else None


def root_of(base: httpx.URL) -> httpx.URL:
    """What lies above the API, where servers answer for themselves."""
    return base.copy_with(path=base.path.rstrip("/").rpartition("/")[0] or "/")


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
