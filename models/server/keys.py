"""Finds the key of an endpoint: in the environment, else in the system's keyring.

The keyring is read by the package `keyring`, where that is installed. What it holds for this
program has the name of the service, SERVICE, and the endpoint's host as the name of the user.
"""

import os
from collections.abc import Sequence

from base.errors import KnownError
from base.messages import _
from models.server.base import is_loopback

KEY_VARIABLES = ("PAOTUAN_API_KEY", "OPENAI_API_KEY")
"""Where the key is looked for; the second is only ever sent to OPENAI_HOST."""
OPENAI_HOST = "api.openai.com"
SERVICE = "paotuan"


def find_key(host: str, variable: str | None = None) -> str | None:
    """The key for `host`, from the environment variable that is named or else the usual ones.

    The keyring is asked only where none is set, and only for other machines. Raises `KnownError`
    for what cannot be a key.
    """
    for name in _variables(host, variable):
        if key := os.environ.get(name, "").strip():
            return check_key(key, name)
    if key := _key_of_keyring(host):
        return check_key(key, _("the entry of {host} in the keyring", host=host))
    return None


def where_to_set(host: str, variable: str | None = None) -> str:
    """Where a person may put the key."""
    names = " / ".join(_variables(host, variable))
    if is_loopback(host):
        return _("set the environment variable {names}", names=names)
    return _(
        "set the environment variable {names}, or keep it in the keyring: "
        "keyring set {service} {host}",
        names=names,
        service=SERVICE,
        host=host,
    )


def check_key(key: str, source: str) -> str:
    """The key as it is sent. Raises `KnownError`, without the key, where it cannot be one."""
    key = key.strip()
    for at, character in enumerate(key, 1):
        if not "!" <= character <= "~":
            values = {"source": source, "at": at, "length": len(key)}
            raise KnownError(
                _(
                    "{source}: there is a blank at place {at} of {length}, which no key has; "
                    "copy the key again",
                    **values,
                )
                if character.isspace()
                else _(
                    "{source}: there is a character at place {at} of {length} that no key has; "
                    "copy the key again",
                    **values,
                )
            )
    return key


def _variables(host: str, variable: str | None) -> Sequence[str]:
    if variable:
        return [variable]
    return KEY_VARIABLES if host == OPENAI_HOST else KEY_VARIABLES[:1]


def _key_of_keyring(host: str) -> str:
    """The key in the system's keyring; `""` where there is no keyring, or it stays locked."""
    if is_loopback(host):
        return ""
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return ""
    try:
        return (keyring.get_password(SERVICE, host) or "").strip()
    except (KeyringError, RuntimeError, OSError):
        return ""
