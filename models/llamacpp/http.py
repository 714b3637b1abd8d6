"""A client of llama.cpp's server in this process, for what is asked beside draws."""

from collections.abc import Mapping
from typing import Any, Protocol

import httpx

from base.errors import KnownError
from base.messages import _
from base.text import one_line
from models.llamacpp.requests import message

PATIENCE = 300.0
"""Seconds to wait for an answer that is no draw."""


class JsonPoster(Protocol):
    """Whoever passes questions on to a server of llama.cpp, here or elsewhere."""

    name: str
    """The model's, for errors."""

    def ask(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """What the server answers to `body` at `path`. Raises `KnownError`."""
        ...


class HttpPoster:
    """Asks the server at `address`; `name` is the model's, for errors."""

    def __init__(self, address: str, key: str, name: str) -> None:
        self.name = name
        self._http = httpx.Client(
            base_url=address, headers={"Authorization": f"Bearer {key}"}, trust_env=False
        )

    @property
    def address(self) -> tuple[str, str]:
        """Where the model is served, and the key."""
        return str(self._http.base_url), self._http.headers["Authorization"].split()[1]

    def close(self) -> None:
        self._http.close()

    def ask(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """What the server answers to `body` at `path`. Raises `KnownError`."""
        try:
            try:
                answer = self._http.post(path, json=body, timeout=PATIENCE)
            except httpx.RemoteProtocolError:  # an idle connection closed just as it was used
                answer = self._http.post(path, json=body, timeout=PATIENCE)
            told: dict[str, Any] = answer.json()
            if answer.is_success:
                return told
        except (httpx.HTTPError, RuntimeError, ValueError) as error:
            raise KnownError(
                _(
                    "{name}: llama.cpp does not answer at {path}: {error}",
                    name=self.name,
                    path=path,
                    error=one_line(str(error), 300),
                )
            ) from error
        raise KnownError(
            _(
                "{name}: llama.cpp failed at {path}: {error}",
                name=self.name,
                path=path,
                error=message(told),
            )
        )
