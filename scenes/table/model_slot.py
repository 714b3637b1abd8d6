"""The model at a table, as a front end keeps it."""

from contextlib import AbstractContextManager
from typing import Protocol

from models.backend import Backend


class ModelSlot(Protocol):
    """The model at the table, as a front end keeps it: being loaded, ready, or not to be had."""

    @property
    def backend(self) -> Backend | None: ...

    @property
    def loading(self) -> bool: ...

    @property
    def problem(self) -> str:
        """Why there is none."""
        ...

    @property
    def given(self) -> bool:
        """Whether it was handed over ready, and so has nothing to read ahead."""
        ...

    @property
    def busy(self) -> AbstractContextManager[object]:
        """Held while the model works: it serves one thread at a time."""
        ...
