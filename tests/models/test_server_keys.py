"""Where the key of a server comes from."""

import sys
from collections.abc import Iterator

import pytest

from base.errors import KnownError
from models.server.answer import Patience
from models.server.endpoint import Endpoint
from models.server.keys import find_key

keyring = pytest.importorskip("keyring", reason="the extra `keyring` is not installed")
from keyring.backend import KeyringBackend  # noqa: E402  (only where it is installed)
from keyring.backends.fail import Keyring as NoKeyring  # noqa: E402
from keyring.errors import KeyringLocked  # noqa: E402

HOST = "api.deepseek.com"


class MadeUpKeyring(KeyringBackend):
    """A keyring that holds what a test puts into it, and may be locked."""

    priority = 0.1

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[tuple[str, str], str] = {}
        self.asked: list[str] = []
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        self.asked.append(username)
        if self.locked:
            raise KeyringLocked("the person said no")
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> Iterator[MadeUpKeyring]:
    for name in ("PAOTUAN_API_KEY", "OPENAI_API_KEY", "MY_KEY"):
        monkeypatch.delenv(name, raising=False)
    ring = MadeUpKeyring()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(NoKeyring())


def test_a_key_of_the_keyring_is_sent_to_the_host_that_it_is_kept_for(ring: MadeUpKeyring) -> None:
    keyring.set_password("paotuan", HOST, "sk-kept\n")
    assert find_key(HOST) == "sk-kept"
    assert find_key("api.openai.com") is None
    endpoint = Endpoint(f"https://{HOST}/v1", None, Patience())
    assert endpoint._head["Authorization"] == "Bearer sk-kept"


def test_the_keyring_is_not_asked_where_a_variable_is_set(
    ring: MadeUpKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring.held["paotuan", HOST] = "sk-kept"
    monkeypatch.setenv("PAOTUAN_API_KEY", "sk-set")
    monkeypatch.setenv("MY_KEY", "sk-mine")
    assert find_key(HOST) == "sk-set"
    assert find_key(HOST, "MY_KEY") == "sk-mine"
    assert ring.asked == []


def test_the_keyring_is_not_asked_for_a_server_on_this_machine(ring: MadeUpKeyring) -> None:
    ring.held["paotuan", "127.0.0.1"] = "sk-kept"
    assert find_key("127.0.0.1") is None
    assert find_key("localhost") is None
    assert ring.asked == []


def test_a_keyring_that_is_locked_or_missing_is_no_error(ring: MadeUpKeyring) -> None:
    ring.locked = True
    assert find_key(HOST) is None
    assert ring.asked == [HOST]
    keyring.set_keyring(NoKeyring())
    assert find_key(HOST) is None


def test_without_the_package_there_is_no_keyring(
    ring: MadeUpKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring.held["paotuan", HOST] = "sk-kept"
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert find_key(HOST) is None
    assert ring.asked == []


def test_what_the_keyring_holds_and_is_no_key_is_told_and_not_shown(ring: MadeUpKeyring) -> None:
    ring.held["paotuan", HOST] = "sk-two words"
    with pytest.raises(KnownError, match=rf"{HOST} in the keyring: there is a blank at place 7 of"):
        find_key(HOST)


def test_a_refused_key_is_told_with_both_places_where_it_may_be_put(ring: MadeUpKeyring) -> None:
    endpoint = Endpoint(f"https://{HOST}/v1", None, Patience())
    hint = endpoint._where_to_set_key()
    assert "PAOTUAN_API_KEY" in hint
    assert f"keyring set paotuan {HOST}" in hint
    assert "keyring" not in Endpoint("http://localhost:1/v1", None, Patience())._where_to_set_key()
